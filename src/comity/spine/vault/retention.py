"""How long an item stays: set by its owner or by retention, never in silence by the reader of it."""

from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.backends.utils import CursorWrapper

from comity.spine.vault.seal import ItemNotVisibleError

_SET: Final = (
    "UPDATE vault_item AS new SET retain_until = %s FROM (SELECT id, retain_until FROM vault_item WHERE id = %s"
    " FOR UPDATE) AS old WHERE new.id = old.id RETURNING old.retain_until"
)


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
