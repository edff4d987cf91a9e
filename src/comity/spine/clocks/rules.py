"""When something is due, and how that date came about. Pure.

Days are civil days of the calendar's state: the first is not counted, the last is, and the due instant is the midnight
that ends it (A.R.S. 1-243, Utah Code 68-3-7). Something is overdue from its due instant on.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Final

import msgspec

from comity.kernel.time import aware, utc_text
from comity.spine.clocks.calendars import Calendar, is_weekend

_DAY: Final = timedelta(days=1)
_INSTANT: Final = timedelta(microseconds=1)
_MONTHS: Final = 12


class TermError(ValueError):
    """A term that no clock can run: none of its unit, or fewer."""


class TimeOrderError(ValueError):
    """A clock is resumed before it was paused; the machine's clock was set back."""


class Unit(StrEnum):
    """What a term counts."""

    HOURS = "hours"
    WEEKDAY_HOURS = "weekday_hours"
    """Hours that stand still on Saturday and Sunday, and run on holidays ("48 hours excluding weekends")."""
    DAYS = "days"
    BUSINESS_DAYS = "business_days"
    MONTHS = "months"


class Landing(StrEnum):
    """What becomes of a last day on which offices are closed; business days and hours have none such."""

    NEXT_OPEN_DAY = "next_open_day"
    AS_IT_FALLS = "as_it_falls"


@dataclass(frozen=True, slots=True)
class Term:
    """How long something may take: `count` of `unit`."""

    count: int
    unit: Unit
    landing: Landing = Landing.NEXT_OPEN_DAY

    def __post_init__(self) -> None:
        if self.count < 1:
            raise TermError(f"a term has at least one of its unit, not `{self.count}`")


class Step(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line of the explanation: a code, the civil day or the instant it is about, and a name or a reason code."""

    step: str
    on: str | None = None
    at: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class DueDate:
    """The instant from which something is overdue (UTC), and the steps that lead there."""

    at: datetime
    steps: tuple[Step, ...]


def due(start: datetime, term: Term, calendar: Calendar) -> DueDate:
    """Return when what started at `start` is due; raises `NaiveTimeError`."""
    start = aware(start)
    counted = _counted(start, term, calendar)
    first = Step("started", at=utc_text(start), note=f"{term.count} {term.unit.value}, {calendar.code}")
    return DueDate(counted.at, (first, *counted.steps))


def resumed(due_at: datetime, *, paused_at: datetime, resumed_at: datetime, term: Term, calendar: Calendar) -> DueDate:
    """Return the due date of a clock that stood still in between: what was left at the pause is left at the end of it.

    Never earlier than before; a clock that was overdue when paused stays overdue. Raises `TimeOrderError`.
    """
    if resumed_at < paused_at:
        raise TimeOrderError(f"resumed at `{utc_text(resumed_at)}`, before the pause at `{utc_text(paused_at)}`")
    counted = DueDate(due_at, (Step("overdue_when_paused", at=utc_text(due_at)),))
    if paused_at < due_at:
        counted = _left(due_at, paused_at, resumed_at, term, calendar)
    if counted.at < due_at:  # an extension in another unit may end where this one does not count
        counted = _due_at(due_at)
    return DueDate(counted.at, (Step("resumed", at=utc_text(resumed_at)), *counted.steps))


def extended(due_at: datetime, *, by: Term, calendar: Calendar) -> DueDate:
    """Return the due date that follows `due_at` by the term `by`; days are counted from the last day that was."""
    counted = _counted(due_at if _is_hourly(by) else due_at - _INSTANT, by, calendar)
    return DueDate(counted.at, (Step("extended", note=f"{by.count} {by.unit.value}, {calendar.code}"), *counted.steps))


def _is_hourly(term: Term) -> bool:
    return term.unit in {Unit.HOURS, Unit.WEEKDAY_HOURS}


def _counted(start: datetime, term: Term, calendar: Calendar) -> DueDate:
    if term.unit is Unit.HOURS:
        return _due_at(start + timedelta(hours=term.count))
    if term.unit is Unit.WEEKDAY_HOURS:
        return _run_weekdays(start, timedelta(hours=term.count), calendar)
    return _counted_days(calendar.day_of(start), term, calendar)


def _left(due_at: datetime, paused_at: datetime, resumed_at: datetime, term: Term, calendar: Calendar) -> DueDate:
    if term.unit is Unit.HOURS:
        return _due_at(due_at + (resumed_at - paused_at))
    if term.unit is Unit.WEEKDAY_HOURS:
        return _run_weekdays(resumed_at, _weekday_time(paused_at, due_at, calendar), calendar)
    pause_day, resume_day = calendar.day_of(paused_at), calendar.day_of(resumed_at)
    last = calendar.day_of(due_at - _INSTANT)
    if term.unit is Unit.BUSINESS_DAYS:
        left = sum(calendar.closed(day) is None for day in _days_after(pause_day, last))
        return _nth_open_day(resume_day, left, calendar)
    return _landed(last + (resume_day - pause_day), term.landing, calendar)


@lru_cache(maxsize=8192)
def _counted_days(first: date, term: Term, calendar: Calendar) -> DueDate:
    if term.unit is Unit.BUSINESS_DAYS:
        return _nth_open_day(first, term.count, calendar)
    day = _add_months(first, term.count) if term.unit is Unit.MONTHS else first + timedelta(days=term.count)
    return _landed(day, term.landing, calendar)


def _due_at(at: datetime, steps: Sequence[Step] = ()) -> DueDate:
    return DueDate(at, (*steps, Step("due", at=utc_text(at))))


def _end_of(day: date, steps: Sequence[Step], calendar: Calendar) -> DueDate:
    return _due_at(calendar.start_of(day + _DAY), (*steps, Step("last_day", on=day.isoformat())))


def _nth_open_day(first: date, count: int, calendar: Calendar) -> DueDate:
    if count == 0:  # the rest of a day that had begun
        return _landed(first, Landing.NEXT_OPEN_DAY, calendar)
    steps: list[Step] = []
    day = first
    while count:
        day += _DAY
        closed = calendar.closed(day)
        if closed is None:
            count -= 1
        else:
            steps.append(Step("not_counted", on=day.isoformat(), note=closed))
    return _end_of(day, steps, calendar)


def _landed(day: date, landing: Landing, calendar: Calendar) -> DueDate:
    last = calendar.next_open(day) if landing is Landing.NEXT_OPEN_DAY else day
    moved = tuple(
        Step("moved_on", on=each.isoformat(), note=calendar.closed(each))
        for each in _days_after(day - _DAY, last - _DAY)
    )
    return _end_of(last, moved, calendar)


def _days_after(day: date, last: date) -> Sequence[date]:
    return [day + timedelta(days=number) for number in range(1, (last - day).days + 1)]


def _add_months(day: date, count: int) -> date:
    years, month = divmod(day.month - 1 + count, _MONTHS)
    first_of_next = date(day.year + years + (month + 1) // _MONTHS, (month + 1) % _MONTHS + 1, 1)
    return min(date(day.year + years, month + 1, 1) + timedelta(days=day.day - 1), first_of_next - _DAY)


def _run_weekdays(start: datetime, left: timedelta, calendar: Calendar) -> DueDate:
    steps: list[Step] = []
    now = start
    while True:
        day = calendar.day_of(now)
        midnight = calendar.start_of(day + _DAY)
        if is_weekend(day):
            steps.append(Step("not_counted", on=day.isoformat(), note="weekend"))
        elif left <= midnight - now:
            return _due_at(now + left, steps)
        else:
            left -= midnight - now
        now = midnight


def _weekday_time(start: datetime, end: datetime, calendar: Calendar) -> timedelta:
    total = timedelta()
    now = start
    while now < end:
        day = calendar.day_of(now)
        until = min(end, calendar.start_of(day + _DAY))
        if not is_weekend(day):
            total += until - now
        now = until
    return total
