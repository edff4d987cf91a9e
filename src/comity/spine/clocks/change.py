"""Pausing, resuming, extending and stopping a clock, in the transaction of the act that causes it.

For the posts of the clock's agency and for the courier. The row is locked; what happened is added to `how`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec
from django.db.backends.utils import CursorWrapper

from comity.kernel.time import utc_text
from comity.spine.clocks.calendars import Calendar, get_calendar
from comity.spine.clocks.rules import DueDate, Landing, Step, Term, Unit, extended, resumed
from comity.spine.clocks.states import CLOCK, STOPPED

_encode: Final = msgspec.json.Encoder().encode

_LOCK: Final = (
    "SELECT state, due_at, paused_at, calendar, term_count, term_unit, landing, jsonb_array_length(extensions)"
    " FROM clocks_clock WHERE id = %s FOR UPDATE"
)
_PAUSE: Final = (
    "UPDATE clocks_clock SET state = %s, paused_at = %s, pause_reason = %s, how = how || %s::jsonb WHERE id = %s"
)
_RESUME: Final = (
    "UPDATE clocks_clock SET state = %s, paused_at = NULL, pause_reason = NULL, due_at = %s, how = how || %s::jsonb"
    " WHERE id = %s"
)
_EXTEND: Final = (
    "UPDATE clocks_clock SET state = %s, due_at = %s, extensions = extensions || %s::jsonb, how = how || %s::jsonb"
    " WHERE id = %s"
)
_STOP: Final = (
    "UPDATE clocks_clock SET state = %s, stopped_at = %s, paused_at = NULL, pause_reason = NULL,"
    " how = how || %s::jsonb WHERE id = ANY(%s::uuid[]) AND state <> %s"
)
_OF_SUBJECTS: Final = (
    "SELECT id FROM clocks_clock WHERE subject_id = ANY(%s::uuid[]) AND kind = %s AND state <> %s FOR UPDATE"
)


class ClockNotVisibleError(LookupError):
    """A clock is not there or belongs to another agency."""


class AlreadyExtendedError(ValueError):
    """A clock is extended once at most."""


class TooLateToExtendError(ValueError):
    """A clock that ran out is overdue; an extension would hide it."""


@dataclass(frozen=True, slots=True)
class _Locked:
    state: str
    due_at: datetime
    paused_at: datetime | None
    calendar: Calendar
    term: Term
    extensions: int


def pause_clock(cursor: CursorWrapper, *, clock_id: UUID, reason: str, now: datetime) -> None:
    """Let a running clock stand still from `now` on; `reason` is a code.

    Raises `ClockNotVisibleError`, `IllegalTransitionError`.
    """
    state = CLOCK.next(_lock(cursor, clock_id).state, "pause")
    steps = _steps([Step("paused", at=utc_text(now), note=reason)])
    cursor.execute(_PAUSE, (state, now, reason, steps, clock_id))


def resume_clock(cursor: CursorWrapper, *, clock_id: UUID, now: datetime) -> DueDate:
    """Let a paused clock run on and return its new due date, never earlier than the old one.

    Raises `ClockNotVisibleError`, `IllegalTransitionError`, `TimeOrderError`.
    """
    clock = _lock(cursor, clock_id)
    state = CLOCK.next(clock.state, "resume")
    date = resumed(
        clock.due_at, paused_at=clock.paused_at or now, resumed_at=now, term=clock.term, calendar=clock.calendar
    )
    cursor.execute(_RESUME, (state, date.at, _steps(date.steps), clock_id))
    return date


def extend_clock(cursor: CursorWrapper, *, clock_id: UUID, by: Term, reason: str, now: datetime) -> DueDate:
    """Give a running clock more time, once, before it runs out, and return its new due date; `reason` is a code.

    Raises `ClockNotVisibleError`, `IllegalTransitionError`, `AlreadyExtendedError`, `TooLateToExtendError`.
    """
    clock = _lock(cursor, clock_id)
    state = CLOCK.next(clock.state, "extend")
    if clock.extensions:
        raise AlreadyExtendedError(f"clock `{clock_id}` was extended before; a second extension is not possible")
    if now >= clock.due_at:
        raise TooLateToExtendError(f"clock `{clock_id}` was due at `{utc_text(clock.due_at)}`")
    date = extended(clock.due_at, by=by, calendar=clock.calendar)
    extension = {
        "at": utc_text(now),
        "count": by.count,
        "unit": by.unit.value,
        "reason": reason,
        "from": utc_text(clock.due_at),
        "to": utc_text(date.at),
    }
    cursor.execute(_EXTEND, (state, date.at, _encode([extension]).decode(), _steps(date.steps), clock_id))
    return date


def stop_clock(cursor: CursorWrapper, *, clock_id: UUID, now: datetime) -> None:
    """End a clock: what it ran for is done or has lapsed. Raises `ClockNotVisibleError`, `IllegalTransitionError`."""
    CLOCK.next(_lock(cursor, clock_id).state, "stop")
    _stop(cursor, [clock_id], now)


def stop_clocks_of(cursor: CursorWrapper, *, subject_ids: Iterable[UUID], kind: str, now: datetime) -> list[UUID]:
    """End every clock of a kind that still runs, or stands still, for these subjects; return which."""
    cursor.execute(_OF_SUBJECTS, (list(subject_ids), kind, STOPPED))
    ids = [row[0] for row in cursor.fetchall()]
    if ids:
        _stop(cursor, ids, now)
    return ids


def _stop(cursor: CursorWrapper, ids: Sequence[UUID], now: datetime) -> None:
    cursor.execute(_STOP, (STOPPED, now, _steps([Step("stopped", at=utc_text(now))]), list(ids), STOPPED))


def _lock(cursor: CursorWrapper, clock_id: UUID) -> _Locked:
    cursor.execute(_LOCK, (clock_id,))
    row = cursor.fetchone()
    if row is None:
        raise ClockNotVisibleError(f"no clock `{clock_id}` of this agency")
    state, due_at, paused_at, calendar, count, unit, landing, extensions = row
    term = Term(count, Unit(unit), Landing(landing))
    return _Locked(state, due_at, paused_at, get_calendar(calendar), term, extensions)


def _steps(steps: Sequence[Step]) -> str:
    return _encode(steps).decode()
