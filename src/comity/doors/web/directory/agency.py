"""One agency: what it is, what it may and may not do, its area, its posts over time, how it is reached."""

from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse

from comity.doors.maps import StateMap, list_names, map_of_state, maps_of
from comity.doors.web.directory.timeline import Span, list_spans, years_of
from comity.doors.web.directory.words import CONTACTS, FOOTING, HOSTINGS, KINDS, LIMITS, POWERS
from comity.doors.web.page import page, show
from comity.doors.web.permissions import Permission
from comity.doors.web.staff import Staff
from comity.spine.tenancy.transaction import reading
from comity.standing.directory.facts import AgencyFacts, HolderFacts, PostFacts
from comity.standing.directory.selectors import (
    NotInDirectoryError,
    get_agency,
    get_agency_by_code,
    list_contact_points,
    list_holders,
    list_participations,
    list_posts_of,
    list_times_held,
)
from comity.standing.directory.vocabulary import AgencyKind, HoldingKind, Limit, Power


@dataclass(frozen=True, slots=True)
class PostRow:
    """A post, since when somebody holds it, and how it was held over the last years; never who."""

    post: PostFacts
    agency: AgencyFacts
    holder: HolderFacts | None
    spans: tuple[Span, ...] = ()

    @property
    def is_acting(self) -> bool:
        """Whether an acting holder covers a gap."""
        return self.holder is not None and self.holder.kind is HoldingKind.ACTING


@page(Permission.AGENCY_READ, FOOTING)
def agency(request: HttpRequest, staff: Staff, code: str) -> HttpResponse:
    """Show an agency."""
    try:
        with reading(staff.actor):
            found = get_agency_by_code(code)
            parent = get_agency(found.parent_id) if found.parent_id else None
            posts = list_posts_of(found.id)
            ids = [post.id for post in posts]
            holders, held = list_holders(ids, staff.now), list_times_held(ids, staff.now)
            contacts, listings = list_contact_points(found.id), list_participations([found.id])
    except NotInDirectoryError:
        raise Http404(code) from None
    rows = [PostRow(post, found, holders.get(post.id), list_spans(held[post.id], staff.now)) for post in posts]
    context = {
        "agency": found,
        "kind": KINDS[found.kind],
        "hosting": HOSTINGS[found.hosting],
        "parent": parent,
        "powers": sorted(str(POWERS[Power(one)]) for one in found.powers),
        "limits": sorted(str(LIMITS[Limit(one)]) for one in found.limits),
        "posts": rows,
        "years": years_of(staff.now),
        "maps": _maps(found),
        "counties": list_names(found.counties),
        "contacts": [(CONTACTS[one.kind], one) for one in contacts],
        "listings": [one.words for one in listings],
    }
    return show(request, "agency.html", context)


def _maps(found: AgencyFacts) -> tuple[StateMap, ...]:
    """Return the maps of an agency's area: its counties; of an agency of a state without any, the whole state."""
    if found.counties or found.kind is not AgencyKind.STATE:
        return maps_of(found.counties)
    whole = map_of_state(found.state)
    return (whole,) if whole else ()
