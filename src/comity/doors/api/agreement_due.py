"""What lies ahead of agreements: what falls due under them, and what the law keeps back of their clauses anyway."""

from datetime import timedelta
from http import HTTPStatus
from typing import Annotated

import msgspec
from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from comity.doors.api.agreement_lines import AgreementCode, newest_of
from comity.doors.api.answers import Moment
from comity.doors.api.routes import declared, reply
from comity.doors.api.scopes import caller_of
from comity.kernel.time import utc_text
from comity.spine.tenancy.transaction import reading
from comity.standing.agreements.conflicts import find_conflicts
from comity.standing.agreements.due import is_near
from comity.standing.agreements.selectors import get_agreement_by_code, get_weighing, list_all_due
from comity.standing.directory.vocabulary import Scope
from comity.standing.law.catalogue import load_catalogue

router = Router(tags=["agreements"])


class DueLine(msgspec.Struct, frozen=True, kw_only=True):
    """Something that falls due. `is_near`: soon enough to be named unasked."""

    at: Moment
    agreement: str
    kind: str
    is_near: bool


class DueList(msgspec.Struct, frozen=True):
    """What falls due, the earliest first."""

    due: tuple[DueLine, ...]


class LawConflict(msgspec.Struct, frozen=True, kw_only=True):
    """What a clause permits and `rules` keep back: always, where neither of two says otherwise.

    `is_held`: counsel decides each time over. `unless`: codes of the evidence that they look for and the holder has to
    have recorded.
    """

    clause: str
    rules: tuple[str, ...]
    elements: tuple[str, ...]
    sender: str
    receiver: str
    is_held: bool
    unless: tuple[str, ...]


class LawConflicts(msgspec.Struct, frozen=True):
    """What the law in force keeps back of the newest version: a clause has no more effect than that leaves it."""

    version: int
    conflicts: tuple[LawConflict, ...]


@router.get("/agreements/due", **declared(Scope.AGREEMENTS_READ, gives={200: DueList}))
def get_due(request: HttpRequest, within: Annotated[int | None, Query(ge=1, le=36_500)] = None) -> HttpResponse:
    """List what falls due under your agreements in force: ends, notices, first reviews and meetings their texts want.

    `within`: only what falls due within so many days.
    """
    caller = caller_of(request)
    with reading(caller.actor):
        found = list_all_due(caller.now)
    lines = tuple(
        DueLine(at=utc_text(one.at), agreement=one.agreement, kind=one.kind.value, is_near=is_near(one, caller.now))
        for one in found
        if within is None or one.at - caller.now <= timedelta(days=within)
    )
    return reply(HTTPStatus.OK, DueList(lines))


@router.get("/agreements/{code}/law-conflicts", **declared(Scope.AGREEMENTS_READ, gives={200: LawConflicts}))
def get_law_conflicts(request: HttpRequest, code: AgreementCode) -> HttpResponse:
    """Say what the newest version permits and the law in force keeps back all the same, before anybody signs.

    Every clause is looked at for every pair, purpose and category; each reason is told once.
    """
    caller = caller_of(request)
    with reading(caller.actor):
        version = newest_of(get_agreement_by_code(code))
        weighing = get_weighing(version.id, caller.now)
    conflicts = tuple(
        LawConflict(
            clause=one.clause,
            rules=one.rules,
            elements=one.elements,
            sender=one.pair[0],
            receiver=one.pair[1],
            is_held=one.is_held,
            unless=one.unless,
        )
        for one in find_conflicts(weighing, load_catalogue())
    )
    return reply(HTTPStatus.OK, LawConflicts(version.number, conflicts))
