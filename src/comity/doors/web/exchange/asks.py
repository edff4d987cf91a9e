"""The asks of an agency: searched, filtered, sorted and paged by the database; no reference, no value."""

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from comity.coordination.exchange.ask import STATUSES as CODES
from comity.coordination.exchange.listing import MOST_EXPORTED, AskOrder, Counted, Side, Wanted, search_asks
from comity.coordination.exchange.selectors import AskView
from comity.doors.lists import PER_PAGE, Asked, Choice, Column, Filter, ListPage, asked_of, csv_of, headings_of
from comity.doors.web.exchange.words import PATHS, STATUSES, status_words, tone_of
from comity.doors.web.known import agencies_of, hosted_agencies
from comity.doors.web.page import NOT_RECORDED, Footing, page, show
from comity.doors.web.permissions import Permission
from comity.doors.web.staff import Staff
from comity.kernel.time import utc_text
from comity.spine.tenancy.transaction import reading
from comity.standing.directory.facts import AgencyFacts
from comity.standing.law.catalogue import load_catalogue

_FOOTING: Final = Footing(
    readers=_("Posts of your agency that ask, answer, approve or oversee."),
    ground=_("These are asks your agency made, or what it was told outside Comity."),
    record=NOT_RECORDED,
)
_TOLD_FOOTING: Final = Footing(
    readers=_("Posts of your agency that ask, answer, approve or oversee."),
    ground=_("Your agency told this outside Comity; the law asks that it be accounted for all the same."),
    record=NOT_RECORDED,
)
_SORTABLE: Final = frozenset(AskOrder)


def _columns(names: Mapping[UUID, AgencyFacts], side: Side) -> tuple[Column[AskView], ...]:
    def partner(row: AskView) -> str:
        other = row.holder_id if side is Side.ASKER else row.asker_id
        return names[other].code if other in names else ""

    return (
        Column("asked", _("When"), lambda row: utc_text(row.asked_at)),
        Column("status", _("Answer"), lambda row: row.answered.status),
        Column("partner", _("Partner"), partner),
        Column("purpose", _("For what"), lambda row: row.purpose),
        Column("category", _("Kind of record"), lambda row: row.category),
        Column("path", _("How"), lambda row: row.path),
        Column("elements", _("What of it"), lambda row: " ".join(row.elements)),
        Column("key", _("Your own id"), lambda row: row.answered.ask_key, is_personal=True),
    )


_SHOWN: Final = 5
"""How many of the columns stand on the page; the rest are in the CSV."""


def filters_of(partners: list[AgencyFacts], language: str) -> dict[str, Filter]:
    """Return the filters of a list of asks."""
    purposes = sorted(load_catalogue().purposes.values(), key=lambda one: one.label(language).casefold())
    return {
        "status": Filter("status", _("Answer"), tuple(Choice(code, STATUSES[code]) for code in CODES)),
        "partner": Filter("partner", _("Partner"), tuple(Choice(one.code, one.name) for one in partners)),
        "purpose": Filter("purpose", _("For what"), tuple(Choice(p.code, p.label(language)) for p in purposes)),
        "path": Filter("path", _("How"), tuple(Choice(code, label) for code, label in PATHS.items())),
    }


@page(Permission.ASK_READ, _FOOTING)
def asks(request: HttpRequest, staff: Staff) -> HttpResponse:
    """List what the agency asked, and what it was told outside Comity."""
    return _listed(request, staff, Side.ASKER)


@page(Permission.ASK_READ, _TOLD_FOOTING)
def told(request: HttpRequest, staff: Staff) -> HttpResponse:
    """List what the agency told outside Comity."""
    return _listed(request, staff, Side.HOLDER)


def _listed(request: HttpRequest, staff: Staff, side: Side) -> HttpResponse:
    language = get_language() or "en"
    with reading(staff.actor) as cursor:
        hosted = hosted_agencies(staff)
        partners = sorted((one for one in hosted.values() if one.id != staff.agency.id), key=lambda one: one.name)
        filters = filters_of(partners, language)
        chosen = tuple(filters.values()) if side is Side.ASKER else (filters["partner"], filters["purpose"])
        asked = asked_of(request, columns=_columns({}, side), filters=chosen, sort="-asked")
        found = search_asks(cursor, staff.agency.id, _wanted(asked, side, partners))
        names = agencies_of(staff, {row.holder_id if side is Side.ASKER else row.asker_id for row in found.rows})
    columns = _columns(names, side)
    if asked.is_csv:
        return csv_of("asks" if side is Side.ASKER else "told-outside", found.rows, columns)
    context = {
        "found": _page(found, asked, columns, chosen),
        "rows": [_line(row, names, side, language) for row in found.rows],
        "may_ask": staff.may(Permission.ASK_MAKE),
        "may_tell": staff.may(Permission.OUTSIDE_RECORD),
    }
    return show(request, "exchange/asks.html" if side is Side.ASKER else "exchange/told.html", context)


def _wanted(asked: Asked, side: Side, partners: list[AgencyFacts]) -> Wanted:
    chosen, words = asked.filters, asked.search.casefold().split()
    partner = next((one.id for one in partners if one.code == chosen.get("partner")), None)
    named = [
        one.id for one in partners if all(word in f"{one.name} {one.code} {one.ori or ''}".casefold() for word in words)
    ]
    return Wanted(
        side=side,
        path=chosen.get("path") if side is Side.ASKER else "outside",
        status=chosen.get("status"),
        partner_id=partner,
        purpose=chosen.get("purpose"),
        named=asked.search,
        partners=tuple(named) if words else (),
        order=AskOrder(asked.sort) if asked.sort in _SORTABLE else AskOrder.ASKED,
        is_descending=asked.is_descending,
        offset=0 if asked.is_csv else (asked.number - 1) * PER_PAGE,
        limit=MOST_EXPORTED if asked.is_csv else PER_PAGE,
    )


def _page(
    found: Counted[AskView], asked: Asked, columns: tuple[Column[AskView], ...], filters: tuple[Filter, ...]
) -> ListPage[AskView]:
    headings = headings_of(asked, columns[:_SHOWN], sortable=_SORTABLE)
    return ListPage(found.rows, found.total, asked, headings, filters, found.is_cut)


def _line(row: AskView, names: Mapping[UUID, AgencyFacts], side: Side, language: str) -> dict[str, object]:
    known = load_catalogue()
    other = names.get(row.holder_id if side is Side.ASKER else row.asker_id)
    return {
        "id": row.answered.ask_id,
        "at": row.asked_at,
        "partner": other.name if other else "",
        "purpose": known.purposes[row.purpose].label(language) if row.purpose in known.purposes else row.purpose,
        "category": known.categories[row.category].label(language)
        if row.category in known.categories
        else row.category,
        "status": status_words(row.answered.status, in_part=row.answered.in_part),
        "tone": tone_of(row.answered.status, in_part=row.answered.in_part),
    }
