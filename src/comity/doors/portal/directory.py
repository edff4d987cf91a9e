"""Agencies and task forces as the public reads them, with their counties on a map; no person, no post."""

from typing import Final

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from comity.accountability.publication.directory_facts import AgencyShown
from comity.accountability.publication.directory_selectors import (
    count_public_by_county,
    get_public_agency,
    get_public_task_force,
    list_public_agencies,
    list_public_task_forces,
    list_public_task_forces_of,
    search_public_agencies,
)
from comity.accountability.publication.selectors import NotPublishedError, as_public, list_published
from comity.doors.lists import PER_PAGE, Choice, Column, Filter, ListPage, asked_of, csv_of, headings_of
from comity.doors.maps import FIPS, STATES, StateMap, list_names, map_of_numbers, map_of_state, maps_of
from comity.doors.portal.shown import shown
from comity.doors.portal.words import AGENCY_KINDS, LIMITS

_MOST_ROWS: Final = 100_000
_HOME: Final = ("AZ", "UT", "CA", "NM", "NV", "CO")
_COLUMNS: Final[tuple[Column[AgencyShown], ...]] = (
    Column("name", _("Agency"), lambda row: row.name),
    Column("kind", _("Kind"), lambda row: str(AGENCY_KINDS[row.kind.value])),
    Column("state", _("U.S. state"), lambda row: row.state),
)


@require_safe
def agencies(request: HttpRequest) -> HttpResponse:
    """List the agencies, and the task forces."""
    with as_public():
        counties = count_public_by_county()
        filters = (
            Filter("kind", _("Kind"), tuple(Choice(code, label) for code, label in AGENCY_KINDS.items())),
            Filter("state", _("U.S. state"), tuple(Choice(one, one) for one in _HOME)),
            Filter("county", _("County"), tuple(Choice(code, name) for code, name in list_names(counties))),
        )
        asked = asked_of(request, columns=_COLUMNS, filters=filters, sort="name")
        rows, total = search_public_agencies(
            search=asked.search,
            kind=asked.filters.get("kind"),
            state=asked.filters.get("state"),
            county=asked.filters.get("county"),
            order=asked.sort,
            is_descending=asked.is_descending,
            offset=0 if asked.is_csv else (asked.number - 1) * PER_PAGE,
            limit=_MOST_ROWS if asked.is_csv else PER_PAGE,
        )
        forces = list_public_task_forces()
    if asked.is_csv:
        return csv_of("agencies", rows, _COLUMNS)
    found = ListPage(rows, total, asked, headings_of(asked, _COLUMNS), filters)
    listed = [(row, AGENCY_KINDS[row.kind.value]) for row in rows]
    return shown(request, "agencies.html", {"found": found, "rows": listed, "forces": forces})


@require_safe
def county_map(request: HttpRequest) -> HttpResponse:
    """Show how many agencies have each county of a state in their area."""
    given = request.GET.get("kind", "")
    kind = given if given in AGENCY_KINDS else None
    with as_public():
        every = count_public_by_county()
        numbers = every if kind is None else count_public_by_county(kind)
    states = sorted({code[:2] for code in every} & set(STATES), key=lambda fips: STATES[fips][1])
    wanted = FIPS.get(request.GET.get("state", ""), "")
    fips = wanted if wanted in states else next(iter(states), "")

    def listed(code: str) -> str:
        return f"{reverse('portal:agencies')}?{urlencode({'kind': kind or '', 'county': code})}"

    context = {
        "map": map_of_numbers(fips, numbers, address=listed) if fips else None,
        "lines": [(name, numbers[code], listed(code)) for code, name in list_names(numbers) if code.startswith(fips)],
        "states": [(STATES[one][0], STATES[one][1], one == fips) for one in states],
        "kinds": [(code, label, code == kind) for code, label in AGENCY_KINDS.items()],
    }
    return shown(request, "agencies_map.html", context)


@require_safe
def agency(request: HttpRequest, code: str) -> HttpResponse:
    """Show an agency: what it is, what it may not do, its area, what it agreed to, where it serves."""
    try:
        with as_public() as now:
            found = get_public_agency(code)
            parent = list_public_agencies([found.parent]).get(found.parent)
            forces, agreements = list_public_task_forces_of(code), list_published()
    except NotPublishedError:
        raise Http404(code) from None
    context = {
        "agency": found,
        "kind": AGENCY_KINDS[found.kind.value],
        "parent": parent,
        "limits": [LIMITS[one] for one in found.limits if one in LIMITS],
        "maps": _maps(found),
        "counties": list_names(found.counties),
        "forces": forces,
        "agreements": [
            (one, one.standing(now) == "in_force")
            for one in agreements
            if code in {party.code for party in one.parties}
        ],
    }
    return shown(request, "agency.html", context)


@require_safe
def task_force(request: HttpRequest, code: str) -> HttpResponse:
    """Show a task force: who leads it, who serves in it, and in which counties."""
    try:
        with as_public():
            found = get_public_task_force(code)
            known = list_public_agencies([found.lead, *found.members])
    except NotPublishedError:
        raise Http404(code) from None
    members = [known[one] for one in known if one in found.members]
    by_county: dict[str, list[AgencyShown]] = {}
    for one in members:
        for county in one.counties:
            by_county.setdefault(county, []).append(one)
    context = {
        "force": found,
        "lead": known.get(found.lead),
        "members": members,
        "maps": maps_of(by_county),
        "counties": [(county, name, by_county[county]) for county, name in list_names(by_county)],
    }
    return shown(request, "task_force.html", context)


def _maps(found: AgencyShown) -> tuple[StateMap, ...]:
    if found.counties or found.kind.value != "state":
        return maps_of(found.counties)
    whole = map_of_state(found.state)
    return (whole,) if whole else ()
