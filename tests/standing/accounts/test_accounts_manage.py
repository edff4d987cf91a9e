"""A security officer opens, invites, unlocks and closes the accounts of its agency, and nobody else does."""

from dataclasses import replace
from datetime import timedelta

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.config.node import Role
from comity.spine.tenancy.actor import Duty, node_actor
from comity.spine.tenancy.transaction import reading
from comity.standing.accounts.rules import FAILURES, WITHIN, counting, is_name, locks, may_try

STEWARD = node_actor(Duty.STEWARD)


@pytest.fixture
def do(demo):
    from comity.standing.accounts import commands

    return commands


@pytest.fixture
def officer(demo):
    return demo.actor("az-dps", "security")


def opened(demo, do, by, name="az-dps.clerk", reference="0007", agency="az-dps"):
    return do.open_account(by=by, now=demo.clock(), agency=agency, reference=reference, username=name)


def state(demo, account_id, by=STEWARD):
    from comity.standing.accounts.selectors import get_account

    with reading(by):
        return get_account(account_id).state.value


def joined(demo, do, by):
    invited = opened(demo, do, by)
    do.accept_invitation(by=STEWARD, now=demo.clock(), secret=invited.secret, password="a sentence that is long")
    return invited


def failing(demo, do, account_id, times, *, apart=timedelta(seconds=1)):
    from comity.standing.accounts.selectors import get_signed_in

    locked = []
    for _ in range(times):
        demo.clock.advance(seconds=apart.total_seconds())
        account = get_signed_in(account_id)
        do.begin_attempt(now=demo.clock(), account=account)
        locked.append(do.note_failure(by=STEWARD, now=demo.clock(), account=account, method="password"))
    return locked


def test_an_account_is_invited_then_open_then_closed(demo, do, officer):
    invited = opened(demo, do, officer)
    assert state(demo, invited.account_id, officer) == "invited"
    do.accept_invitation(by=STEWARD, now=demo.clock(), secret=invited.secret, password="a sentence that is long")
    assert state(demo, invited.account_id) == "open"
    do.close_account(by=officer, now=demo.clock(), account_id=invited.account_id)
    assert state(demo, invited.account_id) == "closed"
    with pytest.raises(do.AccountStateError, match="closed"):
        do.invite_again(by=officer, now=demo.clock(), account_id=invited.account_id)


@pytest.mark.parametrize("post", [("az-dps", "head"), ("az-dps", "auditor"), ("pima-so", "security")])
def test_no_other_post_manages_accounts(demo, do, officer, post):
    from comity.standing.accounts.selectors import NoAccountError, list_accounts

    invited = opened(demo, do, officer)
    other = demo.actor(*post)
    with pytest.raises(do.NotSecurityOfficerError):
        opened(demo, do, other, "somebody.else", "0008")
    for act in (do.invite_again, do.unlock_account, do.close_account):
        with pytest.raises(NoAccountError):
            act(by=other, now=demo.clock(), account_id=invited.account_id)
    with reading(other):
        assert list_accounts(officer.agency_id) == []
    with pytest.raises(do.NotSecurityOfficerError):
        opened(demo, do, replace(officer, duty=Duty.AUDITOR), "somebody.else", "0008")


@pytest.mark.parametrize("post", [("az-dps", "head"), ("pima-so", "security")])
def test_row_level_security_holds_the_same_line_behind_the_commands(demo, do, officer, post):
    invited, other = opened(demo, do, officer), demo.actor(*post)
    with demo.connect(Role.APP) as session:
        for name, value in (("agency", other.agency_id), ("post", other.post_id), ("duty", "agency")):
            session.execute("SELECT set_config(%s, %s, false)", (f"comity.{name}", str(value)))
        assert session.execute("SELECT count(*) FROM accounts_account").fetchone() == (0,)
        assert session.execute("UPDATE accounts_account SET locked_at = NULL").rowcount == 0
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            session.execute(
                "INSERT INTO accounts_account (id, username, password, agency_id, officer_id, made_at, failed_at)"
                " SELECT gen_random_uuid(), 'forged', '!', agency_id, id, now(), '{}' FROM directory_officer LIMIT 1"
            )
    assert demo.look("SELECT username FROM accounts_account") == [(invited.username,)]


def test_what_happens_to_an_account_is_seen_by_its_agency_alone(demo, do, officer):
    from comity.standing.accounts.selectors import list_account_events

    invited = joined(demo, do, officer)
    with reading(officer):
        assert [one.act.value for one in list_account_events(invited.account_id)] == ["joined", "opened"]
    with reading(demo.actor("pima-so", "security")):
        assert list_account_events(invited.account_id) == []
    demo.sequence()
    assert demo.verify().is_clean


@pytest.mark.parametrize("name", ["", "0head", "a b", "a..b", "head-", "x" * 65, "ñandú", "a'b", "a/b"])
def test_what_is_no_name_is_refused(demo, do, officer, name):
    with pytest.raises(do.NameTakenError):
        opened(demo, do, officer, name)


def test_a_name_and_an_officer_have_one_account(demo, do, officer):
    invited = opened(demo, do, officer, "AZ-DPS.Clerk ")
    assert invited.username == "az-dps.clerk"
    with pytest.raises(do.NameTakenError, match="taken"):
        opened(demo, do, officer, "az-dps.clerk", "0008")
    with pytest.raises(do.NameTakenError, match="has an account"):
        opened(demo, do, officer, "another", "0007")
    do.close_account(by=officer, now=demo.clock(), account_id=invited.account_id)
    assert opened(demo, do, officer, "another", "0007").username == "another"


def test_an_officer_of_another_agency_is_not_found(demo, do, officer):
    from comity.standing.directory.selectors import NotInDirectoryError

    with pytest.raises(NotInDirectoryError):
        opened(demo, do, officer, reference="9999")


def test_five_failures_in_a_quarter_of_an_hour_lock_until_somebody_unlocks(demo, do, officer):
    account_id = joined(demo, do, officer).account_id
    assert failing(demo, do, account_id, 5) == [False, False, False, False, True]
    assert state(demo, account_id) == "locked"
    demo.clock.advance(days=30)
    assert state(demo, account_id) == "locked"
    do.unlock_account(by=officer, now=demo.clock(), account_id=account_id)
    assert state(demo, account_id) == "open"
    assert failing(demo, do, account_id, 4) == [False] * 4
    with pytest.raises(do.AccountStateError, match="is open, not locked"):
        do.unlock_account(by=officer, now=demo.clock(), account_id=account_id)


def test_failures_far_apart_do_not_lock(demo, do, officer):
    account_id = joined(demo, do, officer).account_id
    assert failing(demo, do, account_id, 9, apart=timedelta(minutes=4)) == [False] * 9


def test_signing_in_forgets_failures_but_opens_no_lock(demo, do, officer):
    from comity.standing.accounts.selectors import get_signed_in

    account_id = joined(demo, do, officer).account_id
    failing(demo, do, account_id, 4)
    do.note_sign_in(by=STEWARD, now=demo.clock(), account=get_signed_in(account_id), method="password+totp")
    assert failing(demo, do, account_id, 5)[-1] is True
    do.note_sign_in(by=STEWARD, now=demo.clock(), account=get_signed_in(account_id), method="password+totp")
    assert state(demo, account_id) == "locked"


def test_an_invitation_is_good_once_and_for_three_days_and_the_last_one_counts(demo, do, officer):
    from comity.standing.accounts.selectors import InvitationRefusedError

    first = opened(demo, do, officer)
    second = do.invite_again(by=officer, now=demo.clock(), account_id=first.account_id)

    def accept(secret):
        return do.accept_invitation(by=STEWARD, now=demo.clock(), secret=secret, password="a sentence that is long")

    for wrong in (first.secret, "", "nonsense"):
        with pytest.raises(InvitationRefusedError):
            accept(wrong)
    assert accept(second.secret) == first.account_id
    with pytest.raises(InvitationRefusedError):
        accept(second.secret)
    third = do.invite_again(by=officer, now=demo.clock(), account_id=first.account_id)
    demo.clock.advance(days=3)
    with pytest.raises(InvitationRefusedError):
        accept(third.secret)
    assert second.secret not in repr(second)


def test_an_invitation_of_a_closed_account_is_void(demo, do, officer):
    from comity.standing.accounts.selectors import InvitationRefusedError

    invited = opened(demo, do, officer)
    do.close_account(by=officer, now=demo.clock(), account_id=invited.account_id)
    with pytest.raises(InvitationRefusedError):
        do.accept_invitation(by=STEWARD, now=demo.clock(), secret=invited.secret, password="a sentence that is long")


@given(st.lists(st.integers(0, 3600), max_size=40).map(sorted))
def test_an_account_is_locked_exactly_when_five_failures_lie_within_a_quarter_of_an_hour(seconds):
    from datetime import UTC, datetime

    start = datetime(2026, 1, 1, tzinfo=UTC)
    failed: list[datetime] = []
    for number, second in enumerate(seconds):
        now = start + timedelta(seconds=second)
        near = [one for one in seconds[:number] if timedelta(seconds=second - one) < WITHIN]
        assert may_try(failed, now) == (len(near) < FAILURES)
        failed = [*counting(failed, now), now]
        assert locks(failed, now) == (len(near) + 1 >= FAILURES)


def test_what_is_used_as_a_name_is_one() -> None:
    assert [name for name in ("az-dps.head", "a", "x_y-z.1") if not is_name(name)] == []
