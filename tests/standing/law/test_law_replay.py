"""Before a release takes the place of another, past decisions were decided again under it, and that is recorded."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from django.db import connections

from comity.config.node import Role
from comity.kernel.ids import new_id
from comity.kernel.time import Period
from comity.spine.ledger.models import Pending
from comity.spine.tenancy.actor import NODE, Actor
from comity.standing.law.commands import (
    LaterScheduledError,
    NotReplayedError,
    NotStewardError,
    load_release,
    put_in_force,
    record_replay,
)
from comity.standing.law.facts import ReplayCounts
from comity.standing.law.models import LawReplay
from comity.standing.law.rules import Release, shipped_release
from comity.standing.law.selectors import UnknownReleaseError, get_current_law, list_replays
from law_signed import approve_whole, replayed

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
DAY = timedelta(days=1)
COUNTS = ReplayCounts(same=5, different=2, undetermined=2, unreadable=1, covered=6, made=12)


def without(*jurisdictions: str) -> Release:
    shipped = shipped_release()
    packs = {name: text for name, text in shipped.packs.items() if name not in jurisdictions}
    return Release(packs, shipped.text_sources, shipped.authority_source)


@pytest.fixture
def releases(people):
    """The release in force since `NOW`, and two approved ones."""
    steward, counsel = people
    ids = [load_release(by=steward, now=NOW, release=one) for one in (without(), without("us-ca"), without("us-ut"))]
    for release_id in ids:
        approve_whole(counsel, release_id, NOW)
    put_in_force(by=steward, now=NOW, release_id=ids[0])
    return ids


def force(people, release_id, now) -> None:
    put_in_force(by=people[0], now=now, release_id=release_id)


def test_a_release_takes_the_place_of_another_only_after_a_replay_against_it(people, releases):
    _, second, third = releases
    replayed(third, NOW + DAY)
    with pytest.raises(NotReplayedError, match=str(second)):
        force(people, second, NOW + DAY)
    assert get_current_law(NOW + DAY).release_id == releases[0]
    replayed(second, NOW + DAY)
    force(people, second, NOW + DAY)
    assert get_current_law(NOW + DAY).release_id == second


def test_a_replay_against_a_law_that_was_replaced_since_does_not_count(people, releases):
    first, second, third = releases
    for one in (second, third):
        replayed(one, NOW + DAY)
    force(people, second, NOW + DAY)
    with pytest.raises(NotReplayedError):
        force(people, third, NOW + 2 * DAY)
    replayed(first, NOW + 2 * DAY)
    force(people, first, NOW + 2 * DAY)
    with pytest.raises(
        NotReplayedError
    ):  # the earlier replay was against the same law, but before it took effect again
        force(people, second, NOW + 3 * DAY)
    replayed(second, NOW + 3 * DAY)
    force(people, second, NOW + 3 * DAY)


def test_the_law_in_force_needs_no_replay_against_itself(people, releases):
    force(people, releases[0], NOW + DAY)
    assert get_current_law(NOW + DAY).release_id == releases[0]


def test_a_replay_is_recorded_with_its_counts_and_stands_in_the_ledger(people, releases):
    against = get_current_law(NOW).digest
    counts, period = COUNTS, Period(NOW - DAY, NOW)
    asked = {"release_id": releases[1], "against": against, "period": period, "counts": counts, "list_digest": "a" * 64}
    replay = record_replay(by=people[0], now=NOW, **asked)
    [found] = list_replays(releases[1])
    assert (found.id, found.against, found.period, found.counts) == (replay, against, period, counts)
    assert found.counts.decided == 7
    last = Pending.objects.using("verifier").order_by("-seq").first()
    assert f'"law_replay/{replay}"' in bytes(last.body).decode()


def test_a_replay_that_fits_nothing_is_not_recorded(people, releases):
    right = {
        "by": people[0],
        "now": NOW,
        "release_id": releases[1],
        "against": get_current_law(NOW).digest,
        "period": Period(NOW - DAY, NOW),
        "counts": COUNTS,
        "list_digest": "a" * 64,
    }
    wrong = [
        ({"by": Actor(people[0].agency_id, people[0].post_id)}, NotStewardError),
        ({"release_id": new_id()}, UnknownReleaseError),
        ({"against": "0" * 64}, UnknownReleaseError),
        ({"period": Period(NOW)}, ValueError),
        ({"period": Period(NOW - DAY, NOW + DAY)}, ValueError),
        ({"counts": replace(COUNTS, different=-1)}, ValueError),
        ({"counts": replace(COUNTS, made=None)}, ValueError),
        ({"counts": replace(COUNTS, made=COUNTS.covered - 1)}, ValueError),
    ]
    for change, error in wrong:
        with pytest.raises(error):
            record_replay(**right | change)
    assert not LawReplay.objects.exists()


@pytest.mark.parametrize(
    ("since", "changes", "clears"),
    [
        (NOW - DAY, {}, True),
        (NOW - DAY, {"covered": 0}, False),
        (NOW - DAY, {"covered": 3, "unreadable": 3}, False),
        (NOW - DAY, {"covered": 4, "unreadable": 3}, True),
        (NOW - DAY, {"covered": 0, "made": 0}, True),
        (NOW - DAY, {"covered": 1, "same": 0, "different": 0, "undetermined": 1, "unreadable": 0}, True),
        (NOW - 9 * DAY, {}, False),
        (NOW - 9 * DAY, {"covered": 0, "made": 0}, False),
    ],
)
def test_a_replay_counts_when_it_was_of_something_decided_under_the_law_in_force(
    people, releases, since, changes, clears
):
    period = Period(since, since + DAY + timedelta(hours=1))
    asked = {"release_id": releases[1], "against": get_current_law(NOW).digest, "period": period}
    counts = replace(COUNTS, **changes)
    record_replay(by=people[0], now=NOW + DAY / 2, counts=counts, list_digest="a" * 64, **asked)
    if not clears:
        with pytest.raises(NotReplayedError):
            force(people, releases[1], NOW + DAY)
        return
    force(people, releases[1], NOW + DAY)
    assert get_current_law(NOW + DAY).release_id == releases[1]


def test_a_replay_made_before_there_was_a_decision_does_not_count_for_ever(people, releases):
    replayed(releases[1], NOW + DAY)
    with pytest.raises(NotReplayedError):
        force(people, releases[1], NOW + 3 * DAY)
    replayed(releases[1], NOW + 3 * DAY)
    force(people, releases[1], NOW + 3 * DAY)
    assert get_current_law(NOW + 3 * DAY).release_id == releases[1]


def test_what_is_to_come_is_replayed_against_when_it_has_come(people, releases):
    _, second, third = releases
    for one in (second, third):
        replayed(one, NOW + DAY)
    put_in_force(by=people[0], now=NOW + DAY, release_id=second, effective_at=NOW + 10 * DAY)
    with pytest.raises(NotReplayedError, match=f"release `{second}`"):
        put_in_force(by=people[0], now=NOW + DAY, release_id=third, effective_at=NOW + 20 * DAY)
    with pytest.raises(LaterScheduledError, match=f"release `{second}` is to follow"):
        put_in_force(by=people[0], now=NOW + DAY, release_id=third, effective_at=NOW + 5 * DAY)
    for at in (NOW + 10 * DAY, NOW + 5 * DAY):  # the way the message says
        put_in_force(by=people[0], now=NOW + DAY, release_id=third, effective_at=at)
    assert [get_current_law(NOW + days * DAY).release_id for days in (4, 5, 10)] == [releases[0], third, third]


def test_putting_the_same_law_in_force_again_makes_no_decision_under_it_undone(people, releases):
    asked = {"release_id": releases[1], "against": get_current_law(NOW).digest, "list_digest": "a" * 64}
    early = Period(NOW, NOW + DAY)
    record_replay(by=people[0], now=NOW + DAY, period=early, counts=COUNTS, **asked)
    force(people, releases[0], NOW + 2 * DAY)
    force(people, releases[1], NOW + 3 * DAY)
    assert get_current_law(NOW + 3 * DAY).release_id == releases[1]


def test_two_that_put_in_force_at_once_do_not_pass_one_another(people, releases, node):
    _, second, third = releases
    for one in (second, third):
        replayed(one, NOW + DAY)
    with node.connect(Role.APP) as held:
        held.execute("SELECT pg_advisory_lock(hashtextextended('law.put_in_force', 0))")
        with ThreadPoolExecutor(2) as pool:
            tried = [
                pool.submit(_forced, people, one, NOW + DAY + n * DAY / 24) for n, one in enumerate((second, third))
            ]
            while waiting(node) < 2:
                assert not any(one.done() for one in tried)
            held.execute("SELECT pg_advisory_unlock(hashtextextended('law.put_in_force', 0))")
        assert sorted(one.result() for one in tried) == ["forced", "refused"]


def waiting(node) -> int:
    with node.connect(Role.BOOTSTRAP) as admin:
        [found] = admin.execute(
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        ).fetchone()
    return int(found)


def _forced(people, release_id, now) -> str:
    try:
        force(people, release_id, now)
    except (NotReplayedError, LaterScheduledError):
        return "refused"
    finally:
        connections.close_all()
    return "forced"


def test_nobody_but_the_steward_writes_a_replay_and_nobody_changes_one(people, releases, node):
    replayed(releases[1], NOW)
    columns = (
        "id, at, agency_id, post_id, release_id, against, starts_at, ends_at, decided, same, different, unreadable,"
        " undetermined, covered, made"
    )
    again = (
        f"INSERT INTO law_replay ({columns}, list_digest, entry_id) SELECT gen_random_uuid(), at, agency_id, post_id,"
        " release_id, against, starts_at, ends_at, {decided}, same, different, unreadable, undetermined, covered,"
        " {made}, list_digest, entry_id"
        " FROM law_replay"
    )
    with node.connect(Role.APP) as app:
        app.execute("SELECT set_config('comity.agency', %s, false)", (str(NODE),))
        for duty in ("", "agency", "auditor", "retention"):
            app.execute("SELECT set_config('comity.duty', %s, false)", (duty,))
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                app.execute(again.format(decided="decided", made="made"))
        app.execute("SELECT set_config('comity.duty', 'steward', false)")
        with pytest.raises(psycopg.errors.CheckViolation):
            app.execute(again.format(decided="decided + 1", made="made"))
        with pytest.raises(psycopg.errors.CheckViolation):
            app.execute(again.format(decided="decided", made="covered - 1"))
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            app.execute(again.format(decided="decided", made="null"))
    with node.connect(Role.OWNER) as owner, pytest.raises(psycopg.errors.InsufficientPrivilege):
        owner.execute("UPDATE law_replay SET different = 0")
