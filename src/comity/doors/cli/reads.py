"""Reads that belong in the packages they read; each is written as its selector and moves there unchanged.

`list_entries`: `coordination.exchange.selectors`. `list_agency_page`: `standing.directory.selectors`.
"""

from typing import Final
from uuid import UUID

from django.db.backends.utils import CursorWrapper

from comity.standing.directory.facts import AgencyFacts
from comity.standing.directory.selectors import list_agencies
from comity.standing.directory.vocabulary import AgencyKind, Hosting

_AGENCIES: Final = """
SELECT id FROM directory_agency
WHERE (%(kind)s::text IS NULL OR kind = %(kind)s) AND (%(state)s::text IS NULL OR state = %(state)s)
  AND (%(hosting)s::text IS NULL OR hosting = %(hosting)s) AND code > %(after)s
ORDER BY code LIMIT %(limit)s
"""


def list_entries(cursor: CursorWrapper, ask_id: UUID) -> list[UUID]:
    """Return the ledger entries that answered an ask this session may see, oldest first."""
    cursor.execute("SELECT entry_id FROM exchange_answer WHERE ask_id = %s ORDER BY number", (ask_id,))
    return [row[0] for row in cursor.fetchall()]


def list_agency_page(
    cursor: CursorWrapper,
    *,
    kind: AgencyKind | None,
    state: str | None,
    hosting: Hosting | None,
    after: str,
    limit: int,
) -> list[AgencyFacts]:
    """Return agencies by code, those after the code `after`."""
    cursor.execute(
        _AGENCIES,
        {
            "kind": kind.value if kind else None,
            "state": state,
            "hosting": hosting.value if hosting else None,
            "after": after,
            "limit": limit,
        },
    )
    ids = [row[0] for row in cursor.fetchall()]
    found = list_agencies(ids)
    return [found[agency_id] for agency_id in ids]
