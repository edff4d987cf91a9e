"""Shadow mode: a partner's past requests through the gate, nothing released; what would have been, the holder reads."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Annotated
from uuid import UUID

import msgspec
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from ninja import Query, Router

from comity.coordination.exchange.ask import Invalid
from comity.coordination.exchange.commands.shadow import shadow_requests
from comity.coordination.exchange.selectors import list_shadow_decisions
from comity.doors.api.answers import Moment, Status, field_problems
from comity.doors.api.bodies import AskBody
from comity.doors.api.bulk import Told, spoken, stream_lines
from comity.doors.api.outcomes import ClassOutcome
from comity.doors.api.problems import Problem, ProblemDetails, unprocessable
from comity.doors.api.reading import read_lines
from comity.doors.api.routes import Lines, declared, reply
from comity.doors.api.scopes import caller_of
from comity.doors.ring import key_ring
from comity.kernel.time import utc_text
from comity.spine.tenancy.clock import database_now
from comity.spine.tenancy.transaction import reading
from comity.standing.directory.selectors import list_agencies
from comity.standing.directory.vocabulary import Scope

router = Router(tags=["shadow mode"])


class Accepted(msgspec.Struct, frozen=True):
    """The request went through the gate; what came of it is the holder's to know."""

    status: str


class ShadowLine(msgspec.Struct, frozen=True, omit_defaults=True):
    """The answer to one line, in the order sent: `accepted`, whatever would have happened, or `problem`."""

    line: int
    status: int
    answer: Accepted | None = None
    problem: ProblemDetails | None = None


class ShadowDecision(msgspec.Struct, frozen=True, kw_only=True):
    """What would have happened to one past request, had it been made when it was put through."""

    id: UUID
    asker: str
    purpose: str
    category: str
    headline: Status
    classes: dict[str, ClassOutcome]
    decided_at: Moment


class ShadowPage(msgspec.Struct, frozen=True):
    """Newest first. `next`: give it as `before` for those before these; null at the end."""

    decisions: tuple[ShadowDecision, ...]
    next: UUID | None


@router.post("/shadow-asks", **declared(Scope.EXCHANGE_SHADOW, takes=Lines(AskBody), gives={200: Lines(ShadowLine)}))
def post_shadow_asks(request: HttpRequest) -> StreamingHttpResponse:
    """Put up to 10,000 past requests through the gate (NDJSON, 32 MiB, 64 KiB a line): nothing is released.

    Each line is answered `accepted` or with its problem; what would have happened only the holder learns. Sending the
    same lines again changes nothing.
    """
    caller, keys = caller_of(request), key_ring()

    def put(bodies: Sequence[AskBody]) -> list[Told | Problem]:
        asks = [body.as_ask() for body in bodies]
        return [_told(one) for one in shadow_requests(asks=asks, by=caller.actor, now=database_now(), keys=keys)]

    return stream_lines(request, read_lines(request), kind=AskBody, put=put, say=spoken(ShadowLine))


def _told(result: str | Invalid) -> Told | Problem:
    if isinstance(result, Invalid):
        return unprocessable(field_problems(result.faults))
    return Told(HTTPStatus.ACCEPTED, Accepted(result))


@router.get("/shadow-decisions", **declared(Scope.EXCHANGE_SHADOW, gives={200: ShadowPage}))
def get_shadow_decisions(
    request: HttpRequest,
    before: Annotated[UUID | None, Query(description="The `next` of the page before.")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> HttpResponse:
    """Say what would have happened to past requests made to your agency; no reference, no values."""
    caller = caller_of(request)
    with reading(caller.actor) as cursor:
        found = list_shadow_decisions(cursor, caller.actor.agency_id, before=before, limit=limit)
        askers = list_agencies({one.asker_id for one in found})
    decisions = tuple(
        ShadowDecision(
            id=one.decision_id,
            asker=askers[one.asker_id].code,
            purpose=one.purpose,
            category=one.category,
            headline=one.headline,
            classes=msgspec.convert(one.classes, dict[str, ClassOutcome]),
            decided_at=utc_text(one.decided_at),
        )
        for one in found
    )
    following = found[-1].decision_id if len(found) == limit else None
    return reply(HTTPStatus.OK, ShadowPage(decisions, following))
