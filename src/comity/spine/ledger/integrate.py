"""The statements of one sequencing step: claim, insert, sign into the database. All run in the step's transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import IntegrityError, transaction
from django.db.backends.utils import CursorWrapper

from comity.spine.ledger.last_signed import LastSigned
from comity.spine.ledger.tiles import Tile

# Numbered and hashed where the rows are: only leaf hashes come back. `row_number` keeps the order of arrival as far
# as it was visible; commits may overtake each other, and an entry that shows up late simply gets a later leaf.
_MOVE: Final = """
WITH chosen AS (
    SELECT seq FROM ledger_pending p WHERE {condition} ORDER BY seq LIMIT %s
), taken AS (
    DELETE FROM ledger_pending p USING chosen c WHERE p.seq = c.seq
    RETURNING p.seq, p.entry_id, p.agency_id, p.body
)
INSERT INTO ledger_entry (leaf_index, entry_id, agency_id, body, leaf_hash, integrated_at)
SELECT %s + row_number() OVER (ORDER BY seq) - 1, entry_id, agency_id, body, sha256('\\x00'::bytea || body), %s
FROM taken
RETURNING leaf_index, leaf_hash
"""
_MOVE_ALL: Final = _MOVE.format(condition="true")
_MOVE_UNREPEATED: Final = _MOVE.format(
    condition="NOT EXISTS (SELECT FROM ledger_entry e WHERE e.entry_id = p.entry_id)"
)


@dataclass(frozen=True, slots=True)
class Head:
    """The newest checkpoint in the database."""

    size: int
    root: bytes
    note: str
    signed_at: datetime


def has_pending(cursor: CursorWrapper) -> bool:
    """Tell whether any entry waits."""
    cursor.execute("SELECT EXISTS (SELECT FROM ledger_pending)")
    return bool(cursor.fetchone()[0])


def count_entries(cursor: CursorWrapper) -> int:
    """Return how many leaves the tree has, by its last index."""
    cursor.execute("SELECT coalesce(max(leaf_index) + 1, 0) FROM ledger_entry")
    return int(cursor.fetchone()[0])


def get_head(cursor: CursorWrapper) -> Head | None:
    """Return the newest checkpoint, None before the first."""
    cursor.execute("SELECT size, root, note, signed_at FROM ledger_checkpoint ORDER BY size DESC LIMIT 1")
    row = cursor.fetchone()
    return None if row is None else Head(row[0], bytes(row[1]), row[2], row[3])


def move_pending(cursor: CursorWrapper, *, batch: int, first: int, now: datetime) -> Sequence[bytes]:
    """Move up to `batch` pending entries to the leaves from `first` on; return their leaf hashes in leaf order."""
    try:
        with transaction.atomic(using=cursor.db.alias):
            return _move(cursor, _MOVE_ALL, batch, first, now)
    except IntegrityError:
        # An id that is already a leaf was appended again: it stays in pending, where `verify` names it.
        return _move(cursor, _MOVE_UNREPEATED, batch, first, now)


def _move(cursor: CursorWrapper, query: str, batch: int, first: int, now: datetime) -> Sequence[bytes]:
    cursor.execute(query, (batch, first, now))
    return [bytes(row[1]) for row in sorted(cursor.fetchall())]


def insert_tiles(cursor: CursorWrapper, tiles: Sequence[Tile]) -> None:
    """Store tiles that became full."""
    if tiles:
        cursor.execute(
            "INSERT INTO ledger_tile (level, index, data, root)"
            " SELECT * FROM unnest(%s::smallint[], %s::bigint[], %s::bytea[], %s::bytea[])",
            (
                [tile.level for tile in tiles],
                [tile.index for tile in tiles],
                [tile.data for tile in tiles],
                [tile.root for tile in tiles],
            ),
        )


def insert_checkpoint(cursor: CursorWrapper, last: LastSigned) -> None:
    """Store a signed checkpoint."""
    cursor.execute(
        "INSERT INTO ledger_checkpoint (size, root, note, signed_at) VALUES (%s, %s, %s, %s)",
        (last.checkpoint.size, last.checkpoint.root, last.note, last.signed_at),
    )
