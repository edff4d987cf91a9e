from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from comity.kernel.time import NaiveTimeError
from comity.spine.clocks.calendars import ARIZONA, UTAH, UnknownCalendarError, get_calendar, is_weekend
from comity.spine.clocks.rules import Landing, Step, Term, TermError, TimeOrderError, Unit, due, extended, resumed

PHOENIX, DENVER = ZoneInfo("America/Phoenix"), ZoneInfo("America/Denver")
DAY = timedelta(days=1)

calendars = st.sampled_from([ARIZONA, UTAH])
instants = st.datetimes(datetime(2024, 1, 1), datetime(2031, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 - zone given
terms = st.builds(Term, st.integers(1, 120), st.sampled_from(Unit), st.sampled_from(Landing))
gaps = st.timedeltas(timedelta(), timedelta(days=400))


def local(zone, *parts):
    return datetime(*parts, tzinfo=zone)


def days(steps, code):
    return [(step.on, step.note) for step in steps if step.step == code]


def test_ten_business_days_across_thanksgiving_in_arizona():
    date_due = due(local(PHOENIX, 2026, 11, 20, 16), Term(10, Unit.BUSINESS_DAYS), ARIZONA)
    assert date_due.at == local(PHOENIX, 2026, 12, 8)  # the midnight that ends Monday the 7th
    assert days(date_due.steps, "not_counted") == [
        ("2026-11-21", "weekend"),
        ("2026-11-22", "weekend"),
        ("2026-11-26", "Thanksgiving Day"),
        ("2026-11-28", "weekend"),
        ("2026-11-29", "weekend"),
        ("2026-12-05", "weekend"),
        ("2026-12-06", "weekend"),
    ]
    assert days(date_due.steps, "last_day") == [("2026-12-07", None)]
    assert date_due.steps[0] == Step("started", at="2026-11-20T23:00:00.000000Z", note="10 business_days, az")
    assert date_due.steps[-1] == Step("due", at="2026-12-08T07:00:00.000000Z")


def test_pioneer_day_counts_in_arizona_and_not_in_utah():
    start, term = datetime(2026, 7, 22, 18, tzinfo=UTC), Term(2, Unit.BUSINESS_DAYS)
    assert due(start, term, ARIZONA).at == local(PHOENIX, 2026, 7, 25)
    assert due(start, term, UTAH).at == local(DENVER, 2026, 7, 28)


def test_holiday_observed_in_the_year_before_is_known():
    assert ARIZONA.closed(date(2027, 12, 31)) == "New Year's Day (observed)"


def test_civil_day_of_the_start_is_the_states_own():
    start = datetime(2026, 11, 21, 6, 30, tzinfo=UTC)  # Friday evening in Phoenix and in Denver
    assert due(start, Term(1, Unit.BUSINESS_DAYS), ARIZONA).at == local(PHOENIX, 2026, 11, 24)
    assert due(start, Term(1, Unit.DAYS, Landing.AS_IT_FALLS), UTAH).at == local(DENVER, 2026, 11, 22)


def test_last_day_on_a_weekend_moves_to_the_next_open_day_unless_the_term_says_not():
    start = local(DENVER, 2026, 11, 12, 9)  # ten days on is a Sunday
    moved = due(start, Term(10, Unit.DAYS), UTAH)
    assert moved.at == local(DENVER, 2026, 11, 24)
    assert days(moved.steps, "moved_on") == [("2026-11-22", "weekend")]
    assert due(start, Term(10, Unit.DAYS, Landing.AS_IT_FALLS), UTAH).at == local(DENVER, 2026, 11, 23)


@pytest.mark.parametrize(
    ("start", "months", "last"),
    [
        ((2026, 1, 31), 1, (2026, 2, 28)),
        ((2028, 1, 31), 1, (2028, 2, 29)),
        ((2026, 8, 31), 6, (2027, 2, 28)),
        ((2026, 12, 15), 12, (2027, 12, 15)),
        ((2026, 11, 30), 1, (2026, 12, 30)),
    ],
)
def test_month_ends_on_the_same_day_or_on_its_last(start, months, last):
    date_due = due(local(PHOENIX, *start, 9), Term(months, Unit.MONTHS, Landing.AS_IT_FALLS), ARIZONA)
    assert date_due.at == local(PHOENIX, *last) + DAY


def test_forty_eight_hours_without_the_weekend():
    start = local(PHOENIX, 2026, 11, 20, 15)  # Friday, three in the afternoon
    date_due = due(start, Term(48, Unit.WEEKDAY_HOURS), ARIZONA)
    assert date_due.at == local(PHOENIX, 2026, 11, 24, 15)
    assert days(date_due.steps, "not_counted") == [("2026-11-21", "weekend"), ("2026-11-22", "weekend")]


def test_day_that_loses_an_hour_still_ends_at_its_own_midnight():
    start = local(DENVER, 2026, 3, 7, 12)  # the clocks go forward on the 8th
    term = Term(1, Unit.DAYS, Landing.AS_IT_FALLS)
    assert due(start, term, UTAH).at == datetime(2026, 3, 9, 6, tzinfo=UTC)
    assert UTAH.start_of(date(2026, 3, 9)) - UTAH.start_of(date(2026, 3, 8)) == timedelta(hours=23)
    assert UTAH.start_of(date(2026, 11, 2)) - UTAH.start_of(date(2026, 11, 1)) == timedelta(hours=25)
    assert ARIZONA.start_of(date(2026, 3, 9)) - ARIZONA.start_of(date(2026, 3, 8)) == DAY


def test_hours_are_hours_whatever_the_clocks_on_the_wall_do():
    start = local(DENVER, 2026, 11, 1, 0, 30)
    assert due(start, Term(24, Unit.HOURS), UTAH).at - start.astimezone(UTC) == timedelta(hours=24)


def test_pause_of_three_business_days_moves_the_end_by_three():
    term = Term(10, Unit.BUSINESS_DAYS)
    end = due(local(PHOENIX, 2026, 12, 1, 9), term, ARIZONA).at
    assert end == local(PHOENIX, 2026, 12, 16)
    pause = {"paused_at": local(PHOENIX, 2026, 12, 3, 9), "resumed_at": local(PHOENIX, 2026, 12, 8, 9)}
    assert resumed(end, **pause, term=term, calendar=ARIZONA).at == local(PHOENIX, 2026, 12, 19)


def test_pause_over_a_weekend_gives_no_business_day():
    term = Term(10, Unit.BUSINESS_DAYS)
    end = due(local(PHOENIX, 2026, 12, 1, 9), term, ARIZONA).at
    pause = {"paused_at": local(PHOENIX, 2026, 12, 4, 9), "resumed_at": local(PHOENIX, 2026, 12, 6, 9)}
    assert resumed(end, **pause, term=term, calendar=ARIZONA).at == end


def test_clock_that_was_overdue_when_paused_stays_overdue():
    end = local(PHOENIX, 2026, 12, 1)
    late = resumed(end, paused_at=end, resumed_at=end + 30 * DAY, term=Term(5, Unit.DAYS), calendar=ARIZONA)
    assert late.at == end
    assert late.steps[1].step == "overdue_when_paused"


def test_resuming_before_the_pause_is_refused():
    now = datetime(2026, 11, 22, tzinfo=UTC)
    with pytest.raises(TimeOrderError):
        resumed(now + DAY, paused_at=now, resumed_at=now - DAY, term=Term(5, Unit.DAYS), calendar=ARIZONA)


def test_extension_counts_on_from_the_last_day():
    end = due(local(PHOENIX, 2026, 12, 1, 9), Term(5, Unit.BUSINESS_DAYS), ARIZONA).at
    assert end == local(PHOENIX, 2026, 12, 9)
    assert extended(end, by=Term(5, Unit.BUSINESS_DAYS), calendar=ARIZONA).at == local(PHOENIX, 2026, 12, 16)


@pytest.mark.parametrize("count", [0, -1])
def test_term_of_nothing_is_refused(count):
    with pytest.raises(TermError):
        Term(count, Unit.DAYS)


def test_unknown_calendar_names_the_known_ones():
    with pytest.raises(UnknownCalendarError, match="`az`, `ut`"):
        get_calendar("zz")


def test_start_without_a_zone_is_refused():
    with pytest.raises(NaiveTimeError):
        due(datetime(2026, 1, 1), Term(1, Unit.DAYS), UTAH)  # noqa: DTZ001 - that is the point


@given(start=instants, count=st.integers(1, 60), calendar=calendars)
def test_business_days_end_on_an_open_day_and_count_only_open_days(start, count, calendar):
    last = calendar.day_of(due(start, Term(count, Unit.BUSINESS_DAYS), calendar).at) - DAY
    first = calendar.day_of(start)
    between = [first + timedelta(days=n) for n in range(1, (last - first).days + 1)]
    assert calendar.closed(last) is None
    assert sum(calendar.closed(day) is None for day in between) == count


@given(start=instants, term=terms, calendar=calendars)
def test_due_lies_after_the_start_and_more_time_is_never_less(start, term, calendar):
    at = due(start, term, calendar).at
    assert at > start
    assert due(start, Term(term.count + 1, term.unit, term.landing), calendar).at >= at
    assert extended(at, by=term, calendar=calendar).at > at


@given(start=instants, term=terms, calendar=calendars)
def test_default_landing_is_an_open_day(start, term, calendar):
    assume(term.unit in {Unit.DAYS, Unit.MONTHS})
    at = due(start, Term(term.count, term.unit), calendar).at
    assert calendar.closed(calendar.day_of(at - DAY / 2)) is None
    assert at >= due(start, Term(term.count, term.unit, Landing.AS_IT_FALLS), calendar).at


@given(start=instants, term=terms, calendar=calendars)
def test_days_end_at_a_local_midnight(start, term, calendar):
    assume(term.unit in {Unit.DAYS, Unit.MONTHS, Unit.BUSINESS_DAYS})
    at = due(start, term, calendar).at
    assert at == calendar.start_of(calendar.day_of(at))


@given(start=instants, term=terms, calendar=calendars, before=gaps, pause=gaps)
def test_resumed_clock_is_never_due_earlier(start, term, calendar, before, pause):
    at = due(start, term, calendar).at
    paused_at = start + before
    again = resumed(at, paused_at=paused_at, resumed_at=paused_at + pause, term=term, calendar=calendar).at
    assert again >= at
    assert paused_at >= at or again > paused_at + pause or term.unit is Unit.WEEKDAY_HOURS


@given(start=instants, term=terms, by=terms, calendar=calendars, before=gaps, pause=gaps)
def test_resumed_clock_that_was_extended_is_never_due_earlier(start, term, by, calendar, before, pause):
    at = extended(due(start, term, calendar).at, by=by, calendar=calendar).at
    paused_at = start + before
    again = resumed(at, paused_at=paused_at, resumed_at=paused_at + pause, term=term, calendar=calendar).at
    assert again >= at


@given(start=instants, term=terms, calendar=calendars, before=gaps, first=gaps, second=gaps)
def test_longer_pause_is_never_due_earlier(start, term, calendar, before, first, second):
    at = due(start, term, calendar).at
    paused_at = start + before
    short, long = sorted([first, second])
    ends = [
        resumed(at, paused_at=paused_at, resumed_at=paused_at + pause, term=term, calendar=calendar).at
        for pause in (short, long)
    ]
    assert ends[0] <= ends[1]


@given(start=instants, count=st.integers(1, 200), calendar=calendars)
def test_weekday_hours_never_end_within_a_weekend(start, count, calendar):
    at = due(start, Term(count, Unit.WEEKDAY_HOURS), calendar).at
    assert not is_weekend(calendar.day_of(at - timedelta(microseconds=1)))
    assert at - start >= timedelta(hours=count)


@given(start=instants, term=terms, calendar=calendars)
def test_the_explanation_starts_at_the_start_and_ends_at_the_due_instant(start, term, calendar):
    date_due = due(start, term, calendar)
    assert date_due.steps[0].step == "started"
    assert datetime.fromisoformat(date_due.steps[-1].at) == date_due.at
