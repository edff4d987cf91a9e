"""Whether one agency may share something with another now: a decision by type; nothing is recorded."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Any

import msgspec
from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from comity.coordination.exchange.ask import Invalid
from comity.coordination.exchange.commands.preview import NotOfTheTwoError, preview_may
from comity.coordination.exchange.may import May, may_of, say_counted_on, say_may
from comity.coordination.exchange.way_forward import load_hints
from comity.doors.api.answers import Status, field_problems
from comity.doors.api.bodies import Language, PreviewBody
from comity.doors.api.forward import WayForward
from comity.doors.api.outcomes import ClassOutcome
from comity.doors.api.previews import Explained, told
from comity.doors.api.problems import FieldProblem, ProblemError, shown, unprocessable
from comity.doors.api.routes import declared, reply
from comity.doors.api.scopes import Caller, caller_of
from comity.doors.ring import key_ring
from comity.spine.tenancy.transaction import reading
from comity.standing.directory.facts import AgencyFacts
from comity.standing.directory.selectors import (
    get_agency,
    get_post,
    list_agencies_by_code,
    list_agencies_by_ori,
)
from comity.standing.directory.vocabulary import Scope

router = Router(tags=["law"])


@dataclass(frozen=True, slots=True)
class _Parties:
    holder: AgencyFacts
    asker: AgencyFacts


class MayAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Whether `holder` may share this with `asker` now, as for an unmarked record that shows all it should.

    `may`: `yes`, `if_shown`, `after_approval`, `after_counsel`, `in_part` or `no`; `says`: the same in a sentence.
    `counts_on`: what the answer takes for granted: evidence that the holder records, training of the other agency's.
    """

    may: May
    says: str
    holder: str
    asker: str
    headline: Status
    classes: dict[str, ClassOutcome]
    reasons: tuple[Explained, ...]
    ways_forward: tuple[WayForward, ...]
    counts_on: tuple[str, ...]


Names = Annotated[list[str], Query(description="May be repeated.")]


@router.get("/law/may", **declared(Scope.LAW_READ, Scope.EXCHANGE_ASK, gives={200: MayAnswer}))
def get_may(
    request: HttpRequest,
    holder: Annotated[str, Query(description="Who would share: an agency's code or ORI.")],
    purpose: str,
    category: str,
    elements: Names,
    asker: Annotated[
        str, Query(description="Who would be told, an agency's code or ORI; your own post when left out.")
    ] = "",
    claims: Names = [],  # noqa: B006 - read only, as ninja wants it
    language: Language = Language.EN,
) -> HttpResponse:
    """Say whether one agency may share something with another now; yours is one of the two.

    By type only: no subject, no reference, no record is looked at and nothing is recorded. For another agency it is
    answered as for a post whose holder is trained: its posts and their training are its own.
    """
    caller = caller_of(request)
    parties = _parties(holder, asker, caller)
    body = PreviewBody(
        holder=holder,
        purpose=purpose,
        category=category,
        elements=tuple(elements),
        claims=dict.fromkeys(claims, True),
        language=language,
    )
    asked: dict[str, Any] = {"by": caller.actor, "now": caller.now, "keys": key_ring()}
    try:
        found = preview_may(ask=body.as_ask(), asker_id=parties.asker.id, **asked)
    except NotOfTheTwoError as error:
        raise _problem(str(error), "name your own as holder or asker, or leave `asker` out") from None
    if isinstance(found, Invalid):
        raise ProblemError(unprocessable(field_problems(found.faults)))
    preview = told(found, body=body, by=caller.actor, now=caller.now, asker_id=parties.asker.id)
    codes = {"holder": parties.holder.code, "asker": parties.asker.code}
    return reply(
        HTTPStatus.OK,
        MayAnswer(
            may=may_of(found.decision, found.evidence),
            says=say_may(found.decision, **codes, language=language.value, evidence=found.evidence),
            **codes,
            headline=preview.headline,
            classes=preview.classes,
            reasons=preview.reasons,
            ways_forward=preview.ways_forward,
            counts_on=(
                *(load_hints(language.value)[one] for one in found.counts_on),
                *say_counted_on(found.evidence, language=language.value),
            ),
        ),
    )


def _parties(holder: str, asker: str, caller: Caller) -> _Parties:
    """Return the two agencies; a question for another post is a problem of the field."""
    name, _, post = asker.partition("/")
    with reading(caller.actor):
        one = _agency(holder, "holder")
        other = _agency(name, "asker") if asker else get_agency(caller.actor.agency_id)
        own = get_post(caller.actor.post_id)
    if post and other.id != caller.actor.agency_id:
        raise _problem("names a post of another agency", f"name `{other.code}` alone: its posts are its own")
    if post and post != own.code:
        raise _problem(f"names another post of yours: your key speaks for `{own.code}`", "leave the post out")
    return _Parties(one, other)


def _problem(message: str, remedy: str) -> ProblemError:
    return ProblemError(unprocessable((FieldProblem("asker", message, remedy),)))


def _agency(name: str, field: str) -> AgencyFacts:
    clean = name.replace("\0", "")
    found = list_agencies_by_code([clean]) or list_agencies_by_ori([clean])
    for agency in found.values():
        return agency
    problem = FieldProblem(field, f"no agency `{shown(name)}`", "use its code or ORI; the directory lists both")
    raise ProblemError(unprocessable((problem,)))
