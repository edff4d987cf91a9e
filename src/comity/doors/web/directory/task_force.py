"""One task force: who commands it, in which succession, who serves in it, and in which counties."""

from collections.abc import Iterable

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse

from comity.doors.maps import list_names, maps_of
from comity.doors.web.directory.agency import PostRow
from comity.doors.web.directory.words import CONTACTS, FOOTING
from comity.doors.web.page import page, show
from comity.doors.web.permissions import Permission
from comity.doors.web.staff import Staff
from comity.spine.tenancy.transaction import reading
from comity.standing.directory.facts import AgencyFacts, PostFacts
from comity.standing.directory.selectors import (
    NotInDirectoryError,
    get_task_force,
    list_agencies,
    list_holders,
    list_posts,
)


@page(Permission.AGENCY_READ, FOOTING)
def task_force(request: HttpRequest, staff: Staff, code: str) -> HttpResponse:
    """Show a task force."""
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

    members = sorted(
        (
            (known[agency_id], row(posts[post_id]) if post_id in posts else None)
            for agency_id, post_id in found.members.items()
        ),
        key=lambda one: one[0].name,
    )
    serving = [member for member, _ in members]
    context = {
        "force": found,
        "lead": known[found.lead_agency_id],
        "command": [row(posts[one]) for one in found.command_posts if one in posts],
        "members": members,
        "maps": maps_of({code for one in serving for code in one.counties}, address=_listed),
        "counties": _by_county(serving),
        "elsewhere": [one for one in serving if not one.counties],
        "contacts": [(CONTACTS[one.kind], one) for one in found.contact_points],
    }
    return show(request, "task_force.html", context)


def _listed(county: str) -> str:
    return f"{reverse('console:agencies')}?county={county}"


def _by_county(members: Iterable[AgencyFacts]) -> list[tuple[str, str, list[AgencyFacts]]]:
    """Return the counties of the members' areas: code, name, and whose area each is in."""
    found: dict[str, list[AgencyFacts]] = {}
    for one in members:
        for county in one.counties:
            found.setdefault(county, []).append(one)
    return [(code, name, found[code]) for code, name in list_names(found)]
