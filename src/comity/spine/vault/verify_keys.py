"""Whether every item's data key still opens: the ledger's digests cover content, not the key that content is under."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import psycopg
from django.db.backends.utils import CursorWrapper

from comity.spine.keys.ring import KeyRing, UnknownMasterKeyError, UnwrapError, Wrapped

BATCH: Final = 5000
_ZERO: Final = UUID(int=0)
_PAGE: Final = "SELECT id, key_id, wrapped_key FROM vault_item WHERE id > %b::uuid ORDER BY id LIMIT %b::int"


@dataclass(frozen=True, slots=True)
class KeysVerified:
    """How many keys were tried, and of those that do not open what is wrong, by item."""

    tried: int
    changed: Mapping[UUID, str]


def verify_keys(cursor: CursorWrapper | psycopg.Cursor[Any], keys: KeyRing, *, batch: int = BATCH) -> KeysVerified:
    """Unwrap the data key of every item this session sees, `batch` at a time; the content is not read.

    For the role verifier, who sees every item. A key that was moved from another item does not open.
    Raises the ring's own errors when the ring itself fails.
    """
    changed: dict[UUID, str] = {}
    unknown: set[str] = set()  # asked for once: the ring reads its file again for a key it does not know
    tried, after = 0, _ZERO
    with psycopg.Cursor(cursor.connection) as binary:
        while True:
            rows = binary.execute(_PAGE, (after, batch), binary=True).fetchall()
            for item, key_id, blob in rows:
                says = _fault(keys, item, Wrapped(key_id, blob), unknown)
                if says:
                    changed[item] = says
            tried += len(rows)
            if len(rows) < batch:
                break
            after = rows[-1][0]
    if changed:
        keys.unwrap(keys.wrap(bytes(32), b""), b"")  # the ring's own error when it does not even open what it seals now
    return KeysVerified(tried, changed)


def _fault(keys: KeyRing, item: UUID, wrapped: Wrapped, unknown: set[str]) -> str:
    if wrapped.key_id not in unknown:
        try:
            keys.unwrap(wrapped, item.bytes)
        except UnwrapError:
            return "has a data key that its master key does not open: it was changed, or is another item's"
        except UnknownMasterKeyError:
            unknown.add(wrapped.key_id)
        else:
            return ""
    return (
        f"names the master key `{wrapped.key_id[:64]}`, which the key file does not hold: it was changed, or the key "
        "file is not this database's"
    )
