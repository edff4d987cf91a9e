"""Reads of the ledger for screens and commands."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from comity.spine.ledger.edges import Cursor


@dataclass(frozen=True, slots=True)
class LedgerStatus:
    """How far the ledger is. `lag`: how long the oldest pending entry has waited, None when none waits."""

    size: int
    root: bytes | None
    note: str | None
    signed_at: datetime | None
    pending_count: int
    lag: timedelta | None


@dataclass(frozen=True, slots=True)
class StoredEntry:
    """One sequenced entry."""

    leaf_index: int
    entry_id: UUID
    agency_id: UUID
    body: bytes
    integrated_at: datetime


def get_status(cursor: Cursor, *, now: datetime) -> LedgerStatus:
    """Return size, newest checkpoint and backlog; any database role may."""
    cursor.execute("SELECT size, root, note, signed_at FROM ledger_checkpoint ORDER BY size DESC LIMIT 1")
    size, root, note, signed_at = cursor.fetchone() or (0, None, None, None)
    cursor.execute("SELECT pending_count, oldest_at FROM ledger_backlog()")
    count, oldest_at = cursor.fetchone()
    lag = None if oldest_at is None else now - oldest_at
    return LedgerStatus(size, None if root is None else bytes(root), note, signed_at, count, lag)


def get_entry(cursor: Cursor, *, entry_id: UUID) -> StoredEntry | None:
    """Return a sequenced entry with its body; as *app* the own agency's only, for the node's own auditor any."""
    cursor.execute(
        "SELECT leaf_index, entry_id, agency_id, body, integrated_at FROM ledger_entry WHERE entry_id = %s", (entry_id,)
    )
    row = cursor.fetchone()
    return None if row is None else StoredEntry(row[0], row[1], row[2], bytes(row[3]), row[4])


def get_checkpoint_note(cursor: Cursor) -> str | None:
    """Return the newest signed checkpoint, None before the first."""
    cursor.execute("SELECT note FROM ledger_checkpoint ORDER BY size DESC LIMIT 1")
    row = cursor.fetchone()
    return None if row is None else str(row[0])
