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


@dataclass(frozen=True, slots=True)
class SignedSize:
    """What one checkpoint signed, and when."""

    size: int
    root: bytes
    signed_at: datetime


@dataclass(frozen=True, slots=True)
class Leaf:
    """Where an entry stands in the tree: no body. Both None: it waits for the sequencer."""

    leaf_index: int | None
    leaf_hash: bytes | None


def list_checkpoints(cursor: Cursor, *, up_to: int | None, limit: int) -> list[SignedSize]:
    """Return checkpoints, the newest first, of at most `up_to` entries; any database role may."""
    cursor.execute(
        "SELECT size, root, signed_at FROM ledger_checkpoint WHERE (%s::bigint IS NULL OR size <= %s)"
        " ORDER BY size DESC LIMIT %s",
        (up_to, up_to, limit),
    )
    return [SignedSize(size, bytes(root), signed_at) for size, root, signed_at in cursor.fetchall()]


def find_leaf(cursor: Cursor, *, entry_id: UUID) -> Leaf | None:
    """Return where an entry stands, None for an unknown id; any database role may: hashes and places are public."""
    cursor.execute("SELECT at_index, at_hash FROM ledger_locate(%s)", (entry_id,))
    row = cursor.fetchone()
    return None if row is None else Leaf(row[0], None if row[1] is None else bytes(row[1]))


def get_checkpoint_note(cursor: Cursor) -> str | None:
    """Return the newest signed checkpoint, None before the first."""
    cursor.execute("SELECT note FROM ledger_checkpoint ORDER BY size DESC LIMIT 1")
    row = cursor.fetchone()
    return None if row is None else str(row[0])
