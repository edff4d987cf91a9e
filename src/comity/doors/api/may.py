"""Whether one agency may share something with another now: a decision by type; nothing is recorded."""

from http import HTTPStatus
from typing import Annotated

import msgspec
from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from comity.coordination.exchange.ask import Invalid
from comity.coordination.exchange.commands.preview import preview_disclosures
from comity.coordination.exchange.may import May, may_of, say_may
from comity.doors.api.answers import Status, field_problems
from comity.doors.api.bodies import Language, PreviewBody
from comity.doors.api.context import key_ring
from comity.doors.api.forward import WayForward
from comity.doors.api.outcomes import ClassOutcome
from comity.doors.api.previews import Explained, told
from comity.doors.api.problems import FieldProblem, ProblemError, shown, unprocessable
from comity.doors.api.routes import declared, reply
from comity.doors.api.scopes import Caller, caller_of
from comity.spine.tenancy.actor import Actor, Duty
from comity.spine.tenancy.transaction import reading
from comity.standing.directory.facts import AgencyFacts
from comity.standing.directory.selectors import (
    NotInDirectoryError,
    get_agency,
    get_post_by_code,
    list_agencies_by_code,
    list_agencies_by_ori,
)
from comity.standing.directory.vocabulary import Scope

router = Router(tags=["law"])
USUAL_POST = "interface"


class MayAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Whether `holder` may share this with `asker` now, as for an unmarked record that shows all it should.

    `may`: `yes`, `after_approval`, `after_counsel`, `in_part` or `no`; `says`: the same in a sentence.
    """

    may: May
    says: str
    holder: str
    asker: str
    headline: Status
    classes: dict[str, ClassOutcome]
    reasons: tuple[Explained, ...]
    ways_forward: tuple[WayForward, ...]


Names = Annotated[list[str], Query(description="May be repeated.")]


@router.get("/law/may", **declared(Scope.LAW_READ, Scope.EXCHANGE_ASK, gives={200: MayAnswer}))
def get_may(
    request: HttpRequest,
    holder: Annotated[str, Query(description="Who would share: an agency's code or ORI.")],
    purpose: str,
    category: str,
    elements: Names,
    asker: Annotated[str, Query(description="Who would be told, `agency` or `agency/post`; you when left out.")] = "",
    claims: Names = [],  # noqa: B006 - read only, as ninja wants it
    language: Language = Language.EN,
) -> HttpResponse:
    """Say whether one agency may share something with another now; yours is one of the two.

    By type only: no subject, no reference, no record is looked at and nothing is recorded.
    """
    caller = caller_of(request)
    by = _asker(asker, caller) if asker else caller.actor
    codes = _between(holder, by, caller)
    body = PreviewBody(
        holder=holder,
        purpose=purpose,
        category=category,
        elements=tuple(elements),
        claims=dict.fromkeys(claims, True),
        language=language,
    )
    [found] = preview_disclosures(asks=[body.as_ask()], by=by, now=caller.now, keys=key_ring())
    if isinstance(found, Invalid):
        raise ProblemError(unprocessable(field_problems(found.faults)))
    preview = told(found, body=body, by=by, now=caller.now)
    return reply(
        HTTPStatus.OK,
        MayAnswer(
            may=may_of(found.decision),
            says=say_may(found.decision, **codes, language=language.value),
            **codes,
            headline=preview.headline,
            classes=preview.classes,
            reasons=preview.reasons,
            ways_forward=preview.ways_forward,
        ),
    )


def _between(holder: str, by: Actor, caller: Caller) -> dict[str, str]:
    """Return the codes of the two agencies; a question about two others is a problem."""
    with reading(caller.actor):
        one, other = _agency(holder, "holder"), get_agency(by.agency_id)
    if caller.actor.agency_id not in {one.id, other.id}:
        remedy = "name your own agency as holder or as asker, or leave `asker` out"
        raise ProblemError(unprocessable((FieldProblem("asker", "is another agency, as is the holder", remedy),)))
    return {"holder": one.code, "asker": other.code}


def _asker(name: str, caller: Caller) -> Actor:
    """Return the post that would be told; what the directory does not know is a problem of the field."""
    agency_name, _, post_code = name.partition("/")
    with reading(caller.actor):
        agency = _agency(agency_name, "asker")
        code = post_code.replace("\0", "") or USUAL_POST
        try:
            post = get_post_by_code(agency.code, code)
        except NotInDirectoryError:
            message = f"`{shown(agency.code)}` has no post `{shown(code)}` on this node"
            raise ProblemError(
                unprocessable(
                    (FieldProblem("asker", message, "write `agency/post`; `GET /directory/agencies/{code}`"),)
                )
            ) from None
    return Actor(agency.id, post.id, Duty.AGENCY)


def _agency(name: str, field: str) -> AgencyFacts:
    clean = name.replace("\0", "")
    found = list_agencies_by_code([clean]) or list_agencies_by_ori([clean])
    for agency in found.values():
        return agency
    problem = FieldProblem(field, f"no agency `{shown(name)}`", "use its code or ORI; the directory lists both")
    raise ProblemError(unprocessable((problem,)))
