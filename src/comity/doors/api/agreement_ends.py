"""Suspending and ending an agreement: from the commit on nothing leaves under one that is suspended or over."""

from http import HTTPStatus
from typing import Annotated

import msgspec
from django.http import HttpRequest, HttpResponse
from ninja import Router

from comity.coordination.exchange.rules import LONGEST_KEY
from comity.doors.api.agreement_lines import AgreementCode, AgreementLine, find_agreement, stands_now
from comity.doors.api.answers import Moment, moment
from comity.doors.api.problems import FieldProblem, ProblemError, shown, unprocessable
from comity.doors.api.reading import read_json
from comity.doors.api.routes import declared, reply
from comity.doors.api.scopes import Caller, caller_of
from comity.standing.agreements.commands import (
    resume_agreement,
    supersede_agreement,
    suspend_agreement,
    terminate_agreement,
    withdraw_notice,
)
from comity.standing.agreements.facts import AgreementFacts
from comity.standing.agreements.selectors import NoSuchAgreementError
from comity.standing.agreements.vocabulary import SuspensionReason, TerminationReason
from comity.standing.directory.vocabulary import Scope

router = Router(tags=["agreements"])

_Successor = Annotated[str, msgspec.Meta(min_length=1, max_length=LONGEST_KEY, description="An agreement in force.")]


class SuspensionBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why an agreement rests; the word is recorded. None of them says that somebody complained."""

    reason: SuspensionReason


class TerminationBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why an agreement ends; the word is recorded."""

    reason: TerminationReason


class SupersessionBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The agreement that takes the place: in force already, between at least the same parties."""

    successor: _Successor


class AgreementEnding(msgspec.Struct, frozen=True):
    """When it ends: at once, or when the notice is over; null while the heads of other parties have to agree."""

    ends_at: Moment | None
    agreement: AgreementLine


@router.post(
    "/agreements/{code}/suspension",
    **declared(Scope.AGREEMENTS_SUSPEND, takes=SuspensionBody, gives={200: AgreementLine}),
)
def post_suspension(request: HttpRequest, code: AgreementCode) -> HttpResponse:
    """Suspend an agreement in force, as head, counsel or privacy officer: nothing leaves under it from the answer on.

    What is on its way is stopped.
    """
    caller = caller_of(request)
    reason = read_json(request, SuspensionBody).reason
    suspend_agreement(by=caller.actor, now=caller.now, agreement_id=find_agreement(caller, code).id, reason=reason)
    return reply(HTTPStatus.OK, stands_now(caller, code))


@router.delete("/agreements/{code}/suspension", **declared(Scope.AGREEMENTS_SUSPEND, gives={200: AgreementLine}))
def delete_suspension(request: HttpRequest, code: AgreementCode) -> HttpResponse:
    """Resume a suspended agreement, as head of the party that suspended it."""
    caller = caller_of(request)
    resume_agreement(by=caller.actor, now=caller.now, agreement_id=find_agreement(caller, code).id)
    return reply(HTTPStatus.OK, stands_now(caller, code))


@router.post(
    "/agreements/{code}/termination",
    **declared(Scope.AGREEMENTS_END, takes=TerminationBody, gives={200: AgreementEnding, 202: AgreementEnding}),
)
def post_termination(request: HttpRequest, code: AgreementCode) -> HttpResponse:
    """End an agreement for good, as head of a party: at once, or when the notice its text states is over.

    By `mutual` it ends once the head of every party has said so; until then the answer is 202 and `ends_at` null.
    """
    caller = caller_of(request)
    reason = read_json(request, TerminationBody).reason
    found = find_agreement(caller, code)
    ends_at = terminate_agreement(by=caller.actor, now=caller.now, agreement_id=found.id, reason=reason)
    status = HTTPStatus.ACCEPTED if ends_at is None else HTTPStatus.OK
    return reply(status, AgreementEnding(moment(ends_at), stands_now(caller, code)))


@router.delete("/agreements/{code}/notice", **declared(Scope.AGREEMENTS_END, gives={200: AgreementLine}))
def delete_notice(request: HttpRequest, code: AgreementCode) -> HttpResponse:
    """Take back a notice before it is over, as head of the party that gave it: the agreement goes on."""
    caller = caller_of(request)
    withdraw_notice(by=caller.actor, now=caller.now, agreement_id=find_agreement(caller, code).id)
    return reply(HTTPStatus.OK, stands_now(caller, code))


@router.post(
    "/agreements/{code}/supersession",
    **declared(Scope.AGREEMENTS_END, takes=SupersessionBody, gives={200: AgreementLine}),
)
def post_supersession(request: HttpRequest, code: AgreementCode) -> HttpResponse:
    """End an agreement because another takes its place, as head of a party; limits on passing on stay."""
    caller = caller_of(request)
    body = read_json(request, SupersessionBody)
    found = find_agreement(caller, code)
    successor = _successor(caller, body.successor)
    supersede_agreement(by=caller.actor, now=caller.now, agreement_id=found.id, successor_id=successor.id)
    return reply(HTTPStatus.OK, stands_now(caller, code))


def _successor(caller: Caller, code: str) -> AgreementFacts:
    try:
        return find_agreement(caller, code)
    except NoSuchAgreementError as error:
        problem = FieldProblem("successor", shown(str(error)), "`GET /agreements` lists those of your agency")
        raise ProblemError(unprocessable((problem,))) from None
