"""Holds: a claim, a suit or a complaint keeps a record from being purged. Why is nobody else's business."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.backends.utils import CursorWrapper

from comity.kernel.ids import random_id
from comity.spine.tenancy.actor import Actor
from comity.spine.vault.seal import ItemNotVisibleError

# A hold and a purge of the same item wait for each other here: whichever comes second sees what the first did.
LOCK_ITEMS: Final = (
    "SELECT pg_advisory_xact_lock(k) FROM"
    " (SELECT DISTINCT hashtextextended('vault_item/' || i, 0) AS k FROM unnest(%s::uuid[]) AS i ORDER BY 1) AS t"
)
_PLACE: Final = (
    "INSERT INTO vault_hold (id, item_id, agency_id, placed_by, reason, placed_at)"
    " SELECT %s, id, %s, %s, %s, %s FROM vault_item WHERE id = %s"
)
_RELEASE: Final = (
    "UPDATE vault_hold SET released_at = %s, released_by = %s WHERE id = %s AND released_at IS NULL RETURNING item_id"
)


_OWN: Final = (
    "SELECT id, item_id, reason, placed_at FROM vault_hold WHERE item_id = ANY(%s::uuid[]) AND placed_by = %s"
    " AND released_at IS NULL ORDER BY placed_at, id"
)


@dataclass(frozen=True, slots=True)
class HoldView:
    """A hold that stands, as the post that placed it sees it."""

    id: UUID
    item_id: UUID
    reason: str
    placed_at: datetime


class HoldNotVisibleError(LookupError):
    """A hold is not there, is released already, or was placed by another post."""


def place_hold(cursor: CursorWrapper, *, item_id: UUID, by: Actor, reason: str, now: datetime) -> UUID:
    """Insert a hold of `by`'s post on a visible item and return its id (random: it tells no time).

    `reason` is a code; only the placing post and retention ever read it. An item may carry several holds.
    Raises `ItemNotVisibleError`.
    """
    hold_id = random_id()
    cursor.execute(LOCK_ITEMS, ([item_id],))
    cursor.execute(_PLACE, (hold_id, by.agency_id, by.post_id, reason, now, item_id))
    if cursor.rowcount == 0:
        raise ItemNotVisibleError(f"no vault item `{item_id}` for this session; it may be purged")
    return hold_id


def release_hold(cursor: CursorWrapper, *, hold_id: UUID, by: Actor, now: datetime) -> UUID:
    """Mark a hold of `by`'s post as released and return the item it was on; raises `HoldNotVisibleError`."""
    cursor.execute(_RELEASE, (now, by.post_id, hold_id))
    row = cursor.fetchone()
    if row is None:
        raise HoldNotVisibleError(f"no open hold `{hold_id}` of this post")
    item_id: UUID = row[0]
    return item_id


def list_held(cursor: CursorWrapper, item_ids: Iterable[UUID]) -> frozenset[UUID]:
    """Return which of the session's own items (all, for courier and retention) are held. Never why, nor by whom."""
    cursor.execute("SELECT comity_vault_held(%s::uuid[])", (list(item_ids),))
    return frozenset(row[0] for row in cursor.fetchall())


def list_own_holds(cursor: CursorWrapper, item_ids: Iterable[UUID], *, by: Actor) -> list[HoldView]:
    """Return the holds of `by`'s post on these items that are not released, oldest first."""
    cursor.execute(_OWN, (list(item_ids), by.post_id))
    return [HoldView(*row) for row in cursor.fetchall()]
