"""What runs and what is overdue."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec
from django.db.backends.utils import CursorWrapper

from comity.spine.clocks.rules import Step
from comity.spine.clocks.states import STOPPED

_COLUMNS: Final = (
    "id, kind, subject_id, agency_id, post_id, state, started_at, due_at, paused_at, pause_reason, stopped_at,"
    " how::text"
)
_OVERDUE: Final = (
    f"SELECT {_COLUMNS} FROM clocks_clock WHERE state <> 'stopped' AND due_at <= %s"
    " AND (state = 'running' OR due_at <= paused_at) ORDER BY due_at, id LIMIT %s"
)
_OF_SUBJECTS: Final = f"SELECT {_COLUMNS} FROM clocks_clock WHERE subject_id = ANY(%s::uuid[]) ORDER BY due_at, id"
_steps: Final = msgspec.json.Decoder(tuple[Step, ...]).decode


@dataclass(frozen=True, slots=True)
class ClockView:
    """A clock as it stands; `steps` explain its due date."""

    id: UUID
    kind: str
    subject_id: UUID
    agency_id: UUID
    post_id: UUID | None
    state: str
    started_at: datetime
    due_at: datetime
    paused_at: datetime | None
    pause_reason: str | None
    stopped_at: datetime | None
    steps: tuple[Step, ...]

    def is_overdue(self, now: datetime) -> bool:
        """Tell whether it ran out; a paused clock only when it had before the pause, a stopped one never."""
        return self.state != STOPPED and self.due_at <= (self.paused_at or now)


def list_overdue(cursor: CursorWrapper, *, now: datetime, limit: int) -> list[ClockView]:
    """Return the clocks that ran out, longest overdue first; of every agency for the courier."""
    cursor.execute(_OVERDUE, (now, limit))
    return [_view(row) for row in cursor.fetchall()]


def list_clocks(cursor: CursorWrapper, subject_ids: Iterable[UUID]) -> list[ClockView]:
    """Return every visible clock of these subjects, stopped ones too, the first due first."""
    cursor.execute(_OF_SUBJECTS, (list(subject_ids),))
    return [_view(row) for row in cursor.fetchall()]


def _view(row: tuple[Any, ...]) -> ClockView:
    return ClockView(*(*row[:-1], _steps(row[-1])))
