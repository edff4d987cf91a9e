"""A second factor shown too long ago: what was typed is kept, sealed, and leads nowhere but to its page."""

import json
from datetime import timedelta

import pytest
from web_agreements import HERE, agreement, assertion, at, published_passkey, reviewed
from web_people import words_of

INTERLOCAL = "az-ut-interlocal-2025"


def age(person, minutes):
    """Let every factor shown in this session lie so many minutes back."""
    session = person.client.session
    for one in session["account_authentication_methods"]:
        one["at"] -= timedelta(minutes=minutes).total_seconds()
    session.save()


def prove_again(person, there):
    """Show the second factor again, as the page asks; returns where that leads."""
    from web_people import forget_used_codes

    assert there.startswith("/accounts/2fa/reauthenticate/")
    forget_used_codes(person.account_id)
    return person.post(there, {"code": person.code()})["Location"]


def test_a_suspension_that_comes_too_late_is_kept_and_stands_there_again(house):
    person, page = house.inside("az-dps", "head"), at("suspend/", INTERLOCAL)
    assert person.get(page).status_code == 200
    age(person, 6)
    answer = person.post(page, {"reason": "security_incident", "csrfmiddlewaretoken": "x"})
    assert answer.status_code == 302
    assert agreement(house.node, INTERLOCAL).state == "in_force"
    [(sealed,)] = house.node.look("SELECT sealed FROM accounts_draft")
    assert b"security_incident" not in bytes(sealed)
    back = prove_again(person, answer["Location"])
    assert back == page
    again = person.get(back)
    assert '<option value="security_incident" selected>' in again.content.decode()
    assert "kept" in words_of(again)
    assert person.post(page, {"reason": "security_incident"}).status_code == 302
    assert agreement(house.node, INTERLOCAL).state == "suspended"
    assert house.node.look("SELECT count(*) FROM accounts_draft WHERE sealed <> ''") == [(0,)]


def test_a_page_that_signs_or_ends_asks_for_a_factor_of_this_moment_before_it_shows_anything(house):
    person = house.inside("az-dps", "head")
    age(person, 6)
    for page in ("sign/", "attest/", "force/", "suspend/", "resume/", "notice/", "supersede/", "end/"):
        answer = person.get(at(page, INTERLOCAL))
        assert answer["Location"].startswith("/accounts/2fa/reauthenticate/"), page
        assert answer["Location"].endswith(f"next={at(page, INTERLOCAL).replace('/', '%2F')}"), page
    assert person.get(f"{HERE}/passkeys/")["Location"].startswith("/accounts/2fa/reauthenticate/")
    assert person.get(at("lacks/", INTERLOCAL)).status_code == 200


def test_a_factor_of_four_minutes_ago_is_enough(house):
    person = house.inside("az-dps", "head")
    age(person, 4)
    assert person.get(at("suspend/", INTERLOCAL)).status_code == 200


def test_a_form_that_htmx_sends_too_late_is_kept_and_leads_to_the_factor_as_well(house):
    person, page = house.inside("az-dps", "head"), at("end/", INTERLOCAL)
    age(person, 6)
    answer = person.post(page, {"reason": "mutual"}, headers={"HX-Request": "true"})
    assert answer.status_code == 204
    assert prove_again(person, answer["HX-Redirect"]) == page
    assert '<option value="mutual" selected>' in person.get(page).content.decode()


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example/", "/accounts/logout/", ""])
def test_a_late_form_leads_back_to_a_page_of_the_console_and_nowhere_else(house, elsewhere):
    person = house.inside("az-dps", "head")
    age(person, 6)
    answer = person.post(at("end/", INTERLOCAL), {"reason": "mutual", "draft_of": elsewhere})
    assert prove_again(person, answer["Location"]) == "/console/"
    assert house.node.look("SELECT page FROM accounts_draft") in ([], [("/console/",)])


def test_a_late_form_of_another_page_is_kept_for_that_page(house):
    person, page = house.inside("az-dps", "head"), at("suspend/", INTERLOCAL)
    age(person, 6)
    answer = person.post(page, {"reason": "court_order", "draft_of": f"{page}?from=list"})
    assert prove_again(person, answer["Location"]) == f"{page}?from=list"
    assert '<option value="court_order" selected>' in person.get(page).content.decode()


def test_what_a_passkey_signed_is_kept_nowhere_when_it_comes_too_late(house):
    version, made = reviewed(house.node), published_passkey(house.node, "az-dps")
    person = house.inside("az-dps", "head")
    person.post(at("replay/"), {})
    age(person, 6)
    handed = assertion(made, version, "az-dps")
    answer = person.post(at("sign/"), {"digest": version.digest, "assertion": handed})
    assert prove_again(person, answer["Location"]) == at("sign/")
    page = person.get(at("sign/"))
    assert json.loads(handed)["response"]["signature"] not in page.content.decode()
    assert house.node.look("SELECT count(*) FROM accounts_draft WHERE sealed <> ''") == [(0,)]
    assert house.node.look("SELECT count(*) FROM agreements_signature WHERE version_id = %s", (version.id,)) == [(0,)]
