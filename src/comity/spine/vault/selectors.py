"""What is read of the vault without opening anything: digests, and until when something is kept."""

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.backends.utils import CursorWrapper

_BATCH: Final = 5000
_ZERO: Final = UUID(int=0)
_STORED: Final = (
    "SELECT id, encode(sha256(nonce || ciphertext), 'hex') FROM vault_item WHERE id > %s ORDER BY id LIMIT %s"
)
_PURGED: Final = "SELECT item_id, digest FROM vault_tombstone WHERE item_id > %s ORDER BY item_id LIMIT %s"


def has_items(cursor: CursorWrapper) -> bool:
    """Tell whether this session sees any item."""
    cursor.execute("SELECT EXISTS (SELECT FROM vault_item)")
    return bool(cursor.fetchone()[0])


def list_terms(cursor: CursorWrapper, item_ids: Collection[UUID]) -> dict[UUID, datetime]:
    """Return until when items are kept, those that this session sees; one that was purged is not among them."""
    cursor.execute(
        "SELECT id, retain_until FROM vault_item WHERE id = ANY(%s::uuid[]) AND retain_until IS NOT NULL",
        (list(item_ids),),
    )
    return dict(cursor.fetchall())


def iter_stored_digests(cursor: CursorWrapper) -> Iterator[tuple[UUID, str]]:
    """Yield id and hex digest (SHA-256 of nonce || ciphertext, computed now) of every stored item, by id.

    For the role verifier; any other session gets what it may see.
    """
    yield from _pages(cursor, _STORED)


def iter_purged_digests(cursor: CursorWrapper) -> Iterator[tuple[UUID, str]]:
    """Yield id and hex digest of every purged item, by id; the digest is the one its ledger entry names."""
    yield from _pages(cursor, _PURGED)


def _pages(cursor: CursorWrapper, statement: str) -> Iterator[tuple[UUID, str]]:
    after = _ZERO
    while True:
        cursor.execute(statement, (after, _BATCH))
        rows = cursor.fetchall()
        yield from rows
        if len(rows) < _BATCH:
            return
        after = rows[-1][0]
