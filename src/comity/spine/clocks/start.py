"""Starting clocks, in the transaction of the act that starts them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec
import psycopg
from django.db.backends.utils import CursorWrapper

from comity.spine.clocks.calendars import get_calendar
from comity.spine.clocks.rules import DueDate, Term, due
from comity.spine.clocks.states import CLOCK

_encode: Final = msgspec.json.Encoder().encode

_INSERT: Final = (
    "INSERT INTO clocks_clock (id, kind, subject_id, agency_id, post_id, calendar, term_count, term_unit, landing,"
    " started_at, due_at, extensions, state, how)"
    " SELECT id, kind, subject_id, agency_id, post_id, calendar, term_count, term_unit, landing, started_at, due_at,"
    " '[]'::jsonb, %b::text, how::jsonb FROM unnest("
    "%b::uuid[], %b::text[], %b::uuid[], %b::uuid[], %b::uuid[], %b::text[], %b::int[], %b::text[], %b::text[],"
    " %b::timestamptz[], %b::timestamptz[], %b::text[])"
    " AS t (id, kind, subject_id, agency_id, post_id, calendar, term_count, term_unit, landing, started_at, due_at,"
    " how)"
)


@dataclass(frozen=True, slots=True)
class Start:
    """A clock to start: `agency_id` (and `post_id`) owes something about `subject_id` within `term`.

    `calendar` is the code of the state whose days count.
    """

    id: UUID
    kind: str
    subject_id: UUID
    agency_id: UUID
    term: Term
    calendar: str
    started_at: datetime
    post_id: UUID | None = None


def start_clocks(cursor: CursorWrapper, starts: Sequence[Start]) -> dict[UUID, DueDate]:
    """Insert running clocks in one statement of the caller's transaction; return when each is due, and why.

    Any acting duty but the auditor's may start a clock for any agency. Raises `UnknownCalendarError`,
    `NaiveTimeError`, `psycopg.errors.UniqueViolation`.
    """
    if not starts:
        return {}
    dates = [due(start.started_at, start.term, get_calendar(start.calendar)) for start in starts]
    # Django's cursor writes parameters into the text; one with binary parameters halves what is sent.
    with psycopg.Cursor(cursor.connection) as binary:
        binary.execute(
            _INSERT,
            (
                CLOCK.initial,
                [start.id for start in starts],
                [start.kind for start in starts],
                [start.subject_id for start in starts],
                [start.agency_id for start in starts],
                [start.post_id for start in starts],
                [start.calendar for start in starts],
                [start.term.count for start in starts],
                [start.term.unit.value for start in starts],
                [start.term.landing.value for start in starts],
                [start.started_at for start in starts],
                [date.at for date in dates],
                [_encode(date.steps).decode() for date in dates],
            ),
        )
    return {start.id: date for start, date in zip(starts, dates, strict=True)}
