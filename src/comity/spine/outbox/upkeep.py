"""What a person or the yearly round does with ended messages."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.backends.utils import CursorWrapper

_REVIVE: Final = (
    "UPDATE outbox_message SET dead_at = NULL, last_error = NULL, attempts = 0, available_at = %s, expires_at = %s"
    " WHERE id = ANY(%s::uuid[]) AND dead_at IS NOT NULL"
)
_PRUNE: Final = (
    "DELETE FROM outbox_message WHERE id IN"
    " (SELECT id FROM outbox_message WHERE done_at <= %s ORDER BY done_at LIMIT %s)"
)


def revive(cursor: CursorWrapper, message_ids: Iterable[UUID], *, now: datetime, expires_at: datetime) -> int:
    """Try given up messages again from `now` on, as if never tried; return how many there were."""
    cursor.execute(_REVIVE, (now, expires_at, list(message_ids)))
    count: int = cursor.rowcount
    return count


def prune_done(cursor: CursorWrapper, *, before: datetime, limit: int) -> int:
    """Delete messages delivered at or before `before`; the act rows of their commands tell what was sent."""
    cursor.execute(_PRUNE, (before, limit))
    count: int = cursor.rowcount
    return count
