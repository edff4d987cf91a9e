"""Whether a key ring belongs to this database: a whole key file of another node passes every other check."""

from typing import Any, Final
from uuid import UUID

import psycopg
from django.db.backends.utils import CursorWrapper

from comity.spine.keys.ring import KeyRing, UnknownMasterKeyError, UnwrapError, Wrapped
from comity.spine.vault.seal import open_items

_ENDS: Final = (
    "(SELECT id FROM vault_item ORDER BY id LIMIT 1) UNION (SELECT id FROM vault_item ORDER BY id DESC LIMIT 1)"
)
_NEWEST: Final = "SELECT id, key_id, wrapped_key FROM vault_item ORDER BY id DESC LIMIT 16"


def check_keys(cursor: CursorWrapper | psycopg.Cursor[Any], keys: KeyRing) -> int:
    """Open the oldest and the newest item that this session sees, by id; return how many there were (0, 1 or 2).

    For the role verifier or the duty retention, who see every item; the values are let go at once. Raises
    `UnknownMasterKeyError` when an item names a master key the ring does not hold, `ItemAlteredError`.
    """
    cursor.execute(_ENDS)
    return len(open_items(cursor, keys, [row[0] for row in cursor.fetchall()]))


def opens_most(cursor: CursorWrapper, keys: KeyRing) -> bool:
    """Tell whether the ring opens the data keys of half or more of the 16 newest items that this session sees.

    Then it is this database's, and an item that names a master key it does not hold was altered. False when nothing
    is seen: nothing speaks for the ring.
    """
    with psycopg.Cursor(cursor.connection) as binary:
        rows = binary.execute(_NEWEST, binary=True).fetchall()
    opened = sum(_opens(keys, item, Wrapped(key_id, blob)) for item, key_id, blob in rows)
    return bool(rows) and opened * 2 >= len(rows)


def _opens(keys: KeyRing, item: UUID, wrapped: Wrapped) -> bool:
    try:
        keys.unwrap(wrapped, item.bytes)
    except (UnknownMasterKeyError, UnwrapError):
        return False
    return True
