"""The agreements an agency may see, and what falls due under them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from comity.doors.lists import PER_PAGE, Asked, Choice, Column, Filter, ListPage, asked_of, csv_of, headings_of, page_of
from comity.doors.web.agreements.words import DUE, KINDS, STANDINGS
from comity.doors.web.known import agencies_of
from comity.doors.web.page import NOT_RECORDED, Footing, page, show
from comity.doors.web.permissions import Permission
from comity.doors.web.staff import Staff
from comity.spine.tenancy.transaction import reading
from comity.standing.agreements.due import Due, DueKind
from comity.standing.agreements.facts import AgreementFacts
from comity.standing.agreements.search import list_partners, search_agreements
from comity.standing.agreements.selectors import list_agreements, list_due_under
from comity.standing.agreements.vocabulary import AgreementKind, AgreementOrder
from comity.standing.directory.facts import AgencyFacts

MOST_ROWS: Final = 100_000
YEAR: Final = timedelta(days=365)
FOOTING: Final = Footing(
    readers=_("Every post of an agency that is party to it; auditors see those they oversee."),
    ground=_("An agency reads what it agreed. No other agency of this node does."),
    record=NOT_RECORDED,
)


@dataclass(frozen=True, slots=True)
class AgreementRow:
    """An agreement as a line of the list."""

    code: str
    title: str
    kind: str
    standing: str
    parties: tuple[str, ...]
    starts_at: datetime | None
    ends_at: datetime | None
    next_due: Due | None

    @property
    def standing_label(self) -> str:
        """How it stands, in words."""
        return str(STANDINGS[self.standing])

    @property
    def due_label(self) -> str:
        """What is due next, in words."""
        return str(DUE[self.next_due.kind]) if self.next_due else ""


@dataclass(frozen=True, slots=True)
class DueRow:
    """Something that falls due."""

    at: datetime
    code: str
    title: str
    kind: DueKind

    @property
    def what(self) -> str:
        """What it is, in words."""
        return str(DUE[self.kind])


_COLUMNS: Final[tuple[Column[AgreementRow], ...]] = (
    Column("title", _("Agreement"), lambda row: row.title),
    Column("code", _("Code"), lambda row: row.code),
    Column("kind", _("Kind"), lambda row: row.kind),
    Column("standing", _("State"), lambda row: row.standing_label),
    Column("starts_at", _("From"), lambda row: row.starts_at),
    Column("ends_at", _("Until"), lambda row: row.ends_at),
)
_MORE: Final[tuple[Column[AgreementRow], ...]] = (
    Column("parties", _("Parties"), lambda row: " ".join(row.parties)),
    Column("next_due_at", _("Next date due"), lambda row: row.next_due.at if row.next_due else None),
    Column("next_due", _("What is due"), lambda row: row.due_label),
)
"""Columns the list is not ordered by: they follow from the text of each."""
_DUE_COLUMNS: Final[tuple[Column[DueRow], ...]] = (
    Column("at", _("When"), lambda row: row.at),
    Column("title", _("Agreement"), lambda row: row.title),
    Column("code", _("Code"), lambda row: row.code),
    Column("kind", _("What is due"), lambda row: row.what),
)
_DUE_FILTERS: Final = (Filter("kind", _("What is due"), tuple(Choice(one.value, DUE[one]) for one in DueKind)),)


@dataclass(frozen=True, slots=True)
class MonthBar:
    """A month of the coming year, and how high its bar stands: places in hundredths, heights in pixels."""

    month: datetime
    count: int
    x: str
    middle: str
    y: int
    height: int


@page(Permission.AGREEMENT_READ, FOOTING)
def agreements(request: HttpRequest, staff: Staff) -> HttpResponse:
    """List the agreements the agency may see."""
    with reading(staff.actor):
        known = agencies_of(staff, list_partners())
        filters = _filters(known.values(), staff)
        asked = asked_of(request, columns=_COLUMNS, filters=filters, sort="title")
        found, total = _search(asked, staff, known.values())
    rows = [_row(one, due, staff.now) for one, due in found]
    if asked.is_csv:
        return csv_of("agreements", rows, (*_COLUMNS, *_MORE))
    listed = ListPage(rows, total, asked, headings_of(asked, _COLUMNS), filters)
    ways = {
        "may_draft": staff.may(Permission.AGREEMENT_DRAFT),
        "may_import": staff.may(Permission.AGREEMENT_IMPORT),
        "may_hold_passkeys": staff.may(Permission.SIGNING_KEY_CHANGE),
    }
    return show(request, "agreements/list.html", {"found": listed, **ways})


@page(Permission.AGREEMENT_READ, FOOTING)
def due(request: HttpRequest, staff: Staff) -> HttpResponse:
    """Say what falls due under all agreements, the earliest first; of the coming year as a drawing too."""
    with reading(staff.actor):
        known = list_agreements()
        falls = list_due_under(known, staff.now)
    rows = [DueRow(one.at, a.code, a.title, one.kind) for a in known for one in falls.get(a.code, ())]
    asked = asked_of(request, columns=_DUE_COLUMNS, filters=_DUE_FILTERS, sort="at")
    found = page_of(
        rows, asked=asked, columns=_DUE_COLUMNS, filters=_DUE_FILTERS,
        matches=lambda row, chosen: chosen.get("kind", row.kind.value) == row.kind.value,
    )  # fmt: skip
    if asked.is_csv:
        return csv_of("agreements-due", found.rows, _DUE_COLUMNS)
    kind = asked.filters.get("kind")
    of_year = [row for row in rows if row.at <= staff.now + YEAR and kind in {None, row.kind.value}]
    context = {"found": found, "in_year": len(of_year), "bars": bars_of(of_year, staff.now)}
    return show(request, "agreements/due.html", context)


def bars_of(rows: Sequence[DueRow], now: datetime) -> list[MonthBar]:
    """Return a bar for each of the twelve months from this one on, in the zone of the page."""
    local = timezone.localtime(now)
    months = [(local.year + (local.month - 1 + n) // 12, (local.month - 1 + n) % 12 + 1) for n in range(12)]
    counts = dict.fromkeys(months, 0)
    for month, group in groupby(sorted(_month(row.at) for row in rows)):
        if month in counts:
            counts[month] = len(list(group))
    most, width = max([*counts.values(), 1]), 100 / len(months)
    return [
        MonthBar(
            month=local.replace(year=year, month=month, day=1),
            count=count,
            x=f"{place * width + width * 0.15:.2f}%",
            middle=f"{(place + 0.5) * width:.2f}%",
            y=110 - (height := round(80 * count / most)),
            height=height,
        )
        for place, ((year, month), count) in enumerate(counts.items())
    ]


def _month(at: datetime) -> tuple[int, int]:
    local = timezone.localtime(at)
    return local.year, local.month


def _search(
    asked: Asked, staff: Staff, known: Collection[AgencyFacts]
) -> tuple[list[tuple[AgreementFacts, tuple[Due, ...]]], int]:
    chosen = asked.filters
    ids = {one.code: one.id for one in known}
    return search_agreements(
        words={word: _named(word, known) for word in asked.search.split()},
        standing=chosen.get("state"),
        kind=AgreementKind(chosen["kind"]) if "kind" in chosen else None,
        partner=ids[chosen["partner"]] if "partner" in chosen else None,
        now=staff.now,
        order=AgreementOrder(asked.sort),
        is_descending=asked.is_descending,
        offset=0 if asked.is_csv else (asked.number - 1) * PER_PAGE,
        limit=MOST_ROWS if asked.is_csv else PER_PAGE,
    )


def _named(word: str, known: Collection[AgencyFacts]) -> list[UUID]:
    """Return the agencies in whose name or code the word is."""
    return [one.id for one in known if word.casefold() in f"{one.name} {one.code}".casefold()]


def _filters(known: Collection[AgencyFacts], staff: Staff) -> tuple[Filter, ...]:
    others = sorted((one.name, one.code) for one in known if one.id != staff.agency.id)
    return (
        Filter("state", _("State"), tuple(Choice(one, label) for one, label in STANDINGS.items())),
        Filter("kind", _("Kind"), tuple(Choice(one.value, label) for one, label in KINDS.items())),
        Filter("partner", _("With"), tuple(Choice(code, name) for name, code in others)),
    )


def _row(one: AgreementFacts, due: Sequence[Due], now: datetime) -> AgreementRow:
    return AgreementRow(
        code=one.code,
        title=one.title,
        kind=str(KINDS[one.kind]),
        standing=one.standing(now),
        parties=tuple(party.agency_code for party in one.parties),
        starts_at=one.period.starts_at if one.period else None,
        ends_at=one.period.ends_at if one.period else None,
        next_due=next(iter(due), None),
    )
