"""Reads of the exchange. Each takes the cursor of a `reading` or `acting` transaction and sees what its actor may."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.backends.utils import CursorWrapper

from comity.coordination.exchange.ask import Answered
from comity.spine.tenancy.transaction import decoded

_LATEST: Final = """
SELECT a.id, a.ask_key, w.status, w.classes, w.visible_at
FROM exchange_ask a
JOIN LATERAL (SELECT status, classes, visible_at FROM exchange_answer w WHERE w.ask_id = a.id
              ORDER BY w.number DESC LIMIT 1) w ON true
"""


def get_answers_by_key(cursor: CursorWrapper, asker_id: UUID, ask_keys: Collection[str]) -> dict[str, Answered]:
    """Return what counts now for the asks made under these keys, marked as repeated."""
    cursor.execute(f"{_LATEST} WHERE a.asker_id = %s AND a.ask_key = ANY(%s)", (asker_id, list(ask_keys)))
    return {row[1]: _answered(row) for row in cursor.fetchall()}


def get_answer(cursor: CursorWrapper, ask_id: UUID) -> Answered | None:
    """Return what counts now of an ask that this session may see."""
    cursor.execute(f"{_LATEST} WHERE a.id = %s", (ask_id,))
    row = cursor.fetchone()
    return _answered(row) if row else None


def list_asks(cursor: CursorWrapper, asker_id: UUID, *, before: UUID | None, limit: int) -> list[Answered]:
    """Return what counts now of the asks of an agency, newest first, those older than the ask `before`."""
    cursor.execute(
        f"{_LATEST} WHERE a.asker_id = %(asker)s AND (%(before)s::uuid IS NULL OR a.id < %(before)s)"
        " ORDER BY a.id DESC LIMIT %(limit)s",
        {"asker": asker_id, "before": before, "limit": limit},
    )
    return [_answered(row) for row in cursor.fetchall()]


def list_entries(cursor: CursorWrapper, ask_id: UUID) -> list[UUID]:
    """Return the ledger entries that answered an ask this session may see, oldest first."""
    cursor.execute("SELECT entry_id FROM exchange_answer WHERE ask_id = %s ORDER BY number", (ask_id,))
    return [row[0] for row in cursor.fetchall()]


def has_records(cursor: CursorWrapper, holder_id: UUID) -> bool:
    """Tell whether an agency has lodged a record that this session may see."""
    cursor.execute("SELECT EXISTS (SELECT FROM exchange_record WHERE holder_id = %s)", (holder_id,))
    return bool(cursor.fetchone()[0])


def _answered(row: tuple[object, ...]) -> Answered:
    ask_id, key, status, classes, visible_at = row
    return Answered(ask_id, key, status, decoded(classes), visible_at, repeated=True)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class DeliveryView:
    """A disclosure on its way to, or received by, this agency."""

    disclosure_id: UUID
    ask_id: UUID
    holder_id: UUID
    event: str
    happened_at: datetime


def list_deliveries(cursor: CursorWrapper, recipient_id: UUID, *, limit: int) -> list[DeliveryView]:
    """Return the latest event of each disclosure to this agency, newest first."""
    cursor.execute(
        "SELECT DISTINCT ON (disclosure_id) disclosure_id, ask_id, holder_id, event, happened_at"
        " FROM exchange_delivery WHERE recipient_id = %s ORDER BY disclosure_id DESC, happened_at DESC LIMIT %s",
        (recipient_id, limit),
    )
    return [DeliveryView(*row) for row in cursor.fetchall()]


def count_by_status(cursor: CursorWrapper) -> Sequence[tuple[str, int]]:
    """Return how many of the visible asks stand at each status."""
    cursor.execute(f"SELECT status, count(*) FROM ({_LATEST}) t GROUP BY 1 ORDER BY 2 DESC")
    return [(row[0], row[1]) for row in cursor.fetchall()]
