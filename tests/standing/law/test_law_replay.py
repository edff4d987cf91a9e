"""Before a release takes the place of another, past decisions were decided again under it, and that is recorded."""

from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from comity.config.node import Role
from comity.kernel.ids import new_id
from comity.kernel.time import Period
from comity.spine.ledger.models import Pending
from comity.spine.tenancy.actor import Actor
from comity.standing.law.commands import (
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
    replayed(people[0], third, NOW + DAY)
    with pytest.raises(NotReplayedError, match=str(second)):
        force(people, second, NOW + DAY)
    assert get_current_law(NOW + DAY).release_id == releases[0]
    replayed(people[0], second, NOW + DAY)
    force(people, second, NOW + DAY)
    assert get_current_law(NOW + DAY).release_id == second


def test_a_replay_against_a_law_that_was_replaced_since_does_not_count(people, releases):
    first, second, third = releases
    for one in (second, third):
        replayed(people[0], one, NOW + DAY)
    force(people, second, NOW + DAY)
    with pytest.raises(NotReplayedError):
        force(people, third, NOW + 2 * DAY)
    replayed(people[0], first, NOW + 2 * DAY)
    force(people, first, NOW + 2 * DAY)
    with pytest.raises(
        NotReplayedError
    ):  # the earlier replay was against the same law, but before it took effect again
        force(people, second, NOW + 3 * DAY)
    replayed(people[0], second, NOW + 3 * DAY)
    force(people, second, NOW + 3 * DAY)


def test_the_law_in_force_needs_no_replay_against_itself(people, releases):
    force(people, releases[0], NOW + DAY)
    assert get_current_law(NOW + DAY).release_id == releases[0]


def test_a_replay_is_recorded_with_its_counts_and_stands_in_the_ledger(people, releases):
    against = get_current_law(NOW).digest
    counts, period = ReplayCounts(5, 2, 1), Period(NOW - DAY, NOW)
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
        "counts": ReplayCounts(1, 0, 0),
        "list_digest": "a" * 64,
    }
    wrong = [
        ({"by": Actor(people[0].agency_id, people[0].post_id)}, NotStewardError),
        ({"release_id": new_id()}, UnknownReleaseError),
        ({"against": "0" * 64}, UnknownReleaseError),
        ({"period": Period(NOW)}, ValueError),
        ({"counts": ReplayCounts(1, -1, 0)}, ValueError),
    ]
    for change, error in wrong:
        with pytest.raises(error):
            record_replay(**right | change)
    assert not LawReplay.objects.exists()


def test_nobody_but_the_steward_writes_a_replay_and_nobody_changes_one(people, releases, node):
    replayed(people[0], releases[1], NOW)
    columns = (
        "id, at, agency_id, post_id, release_id, against, starts_at, ends_at, decided, same, different, unreadable"
    )
    again = (
        f"INSERT INTO law_replay ({columns}, list_digest, entry_id) SELECT gen_random_uuid(), at, agency_id, post_id,"
        " release_id, against, starts_at, ends_at, {decided}, same, different, unreadable, list_digest, entry_id"
        " FROM law_replay"
    )
    with node.connect(Role.APP) as app:
        app.execute("SELECT set_config('comity.agency', %s, false)", (str(people[0].agency_id),))
        for duty in ("", "agency", "auditor", "retention"):
            app.execute("SELECT set_config('comity.duty', %s, false)", (duty,))
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                app.execute(again.format(decided="decided"))
        app.execute("SELECT set_config('comity.duty', 'steward', false)")
        with pytest.raises(psycopg.errors.CheckViolation):
            app.execute(again.format(decided="decided + 1"))
    with node.connect(Role.OWNER) as owner, pytest.raises(psycopg.errors.InsufficientPrivilege):
        owner.execute("UPDATE law_replay SET different = 0")
