"""Instants and half-open periods."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from comity.kernel.time import EmptyPeriodError, NaiveTimeError, Period, aware, utc_text

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
PHOENIX = timezone(timedelta(hours=-7))
moments = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.sampled_from([UTC, PHOENIX]))  # noqa: DTZ001 - hypothesis adds the zone


@st.composite
def periods(draw: st.DrawFn) -> Period:
    starts_at, ends_at = draw(moments), draw(st.none() | moments)
    assume(ends_at is None or starts_at < ends_at)
    return Period(starts_at, ends_at)


def test_a_period_holds_its_start_and_not_its_end() -> None:
    period = Period(NOON, NOON + SECOND)
    assert period.contains(NOON)
    assert period.contains(NOON + SECOND - timedelta(microseconds=1))
    assert not period.contains(NOON + SECOND)
    assert not period.contains(NOON - timedelta(microseconds=1))


def test_periods_that_meet_do_not_overlap() -> None:
    first, second = Period(NOON - SECOND, NOON), Period(NOON, NOON + SECOND)
    assert not first.overlaps(second)
    assert not second.overlaps(first)


def test_a_period_without_end_goes_on() -> None:
    assert Period(NOON).contains(datetime.max.replace(tzinfo=UTC))


@given(periods(), periods())
def test_overlap_is_mutual_and_means_a_shared_instant(one: Period, other: Period) -> None:
    shared = max(one.starts_at, other.starts_at)
    assert one.overlaps(other) == other.overlaps(one) == (one.contains(shared) and other.contains(shared))


@given(periods(), periods(), moments)
def test_a_period_covers_another_when_it_contains_all_of_it(one: Period, other: Period, moment: datetime) -> None:
    if one.covers(other):
        assert one.contains(moment) or not other.contains(moment)
        assert one.overlaps(other)
    else:
        begins_before = not one.contains(other.starts_at)
        goes_on_after = one.ends_at is not None and (other.ends_at is None or one.ends_at < other.ends_at)
        assert begins_before or goes_on_after


@pytest.mark.parametrize("ends_at", [NOON, NOON - SECOND])
def test_a_period_without_an_instant_is_refused(ends_at: datetime) -> None:
    with pytest.raises(EmptyPeriodError, match="ends before it starts"):
        Period(NOON, ends_at)


def test_a_time_without_a_zone_is_refused() -> None:
    naive = NOON.replace(tzinfo=None)
    for refused in (lambda: aware(naive), lambda: utc_text(naive), lambda: Period(naive), lambda: Period(NOON, naive)):
        with pytest.raises(NaiveTimeError, match="without a zone: `2026-11-22T12:00:00`"):
            refused()


def test_an_instant_is_written_in_utc_with_six_digits() -> None:
    assert utc_text(datetime(2026, 11, 21, 18, 2, 3, 4, tzinfo=PHOENIX)) == "2026-11-22T01:02:03.000004Z"
    assert utc_text(NOON) == "2026-11-22T12:00:00.000000Z"


@given(moments, moments)
def test_texts_sort_as_the_instants_do(one: datetime, other: datetime) -> None:
    assert (utc_text(one) < utc_text(other)) == (one < other)
    assert (utc_text(one) == utc_text(other)) == (one == other)
    assert datetime.fromisoformat(utc_text(one)) == one
