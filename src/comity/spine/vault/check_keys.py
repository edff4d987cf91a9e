"""Whether a key ring belongs to this database: a whole key file of another node passes every other check."""

from typing import Any, Final

import psycopg
from django.db.backends.utils import CursorWrapper

from comity.spine.keys.ring import KeyRing
from comity.spine.vault.seal import open_items

_ENDS: Final = (
    "(SELECT id FROM vault_item ORDER BY id LIMIT 1) UNION (SELECT id FROM vault_item ORDER BY id DESC LIMIT 1)"
)


def check_keys(cursor: CursorWrapper | psycopg.Cursor[Any], keys: KeyRing) -> int:
    """Open the oldest and the newest item that this session sees, by id; return how many there were (0, 1 or 2).

    For the role verifier or the duty retention, who see every item; the values are let go at once. Raises
    `UnknownMasterKeyError` when an item names a master key the ring does not hold, `UnwrapError`, `ItemAlteredError`.
    """
    cursor.execute(_ENDS)
    return len(open_items(cursor, keys, [row[0] for row in cursor.fetchall()]))
