"""Coming in: two factors, five failures, one post, half an hour."""

import json
import re
from datetime import timedelta

import pytest
from web_people import PASSWORD, forget_used_codes, new_client, words_of

ACTS = "SELECT act FROM accounts_event WHERE account_id = %s ORDER BY at, id"


def acts(house, person):
    return [act for (act,) in house.node.look(ACTS, (person.account_id,))][3 if person.had_factor else 2 :]


def test_name_password_and_code_lead_to_the_desk_and_are_recorded(house):
    person = house.person()
    assert person.get("/console/")["Location"] == "/accounts/login/?next=%2Fconsole%2F"
    answer = person.sign_in(to="/console/law/")
    assert (answer.status_code, answer["Location"]) == (302, "/console/law/")
    assert "Liaison officer" in words_of(person.get("/console/"))
    assert acts(house, person) == ["account.signed_in"]
    assert house.node.look("SELECT detail FROM accounts_event WHERE act = 'account.signed_in'") == [
        ({"method": "password+totp"},)
    ]
    person.post("/accounts/logout/")
    assert person.get("/console/").status_code == 302
    assert acts(house, person)[-1] == "account.signed_out"


def test_the_password_alone_lets_nobody_in(house):
    person = house.person()
    person.give_password()
    assert person.get("/console/")["Location"].startswith("/accounts/login/")
    assert "account.signed_in" not in acts(house, person)


def test_who_has_no_second_factor_yet_gets_to_add_one_and_no_further(house):
    person = house.person(factor=False)
    person.give_password()
    for page in ("/console/", "/console/law/"):
        assert person.get(page)["Location"].startswith("/accounts/2fa/"), page
    assert "Add a second factor" in words_of(person.get("/accounts/2fa/"))


def test_a_wrong_password_a_wrong_name_and_a_locked_account_are_told_alike(house):
    person, told = house.person(), set()
    for password in ["wrong"] * 5 + [PASSWORD]:
        told.add(words_of(person.give_password(password)))
    person.username = "nobody.here"
    told.add(words_of(person.give_password()))
    assert len({text.replace("az-dps.liaison", "NAME").replace("nobody.here", "NAME") for text in told}) == 1
    assert "wrong, or the account is locked" in told.pop()


def test_five_wrong_passwords_lock_and_the_security_officer_unlocks(house):
    person = house.person()
    for _ in range(5):
        person.give_password("wrong")
    assert acts(house, person) == ["account.sign_in_failed"] * 5 + ["account.locked"]
    assert "Location" not in person.give_password()
    keeper = house.inside("az-dps", "security")
    assert "locked" in words_of(keeper.get("/console/accounts/"))
    there = f"/console/accounts/{person.account_id}/"
    assert keeper.post(f"{there}change/", {"act": "unlock"})["Location"] == there
    assert person.sign_in().status_code == 302


def test_wrong_codes_count_as_wrong_passwords_do(house):
    person = house.person()
    person.give_password()
    for _ in range(5):
        person.post("/accounts/2fa/authenticate/", {"code": "000000"})
    assert acts(house, person)[-1] == "account.locked"
    answer = person.post("/accounts/2fa/authenticate/", {"code": person.code()})
    assert "is locked" in words_of(answer)
    assert person.get("/console/").status_code == 302


def test_a_lock_and_a_closing_end_a_session_at_once(house):
    person, keeper = house.inside(), house.inside("az-dps", "security")
    assert person.get("/console/").status_code == 200
    house.node.look("SELECT 1")
    keeper.post(f"/console/accounts/{person.account_id}/change/", {"act": "close"})
    assert person.get("/console/")["Location"].startswith("/accounts/login/")


def test_losing_the_post_ends_the_access_at_once(house):
    from comity.spine.tenancy.actor import Duty, node_actor
    from comity.spine.tenancy.transaction import reading
    from comity.standing.directory.commands import end_holding
    from comity.standing.directory.selectors import get_post_by_code

    person = house.inside("az-dps", "analyst")
    steward = node_actor(Duty.STEWARD)
    with reading(steward):
        post = get_post_by_code("az-dps", "analyst")
    end_holding(by=steward, now=house.node.clock(), post_id=post.id, ends_at=house.node.clock())
    answer = person.get("/console/law/")
    assert (answer.status_code, "You hold no post now" in words_of(answer)) == (403, True)


def test_a_page_of_another_post_is_refused_with_who_may(house):
    answer = house.inside().get("/console/accounts/")
    assert answer.status_code == 403
    assert "It is for: security officer" in words_of(answer)


def test_the_session_is_another_after_signing_in(house):
    person = house.person()
    person.get("/accounts/login/")
    before = person.client.session.session_key
    person.sign_in()
    assert person.client.session.session_key != before


@pytest.mark.parametrize(
    "there", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", r"\\evil.example"]
)
def test_signing_in_leads_nowhere_else(house, there):
    assert house.person().sign_in(to=there)["Location"] == "/console/"


def test_a_form_from_elsewhere_is_not_taken(house):
    person = house.inside("az-dps", "security")
    strict = new_client(enforce_csrf_checks=True)
    strict.cookies = person.client.cookies
    answer = strict.post("/console/accounts/open/", {"reference": "0001", "username": "x"})
    assert (answer.status_code, "was not taken" in words_of(answer)) == (403, True)
    assert strict.post("/accounts/login/", {"login": "x", "password": "y"}).status_code == 403


def test_an_invitation_becomes_an_account_that_gets_in(house):
    keeper = house.inside("az-dps", "security")
    answer = keeper.post("/console/accounts/open/", {"reference": "0002", "username": "New.Liaison"})
    [secret] = re.findall(r"<code>([\w-]{43})</code>", answer.content.decode())
    assert answer["Cache-Control"] == "no-store"
    guest = new_client()
    bad = guest.post("/accounts/join/", {"secret": secret, "password": "short", "again": "short"})
    assert (bad.status_code, "too short" in words_of(bad)) == (422, True)
    common = guest.post("/accounts/join/", {"secret": secret, "password": "password1234", "again": "password1234"})
    assert "too common" in words_of(common) or "too similar" in words_of(common) or common.status_code == 302
    unlike = guest.post("/accounts/join/", {"secret": secret, "password": PASSWORD, "again": "another"})
    assert "differ" in words_of(unlike)
    assert guest.post("/accounts/join/", {"secret": secret, "password": PASSWORD, "again": PASSWORD}).status_code == 302
    again = guest.post("/accounts/join/", {"secret": secret, "password": PASSWORD, "again": PASSWORD})
    assert "was used" in words_of(again)
    inside = guest.post("/accounts/login/", {"login": "new.liaison", "password": PASSWORD})
    assert inside["Location"] == "/console/"
    assert guest.get("/console/")["Location"].startswith("/accounts/2fa/")


def idle(person, minutes):
    """Let the last sign of life and every proof of it lie so many minutes back."""
    session = person.client.session
    back = timedelta(minutes=minutes).total_seconds()
    session["seen_at"] = session.get("seen_at", 0) - back
    for one in session["account_authentication_methods"]:
        one["at"] -= back
    session.save()


def test_half_an_hour_locks_and_the_password_opens_again(house):
    person = house.inside()
    person.get("/console/")
    idle(person, 29)
    assert person.get("/console/").status_code == 200
    idle(person, 31)
    answer = person.get("/console/law/")
    assert answer["Location"] == "/accounts/reauthenticate/?next=%2Fconsole%2Flaw%2F"
    assert person.get("/accounts/2fa/").status_code == 302
    assert person.get("/accounts/sessions/").status_code == 302
    again = person.post("/accounts/reauthenticate/?next=/console/law/", {"password": PASSWORD})
    assert again["Location"] == "/console/law/"
    assert person.get("/console/law/").status_code == 200


def test_an_open_desk_that_asks_by_itself_does_not_keep_awake(house):
    person = house.inside()
    person.get("/console/")
    idle(person, 29)
    assert person.get("/console/pulse/").status_code == 200
    idle(person, 2)
    answer = person.get(
        "/console/pulse/", headers={"HX-Request": "true", "HX-Current-URL": "http://localhost/console/"}
    )
    assert answer.status_code == 204
    assert answer["HX-Redirect"] == "/accounts/reauthenticate/?next=%2Fconsole%2F"


def test_a_page_that_waits_for_an_answer_does_not_keep_awake(house):
    ask_id = house.ask("hsi-arizona", "az-dps", category="status", elements=("immigration_status",))
    person, waiting = house.inside("hsi-arizona"), f"/console/exchange/asks/{ask_id}/"
    page = person.get(waiting).content.decode()
    [said] = re.findall(r"""hx-trigger="every 2s" hx-headers='(.*?)'""", page)
    asking = {"HX-Request": "true", "HX-Current-URL": f"http://localhost{waiting}", **json.loads(said)}
    idle(person, 29)
    assert person.get(waiting, headers=asking).status_code == 200
    idle(person, 2)
    answer = person.get(waiting, headers=asking)
    assert (answer.status_code, answer.get("HX-Redirect")) == (
        204, f"/accounts/reauthenticate/?next={waiting.replace('/', '%2F')}"
    )  # fmt: skip
    assert "Comity was locked" not in words_of(person.get("/accounts/reauthenticate/"))


def test_what_was_typed_when_it_locked_is_kept_sealed_and_sent_nowhere(house):
    keeper = house.inside("az-dps", "security")
    keeper.get("/console/accounts/open/")
    idle(keeper, 31)
    typed = {"reference": "0003", "username": "typed.before"}
    answer = keeper.post("/console/accounts/open/", typed)
    assert answer["Location"].startswith("/accounts/reauthenticate/")
    assert house.node.look("SELECT count(*) FROM accounts_account WHERE username = 'typed.before'") == [(0,)]
    [(sealed,)] = house.node.look("SELECT sealed FROM accounts_draft")
    assert b"typed.before" not in bytes(sealed)
    forget_used_codes(keeper.account_id)
    keeper.post("/accounts/2fa/reauthenticate/", {"code": keeper.code()})
    back = keeper.get("/console/accounts/open/")
    assert "typed.before" in back.content.decode()
    assert "kept" in words_of(back)


def test_secrets_of_second_factors_are_sealed_at_rest(house):
    person = house.person()
    [(data,)] = house.node.look("SELECT data::text FROM mfa_authenticator WHERE type = 'totp'")
    assert person.secret not in data


def enroll(person):
    """Add an authenticator app as people do; recovery codes come with it."""
    person.give_password()
    person.post("/accounts/reauthenticate/", {"password": PASSWORD})
    page = person.get("/accounts/2fa/totp/activate/").content.decode()
    [person.secret] = re.findall(r'value="([A-Z2-7]{32})"', page)
    answer = person.post("/accounts/2fa/totp/activate/", {"code": person.code()})
    assert answer.status_code == 302, words_of(answer)


def codes_of(house, person):
    from allauth.mfa.models import Authenticator

    found = Authenticator.objects.get(user_id=person.account_id, type=Authenticator.Type.RECOVERY_CODES)
    return found.wrap().get_unused_codes()


def test_who_adds_a_factor_is_in_and_a_session_that_began_before_is_not(house):
    person = house.person(factor=False)
    early = new_client()
    early.post("/accounts/login/", {"login": person.username, "password": PASSWORD})
    enroll(person)
    assert person.get("/console/").status_code == 200
    assert early.get("/console/")["Location"].startswith("/accounts/2fa/reauthenticate/")
    assert "account.factor_added" in acts(house, person)


def test_with_recovery_codes_wrong_codes_count_and_a_recovery_code_opens_once(house):
    person = house.person(factor=False)
    enroll(person)
    code = codes_of(house, person)[0]
    for wanted in ("/console/", None):
        person.client = new_client()
        person.give_password()
        answer = person.post("/accounts/2fa/authenticate/", {"code": code})
        assert answer.get("Location") == wanted, words_of(answer)
    for _ in range(4):
        person.post("/accounts/2fa/authenticate/", {"code": "000000"})
    assert acts(house, person)[-1] == "account.locked"


def test_recovery_codes_are_made_anew(house):
    person = house.person(factor=False)
    enroll(person)
    before = codes_of(house, person)
    assert person.post("/accounts/2fa/recovery-codes/generate/").status_code in {200, 302}
    assert set(codes_of(house, person)).isdisjoint(before)


def test_a_wrong_current_password_counts_and_a_new_one_is_set(house):
    person = house.inside()
    fresh = "another sentence nobody guesses"
    given = {"password1": fresh, "password2": fresh}
    wrong = person.post("/accounts/password/change/", given | {"oldpassword": "guess"})
    assert wrong.status_code == 200
    assert acts(house, person)[-1] == "account.sign_in_failed"
    person.post("/accounts/password/change/", given | {"oldpassword": PASSWORD})
    assert "account.password_changed" in acts(house, person)
    assert person.get("/console/").status_code == 200


@pytest.mark.parametrize("path", ["/console/", "/console/law/", "/accounts/2fa/", "/accounts/sessions/"])
def test_no_page_is_shown_again_by_going_back(house, path):
    assert house.inside().get(path)["Cache-Control"] == "no-store"


def test_what_an_open_form_saves_by_itself_while_locked_is_kept_for_its_page(house):
    keeper = house.inside("az-dps", "security")
    keeper.get("/console/accounts/open/")
    idle(keeper, 31)
    keeper.post(
        "/console/draft/", {"draft_of": "/console/accounts/open/", "reference": "0003", "username": "by.itself"}
    )
    assert house.node.look("SELECT page FROM accounts_draft") == [("/console/accounts/open/",)]


def test_what_an_open_form_saves_by_itself_is_not_kept_just_after_it_was_sent(house):
    from comity.config.node import Role

    keeper, page = house.inside("az-dps", "security"), "/console/accounts/open/"
    typed = {"reference": "0002", "username": "new.liaison"}
    saved = {"draft_of": page, **typed}
    keeper.post("/console/draft/", saved)
    assert 'value="new.liaison"' in keeper.get(page).content.decode()
    assert keeper.post(page, typed).status_code == 200
    keeper.post("/console/draft/", saved)
    assert "new.liaison" not in keeper.get(page).content.decode()
    with house.node.connect(Role.BOOTSTRAP) as admin:
        admin.execute("UPDATE accounts_draft SET kept_at = kept_at - interval '11 seconds'")
    keeper.post("/console/draft/", saved)
    assert 'value="new.liaison"' in keeper.get(page).content.decode()


def test_a_form_from_elsewhere_leaves_no_draft_and_a_password_never_does(house):
    keeper = house.inside("az-dps", "security")
    keeper.get("/console/")
    idle(keeper, 31)
    strict = new_client(enforce_csrf_checks=True)
    strict.cookies = keeper.client.cookies
    strict.post("/console/accounts/open/", {"reference": "9", "username": "forged"})
    keeper.post("/accounts/join/", {"secret": "x", "password": PASSWORD, "again": PASSWORD})
    assert house.node.look("SELECT count(*) FROM accounts_draft") == [(0,)]


def test_unlocking_opens_no_session_of_before(house):
    person, keeper = house.inside(), house.inside("az-dps", "security")
    stranger = new_client()
    for _ in range(5):
        stranger.post("/accounts/login/", {"login": person.username, "password": "wrong"})
    assert person.get("/console/").status_code == 302
    keeper.post(f"/console/accounts/{person.account_id}/change/", {"act": "unlock"})
    assert person.get("/console/")["Location"].startswith("/accounts/login/")


def test_a_session_ends_twelve_hours_after_signing_in_however_busy_it_is(house, monkeypatch):
    from comity.doors.web import idle

    person = house.inside("az-dps", "security")
    real, start = idle.time.time, idle.time.time()
    for hours in (0.4, 0.8):
        monkeypatch.setattr(idle.time, "time", lambda hours=hours: start + hours * 3600)
        assert person.get("/console/").status_code == 200
    monkeypatch.setattr(idle, "IDLE", timedelta(hours=24))
    monkeypatch.setattr(idle.time, "time", lambda: start + 11.99 * 3600)
    assert person.get("/console/").status_code == 200
    monkeypatch.setattr(idle.time, "time", lambda: start + 12.01 * 3600)
    typed = {"reference": "0009", "username": "late"}
    answer = person.post("/console/accounts/open/", typed)
    monkeypatch.setattr(idle.time, "time", real)
    assert answer["Location"].startswith("/accounts/login/?next=%2Fconsole%2Faccounts%2Fopen%2F")
    assert person.get("/console/").status_code == 302
    assert acts(house, person)[-1] == "account.signed_out"
    person.sign_in()
    assert 'value="late"' in person.get("/console/accounts/open/").content.decode()


def test_a_change_of_factors_that_cannot_be_recorded_is_not_made(house, monkeypatch):
    from comity.doors.web.signin import factors

    person = house.person(factor=False)
    person.give_password()

    def fail(**_):
        raise RuntimeError

    monkeypatch.setattr(factors, "note_event", fail)
    page = person.get("/accounts/2fa/totp/activate/")
    if page.status_code == 302:
        person.post("/accounts/reauthenticate/", {"password": PASSWORD, "next": "/accounts/2fa/totp/activate/"})
        page = person.get("/accounts/2fa/totp/activate/")
    person.secret = person.client.session["mfa.totp.secret"]
    assert person.post("/accounts/2fa/totp/activate/", {"code": person.code()}).status_code == 500
    assert house.node.look("SELECT count(*) FROM mfa_authenticator") == [(0,)]


def test_the_security_officer_sees_from_where_and_by_which_means(house):
    person, keeper = house.inside(), house.inside("az-dps", "security")
    page = words_of(keeper.get(f"/console/accounts/{person.account_id}/"))
    assert "signed in password, authenticator app 127.0.0.1" in page
