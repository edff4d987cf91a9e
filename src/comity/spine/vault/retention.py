"""How long an item stays: set by its owner or by retention, never in silence by the reader of it."""

from collections.abc import Collection
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.backends.utils import CursorWrapper

from comity.spine.vault.seal import ItemNotVisibleError

_SET: Final = (
    "UPDATE vault_item AS new SET retain_until = %s FROM (SELECT id, retain_until FROM vault_item WHERE id = %s"
    " FOR UPDATE) AS old WHERE new.id = old.id RETURNING old.retain_until"
)
_EXTEND: Final = (
    "UPDATE vault_item SET retain_until = greatest(retain_until, %s)"
    " WHERE id = %s AND kind = ANY(%s::text[]) AND retain_until IS NOT NULL RETURNING retain_until"
)
_SHORTEN: Final = "UPDATE vault_item SET retain_until = %s WHERE id = ANY(%s::uuid[]) AND retain_until > %s"


def set_retention(cursor: CursorWrapper, *, item_id: UUID, retain_until: datetime | None) -> datetime | None:
    """Shorten or extend the term of one item, in the caller's transaction, and return the former end (None: no term).

    For the owner's posts and the duty `retention`; the calling command records why. A hold is not touched: it
    overrides any term. Raises `ItemNotVisibleError` for an item of others or purged.
    """
    cursor.execute(_SET, (retain_until, item_id))
    row = cursor.fetchone()
    if row is None:
        raise ItemNotVisibleError(f"no vault item `{item_id}` whose term this session may set")
    former: datetime | None = row[0]
    return former


def extend_retention(
    cursor: CursorWrapper, *, item_id: UUID, kinds: Collection[str], retain_until: datetime
) -> datetime:
    """Let an item of one of `kinds` stay until then, or longer where it was to stay longer; return its term's end.

    Raises `ItemNotVisibleError` for an item of others, of another kind, purged or without a term.
    """
    cursor.execute(_EXTEND, (retain_until, item_id, list(kinds)))
    row = cursor.fetchone()
    if row is None:
        raise ItemNotVisibleError(f"no vault item `{item_id}` whose term this session may extend")
    end: datetime = row[0]
    return end


def shorten_retention(cursor: CursorWrapper, *, item_ids: Collection[UUID], retain_until: datetime) -> int:
    """Let items stay no longer than until then; return how many would have stayed longer. Purged ones do not matter."""
    cursor.execute(_SHORTEN, (retain_until, list(item_ids), retain_until))
    count: int = cursor.rowcount
    return count


def list_terms(cursor: CursorWrapper, *, item_ids: Collection[UUID]) -> dict[UUID, datetime | None]:
    """Return when the term of each item ends, None for one without; items purged or of others are left out."""
    cursor.execute("SELECT id, retain_until FROM vault_item WHERE id = ANY(%s::uuid[])", (list(item_ids),))
    return dict(cursor.fetchall())
