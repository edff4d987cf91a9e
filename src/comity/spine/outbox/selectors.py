"""What waits, and what was given up."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec
from django.db.backends.utils import CursorWrapper

from comity.kernel.canonical import Json

_DEAD: Final = (
    "SELECT id, topic, destination, body::text, attempts, created_at, dead_at, last_error FROM outbox_message"
    " WHERE dead_at IS NOT NULL ORDER BY dead_at DESC, id LIMIT %s"
)
_DEAD_OF: Final = (
    "SELECT id, topic, destination, body::text, attempts, created_at, dead_at, last_error FROM outbox_message"
    " WHERE id = ANY(%s::uuid[]) AND dead_at IS NOT NULL ORDER BY id"
)
_WAITING: Final = (
    "SELECT DISTINCT destination FROM outbox_message WHERE done_at IS NULL AND dead_at IS NULL"
    " AND available_at <= %(now)s AND (claimed_until IS NULL OR claimed_until <= %(now)s) ORDER BY destination"
)
_BACKLOG: Final = (
    "SELECT destination, count(*), min(available_at) FROM outbox_message"
    " WHERE done_at IS NULL AND dead_at IS NULL GROUP BY destination ORDER BY destination"
)


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A message given up, and the code of its last failure."""

    id: UUID
    topic: str
    destination: str
    body: dict[str, Json]
    attempts: int
    created_at: datetime
    dead_at: datetime
    last_error: str


@dataclass(frozen=True, slots=True)
class Backlog:
    """What waits for one destination; `oldest_at` may lie ahead, when everything backs off."""

    destination: str
    count: int
    oldest_at: datetime


def list_dead(cursor: CursorWrapper, *, limit: int) -> list[DeadLetter]:
    """Return the messages given up, latest first."""
    cursor.execute(_DEAD, (limit,))
    return [_dead(row) for row in cursor.fetchall()]


def list_dead_of(cursor: CursorWrapper, message_ids: Iterable[UUID]) -> list[DeadLetter]:
    """Return those of these messages that were given up, by id."""
    cursor.execute(_DEAD_OF, (list(message_ids),))
    return [_dead(row) for row in cursor.fetchall()]


def _dead(row: tuple[Any, ...]) -> DeadLetter:
    return DeadLetter(*(*row[:3], msgspec.json.decode(row[3]), *row[4:]))


def list_waiting_destinations(cursor: CursorWrapper, *, now: datetime) -> list[str]:
    """Return the destinations with a message due and unclaimed: those the sweep wakes."""
    cursor.execute(_WAITING, {"now": now})
    return [row[0] for row in cursor.fetchall()]


def count_backlog(cursor: CursorWrapper) -> list[Backlog]:
    """Return what waits for each destination."""
    cursor.execute(_BACKLOG)
    return [Backlog(*row) for row in cursor.fetchall()]
