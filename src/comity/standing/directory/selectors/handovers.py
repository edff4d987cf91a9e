"""What was left at the end of a shift, by post; row-level security shows a post its own."""

from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.backends.utils import CursorWrapper

from comity.spine.tenancy.transaction import Query, decoded
from comity.standing.directory.facts import HandoverFacts

_LIST: Final = (
    "SELECT h.id, h.post_id, h.officer_id, h.at, h.tasks::text, h.note_item, t.officer_id, t.at"
    " FROM directory_handover h LEFT JOIN directory_handover t ON t.about_id = h.id"
    " WHERE h.post_id = %s AND h.kind = 'left' ORDER BY h.at DESC, h.id LIMIT %s"
)
_COUNT: Final = "SELECT count(*) AS number FROM directory_handover WHERE post_id = %s"


def list_handovers(cursor: CursorWrapper, *, post_id: UUID, limit: int) -> list[HandoverFacts]:
    """Return what was left at a post, the newest first."""
    cursor.execute(_LIST, (post_id, limit))
    return [
        HandoverFacts(row[0], row[1], row[2], row[3], _tasks(row[4]), row[5], row[6], row[7])
        for row in cursor.fetchall()
    ]


def handovers_mark(post_id: UUID) -> Query:
    """Return the question whether something was left or taken over since: the same answer, nothing."""
    return Query("number", f"({_COUNT}) AS counted", (post_id,), tuple[int])


def _tasks(column: str) -> tuple[tuple[UUID, str, datetime | None], ...]:
    listed = decoded(column)
    return tuple(
        (UUID(str(one["id"])), str(one["kind"]), datetime.fromisoformat(str(one["due"])) if one.get("due") else None)
        for one in (listed if isinstance(listed, list) else [])
        if isinstance(one, dict)
    )
