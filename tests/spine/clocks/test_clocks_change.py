from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import psycopg
import pytest

from comity.config.node import Role
from comity.kernel.ids import new_id, random_id
from comity.kernel.states import IllegalTransitionError
from comity.spine.clocks.change import (
    AlreadyExtendedError,
    ClockNotVisibleError,
    TooLateToExtendError,
    extend_clock,
    pause_clock,
    resume_clock,
    stop_clock,
    stop_clocks_of,
)
from comity.spine.clocks.rules import Term, Unit
from comity.spine.clocks.selectors import list_clocks, list_overdue
from comity.spine.clocks.start import Start, start_clocks
from comity.spine.tenancy.actor import Actor, Duty
from comity.spine.tenancy.transaction import acting, reading

NOW = datetime(2026, 12, 1, 16, tzinfo=UTC)
PHOENIX = ZoneInfo("America/Phoenix")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def holder() -> Actor:
    return Actor(new_id(), new_id())


@pytest.fixture
def courier() -> Actor:
    return Actor(new_id(), new_id(), Duty.COURIER)


@pytest.fixture
def begin(node, holder):
    """Start clocks against the holder, as an asker does; return them by the order of their ids."""

    def start(*terms: Term, subject=None, kind="answer"):
        starts = [
            Start(new_id(), kind, subject or random_id(), holder.agency_id, term, "az", NOW, holder.post_id)
            for term in terms
        ]
        with acting(Actor(new_id(), new_id())) as cursor:
            dates = start_clocks(cursor, starts)
        return [(each.id, each.subject_id, dates[each.id].at) for each in starts]

    return start


def view(actor, subject):
    with reading(actor) as cursor:
        (clock,) = list_clocks(cursor, [subject])
    return clock


def test_started_clock_runs_and_explains_its_due_date(begin, holder):
    ((clock_id, subject, at),) = begin(Term(10, Unit.BUSINESS_DAYS))
    clock = view(holder, subject)
    assert (clock.id, clock.state, clock.due_at) == (clock_id, "running", at)
    assert at == datetime(2026, 12, 16, tzinfo=PHOENIX)
    assert (clock.steps[0].step, clock.steps[-2].on, clock.steps[-1].step) == ("started", "2026-12-15", "due")


def test_clock_is_for_its_agency_and_the_courier_only(begin, holder, courier):
    ((clock_id, subject, _),) = begin(Term(1, Unit.DAYS))
    assert view(courier, subject).id == clock_id
    for stranger in (Actor(new_id(), new_id()), Actor(holder.agency_id, new_id(), Duty.AUDITOR)):
        with reading(stranger) as cursor:
            assert list_clocks(cursor, [subject]) == []
        with pytest.raises(ClockNotVisibleError), acting(stranger) as cursor:
            pause_clock(cursor, clock_id=clock_id, reason="awaiting_court", now=NOW)


def test_clock_is_overdue_from_its_due_instant_on_longest_first(begin, courier):
    (_, _, second), (_, _, first) = begin(Term(3, Unit.HOURS), Term(2, Unit.HOURS))
    for now, count in ((first - timedelta(microseconds=1), 0), (first, 1), (second, 2)):
        with reading(courier) as cursor:
            assert [clock.due_at for clock in list_overdue(cursor, now=now, limit=9)] == [first, second][:count]


def test_paused_clock_is_not_overdue_unless_it_was_before(begin, holder):
    (early, _, _), (late, _, _) = begin(Term(1, Unit.HOURS), Term(3, Unit.HOURS))
    with acting(holder) as cursor:
        for clock_id in (early, late):
            pause_clock(cursor, clock_id=clock_id, reason="awaiting_court", now=NOW + 2 * HOUR)
    with reading(holder) as cursor:
        overdue = list_overdue(cursor, now=NOW + 9 * DAY, limit=9)
    assert [clock.id for clock in overdue] == [early]
    assert overdue[0].is_overdue(NOW + 9 * DAY)


def test_pause_and_resume_give_back_what_was_left_and_are_told_in_the_explanation(begin, holder):
    ((clock_id, subject, at),) = begin(Term(10, Unit.HOURS))
    with acting(holder) as cursor:
        pause_clock(cursor, clock_id=clock_id, reason="awaiting_court", now=NOW + HOUR)
    assert view(holder, subject).pause_reason == "awaiting_court"
    with acting(holder) as cursor:
        assert resume_clock(cursor, clock_id=clock_id, now=NOW + 6 * HOUR).at == at + 5 * HOUR
    clock = view(holder, subject)
    assert (clock.state, clock.due_at, clock.paused_at) == ("running", at + 5 * HOUR, None)
    assert [step.step for step in clock.steps] == ["started", "due", "paused", "resumed", "due"]
    assert clock.steps[2].note == "awaiting_court"


def test_clock_is_extended_once_before_it_runs_out(begin, holder, node):
    ((clock_id, subject, at),) = begin(Term(2, Unit.HOURS))
    more = Term(1, Unit.HOURS)
    with acting(holder) as cursor:
        assert extend_clock(cursor, clock_id=clock_id, by=more, reason="volume", now=NOW).at == at + HOUR
    with pytest.raises(AlreadyExtendedError), acting(holder) as cursor:
        extend_clock(cursor, clock_id=clock_id, by=more, reason="volume", now=NOW)
    assert view(holder, subject).due_at == at + HOUR
    with node.connect(Role.VERIFIER) as verifier:
        ((extensions,),) = verifier.execute("SELECT extensions FROM clocks_clock").fetchall()
    assert [(each["reason"], each["count"], each["unit"]) for each in extensions] == [("volume", 1, "hours")]


def test_extension_comes_too_late_when_the_clock_has_run_out(begin, holder):
    ((clock_id, _, at),) = begin(Term(2, Unit.HOURS))
    with pytest.raises(TooLateToExtendError), acting(holder) as cursor:
        extend_clock(cursor, clock_id=clock_id, by=Term(1, Unit.HOURS), reason="volume", now=at)


def test_stopped_clock_is_never_overdue_and_takes_no_event(begin, holder):
    ((clock_id, _, at),) = begin(Term(2, Unit.HOURS))
    with acting(holder) as cursor:
        stop_clock(cursor, clock_id=clock_id, now=NOW)
    with reading(holder) as cursor:
        assert list_overdue(cursor, now=at + DAY, limit=9) == []
    for act in (stop_clock, resume_clock):
        with pytest.raises(IllegalTransitionError), acting(holder) as cursor:
            act(cursor, clock_id=clock_id, now=NOW)
    with pytest.raises(IllegalTransitionError), acting(holder) as cursor:
        pause_clock(cursor, clock_id=clock_id, reason="awaiting_court", now=NOW)


def test_running_clock_is_not_resumed_and_paused_one_not_paused_or_extended(begin, holder):
    ((clock_id, _, _),) = begin(Term(2, Unit.HOURS))
    with pytest.raises(IllegalTransitionError), acting(holder) as cursor:
        resume_clock(cursor, clock_id=clock_id, now=NOW)
    with acting(holder) as cursor:
        pause_clock(cursor, clock_id=clock_id, reason="awaiting_court", now=NOW)
    with pytest.raises(IllegalTransitionError), acting(holder) as cursor:
        pause_clock(cursor, clock_id=clock_id, reason="awaiting_court", now=NOW)
    with pytest.raises(IllegalTransitionError), acting(holder) as cursor:
        extend_clock(cursor, clock_id=clock_id, by=Term(1, Unit.HOURS), reason="volume", now=NOW)


def test_every_clock_of_a_kind_about_a_subject_stops_at_once(begin, holder, courier):
    subject = random_id()
    answers = begin(Term(1, Unit.DAYS), Term(2, Unit.DAYS), subject=subject)
    begin(Term(1, Unit.DAYS), subject=subject, kind="review")
    with acting(courier) as cursor:
        stopped = stop_clocks_of(cursor, subject_ids=[subject], kind="answer", now=NOW)
        assert sorted(stopped) == sorted(clock_id for clock_id, _, _ in answers)
        assert stop_clocks_of(cursor, subject_ids=[subject], kind="answer", now=NOW) == []
    with reading(holder) as cursor:
        assert [(c.kind, c.state) for c in list_clocks(cursor, [subject]) if c.state != "stopped"] == [
            ("review", "running")
        ]


def test_auditor_starts_nothing(node, holder):
    auditor = Actor(holder.agency_id, holder.post_id, Duty.AUDITOR)
    start = Start(new_id(), "answer", random_id(), holder.agency_id, Term(1, Unit.DAYS), "az", NOW)
    with pytest.raises(psycopg.errors.InsufficientPrivilege), acting(auditor) as cursor:
        start_clocks(cursor, [start])


def test_application_cannot_move_a_start(begin, node):
    begin(Term(1, Unit.DAYS))
    with pytest.raises(psycopg.errors.InsufficientPrivilege), node.connect(Role.APP) as app:
        app.execute("UPDATE clocks_clock SET started_at = now()")
