"""Releases of the law: which was in force since when, who approved it, and what it changed, before and after."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from comity.doors.lists import Choice, Column, Filter, asked_of, csv_of, page_of
from comity.doors.web.law.words import STAFF_ALONE
from comity.doors.web.page import page, show
from comity.doors.web.permissions import Permission
from comity.doors.web.staff import Staff
from comity.spine.tenancy.transaction import reading
from comity.standing.directory.facts import AgencyFacts, PostFacts
from comity.standing.directory.selectors import list_agencies, list_posts
from comity.standing.law.approvals import list_releases, read_approvals
from comity.standing.law.difference import Change, How, Part, difference_of
from comity.standing.law.facts import ReleaseFacts, ReleaseState
from comity.standing.law.selectors import read_release

STATES: Final[Mapping[ReleaseState, Promise]] = {
    ReleaseState.DRAFT: _("draft"),
    ReleaseState.APPROVED: _("approved"),
    ReleaseState.CURRENT: _("in force"),
    ReleaseState.SUPERSEDED: _("replaced"),
}
APPROVALS: Final[Mapping[str, Promise]] = {
    "signed": _("signed"),
    "demo approval": _("approved for a demonstration only"),
    "not signed": _("no signature that is good"),
    "none": _("not approved"),
}
HOW: Final[Mapping[How, Promise]] = {
    How.ADDED: _("added"),
    How.REMOVED: _("removed"),
    How.CHANGED: _("changed"),
}
THINGS: Final[Mapping[str, Promise]] = {"rule": _("rule"), "text": _("text"), "authority": _("authority")}
PARTS: Final[Mapping[str, Promise]] = {
    "text": _("as the engine reads it"),
    "kind": _("kind"),
    "cite": _("citation"),
    "source": _("rests on"),
    "from": _("applies from"),
    "to": _("applies until"),
    "needs": _("looks for"),
    "obligations": _("obliges to"),
    "classes": _("decides"),
    "jurisdiction": _("law of"),
    "says": _("key of its words"),
    "says.en": _("in plain words, English"),
    "says.es": _("in plain words, Spanish"),
    "forward.en": _("what can be done, English"),
    "forward.es": _("what can be done, Spanish"),
    "citation": _("citation"),
    "effect": _("what it does"),
    "mark": _("how it was read"),
    "confidence": _("how sure it is"),
    "tags": _("bears on"),
}


@dataclass(frozen=True, slots=True)
class ReleaseRow:
    """A release in words. `post` and `agency`: whose counsel approved it as such, None where nobody did."""

    facts: ReleaseFacts
    state: Promise
    approval: Promise | str
    post: PostFacts | None
    agency: AgencyFacts | None

    @property
    def name(self) -> str:
        """What it is called: the beginning of its digest."""
        return self.facts.digest[:12]


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """What became of one thing. `parts`: what is said of it, before, after."""

    thing: str
    name: str
    how: How
    parts: tuple[tuple[Promise | str, Part], ...]

    @property
    def thing_label(self) -> Promise:
        """What it is."""
        return THINGS[self.thing]

    @property
    def how_label(self) -> Promise:
        """What became of it."""
        return HOW[self.how]


_COLUMNS: Final[tuple[Column[ReleaseRow], ...]] = (
    Column("name", _("Release"), lambda row: row.name),
    Column("state", _("How it stands"), lambda row: str(row.state)),
    Column("effective", _("In force since"), lambda row: row.facts.effective_at),
    Column("loaded", _("Loaded"), lambda row: row.facts.loaded_at),
    Column("approval", _("Approved"), lambda row: str(row.approval)),
    Column("agency", _("By counsel of"), lambda row: row.agency.name if row.agency else ""),
)
_CHANGES: Final[tuple[Column[ChangeRow], ...]] = (
    Column("name", _("Name"), lambda row: row.name),
    Column("thing", _("What it is"), lambda row: str(row.thing_label)),
    Column("how", _("What became of it"), lambda row: str(row.how_label)),
    Column("parts", _("In what"), lambda row: ", ".join(str(label) for label, _part in row.parts)),
)


@page(Permission.RULE_READ, STAFF_ALONE)
def releases(request: HttpRequest, staff: Staff) -> HttpResponse:
    """List the releases of the law."""
    filters = (Filter("state", _("How it stands"), tuple(Choice(one.value, said) for one, said in STATES.items())),)
    asked = asked_of(request, columns=_COLUMNS, filters=filters, sort="-loaded")
    found = page_of(
        _rows(staff), asked=asked, columns=_COLUMNS, filters=filters,
        matches=lambda row, chosen: chosen.get("state", row.facts.state.value) == row.facts.state.value,
    )  # fmt: skip
    if asked.is_csv:
        return csv_of("releases", found.rows, _COLUMNS)
    return show(request, "releases.html", {"found": found, "here": "releases"})


@page(Permission.RULE_READ, STAFF_ALONE)
def release(request: HttpRequest, staff: Staff, release_id: UUID) -> HttpResponse:
    """Show a release, and what it changed against the law before it or another release."""
    rows = _rows(staff)
    one = next((row for row in rows if row.facts.id == release_id), None)
    if one is None:
        raise Http404(str(release_id))
    others = tuple(Choice(str(row.facts.id), row.name) for row in rows if row is not one)
    filters = (
        Filter("against", _("Compared with"), others),
        Filter("thing", _("What it is"), tuple(Choice(code, said) for code, said in THINGS.items())),
        Filter("how", _("What became of it"), tuple(Choice(how.value, said) for how, said in HOW.items())),
    )
    asked = asked_of(request, columns=_CHANGES, filters=filters, sort="name")
    chosen = asked.filters.get("against")
    before = next((row for row in rows if str(row.facts.id) == chosen), None) or _before(one, rows)
    changes = _changes(one, before, staff)
    found = page_of(changes, asked=asked, columns=_CHANGES, filters=filters, matches=_matches)
    if asked.is_csv:
        return csv_of("changes", found.rows, _CHANGES)
    rules = [row.how for row in changes if row.thing == "rule"]
    context = {"found": found, "row": one, "before": before, "counts": [(HOW[how], rules.count(how)) for how in How]}
    return show(request, "release.html", context)


def _rows(staff: Staff) -> list[ReleaseRow]:
    with reading(staff.actor):
        known, approved = list_releases(staff.now), read_approvals(until=staff.now).releases
        posts = list_posts({one.post_id for one in approved.values()})
        agencies = list_agencies({one.agency_id for one in approved.values()})
    return [
        ReleaseRow(
            facts=one,
            state=STATES[one.state],
            approval=APPROVALS.get(one.approval, one.approval),
            post=posts.get(approved[one.id].post_id) if one.id in approved else None,
            agency=agencies.get(approved[one.id].agency_id) if one.id in approved else None,
        )
        for one in known
    ]


def _before(one: ReleaseRow, rows: Sequence[ReleaseRow]) -> ReleaseRow | None:
    """Return the law that a release took the place of; of one that never was the law, the law in force."""
    since = one.facts.effective_at
    if since is None:
        return next((row for row in rows if row.facts.state is ReleaseState.CURRENT), None)
    earlier = [row for row in rows if row is not one and row.facts.effective_at and row.facts.effective_at < since]
    return max(earlier, key=lambda row: str(row.facts.effective_at), default=None)


def _changes(one: ReleaseRow, before: ReleaseRow | None, staff: Staff) -> list[ChangeRow]:
    with reading(staff.actor):
        old = read_release(before.facts.id) if before else None
        found = difference_of(old, read_release(one.facts.id))
    named: dict[str, tuple[Change, ...]] = {
        "rule": found.rules, "text": found.texts, "authority": found.authorities,
    }  # fmt: skip
    return [
        ChangeRow(thing, change.name, change.how, tuple((PARTS.get(p.name, p.name), p) for p in change.parts))
        for thing, changes in named.items()
        for change in changes
    ]


def _matches(row: ChangeRow, chosen: Mapping[str, str]) -> bool:
    return chosen.get("thing", row.thing) == row.thing and chosen.get("how", row.how.value) == row.how.value
