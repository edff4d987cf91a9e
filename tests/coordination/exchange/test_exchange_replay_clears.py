"""Which replay of a release clears its way: one that decided again what was decided under the law it would replace."""

from datetime import UTC, datetime, timedelta

import pytest
from exchange_given import DISCLOSED, REFUSED, put

from comity.config.node import Role
from comity.coordination.exchange.commands.replay import replay_law
from comity.kernel.time import Period
from comity.spine.tenancy.actor import Actor, Duty
from comity.standing.law.commands import NotReplayedError, load_release, put_in_force
from comity.standing.law.rules import Release, shipped_release
from comity.standing.law.selectors import get_current_law, list_in_force, list_replays
from law_signed import approve_whole

LONG_AGO = Period(datetime(1990, 1, 1, tzinfo=UTC), datetime(1990, 1, 2, tzinfo=UTC))


@pytest.fixture
def release_id(demo):
    """A release without California's rules, approved as such."""
    shipped = shipped_release()
    packs = {name: text for name, text in shipped.packs.items() if name != "us-ca"}
    release = Release(packs, shipped.text_sources, shipped.authority_source)
    release_id = load_release(by=demo.node("steward"), now=demo.clock(), release=release)
    counsel = demo.actor("az-ag", "counsel")
    approve_whole(Actor(counsel.agency_id, counsel.post_id, Duty.STEWARD), release_id, demo.clock())
    return release_id


def replay(demo, release_id, period):
    replay_law(
        release_id=release_id, period=period, by=demo.node("steward"), now=demo.clock(), keys=demo.keys,
        progress=lambda *_: None,
    )  # fmt: skip
    return list_replays(release_id)[-1].counts


def force(demo, release_id):
    put_in_force(by=demo.node("steward"), now=demo.clock(), release_id=release_id)
    return get_current_law(demo.clock()).release_id


def refused(demo, release_id):
    with pytest.raises(NotReplayedError):
        force(demo, release_id)


def today(demo):
    return Period(demo.clock.now - timedelta(days=1), demo.clock())


def test_a_replay_of_a_day_of_1990_clears_the_way_for_nothing(demo, release_id):
    put(demo, DISCLOSED)
    counts = replay(demo, release_id, LONG_AGO)
    assert (counts.decided, counts.covered, counts.made) == (0, 0, 1)
    refused(demo, release_id)
    counts = replay(demo, release_id, today(demo))
    assert (counts.decided, counts.covered, counts.made) == (1, 1, 1)
    assert force(demo, release_id) == release_id


def test_a_period_in_which_nobody_asked_is_not_enough_where_somebody_had_asked(demo, release_id):
    put(demo, DISCLOSED)
    demo.clock.advance(hours=1)
    counts = replay(demo, release_id, Period(demo.clock.now - timedelta(minutes=10), demo.clock.now))
    assert (counts.decided, counts.covered, counts.made) == (0, 0, 1)
    refused(demo, release_id)


def test_the_same_law_put_in_force_again_does_not_hide_what_was_decided_under_it(demo, release_id):
    put(demo, DISCLOSED)
    [current] = list_in_force()
    demo.clock.advance(hours=1)
    force(demo, current.release_id)
    demo.clock.advance(hours=1)
    assert replay(demo, release_id, LONG_AGO).made == 1
    refused(demo, release_id)


def test_where_nothing_was_decided_yet_a_replay_of_nothing_is_enough(demo, release_id):
    demo.clock.advance(hours=1)
    assert replay(demo, release_id, today(demo)).made == 0
    assert force(demo, release_id) == release_id


def test_decisions_that_cannot_be_read_do_not_count(demo, release_id):
    put(demo, DISCLOSED, "a")
    put(demo, REFUSED, "r")
    with demo.connect(Role.BOOTSTRAP) as admin:
        admin.execute("SET session_replication_role = replica")
        admin.execute("UPDATE exchange_decision SET ruleset = 'gone'")
    counts = replay(demo, release_id, today(demo))
    assert (counts.decided, counts.unreadable, counts.covered) == (0, 2, 2)
    refused(demo, release_id)


def test_decisions_made_under_an_earlier_law_are_no_decisions_under_this_one(demo, release_id):
    put(demo, DISCLOSED)
    first = list_in_force()[-1].release_id
    replay(demo, release_id, today(demo))
    force(demo, release_id)
    put(demo, DISCLOSED, "k2")
    since = list_in_force()[0].effective_at
    before = Period(since - timedelta(days=1), since)
    counts = replay(demo, first, before)
    assert (counts.decided, counts.covered, counts.made) == (1, 0, 1)
    refused(demo, first)
    assert replay(demo, first, today(demo)).covered == 1
    assert force(demo, first) == first
