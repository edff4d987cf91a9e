"""Rotation of the master key: data keys are wrapped anew, content is not touched and its digest stays."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import psycopg
from django.db.backends.utils import CursorWrapper

from comity.spine.keys.ring import KeyRing, UnknownMasterKeyError, UnwrapError, Wrapped, rewrap

_SELECT: Final = (
    "SELECT id, key_id, wrapped_key FROM vault_item WHERE id > %b::uuid ORDER BY id LIMIT %b::int FOR UPDATE"
)
_UPDATE: Final = (
    "UPDATE vault_item SET wrapped_key = new.wrapped_key, key_id = new.key_id"
    " FROM unnest(%b::uuid[], %b::bytea[], %b::text[]) AS new (id, wrapped_key, key_id) WHERE vault_item.id = new.id"
)
START: Final = UUID(int=0)


@dataclass(frozen=True, slots=True)
class RewrapStep:
    """One batch: how many items were wrapped anew, and the id to go on after (None: that was the last batch).

    `damaged`: how many do not open under the master key they name; they stay as they are.
    """

    rewrapped: int
    damaged: int
    after: UUID | None


def rewrap_items(cursor: CursorWrapper, keys: KeyRing, *, batch: int, after: UUID = START) -> RewrapStep:
    """Wrap the data keys of the next `batch` items (in order of id) under the current master key.

    For the duty `retention`; one transaction a batch. An item that does not open stops no other. Afterwards
    `count_by_key` tells whether a process that still knew the old key sealed something meanwhile: then go round again.
    Raises the ring's own errors when the ring itself fails.
    """
    with psycopg.Cursor(cursor.connection) as binary:
        rows = binary.execute(_SELECT, (after, batch), binary=True).fetchall()
        old = [(item_id, Wrapped(key_id, blob)) for item_id, key_id, blob in rows if key_id != keys.master_key_id]
        new = _rewrapped(keys, old)
        if new:
            blobs, key_ids = [one.blob for one in new.values()], [one.key_id for one in new.values()]
            binary.execute(_UPDATE, (list(new), blobs, key_ids))
    return RewrapStep(len(new), len(old) - len(new), rows[-1][0] if len(rows) == batch else None)


def _rewrapped(keys: KeyRing, old: Sequence[tuple[UUID, Wrapped]]) -> dict[UUID, Wrapped]:
    new: dict[UUID, Wrapped] = {}
    for item_id, wrapped in old:
        with suppress(UnwrapError, UnknownMasterKeyError):
            new[item_id] = next(rewrap(keys, [(item_id.bytes, wrapped)]))
    if len(new) < len(old):
        keys.unwrap(keys.wrap(bytes(32), b""), b"")  # the ring's own error when it does not even open what it seals now
    return new


def count_by_key(cursor: CursorWrapper) -> dict[str, int]:
    """Return how many items each master key wraps; a key that is not named may be destroyed."""
    cursor.execute("SELECT key_id, count(*) FROM vault_item GROUP BY key_id")
    return dict(cursor.fetchall())
