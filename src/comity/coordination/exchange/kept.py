"""What a holder keeps and what it could not deliver, for whoever decides about it: codes and dates, never a value."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.backends.utils import CursorWrapper

from comity.spine.vault.holds import list_held
from comity.spine.vault.retention import list_terms


@dataclass(frozen=True, slots=True)
class Undelivered:
    """A disclosure that did not arrive, as its holder sees it: to whom, for what, which elements; no value."""

    disclosure_id: UUID
    ask_id: UUID
    recipient_name: str
    purpose: str
    category: str
    elements: tuple[str, ...]
    disclosed_at: datetime


def find_undelivered(cursor: CursorWrapper, disclosure_id: UUID) -> Undelivered | None:
    """Return what a dead letter is about; None: not for this session."""
    cursor.execute(
        "SELECT id, ask_id, recipient_name, purpose, category, nature, disclosed_at FROM exchange_disclosure"
        " WHERE id = %s",
        (disclosure_id,),
    )
    row = cursor.fetchone()
    return None if row is None else Undelivered(*(*row[:5], tuple(row[5]), row[6]))


@dataclass(frozen=True, slots=True)
class KeptView:
    """Something an agency keeps, without a value: what it is (`record` or `payload`), since when and until when.

    `retain_until` None: it has no term. `is_held`: somebody keeps it from being purged; who and why is not told.
    """

    item_id: UUID
    kind: str
    category: str
    elements: tuple[str, ...]
    since: datetime
    retain_until: datetime | None
    is_held: bool


def list_kept(cursor: CursorWrapper, holder_id: UUID, item_ids: Collection[UUID]) -> dict[UUID, KeptView]:
    """Return what an agency keeps under these vault items, by item: lodged records and disclosed payloads."""
    cursor.execute(
        "SELECT payload_item, 'record', category, elements, lodged_at FROM exchange_record"
        " WHERE holder_id = %(holder)s AND payload_item = ANY(%(items)s::uuid[]) UNION ALL"
        " SELECT payload_item, 'payload', category, nature, disclosed_at FROM exchange_disclosure"
        " WHERE holder_id = %(holder)s AND payload_item = ANY(%(items)s::uuid[])",
        {"holder": holder_id, "items": list(item_ids)},
    )
    rows = cursor.fetchall()
    terms, held = list_terms(cursor, item_ids=list(item_ids)), list_held(cursor, item_ids)
    return {
        row[0]: KeptView(row[0], row[1], row[2], tuple(row[3]), row[4], terms[row[0]], row[0] in held)
        for row in rows
        if row[0] in terms
    }
