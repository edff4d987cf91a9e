"""Accounts of the agency: changed by a factor shown just now, and whoever they are of is told."""

import pytest
from web_people import forget_used_codes, new_client, words_of

OPEN = "/console/accounts/open/"
TOLD = "If you do not know why"


def later(person, minutes):
    """Let everything that this session has shown lie so many minutes back."""
    session = person.client.session
    for one in session["account_authentication_methods"]:
        one["at"] -= minutes * 60
    session.save()


def show_factor(person, there):
    """Show the second factor as a page asks for it; returns where that leads."""
    assert there.startswith("/accounts/2fa/reauthenticate/?next="), there
    forget_used_codes(person.account_id)
    return person.post(there, {"code": person.code()})["Location"]


def serve(monkeypatch):
    from django.conf import settings

    from comity.config.identity import SamlProvider

    made = SamlProvider("dps", "az-dps", "DPS", "urn:x", "https://login.example.gov/", "-")
    monkeypatch.setattr(settings, "IDENTITY_PROVIDERS", (made,))


@pytest.mark.parametrize("act", ["unlock", "invite", "link", "unlink", "close"])
def test_an_account_is_changed_by_a_factor_shown_just_now(house, monkeypatch, act):
    serve(monkeypatch)
    keeper, person = house.inside("az-dps", "security"), house.person()
    page = f"/console/accounts/{person.account_id}/"
    before = house.node.look("SELECT count(*) FROM accounts_event")
    later(keeper, 6)
    answer = keeper.post(f"{page}change/", {"act": act, "draft_of": page, "provider": "dps", "subject": "7f3a"})
    assert house.node.look("SELECT count(*) FROM accounts_event") == before
    assert show_factor(keeper, answer["Location"]) == page
    assert keeper.get(page).status_code == 200


def test_what_was_typed_to_link_stands_there_again_until_it_is_linked(house, monkeypatch):
    serve(monkeypatch)
    keeper, person = house.inside("az-dps", "security"), house.person()
    page = f"/console/accounts/{person.account_id}/"
    assert f'name="draft_of" value="{page}"' in keeper.get(page).content.decode()
    later(keeper, 6)
    typed = {"act": "link", "draft_of": page, "provider": "dps", "subject": "7f3a"}
    show_factor(keeper, keeper.post(f"{page}change/", typed)["Location"])
    assert 'value="7f3a"' in keeper.get(page).content.decode()
    assert keeper.post(f"{page}change/", typed)["Location"] == page
    assert "The account is linked" in words_of(keeper.get(page))
    assert "7f3a" not in keeper.get(page).content.decode()


def test_a_button_that_came_too_late_is_spoken_of_once(house):
    keeper, person = house.inside("az-dps", "security"), house.person()
    page = f"/console/accounts/{person.account_id}/"
    later(keeper, 6)
    show_factor(keeper, keeper.post(f"{page}change/", {"act": "close", "draft_of": page})["Location"])
    keeper.get(page)
    assert "was kept" not in words_of(keeper.get(page))


def test_an_account_is_opened_by_a_factor_shown_just_now(house):
    keeper = house.inside("az-dps", "security")
    later(keeper, 6)
    assert keeper.get(OPEN)["Location"].startswith("/accounts/2fa/reauthenticate/")
    answer = keeper.post(OPEN, {"reference": "0002", "username": "new.liaison"})
    assert house.node.look("SELECT count(*) FROM accounts_account WHERE username = 'new.liaison'") == [(0,)]
    assert show_factor(keeper, answer["Location"]) == OPEN
    assert 'value="new.liaison"' in keeper.get(OPEN).content.decode()


@pytest.mark.parametrize(
    ("act", "said"),
    [
        ("link", "your account was linked with your agency&#x27;s own sign-in"),
        ("invite", "an invitation to a new password was made for your account"),
        ("unlock", "your account was unlocked after too many failures"),
    ],
)
def test_whose_account_it_is_is_told_once_at_the_next_sign_in(house, monkeypatch, act, said):
    serve(monkeypatch)
    person, keeper = house.inside(), house.inside("az-dps", "security")
    assert TOLD not in words_of(person.get("/console/"))
    if act == "unlock":
        for _ in range(5):
            new_client().post("/accounts/login/", {"login": person.username, "password": "wrong"})
    given = {"act": act, "provider": "dps", "subject": "7f3a"}
    assert keeper.post(f"/console/accounts/{person.account_id}/change/", given).status_code in {200, 302}
    person.post("/accounts/logout/")
    person.sign_in()
    page = words_of(person.get("/console/"))
    assert said in page
    assert TOLD in page
    assert TOLD not in words_of(person.get("/console/"))
    person.post("/accounts/logout/")
    person.sign_in()
    assert TOLD not in words_of(person.get("/console/"))
