"""The holder's side: what waits for the key's post, answers, verdicts."""

from collections.abc import Collection, Sequence
from enum import StrEnum
from http import HTTPStatus
from typing import Annotated, Final
from uuid import UUID

import msgspec
from django.db.backends.utils import CursorWrapper
from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from comity.coordination.exchange.commands.answer import answer_request, decide_waiting
from comity.coordination.exchange.commands.conclude import CONCLUSIONS
from comity.coordination.exchange.commands.open_draft import WITH_DRAFT, open_draft
from comity.coordination.exchange.commands.open_words import ANSWERS, open_private
from comity.coordination.exchange.queue import ABOUT_ASKS, get_own_task
from comity.coordination.exchange.reload import Reloaded, reload_ask, reload_asks
from comity.coordination.exchange.selectors import get_task_of, list_waiting_of
from comity.doors.api.answers import Moment, Status, moment
from comity.doors.api.bodies import AnswerBody, VerdictBody
from comity.doors.api.conclude import Notice, notice_of
from comity.doors.api.reading import read_json
from comity.doors.api.routes import declared, reply
from comity.doors.api.scopes import ApiKey, Caller, caller_of
from comity.doors.ring import key_ring
from comity.kernel.time import utc_text
from comity.spine.tasks.selectors import TaskView
from comity.spine.tasks.vocabulary import Kind
from comity.spine.tenancy.transaction import reading
from comity.standing.directory.selectors import get_post
from comity.standing.directory.vocabulary import Scope

router = Router(tags=["queue"])

SHOWN_TO: Final = {
    Kind.ANSWER: Scope.EXCHANGE_ANSWER,
    Kind.APPROVAL: Scope.EXCHANGE_APPROVE,
    Kind.COUNSEL: Scope.EXCHANGE_APPROVE,
    **dict.fromkeys(CONCLUSIONS, Scope.EXCHANGE_CONCLUDE),
}
"""The kinds of task the queue shows, and the scope each asks for."""
_SCOPES: Final = tuple(dict.fromkeys(SHOWN_TO.values()))


class QueueKind(StrEnum):
    """What a task of the queue asks for; reviews and what is kept have lists of their own."""

    ANSWER = "answer"
    APPROVAL = "approval"
    COUNSEL = "counsel"
    REDRESS = "redress"
    CORRECTION = "correction"
    NOTICE = "notice"
    DEAD_LETTER = "dead_letter"


class TaskLine(msgspec.Struct, frozen=True, kw_only=True):
    """A task that waits for the key's post; a verdict binds to `digest`, the clock runs out at `due_at`.

    `ask`: what it is about, where that is an ask the agency is a party to. `disclosure`: what could not be delivered.
    """

    id: UUID
    kind: str
    function: str | None
    ask: UUID | None
    disclosure: UUID | None
    digest: str
    opened_at: Moment
    due_at: Moment | None
    is_overdue: bool


class Queue(msgspec.Struct, frozen=True):
    """What waits, the first due first."""

    tasks: tuple[TaskLine, ...]


class AskedFor(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked, by whom and for what. The private part is shown to who answers, not to who approves."""

    id: UUID
    asker: str
    asker_name: str
    post: str
    purpose: str
    category: str
    elements: tuple[str, ...]
    agreement: str
    claims: dict[str, bool]
    asked_at: Moment
    private: dict[str, str] | None


class TaskPage(msgspec.Struct, frozen=True, kw_only=True):
    """A task with what is needed to decide it.

    `asked`: for an answer, an approval or counsel. `leaves`: exactly what leaves on a release, null for an answer.
    `notice`: what a notice tells. `ends_as`: the verdicts that conclude a task of another kind, else empty.
    """

    task: TaskLine
    asked: AskedFor | None
    leaves: dict[str, str] | None
    notice: Notice | None
    ends_as: tuple[str, ...]


class Decided(msgspec.Struct, frozen=True):
    """How the ask stands after the answer or verdict."""

    ask: UUID
    status: Status


@router.get("/queue", **declared(*_SCOPES, gives={200: Queue}))
def get_queue(
    request: HttpRequest, kind: QueueKind | None = None, limit: Annotated[int, Query(ge=1, le=200)] = 50
) -> HttpResponse:
    """List what waits for the key's post, of every kind its scopes open or of one; the first due first.

    Answers, approvals, counsel; redress, corrections, notices and what could not be delivered.
    """
    caller = caller_of(request)
    kinds = _kinds(caller, kind)
    with reading(caller.actor) as cursor:
        post = get_post(caller.actor.post_id)
        found = list_waiting_of(cursor, post=post, kinds=kinds, now=caller.now, limit=limit)
        asks = _asks_of(cursor, found)
    return reply(HTTPStatus.OK, Queue(tuple(_line(task, caller, asks) for task in found)))


@router.get("/tasks/{task_id}", **declared(*_SCOPES, gives={200: TaskPage}))
def get_one_task(request: HttpRequest, task_id: UUID) -> HttpResponse:
    """Read a task of the key's post: what is asked or told and, for approver or counsel, exactly what will leave.

    That the private part, or what waits, was opened is recorded, each time.
    """
    caller = caller_of(request)
    with reading(caller.actor) as cursor:
        post = get_post(caller.actor.post_id)
        task = get_task_of(cursor, task_id, post=post, kinds=SHOWN_TO.keys(), now=caller.now)
        ApiKey(SHOWN_TO[task.kind]).require(caller)
        line = _line(task, caller, _asks_of(cursor, [task]))
        ask = reload_ask(cursor, task.subject_id) if task.kind in ABOUT_ASKS else None
        notice = notice_of(cursor, task)
    leaves = private = None
    if task.kind in ANSWERS:
        private = dict(open_private(task_id=task.id, by=caller.actor, now=caller.now, keys=key_ring()))
    if task.kind in WITH_DRAFT:
        leaves = dict(open_draft(task_id=task.id, by=caller.actor, now=caller.now, keys=key_ring()))
    asked = None if ask is None else _asked(ask, private)
    ends_as = tuple(sorted(CONCLUSIONS.get(task.kind, ())))
    return reply(HTTPStatus.OK, TaskPage(task=line, asked=asked, leaves=leaves, notice=notice, ends_as=ends_as))


@router.post("/tasks/{task_id}/answer", **declared(Scope.EXCHANGE_ANSWER, takes=AnswerBody, gives={200: Decided}))
def post_answer(request: HttpRequest, task_id: UUID) -> HttpResponse:
    """Answer an ask: in full, in part, or that there is no record. The gate then judges what was found."""
    caller = caller_of(request)
    answer = read_json(request, AnswerBody).as_answer()
    with reading(caller.actor) as cursor:
        task = _own_task(cursor, task_id, caller)
    status = answer_request(task_id=task_id, answer=answer, by=caller.actor, now=caller.now, keys=key_ring())
    return reply(HTTPStatus.OK, Decided(task.subject_id, status))


@router.post("/tasks/{task_id}/verdict", **declared(Scope.EXCHANGE_APPROVE, takes=VerdictBody, gives={200: Decided}))
def post_verdict(request: HttpRequest, task_id: UUID) -> HttpResponse:
    """Release or refuse what waits, as approver or counsel. The gate decides again with the verdict as evidence."""
    caller = caller_of(request)
    body = read_json(request, VerdictBody)
    with reading(caller.actor) as cursor:
        task = _own_task(cursor, task_id, caller)
    status = decide_waiting(
        task_id=task_id,
        verdict=body.verdict,
        digest=body.digest,
        reason=body.reason,
        by=caller.actor,
        now=caller.now,
        keys=key_ring(),
    )
    return reply(HTTPStatus.OK, Decided(task.subject_id, status))


def _kinds(caller: Caller, kind: QueueKind | None) -> Collection[Kind]:
    """Return the kinds to list; raises `ProblemError` (403) for one that the key's scopes do not open."""
    if kind is None:
        return frozenset(one for one, scope in SHOWN_TO.items() if scope in caller.scopes)
    ApiKey(SHOWN_TO[Kind(kind)]).require(caller)
    return frozenset({Kind(kind)})


def _own_task(cursor: CursorWrapper, task_id: UUID, caller: Caller) -> TaskView:
    return get_own_task(cursor, task_id, post=get_post(caller.actor.post_id), now=caller.now)


def _asks_of(cursor: CursorWrapper, tasks: Sequence[TaskView]) -> Collection[UUID]:
    """Return the asks that tasks may name: who a record came from is told of an ask it has no part in."""
    own = {task.subject_id for task in tasks if task.kind in ABOUT_ASKS}
    told = [task.subject_id for task in tasks if task.kind is Kind.NOTICE]
    return own | {one.named.id for one in reload_asks(cursor, told)} if told else own


def _line(task: TaskView, caller: Caller, asks: Collection[UUID]) -> TaskLine:
    return TaskLine(
        id=task.id,
        kind=task.kind.value,
        function=task.function,
        ask=task.subject_id if task.subject_id in asks else None,
        disclosure=task.subject_id if task.kind is Kind.DEAD_LETTER else None,
        digest=task.digest,
        opened_at=utc_text(task.opened_at),
        due_at=moment(task.due_at),
        is_overdue=task.due_at is not None and task.closed_at is None and task.due_at <= caller.now,
    )


def _asked(ask: Reloaded, private: dict[str, str] | None) -> AskedFor:
    named = ask.named
    return AskedFor(
        id=named.id,
        asker=named.asker.code,
        asker_name=named.asker.name,
        post=named.post.code,
        purpose=named.ask.purpose,
        category=named.ask.category,
        elements=named.ask.elements,
        agreement=named.ask.agreement,
        claims=dict(named.ask.claims),
        asked_at=utc_text(ask.asked_at),
        private=private,
    )
