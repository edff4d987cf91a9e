"""Asks: one, many, by type, and what became of them."""

from collections.abc import Sequence
from enum import StrEnum
from http import HTTPStatus
from typing import Annotated, Final, TypeVar
from uuid import UUID

import msgspec
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from ninja import Query, Router

from comity.coordination.exchange.ask import CHUNK, PENDING, Ask, AskResult
from comity.coordination.exchange.commands.request import request_disclosures
from comity.coordination.exchange.rules import TICK_SECONDS
from comity.coordination.exchange.selectors import get_ask_view, list_asks, list_entries
from comity.doors.api.answers import AskAnswer, BulkLine, OwnAsk, ask_answer, cited, outcome_of, own_ask, status_of
from comity.doors.api.bodies import AskBody, Language, PreviewBody
from comity.doors.api.bulk import Told, spoken, stream_lines
from comity.doors.api.forward import Classes, Teller, WayForward
from comity.doors.api.previews import Preview, preview
from comity.doors.api.problems import Problem, ProblemError, answer_with
from comity.doors.api.reading import read_json, read_lines
from comity.doors.api.routes import Lines, declared, reply
from comity.doors.api.scopes import ApiKey, Caller, caller_of, known_caller, read_caller, token_of
from comity.doors.api.together import Together
from comity.doors.ring import key_ring
from comity.spine.tenancy.actor import Actor
from comity.spine.tenancy.transaction import ActorChangedError, reading
from comity.standing.directory.selectors import get_agency, list_agencies
from comity.standing.directory.vocabulary import Scope
from comity.standing.law.selectors import get_current_law

router = Router(tags=["asks"])
DANGER: Final = "imminent_danger"

A = TypeVar("A", bound=AskAnswer)


class Path(StrEnum):
    """How something came to be an ask: asked for, or told by the holder outside the gate."""

    LIVE = "live"
    OUTSIDE = "outside"


class AskPage(msgspec.Struct, frozen=True):
    """Asks, newest first. `next`: give it as `before` for the asks before these; null at the end."""

    asks: tuple[OwnAsk, ...]
    next: UUID | None


class AskWithProof(msgspec.Struct, frozen=True):
    """An ask and the ledger entries that recorded its answers, oldest first."""

    ask: OwnAsk
    entries: tuple[UUID, ...]


@router.post(
    "/asks",
    **declared(
        Scope.EXCHANGE_ASK,
        takes=AskBody,
        gives={200: AskAnswer, 201: AskAnswer, 202: AskAnswer},
        find=known_caller,
    ),
)
def post_ask(request: HttpRequest, language: Language = Language.EN) -> HttpResponse:
    """Ask for information; decided by law and agreement, recorded whatever the outcome.

    What is refused says what would help, in `language`.
    201: decided; 202: accepted, the outcome appears on the next tick; 200: this very ask was made before.
    """
    caller = caller_of(request)
    try:
        ask = read_json(request, AskBody).as_ask()
        result = _decide_one(ask, caller.actor)
    except ActorChangedError:
        caller = _read_again(request)
        result = _decide_one(ask, caller.actor)
    except ProblemError:
        _read_again(request)
        raise
    outcome = outcome_of(result)
    if isinstance(outcome, Problem):
        _read_again(request)
        return answer_with(outcome)
    headers = {"Location": f"/api/v1/asks/{outcome.ask_id}"}
    if outcome.status == PENDING:
        headers["Retry-After"] = str(TICK_SECONDS)
    answer = ask_answer(outcome)
    if answer.classes is not None:
        teller = Teller(ask.holder, outcome.law or get_current_law(caller.now), language.value)
        answer = _explained(answer, answer.classes, teller, teller.at_once(answer.classes))
    return reply(status_of(outcome), answer, headers)


def _read_again(request: HttpRequest) -> Caller:
    """Return the caller, its key read now: of one met before no transaction may have looked whether it still opens."""
    caller = read_caller(token_of(request))
    ApiKey(Scope.EXCHANGE_ASK).require(caller)
    return caller


def _decide_one(ask: Ask, by: Actor) -> AskResult:
    """Decide an ask; where a life is in danger nothing is waited for that another ask may be held up by."""
    return _decide(by, [ask])[0] if ask.claims.get(DANGER) else _decided.do(by, ask)


def _decide(by: Actor, asks: Sequence[Ask]) -> list[AskResult]:
    """Decide asks that one caller made each by itself."""
    return request_disclosures(asks=asks, by=by, keys=key_ring())


_decided: Final = Together(_decide, at_most=CHUNK)


def _explained(answer: A, classes: Classes, teller: Teller, ways: tuple[WayForward, ...]) -> A:
    """Add the authorities that decided an answer and what would help where something was refused."""
    citations = cited(classes.values(), teller.law, teller.language)
    return msgspec.structs.replace(answer, citations=citations, ways_forward=ways)


@router.post("/asks/bulk", **declared(Scope.EXCHANGE_ASK, takes=Lines(AskBody), gives={200: Lines(BulkLine)}))
def post_asks(request: HttpRequest) -> StreamingHttpResponse:
    """Ask up to 10,000 times in one request (NDJSON, 32 MiB, 64 KiB a line); each line is answered in its place.

    Lines are decided 200 to a transaction and answered as they are recorded. Sending the same lines again after a
    broken connection is safe: what was recorded is told again.
    """
    caller, keys = caller_of(request), key_ring()

    def put(bodies: Sequence[AskBody]) -> list[Told | Problem]:
        asks = [body.as_ask() for body in bodies]
        return [_told(r) for r in request_disclosures(asks=asks, by=caller.actor, keys=keys)]

    return stream_lines(request, read_lines(request), kind=AskBody, put=put, say=spoken(BulkLine))


def _told(result: AskResult) -> Told | Problem:
    outcome = outcome_of(result)
    return outcome if isinstance(outcome, Problem) else Told(status_of(outcome), ask_answer(outcome))


@router.post("/asks/preview", **declared(Scope.EXCHANGE_ASK, takes=PreviewBody, gives={200: Preview}))
def post_preview(request: HttpRequest) -> HttpResponse:
    """Say by type what would be permitted, withheld or need approval, and what evidence is missing.

    No subject, no reference: no record is looked at and nothing is recorded.
    """
    caller = caller_of(request)
    found = preview(body=read_json(request, PreviewBody), by=caller.actor, now=caller.now, keys=key_ring())
    return answer_with(found) if isinstance(found, Problem) else reply(HTTPStatus.OK, found)


@router.get("/asks", **declared(Scope.EXCHANGE_ASK, gives={200: AskPage}))
def get_asks(
    request: HttpRequest,
    before: Annotated[UUID | None, Query(description="The `next` of the page before.")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    path: Annotated[Path, Query(description="`outside`: what your agency was told by radio or telephone.")] = Path.LIVE,
) -> HttpResponse:
    """List your agency's own asks, newest first; what it was told outside the gate is a list of its own."""
    caller = caller_of(request)
    with reading(caller.actor) as cursor:
        found = list_asks(cursor, caller.actor.agency_id, path=path.value, before=before, limit=limit)
        holders = list_agencies({one.holder_id for one in found})
    following = found[-1].answered.ask_id if len(found) == limit else None
    return reply(HTTPStatus.OK, AskPage(tuple(own_ask(one, holders[one.holder_id].code) for one in found), following))


@router.get("/asks/{ask_id}", **declared(Scope.EXCHANGE_ASK, gives={200: AskWithProof}))
def get_ask(request: HttpRequest, ask_id: UUID, language: Language = Language.EN) -> HttpResponse:
    """Read what counts of an ask now, with the authorities that decided it and the ledger entries that prove it."""
    caller = caller_of(request)
    with reading(caller.actor) as cursor:
        view = get_ask_view(cursor, ask_id)
        holder = get_agency(view.holder_id)
        entries = list_entries(cursor, ask_id)
    ask = own_ask(view, holder.code)
    if ask.classes is not None:
        teller = Teller(holder.code, get_current_law(caller.now), language.value)
        is_own = view.asker_id == caller.actor.agency_id
        ways = teller.in_full(ask.classes, by=caller.actor, now=caller.now) if is_own else ()
        ask = _explained(ask, ask.classes, teller, ways)
    return reply(HTTPStatus.OK, AskWithProof(ask, tuple(entries)))
