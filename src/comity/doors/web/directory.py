"""The directory: agencies, what each may do, its posts, the task forces it serves in. Organizations, no persons."""

from dataclasses import dataclass
from typing import Final

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from comity.doors.lists import PER_PAGE, Choice, Column, Filter, ListPage, asked_of, csv_of, headings_of
from comity.doors.web.page import NOT_RECORDED, Footing, page, show
from comity.doors.web.permissions import Permission
from comity.doors.web.staff import Staff
from comity.spine.tenancy.transaction import reading
from comity.standing.directory.facts import AgencyFacts, HolderFacts, PostFacts
from comity.standing.directory.selectors import (
    NotInDirectoryError,
    get_agency,
    get_agency_by_code,
    get_task_force,
    list_agencies,
    list_contact_points,
    list_holders,
    list_participations,
    list_posts,
    list_posts_of,
    list_task_force_names,
    search_agencies,
)
from comity.standing.directory.vocabulary import AgencyKind, AgencyOrder, HoldingKind, Hosting, Limit, Power

_MOST_ROWS: Final = 100_000
_FOOTING: Final = Footing(
    readers=_("Every post of every agency of this node."),
    ground=_("Agencies keep their own entries; lists of the public are named as what they are."),
    record=NOT_RECORDED,
)
KINDS: Final[dict[AgencyKind, Promise]] = {
    AgencyKind.FEDERAL: _("federal"),
    AgencyKind.STATE: _("state"),
    AgencyKind.LOCAL: _("local"),
    AgencyKind.TRIBAL: _("tribal"),
    AgencyKind.NEIGHBORING_STATE: _("of another state"),
}
HOSTINGS: Final[dict[Hosting, Promise]] = {
    Hosting.HERE: _("at this node"),
    Hosting.ELSEWHERE: _("at another node"),
    Hosting.LISTED: _("listed only"),
}
POWERS: Final[dict[Power, Promise]] = {
    Power.LAW_ENFORCEMENT: _("law enforcement"),
    Power.CRIMINAL_JUSTICE: _("criminal justice"),
    Power.DHS: _("Homeland Security"),
    Power.DOJ: _("Justice Department"),
    Power.STATE_DEPARTMENT: _("Department of State"),
    Power.STATE_AGENCY: _("agency of a state"),
    Power.IMMIGRATION_ENFORCEMENT: _("immigration enforcement"),
    Power.CUSTOMS: _("customs"),
    Power.BORDER_PATROL: _("border patrol"),
    Power.INVESTIGATIONS: _("investigations"),
    Power.CORRECTIONS: _("corrections"),
    Power.DETENTION: _("detention"),
    Power.RECORDS: _("records"),
    Power.CJIS_AGENCY: _("the state's CJIS agency"),
    Power.PROSECUTION: _("prosecution"),
    Power.INTELLIGENCE: _("intelligence"),
    Power.GRANTS: _("grants"),
    Power.OVERSIGHT: _("oversight"),
    Power.OFFICER_STANDARDS: _("standards of officers"),
    Power.TRIBAL_GOVERNMENT: _("tribal government"),
    Power.DRIVER_LICENSES: _("driver licenses"),
    Power.CHILD_WELFARE: _("child welfare"),
    Power.JUVENILE_JUSTICE: _("juvenile justice"),
    Power.VICTIM_SERVICES: _("victim services"),
    Power.EMERGENCY_MANAGEMENT: _("emergency management"),
    Power.PRIVACY: _("privacy"),
    Power.NODE_COUNSEL: _("counsel of this node"),
}
LIMITS: Final[dict[Limit, Promise]] = {
    Limit.NO_TITLE_8: _("no authority under title 8 of the U.S. Code without an agreement"),
    Limit.GRANTS_ONLY: _("grants only"),
    Limit.NO_ARREST: _("no arrests"),
    Limit.TRIBAL_LAND_CONSENT: _("on tribal land by consent alone"),
    Limit.UNVERIFIED: _("unverified: taken from a public list"),
}
_COLUMNS: Final[tuple[Column[AgencyFacts], ...]] = (
    Column("name", _("Agency"), lambda row: row.name),
    Column("code", _("Code"), lambda row: row.code),
    Column("kind", _("Kind"), lambda row: str(KINDS[row.kind])),
    Column("state", _("U.S. state"), lambda row: row.state),
    Column("hosting", _("Where it is"), lambda row: str(HOSTINGS[row.hosting])),
)
_STATES: Final = ("AZ", "UT", "CA", "NM", "NV", "CO")


@dataclass(frozen=True, slots=True)
class PostRow:
    """A post, and since when somebody holds it; never who."""

    post: PostFacts
    agency: AgencyFacts
    holder: HolderFacts | None

    @property
    def is_acting(self) -> bool:
        """Whether an acting holder covers a gap."""
        return self.holder is not None and self.holder.kind is HoldingKind.ACTING


def _filters() -> tuple[Filter, ...]:
    return (
        Filter("kind", _("Kind"), tuple(Choice(one.value, label) for one, label in KINDS.items())),
        Filter("state", _("U.S. state"), tuple(Choice(one, one) for one in _STATES)),
        Filter("hosting", _("Where it is"), tuple(Choice(one.value, label) for one, label in HOSTINGS.items())),
    )


@page(Permission.AGENCY_READ, _FOOTING)
def agencies(request: HttpRequest, staff: Staff) -> HttpResponse:
    """List the agencies of the directory, and its task forces."""
    asked = asked_of(request, columns=_COLUMNS, filters=_filters(), sort="name")
    chosen = asked.filters
    with reading(staff.actor):
        rows, total = search_agencies(
            search=asked.search,
            kind=AgencyKind(chosen["kind"]) if "kind" in chosen else None,
            state=chosen.get("state"),
            hosting=Hosting(chosen["hosting"]) if "hosting" in chosen else None,
            order=AgencyOrder(asked.sort),
            is_descending=asked.is_descending,
            offset=0 if asked.is_csv else (asked.number - 1) * PER_PAGE,
            limit=_MOST_ROWS if asked.is_csv else PER_PAGE,
        )
        forces = list_task_force_names()
    if asked.is_csv:
        return csv_of("agencies", rows, _COLUMNS)
    found = ListPage(rows, total, asked, headings_of(asked, _COLUMNS), _filters())
    shown = [(row, KINDS[row.kind], HOSTINGS[row.hosting]) for row in rows]
    return show(request, "agencies.html", {"found": found, "rows": shown, "forces": forces})


@page(Permission.AGENCY_READ, _FOOTING)
def agency(request: HttpRequest, staff: Staff, code: str) -> HttpResponse:
    """Show an agency: what it is, what it may and may not do, its posts, how it is reached."""
    try:
        with reading(staff.actor):
            found = get_agency_by_code(code)
            parent = get_agency(found.parent_id) if found.parent_id else None
            posts = list_posts_of(found.id)
            holders = list_holders([post.id for post in posts], staff.now)
            contacts, listings = list_contact_points(found.id), list_participations([found.id])
    except NotInDirectoryError:
        raise Http404(code) from None
    context = {
        "agency": found,
        "kind": KINDS[found.kind],
        "hosting": HOSTINGS[found.hosting],
        "parent": parent,
        "powers": sorted(str(POWERS[Power(one)]) for one in found.powers),
        "limits": sorted(str(LIMITS[Limit(one)]) for one in found.limits),
        "posts": [PostRow(post, found, holders.get(post.id)) for post in posts],
        "contacts": contacts,
        "listings": [one.words for one in listings],
    }
    return show(request, "agency.html", context)


@page(Permission.AGENCY_READ, _FOOTING)
def task_force(request: HttpRequest, staff: Staff, code: str) -> HttpResponse:
    """Show a task force: who commands it, in which succession, and who serves in it."""
    try:
        with reading(staff.actor):
            found = get_task_force(code, staff.now)
            named = [*found.command_posts, *(post for post in found.members.values() if post)]
            posts, holders = list_posts(named), list_holders(named, staff.now)
            known = list_agencies(
                {found.lead_agency_id, *found.members, *(post.agency_id for post in posts.values())}
            )  # fmt: skip
    except NotInDirectoryError:
        raise Http404(code) from None

    def row(post: PostFacts) -> PostRow:
        return PostRow(post, known[post.agency_id], holders.get(post.id))

    members = [
        (known[agency_id], row(posts[post_id]) if post_id in posts else None)
        for agency_id, post_id in found.members.items()
    ]
    context = {
        "force": found,
        "lead": known[found.lead_agency_id],
        "command": [row(posts[one]) for one in found.command_posts if one in posts],
        "members": sorted(members, key=lambda one: one[0].name),
    }
    return show(request, "task_force.html", context)
