"""Whose account a proven subject is linked with: that of who proved both, never of whose desk or browser it is."""

import time

import pytest
from web_people import PASSWORD, forget_used_codes, new_client, words_of

LINK = "/accounts/identity/link/"
BEGIN = "/accounts/identity/dps/"
LINKS = "SELECT count(*) FROM accounts_identity"


@pytest.fixture(autouse=True)
def provider(monkeypatch):
    """A provider of az-dps that says of everybody who comes that it is the same subject."""
    from django.conf import settings

    from comity.config.identity import OidcProvider
    from comity.doors.web.signin.identity import oidc
    from comity.doors.web.signin.identity.proven import Asked, Proven, blind_subject

    made = OidcProvider("dps", "az-dps", "DPS", "https://login.example.gov", "comity", "-")

    def begin(_provider, _callback, back_to):
        return "https://login.example.gov/", Asked("state", "nonce", "verifier", at=time.time(), back_to=back_to)

    monkeypatch.setattr(settings, "IDENTITY_PROVIDERS", (made,))
    monkeypatch.setattr(oidc, "begin", begin)
    monkeypatch.setattr(oidc, "finish", lambda *_: Proven(blind_subject(made, "7f3a"), has_two_factors=False))
    return made


def come_back(client):
    """Prove somebody at the provider in this browser."""
    assert client.get(BEGIN)["Location"] == "https://login.example.gov/"
    return client.get(f"{BEGIN}callback/?state=state&code=code")


def later(person, minutes):
    """Let everything that this session has shown and seen lie so many minutes back."""
    session = person.client.session
    for one in session["account_authentication_methods"]:
        one["at"] -= minutes * 60
    session["seen_at"] = session.get("seen_at", 0.0) - minutes * 60
    session.save()


def show_factor(person):
    forget_used_codes(person.account_id)
    return person.post("/accounts/2fa/reauthenticate/", {"code": person.code()})


@pytest.mark.parametrize("minutes", [0, 31])
def test_who_proves_oneself_at_somebody_elses_desk_open_or_locked_links_nothing(house, minutes):
    person = house.inside()
    person.get("/console/")
    later(person, minutes)
    answer = come_back(person.client)
    assert (answer.status_code, "An account is signed in in this browser" in words_of(answer)) == (403, True)
    assert "identity_pending" not in person.client.session
    assert person.post(LINK).status_code == 302
    show_factor(person)
    person.post(LINK)
    assert house.node.look(LINKS) == [(0,)]


def test_a_locked_console_links_nothing_that_waits_already(house):
    person = house.person()
    come_back(person.client)
    person.get(LINK)
    assert person.sign_in(to=LINK)["Location"] == LINK
    later(person, 31)
    for answer in (person.get(LINK), person.post(LINK)):
        assert answer["Location"].startswith("/accounts/reauthenticate/?next=")
    assert house.node.look(LINKS) == [(0,)]


def test_linking_asks_for_a_factor_shown_just_now(house):
    person = house.person()
    come_back(person.client)
    assert person.get(LINK)["Location"] == f"/accounts/login/?next={LINK}"
    person.sign_in(to=LINK)
    later(person, 6)
    for answer in (person.get(LINK), person.post(LINK)):
        assert answer["Location"] == f"/accounts/2fa/reauthenticate/?next={LINK}"
    assert house.node.look(LINKS) == [(0,)]
    show_factor(person)
    assert "Link your account" in words_of(person.get(LINK))
    person.post(LINK)
    assert house.node.look(LINKS) == [(1,)]


@pytest.mark.parametrize("to", ["", "/console/", LINK])
def test_who_signs_in_next_in_a_browser_is_offered_no_strangers_subject(house, to):
    person = house.person()
    come_back(person.client)
    if to != LINK:
        person.get(LINK)
    person.sign_in(to=to)
    assert "identity_pending" not in person.client.session
    assert person.post(LINK)["Location"] == "/console/"
    assert house.node.look(LINKS) == [(0,)]


def test_a_wish_to_link_is_over_after_ten_minutes(house):
    person = house.person()
    come_back(person.client)
    person.get(LINK)
    session = person.client.session
    session["identity_pending"] = {**session["identity_pending"], "wanted_at": time.time() - 601}
    session.save()
    person.sign_in(to=LINK)
    assert person.post(LINK)["Location"] == "/console/"
    assert house.node.look(LINKS) == [(0,)]


def test_who_chooses_a_password_by_an_invitation_goes_on_to_link(house):
    from comity.spine.tenancy.actor import Duty, node_actor
    from comity.standing.accounts.commands import invite_again

    person, guest = house.person(), new_client()
    invited = invite_again(by=node_actor(Duty.STEWARD), now=house.node.clock(), account_id=person.account_id)
    page = come_back(guest).content.decode()
    assert f'href="/accounts/join/?next={LINK}"' in page
    given = {"secret": invited.secret, "password": PASSWORD, "again": PASSWORD}
    assert guest.post(f"/accounts/join/?next={LINK}", given)["Location"] == LINK


def test_who_has_no_factor_here_needs_the_password_given_after_the_subject_was_proven(house, monkeypatch):
    from comity.doors.web.signin.identity import pending

    person = house.inside()
    monkeypatch.setattr(pending, "has_own_factor", lambda _: False)
    session = person.client.session
    session["identity_pending"] = {"provider": "dps", "subject": "00" * 32, "at": time.time() + 1}
    session.save()
    person.post(LINK)
    assert house.node.look(LINKS) == [(0,)]
    session = person.client.session
    session["identity_pending"] = {"provider": "dps", "subject": "00" * 32, "at": time.time() - 60}
    session.save()
    person.post(LINK)
    assert house.node.look(LINKS) == [(1,)]


@pytest.mark.parametrize("name", ["authorization_endpoint", "token_endpoint", "jwks_uri"])
@pytest.mark.parametrize("address", ["http://login.example.gov/x", "//login.example.gov/x", "https://", "https://[x/"])
def test_an_openid_provider_is_asked_at_no_address_in_the_open(name, address):
    from comity.doors.web.signin.identity.oidc import _address
    from comity.doors.web.signin.identity.proven import NotProvenError, Reason

    assert _address({name: "https://login.example.gov/x"}, name) == "https://login.example.gov/x"
    with pytest.raises(NotProvenError) as refused:
        _address({name: address}, name)
    assert refused.value.reason is Reason.NOT_PROVEN
