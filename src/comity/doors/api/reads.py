"""Reads that belong in the packages they read; each is written as its selector and moves there unchanged.

`list_asks`, `list_entries`: `coordination.exchange.selectors`. `list_agency_page`: `standing.directory.selectors`.
"""

from typing import Final
from uuid import UUID

from django.db.backends.utils import CursorWrapper

from comity.coordination.exchange.ask import Answered
from comity.spine.tenancy.transaction import decoded
from comity.standing.directory.facts import AgencyFacts
from comity.standing.directory.selectors import list_agencies
from comity.standing.directory.vocabulary import AgencyKind

_ASKS: Final = """
SELECT a.id, a.ask_key, w.status, w.classes, w.visible_at
FROM exchange_ask a
JOIN LATERAL (SELECT status, classes, visible_at FROM exchange_answer w WHERE w.ask_id = a.id
              ORDER BY w.number DESC LIMIT 1) w ON true
WHERE a.asker_id = %(asker)s AND (%(before)s::uuid IS NULL OR a.id < %(before)s)
ORDER BY a.id DESC LIMIT %(limit)s
"""
_AGENCIES: Final = """
SELECT id FROM directory_agency
WHERE (%(kind)s::text IS NULL OR kind = %(kind)s) AND (%(state)s::text IS NULL OR state = %(state)s)
  AND code > %(after)s
ORDER BY code LIMIT %(limit)s
"""


def list_asks(cursor: CursorWrapper, asker_id: UUID, *, before: UUID | None, limit: int) -> list[Answered]:
    """Return what counts now of the asks of an agency, newest first, those older than the ask `before`."""
    cursor.execute(_ASKS, {"asker": asker_id, "before": before, "limit": limit})
    return [Answered(row[0], row[1], row[2], decoded(row[3]), row[4], repeated=True) for row in cursor.fetchall()]


def list_entries(cursor: CursorWrapper, ask_id: UUID) -> list[UUID]:
    """Return the ledger entries that answered an ask this session may see, oldest first."""
    cursor.execute("SELECT entry_id FROM exchange_answer WHERE ask_id = %s ORDER BY number", (ask_id,))
    return [row[0] for row in cursor.fetchall()]


def list_agency_page(
    cursor: CursorWrapper, *, kind: AgencyKind | None, state: str | None, after: str, limit: int
) -> list[AgencyFacts]:
    """Return agencies by code, those after the code `after`."""
    cursor.execute(_AGENCIES, {"kind": kind.value if kind else None, "state": state, "after": after, "limit": limit})
    ids = [row[0] for row in cursor.fetchall()]
    found = list_agencies(ids)
    return [found[agency_id] for agency_id in ids]
