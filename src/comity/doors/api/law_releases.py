"""The releases of the law: how each stands, and what one changes against another."""

from collections.abc import Iterable
from http import HTTPStatus
from uuid import UUID

import msgspec
from django.http import HttpRequest, HttpResponse
from ninja import Router

from comity.doors.api.answers import Moment, moment
from comity.doors.api.routes import declared, reply
from comity.doors.api.scopes import caller_of
from comity.kernel.time import utc_text
from comity.spine.tenancy.transaction import reading
from comity.standing.directory.vocabulary import Scope
from comity.standing.law.approvals import list_releases
from comity.standing.law.difference import Change, difference_of
from comity.standing.law.facts import ReleaseFacts
from comity.standing.law.selectors import get_in_force, read_release

router = Router(tags=["law"])


class ReleaseLine(msgspec.Struct, frozen=True, kw_only=True):
    """A release. `state`: `draft`, `approved`, `current` or `superseded`; `unapproved` names rules counsel has not.

    `approval`: how counsel approved the release as such: `signed`, `demo approval`, `not signed` (no signature that is
    good) or `none`; `takes_out` names rules of the law in force that are not in it. `demo_approvals`: how many of its
    rules were approved for a demonstration only: nobody has read them as counsel.
    """

    id: UUID
    digest: str
    state: str
    loaded_at: Moment
    effective_at: Moment | None
    approval: str
    unapproved: tuple[str, ...]
    takes_out: tuple[str, ...]
    demo_approvals: int


class ReleaseList(msgspec.Struct, frozen=True):
    """Every release, oldest first."""

    releases: tuple[ReleaseLine, ...]


class PartLine(msgspec.Struct, frozen=True):
    """What was said before and after; empty where it was not there or is not any more."""

    part: str
    before: str
    after: str


class ChangeLine(msgspec.Struct, frozen=True):
    """What became of a rule, a text of no rule, or an authority: `added`, `removed` or `changed`."""

    name: str
    how: str
    parts: tuple[PartLine, ...]


class ReleaseDifference(msgspec.Struct, frozen=True, kw_only=True):
    """What `release` changes against `against`, null where nothing is in force: then everything is added."""

    release: UUID
    against: UUID | None
    rules: tuple[ChangeLine, ...]
    texts: tuple[ChangeLine, ...]
    authorities: tuple[ChangeLine, ...]


@router.get("/law/releases", **declared(Scope.LAW_READ, gives={200: ReleaseList}))
def get_releases(request: HttpRequest) -> HttpResponse:
    """List the releases of the law and how each stands now."""
    caller = caller_of(request)
    with reading(caller.actor):
        found = list_releases(caller.now)
    return reply(HTTPStatus.OK, ReleaseList(tuple(_release(one) for one in found)))


@router.get("/law/releases/{release_id}/difference", **declared(Scope.LAW_READ, gives={200: ReleaseDifference}))
def get_release_difference(request: HttpRequest, release_id: UUID, against: UUID | None = None) -> HttpResponse:
    """Show what a release changes against another; against the one in force when `against` is left out."""
    caller = caller_of(request)
    with reading(caller.actor):
        in_force = get_in_force(caller.now)
        before = against or (in_force.release_id if in_force else None)
        found = difference_of(None if before is None else read_release(before), read_release(release_id))
    said = ReleaseDifference(
        release=release_id,
        against=before,
        rules=_changes(found.rules),
        texts=_changes(found.texts),
        authorities=_changes(found.authorities),
    )
    return reply(HTTPStatus.OK, said)


def _release(one: ReleaseFacts) -> ReleaseLine:
    return ReleaseLine(
        id=one.id,
        digest=one.digest,
        state=one.state.value,
        loaded_at=utc_text(one.loaded_at),
        effective_at=moment(one.effective_at) if one.effective_at else None,
        approval=one.approval,
        unapproved=one.unapproved,
        takes_out=one.takes_out,
        demo_approvals=one.demo_approvals,
    )


def _changes(changes: Iterable[Change]) -> tuple[ChangeLine, ...]:
    return tuple(
        ChangeLine(one.name, one.how.value, tuple(PartLine(part.name, part.before, part.after) for part in one.parts))
        for one in changes
    )
