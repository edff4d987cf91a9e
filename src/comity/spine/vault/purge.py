"""Purging: content and key go, a tombstone stays; after a restore, once more."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.backends.utils import CursorWrapper

from comity.spine.vault.holds import LOCK_ITEMS
from comity.spine.vault.tombstones import Certainty, Tombstone, TombstoneFile

_BATCH: Final = 500
"""Items locked by one statement; the server's lock table bounds it."""

_DELETE: Final = (
    "WITH gone AS (DELETE FROM vault_item WHERE id = ANY(%s::uuid[])"
    " RETURNING id, kind, owner_id, encode(sha256(nonce || ciphertext), 'hex') AS digest)"
    " INSERT INTO vault_tombstone (item_id, kind, owner_id, digest, purged_at, reason)"
    " SELECT id, kind, owner_id, digest, %s, %s FROM gone"
    " RETURNING item_id, kind, owner_id, digest, purged_at, reason"
)
_REMEMBER: Final = (
    "INSERT INTO vault_tombstone (item_id, kind, owner_id, digest, purged_at, reason)"
    " SELECT * FROM unnest(%s::uuid[], %s::text[], %s::uuid[], %s::text[], %s::timestamptz[], %s::text[])"
    " ON CONFLICT (item_id) DO NOTHING"
)
_HELD: Final = "SELECT DISTINCT item_id FROM vault_hold WHERE item_id = ANY(%s::uuid[]) AND released_at IS NULL"
_RELEASE: Final = (
    "UPDATE vault_hold SET released_at = %s, released_by = comity_post()"
    " WHERE item_id = ANY(%s::uuid[]) AND released_at IS NULL"
)
_DUE: Final = (
    "SELECT i.id, i.kind, i.owner_id, i.retain_until FROM vault_item i WHERE i.retain_until <= %s AND NOT EXISTS"
    " (SELECT 1 FROM vault_hold h WHERE h.item_id = i.id AND h.released_at IS NULL)"
    " ORDER BY i.retain_until, i.id LIMIT %s"
)


class ItemHeldError(ValueError):
    """A purge names items that are held; nothing of it was done."""


class NotRetentionError(PermissionError):
    """Only the duty `retention` purges."""


@dataclass(frozen=True, slots=True)
class Due:
    """An item whose term has run out."""

    item_id: UUID
    kind: str
    owner_id: UUID
    retain_until: datetime


@dataclass(frozen=True, slots=True)
class Replay:
    """What a replay did: items purged again, items already gone, and those left for a person to decide."""

    purged: Sequence[UUID]
    already_gone: int
    kept: Sequence[UUID]


def list_due(cursor: CursorWrapper, *, now: datetime, limit: int) -> list[Due]:
    """Return items whose term ended at or before `now` and that nobody holds, longest overdue first.

    For the duty `retention`, which alone sees every hold.
    """
    cursor.execute(_DUE, (now, limit))
    return [Due(*row) for row in cursor.fetchall()]


def purge(
    cursor: CursorWrapper, *, item_ids: Iterable[UUID], now: datetime, reason: str, file: TombstoneFile
) -> list[Tombstone]:
    """Remove items and leave tombstones, in the caller's transaction and in `file`; ids already gone are passed over.

    `reason` is a code. The file is written before the transaction may commit and once more after it did; what a
    crash between them means is told in `tombstones`. Call it last in a transaction, with at most a few thousand ids.
    Raises `ItemHeldError` (nothing is purged then), `NotRetentionError`, `OSError` from the file.
    """
    _require_retention(cursor)
    buried: list[Tombstone] = []
    for batch in _batches(item_ids):
        cursor.execute(LOCK_ITEMS, (batch,))
        held = _held(cursor, batch)
        if held:
            raise ItemHeldError(f"{len(held)} of {len(batch)} vault items are held, the first is `{min(held)}`")
        buried += _delete(cursor, batch, now, reason)
    file.append(buried, Certainty.DECIDED)
    transaction.on_commit(lambda: file.append(buried, Certainty.DONE), robust=True)
    return buried


def replay_tombstones(cursor: CursorWrapper, *, file: TombstoneFile, now: datetime) -> Replay:
    """Purge again, after a restore and before anything else runs, what `file` says was purged.

    Confirmed purges are done whatever the restored row says, its old holds released. An unconfirmed one is done only
    when the restored item was due at the decision and is not held; else it is listed in `kept`. One whose tombstone
    is in the database is confirmed in the file. Safe to repeat.
    Raises `TombstoneFileDamagedError`, `NotRetentionError`.
    """
    _require_retention(cursor)
    found = file.read()
    sure = [tombstone for tombstone, certainty in found.values() if certainty is Certainty.DONE]
    unsure = [tombstone for tombstone, certainty in found.values() if certainty is Certainty.DECIDED]
    purged: list[UUID] = []
    for batch in _batches(tombstone.item_id for tombstone in sure):
        cursor.execute(LOCK_ITEMS, (batch,))
        cursor.execute(_RELEASE, (now, batch))
        purged += _replay_delete(cursor, batch)
        _remember(cursor, [found[item_id][0] for item_id in batch])
    settled, kept = _weigh(cursor, unsure)
    purged += _settle(cursor, settled, file)
    return Replay(purged, len(found) - len(purged) - len(kept), kept)


def _settle(cursor: CursorWrapper, decided: Sequence[Tombstone], file: TombstoneFile) -> list[UUID]:
    batch = [tombstone.item_id for tombstone in decided]
    gone = _replay_delete(cursor, batch)
    _remember(cursor, decided)
    transaction.on_commit(lambda: file.append(decided, Certainty.DONE), robust=True)
    return gone


def _is_buried(cursor: CursorWrapper, item_id: UUID) -> bool:
    cursor.execute("SELECT 1 FROM vault_tombstone WHERE item_id = %s", (item_id,))
    return cursor.fetchone() is not None


def _weigh(cursor: CursorWrapper, unsure: Sequence[Tombstone]) -> tuple[list[Tombstone], list[UUID]]:
    settled: list[Tombstone] = []
    kept: list[UUID] = []
    for tombstone in unsure:
        cursor.execute(LOCK_ITEMS, ([tombstone.item_id],))
        cursor.execute("SELECT retain_until FROM vault_item WHERE id = %s", (tombstone.item_id,))
        row = cursor.fetchone()
        if row is None:
            settled += [tombstone] if _is_buried(cursor, tombstone.item_id) else []
            continue
        is_due = row[0] is not None and row[0] <= tombstone.purged_at
        if is_due and not _held(cursor, [tombstone.item_id]):
            settled.append(tombstone)
        else:
            kept.append(tombstone.item_id)
    return settled, kept


def _delete(cursor: CursorWrapper, batch: list[UUID], now: datetime, reason: str) -> list[Tombstone]:
    cursor.execute(_DELETE, (batch, now, reason))
    return [Tombstone(*row) for row in cursor.fetchall()]


def _replay_delete(cursor: CursorWrapper, batch: list[UUID]) -> list[UUID]:
    cursor.execute("DELETE FROM vault_item WHERE id = ANY(%s::uuid[]) RETURNING id", (batch,))
    return [row[0] for row in cursor.fetchall()]


def _remember(cursor: CursorWrapper, tombstones: Sequence[Tombstone]) -> None:
    cursor.execute(
        _REMEMBER,
        (
            [t.item_id for t in tombstones],
            [t.kind for t in tombstones],
            [t.owner_id for t in tombstones],
            [t.digest for t in tombstones],
            [t.purged_at for t in tombstones],
            [t.reason for t in tombstones],
        ),
    )


def _held(cursor: CursorWrapper, batch: list[UUID]) -> list[UUID]:
    cursor.execute(_HELD, (batch,))
    return [row[0] for row in cursor.fetchall()]


def _require_retention(cursor: CursorWrapper) -> None:
    # The database refuses too, but by deleting nothing; a purge that does nothing must not look like one.
    cursor.execute("SELECT comity_duty()")
    (duty,) = cursor.fetchone()
    if duty != "retention":
        raise NotRetentionError(f"a purge needs the duty `retention`, not `{duty}`")


def _batches(item_ids: Iterable[UUID]) -> Iterator[list[UUID]]:
    ordered = sorted(set(item_ids))
    for start in range(0, len(ordered), _BATCH):
        yield ordered[start : start + _BATCH]
