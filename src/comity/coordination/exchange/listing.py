"""Long lists of asks and of deliveries, filtered, sorted and paged by the database.

How many there are is counted up to a bound: a list of a hundred thousand rows opens as fast as one of ten.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, Generic, TypeVar
from uuid import UUID

from django.db.backends.utils import CursorWrapper

from comity.coordination.exchange.selectors import VIEWED, AskView, viewed

MOST_COUNTED: Final = 2_000
"""Up to how many rows a list is counted and paged; who looks for an older one narrows the list."""
MOST_LOOKED_AT: Final = 5_000
"""How many of an agency's deliveries are looked at for those in one state."""
MOST_EXPORTED: Final = 100_000
Row = TypeVar("Row")


class Side(StrEnum):
    """Whose asks: those an agency made (or was told outside), or those made to it (or told by it)."""

    ASKER = "asker"
    HOLDER = "holder"


class AskOrder(StrEnum):
    """By what a list of asks is sorted; asks of equal rank by time."""

    ASKED = "asked"
    PURPOSE = "purpose"
    CATEGORY = "category"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which asks of an agency, in which order, which part of the list. None or "" leaves a choice open.

    `named`: asks under exactly this key of the asker's or with one of `partners`; `status`: what counts now.
    """

    side: Side
    path: str | None = None
    status: str | None = None
    partner_id: UUID | None = None
    purpose: str | None = None
    named: str = ""
    partners: tuple[UUID, ...] = ()
    order: AskOrder = AskOrder.ASKED
    is_descending: bool = True
    offset: int = 0
    limit: int = 25


@dataclass(frozen=True, slots=True)
class Counted(Generic[Row]):
    """A part of a list. `total`: how many rows there are, counted up to `MOST_COUNTED`; `is_cut`: there are more."""

    rows: tuple[Row, ...]
    total: int
    is_cut: bool


_RANKS: Final = {
    AskOrder.ASKED: "",
    AskOrder.PURPOSE: 'a.purpose COLLATE "C"',
    AskOrder.CATEGORY: 'a.category COLLATE "C"',
}
# A key of the asker's own is no business of the holder's: it may hold a record's number.
_NAMED: Final = {
    Side.ASKER: "((a.ask_key = %(named)s AND a.path = 'live') OR a.holder_id = ANY(%(partners)s::uuid[]))",
    Side.HOLDER: "a.asker_id = ANY(%(partners)s::uuid[])",
}


def search_asks(cursor: CursorWrapper, agency_id: UUID, wanted: Wanted) -> Counted[AskView]:
    """Return a part of the asks of an agency and how many there are.

    Requests of shadow mode are none: they have no answer.
    """
    where, source = _conditions(wanted), "exchange_ask a"
    if wanted.status is not None:
        # What counts is the answer with the highest number; those of a status are found by its index.
        source = "exchange_answer w JOIN exchange_ask a ON a.id = w.ask_id"
        where += [
            f"w.{wanted.side}_id = %(agency)s",
            "w.status = %(status)s",
            "NOT EXISTS (SELECT FROM exchange_answer v WHERE v.ask_id = w.ask_id AND v.number > w.number)",
        ]
    way, rank = "DESC" if wanted.is_descending else "ASC", _RANKS[wanted.order]
    by = "w.ask_id" if wanted.status is not None else "a.id"
    ordered = f"{rank} {way}, {by} {way}" if rank else f"{by} {way}"
    cursor.execute(
        f"SELECT a.id FROM {source} WHERE {' AND '.join(where)} ORDER BY {ordered} LIMIT %(most)s",
        {
            "agency": agency_id,
            "path": wanted.path,
            "status": wanted.status,
            "partner": wanted.partner_id,
            "purpose": wanted.purpose,
            "named": wanted.named,
            "partners": list(wanted.partners),
            "most": max(MOST_COUNTED + 1, wanted.limit),
        },
    )
    found = [row[0] for row in cursor.fetchall()]
    shown = found[wanted.offset : wanted.offset + wanted.limit]
    cursor.execute(f"{VIEWED} WHERE a.id = ANY(%s)", (shown,))
    rows = {one.answered.ask_id: one for one in map(viewed, cursor.fetchall())}
    return _counted(tuple(rows[ask_id] for ask_id in shown if ask_id in rows), len(found))


def _conditions(wanted: Wanted) -> list[str]:
    other = Side.HOLDER if wanted.side is Side.ASKER else Side.ASKER
    where = [f"a.{wanted.side}_id = %(agency)s", "a.path = %(path)s" if wanted.path else "a.path <> 'shadow'"]
    where += [f"a.{other}_id = %(partner)s"] if wanted.partner_id else []
    where += ["a.purpose = %(purpose)s"] if wanted.purpose else []
    where += [_NAMED[wanted.side]] if wanted.named else []
    return where


@dataclass(frozen=True, slots=True)
class DeliveryLine:
    """A disclosure to this agency: what became of it last (`sent`: it waits to be received, `received`, `stopped`)."""

    disclosure_id: UUID
    ask_id: UUID
    holder_id: UUID
    event: str
    happened_at: datetime


_EVENTS: Final = """
WITH newest AS MATERIALIZED (
    SELECT DISTINCT ON (disclosure_id) disclosure_id, ask_id, holder_id, event, happened_at
    FROM exchange_delivery WHERE recipient_id = %(agency)s {partner}
    ORDER BY disclosure_id {way}, happened_at DESC, event LIMIT %(looked)s)
SELECT disclosure_id, ask_id, holder_id, event, happened_at, count(*) OVER () FROM newest {state}
ORDER BY disclosure_id {way} OFFSET %(offset)s LIMIT %(limit)s
"""


def search_deliveries(
    cursor: CursorWrapper,
    recipient_id: UUID,
    *,
    event: str | None,
    partner_id: UUID | None,
    is_descending: bool,
    offset: int,
    limit: int,
) -> Counted[DeliveryLine]:
    """Return a part of the disclosures to an agency, newest first or oldest first, and how many there are.

    Of the newest (or oldest) `MOST_LOOKED_AT` of them, whatever their state.
    """
    looked = max(MOST_LOOKED_AT, limit)
    statement = _EVENTS.format(
        partner="AND holder_id = %(partner)s" if partner_id else "",
        way="DESC" if is_descending else "ASC",
        state="WHERE event = %(event)s" if event else "",
    )
    cursor.execute(
        statement,
        {
            "agency": recipient_id,
            "partner": partner_id,
            "event": event,
            "looked": looked,
            "offset": offset,
            "limit": limit,
        },
    )
    rows: list[tuple[Any, ...]] = cursor.fetchall()
    return _counted(tuple(DeliveryLine(*row[:5]) for row in rows), int(rows[0][5]) if rows else 0)


def _counted(rows: tuple[Row, ...], total: int) -> Counted[Row]:
    return Counted(rows, min(total, MOST_COUNTED), total > MOST_COUNTED)
