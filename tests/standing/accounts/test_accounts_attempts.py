"""Guesses are counted before they are tried; from where they came is kept for a year and shown to one post."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connections

from comity.spine.tenancy.actor import Duty, node_actor
from comity.spine.tenancy.transaction import reading

STEWARD = node_actor(Duty.STEWARD)
SOURCES = "SELECT host(address) FROM accounts_source ORDER BY at"


@pytest.fixture
def account(demo):
    from comity.standing.accounts import commands
    from comity.standing.accounts.selectors import get_signed_in

    invited = commands.open_account(
        by=demo.actor("az-dps", "security"),
        now=demo.clock(),
        agency="az-dps",
        reference="0007",
        username="az-dps.clerk",
    )
    commands.accept_invitation(by=STEWARD, now=demo.clock(), secret=invited.secret, password="a sentence that is long")
    return get_signed_in(invited.account_id)


def at_once(times, act):
    def alone(number):
        try:
            return act(number)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(times) as threads:
        return list(threads.map(alone, range(times)))


def test_of_twenty_attempts_at_the_same_time_five_are_tried(demo, account):
    from comity.standing.accounts.commands import begin_attempt

    now = demo.clock()
    begun = at_once(20, lambda number: begin_attempt(now=now + timedelta(microseconds=number), account=account))
    assert begun.count(True) == 5


def test_of_twenty_wrong_passwords_at_the_same_time_five_are_looked_at(demo, account, monkeypatch):
    from allauth.account import auth_backends

    from comity.doors.web.signin.backend import PasswordBackend
    from comity.standing.accounts.selectors import get_user

    looked_at = []
    user = get_user(account.id)
    monkeypatch.setattr(
        auth_backends.AuthenticationBackend,
        "_check_password",
        lambda _self, _user, password: looked_at.append(password),
    )
    at_once(20, lambda number: PasswordBackend()._check_password(user, f"guess {number}"))
    assert len(looked_at) == 5


def test_an_attempt_that_was_right_counts_no_longer(demo, account):
    from comity.standing.accounts.commands import begin_attempt, forgive_attempt

    for _ in range(9):
        now = demo.clock()
        assert begin_attempt(now=now, account=account)
        forgive_attempt(now=now, account=account)


def test_a_crash_between_leaves_the_attempt_counted_for_a_quarter_of_an_hour(demo, account):
    from comity.standing.accounts.commands import begin_attempt

    begun = [begin_attempt(now=demo.clock(), account=account) for _ in range(6)]
    assert begun == [True] * 5 + [False]
    demo.clock.advance(minutes=15)
    assert begin_attempt(now=demo.clock(), account=account)


def test_from_where_somebody_came_is_seen_by_the_security_officer_alone_and_goes_after_a_year(demo, account):
    from comity.standing.accounts.commands import note_sign_in
    from comity.standing.accounts.selectors import list_account_events

    note_sign_in(by=STEWARD, now=demo.clock() - timedelta(days=400), account=account, method="x", source="192.0.2.1")
    note_sign_in(by=STEWARD, now=demo.clock(), account=account, method="password+totp", source="2001:db8::7")
    assert demo.look(SOURCES) == [("2001:db8::7",)]
    with reading(demo.actor("az-dps", "security")):
        assert list_account_events(account.id)[0].source == "2001:db8::7"
    for other in (("az-dps", "head"), ("az-dps", "auditor"), ("pima-so", "security")):
        with reading(demo.actor(*other)):
            assert {one.source for one in list_account_events(account.id)} <= {""}
    demo.sequence()
    assert demo.verify().is_clean


def test_what_is_not_a_year_old_cannot_be_removed(demo, account):
    from comity.spine.tenancy.transaction import acting
    from comity.standing.accounts.commands import note_sign_in

    note_sign_in(by=STEWARD, now=demo.clock(), account=account, method="x", source="192.0.2.1")
    with acting(STEWARD) as cursor:
        cursor.execute("DELETE FROM accounts_source")
        assert cursor.rowcount == 0
