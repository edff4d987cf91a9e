"""The worker's side: claim, complete, fail. Each call is a short transaction of duty `courier`; sending is in none."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import msgspec
from django.db.backends.utils import CursorWrapper

from comity.kernel.canonical import Json
from comity.spine.outbox.rules import Random, next_attempt

_CLAIM: Final = """
WITH due AS MATERIALIZED (
    SELECT id FROM outbox_message
    WHERE done_at IS NULL AND dead_at IS NULL AND available_at <= %(now)s AND expires_at > %(now)s
        AND (claimed_until IS NULL OR claimed_until <= %(now)s) {where}
    ORDER BY available_at, id LIMIT %(limit)s FOR UPDATE SKIP LOCKED)
UPDATE outbox_message AS m SET claimed_by = %(worker)s, claimed_until = %(until)s, attempts = m.attempts + 1
FROM due WHERE m.id = due.id
RETURNING m.id, m.topic, m.destination, m.body::text, m.attempts, m.created_at, m.available_at, m.expires_at
"""
_CLAIM_ANY: Final = _CLAIM.format(where="")
_CLAIM_ONE: Final = _CLAIM.format(where="AND destination = %(destination)s")
_COMPLETE: Final = (
    "UPDATE outbox_message SET done_at = %s, claimed_by = NULL, claimed_until = NULL"
    " WHERE id = ANY(%s::uuid[]) AND done_at IS NULL AND dead_at IS NULL"
)
_LOCK: Final = (
    "SELECT attempts, expires_at FROM outbox_message"
    " WHERE id = %s AND claimed_by = %s AND done_at IS NULL AND dead_at IS NULL FOR UPDATE"
)
_AGAIN: Final = (
    "UPDATE outbox_message SET available_at = %s, last_error = %s, claimed_by = NULL, claimed_until = NULL"
    " WHERE id = %s"
)
_BURY: Final = (
    "UPDATE outbox_message SET dead_at = %s, last_error = %s, claimed_by = NULL, claimed_until = NULL"
    " WHERE id = ANY(%s::uuid[]) AND done_at IS NULL AND dead_at IS NULL RETURNING id"
)
_BURY_EXPIRED: Final = (
    "UPDATE outbox_message SET dead_at = %(now)s, last_error = coalesce(last_error, 'expired'),"
    " claimed_by = NULL, claimed_until = NULL"
    " WHERE done_at IS NULL AND dead_at IS NULL AND expires_at <= %(now)s"
    " AND (claimed_until IS NULL OR claimed_until <= %(now)s) RETURNING id"
)


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message one worker has to itself until its lease ends; `attempts` counts this one."""

    id: UUID
    topic: str
    destination: str
    body: dict[str, Json]
    attempts: int
    created_at: datetime
    available_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Again:
    """The message will be tried again at `at`."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Dead:
    """The message is given up; it is in `list_dead`."""


@dataclass(frozen=True, slots=True)
class Superseded:
    """The lease had ended and another worker has, or ended, the message; nothing was changed."""


def claim(
    cursor: CursorWrapper, *, worker: str, destination: str | None, limit: int, now: datetime, lease: timedelta
) -> list[Claimed]:
    """Take up to `limit` waiting messages (of every destination for None), oldest first, for `lease` from `now`.

    Rows another worker is taking are passed over. A worker that dies loses its claim when the lease ends; delivery is
    therefore idempotent by message id.
    """
    cursor.execute(
        _CLAIM_ANY if destination is None else _CLAIM_ONE,
        {"now": now, "until": now + lease, "worker": worker, "destination": destination, "limit": limit},
    )
    claimed = [Claimed(*(*row[:3], msgspec.json.decode(row[3]), *row[4:])) for row in cursor.fetchall()]
    return sorted(claimed, key=lambda message: (message.available_at, message.id))


def complete(cursor: CursorWrapper, message_ids: Iterable[UUID], *, now: datetime) -> int:
    """Mark messages as delivered, even when the lease has ended: they were. Return how many were still waiting."""
    cursor.execute(_COMPLETE, (now, list(message_ids)))
    count: int = cursor.rowcount
    return count


def fail(
    cursor: CursorWrapper, *, message_id: UUID, worker: str, code: str, now: datetime, random: Random
) -> Again | Dead | Superseded:
    """Give a claimed message back with the closed `code` of what went wrong; it is tried again or given up by `rules`.

    A worker whose lease has ended changes nothing.
    """
    cursor.execute(_LOCK, (message_id, worker))
    row = cursor.fetchone()
    if row is None:
        return Superseded()
    at = next_attempt(attempts=row[0], now=now, expires_at=row[1], random=random)
    if at is None:
        cursor.execute(_BURY, (now, code, [message_id]))
        return Dead()
    cursor.execute(_AGAIN, (at, code, message_id))
    return Again(at)


def bury(cursor: CursorWrapper, message_ids: Iterable[UUID], *, code: str, now: datetime) -> list[UUID]:
    """Give up messages at once, where no further try can help (a receiver's final no); return those still waiting."""
    cursor.execute(_BURY, (now, code, list(message_ids)))
    return [row[0] for row in cursor.fetchall()]


def bury_expired(cursor: CursorWrapper, *, now: datetime) -> list[UUID]:
    """Give up what expired unclaimed, or under a worker that died; for the sweep, which makes tasks of them."""
    cursor.execute(_BURY_EXPIRED, {"now": now})
    return [row[0] for row in cursor.fetchall()]
