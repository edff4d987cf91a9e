"""The agencies of the directory, as a list and on a map of a state."""

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from comity.doors.lists import PER_PAGE, Asked, Choice, Column, Filter, ListPage, asked_of, csv_of, headings_of
from comity.doors.maps import FIPS, STATES, list_names, map_of_numbers
from comity.doors.web.directory.words import FOOTING, HOSTINGS, KINDS
from comity.doors.web.page import page, show
from comity.doors.web.permissions import Permission
from comity.doors.web.staff import Staff
from comity.spine.tenancy.transaction import reading
from comity.standing.directory.facts import AgencyFacts
from comity.standing.directory.selectors import (
    count_agencies_by_county,
    list_task_force_names,
    search_agencies,
)
from comity.standing.directory.vocabulary import AgencyKind, AgencyOrder, Hosting

_MOST_ROWS: Final = 100_000
_COLUMNS: Final[tuple[Column[AgencyFacts], ...]] = (
    Column("name", _("Agency"), lambda row: row.name),
    Column("code", _("Code"), lambda row: row.code),
    Column("kind", _("Kind"), lambda row: str(KINDS[row.kind])),
    Column("state", _("U.S. state"), lambda row: row.state),
    Column("hosting", _("Where it is"), lambda row: str(HOSTINGS[row.hosting])),
)
_STATES: Final = ("AZ", "UT", "CA", "NM", "NV", "CO")


def _kinds() -> tuple[Choice, ...]:
    return tuple(Choice(one.value, label) for one, label in KINDS.items())


@page(Permission.AGENCY_READ, FOOTING)
def agencies(request: HttpRequest, staff: Staff) -> HttpResponse:
    """List the agencies of the directory, and its task forces."""
    with reading(staff.actor):
        counties = count_agencies_by_county()
        filters = (
            Filter("kind", _("Kind"), _kinds()),
            Filter("state", _("U.S. state"), tuple(Choice(one, one) for one in _STATES)),
            Filter("county", _("County"), tuple(Choice(code, name) for code, name in list_names(counties))),
            Filter("hosting", _("Where it is"), tuple(Choice(one.value, label) for one, label in HOSTINGS.items())),
        )
        asked = asked_of(request, columns=_COLUMNS, filters=filters, sort="name")
        rows, total = _found(asked)
        forces = [] if asked.is_csv else list_task_force_names()
    if asked.is_csv:
        return csv_of("agencies", rows, _COLUMNS)
    found = ListPage(rows, total, asked, headings_of(asked, _COLUMNS), filters)
    shown = [(row, KINDS[row.kind], HOSTINGS[row.hosting]) for row in rows]
    return show(request, "agencies.html", {"found": found, "rows": shown, "forces": forces})


@page(Permission.AGENCY_READ, FOOTING)
def state_map(request: HttpRequest, staff: Staff) -> HttpResponse:
    """Show how many agencies have each county of a state in their area; `kind` leaves those of other kinds out."""
    kind = AgencyKind(given) if (given := request.GET.get("kind", "")) in set(AgencyKind) else None
    with reading(staff.actor):
        every = count_agencies_by_county()
        numbers = every if kind is None else count_agencies_by_county(kind)
    states = sorted({code[:2] for code in every} & set(STATES), key=lambda fips: STATES[fips][1])
    wanted = FIPS.get(request.GET.get("state", ""), "") or FIPS.get(staff.agency.state, "")
    fips = wanted if wanted in states else next(iter(states), "")

    def listed(code: str) -> str:
        return f"{reverse('console:agencies')}?{urlencode({'kind': kind.value if kind else '', 'county': code})}"

    lines = [(name, numbers[code], listed(code)) for code, name in list_names(numbers) if code.startswith(fips)]
    context = {
        "map": map_of_numbers(fips, numbers, address=listed) if fips else None,
        "lines": lines,
        "states": [(STATES[one][0], STATES[one][1], one == fips) for one in states],
        "kinds": [(one.value, label, one is kind) for one, label in KINDS.items()],
    }
    return show(request, "agencies_map.html", context)


def _found(asked: Asked) -> tuple[list[AgencyFacts], int]:
    chosen = asked.filters
    return search_agencies(
        search=asked.search,
        kind=AgencyKind(chosen["kind"]) if "kind" in chosen else None,
        state=chosen.get("state"),
        hosting=Hosting(chosen["hosting"]) if "hosting" in chosen else None,
        county=chosen.get("county"),
        order=AgencyOrder(asked.sort),
        is_descending=asked.is_descending,
        offset=0 if asked.is_csv else (asked.number - 1) * PER_PAGE,
        limit=_MOST_ROWS if asked.is_csv else PER_PAGE,
    )
