"""The privacy officer's reviews: what went in an emergency, or was told outside the gate."""

from http import HTTPStatus
from typing import Annotated, Final
from uuid import UUID

import msgspec
from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from comity.coordination.exchange.commands.review import review_disclosure
from comity.coordination.exchange.reload import Reloaded, reload_asks
from comity.coordination.exchange.selectors import get_task_of, list_waiting_of
from comity.doors.api.answers import Moment, moment
from comity.doors.api.bodies import ReviewBody
from comity.doors.api.reading import read_json
from comity.doors.api.routes import declared, reply
from comity.doors.api.scopes import Caller, caller_of
from comity.doors.ring import key_ring
from comity.kernel.time import utc_text
from comity.spine.tasks.selectors import TaskView
from comity.spine.tasks.vocabulary import Kind
from comity.spine.tenancy.transaction import reading
from comity.standing.directory.selectors import get_post
from comity.standing.directory.vocabulary import Scope

router = Router(tags=["reviews"])

REVIEWS: Final = frozenset({Kind.REVIEW})


class ReviewLine(msgspec.Struct, frozen=True, kw_only=True):
    """A disclosure to review: what went to whom for what. `path`: `live`, or `outside` (told by radio or telephone)."""

    task: UUID
    ask: UUID
    digest: str
    asker: str
    purpose: str
    category: str
    elements: tuple[str, ...]
    path: str
    opened_at: Moment
    due_at: Moment | None
    is_overdue: bool


class Reviews(msgspec.Struct, frozen=True):
    """What waits, the first due first."""

    reviews: tuple[ReviewLine, ...]


class Reviewed(msgspec.Struct, frozen=True):
    """The finding as recorded."""

    task: UUID
    finding: str


@router.get("/reviews", **declared(Scope.EXCHANGE_REVIEW, gives={200: Reviews}))
def get_reviews(request: HttpRequest, limit: Annotated[int, Query(ge=1, le=200)] = 50) -> HttpResponse:
    """List the disclosures that wait for the review of the key's post; no values."""
    caller = caller_of(request)
    with reading(caller.actor) as cursor:
        post = get_post(caller.actor.post_id)
        found = list_waiting_of(cursor, post=post, kinds=REVIEWS, now=caller.now, limit=limit)
        asks = {ask.named.id: ask for ask in reload_asks(cursor, [task.subject_id for task in found])}
    return reply(HTTPStatus.OK, Reviews(tuple(_line(task, asks[task.subject_id], caller) for task in found)))


@router.post("/reviews/{task_id}", **declared(Scope.EXCHANGE_REVIEW, takes=ReviewBody, gives={200: Reviewed}))
def post_review(request: HttpRequest, task_id: UUID) -> HttpResponse:
    """Find a disclosure proper or a breach, as the privacy officer; within its 24 hours or late."""
    caller = caller_of(request)
    body = read_json(request, ReviewBody)
    with reading(caller.actor) as cursor:
        get_task_of(cursor, task_id, post=get_post(caller.actor.post_id), kinds=REVIEWS, now=caller.now)
    review_disclosure(
        task_id=task_id, finding=body.finding, digest=body.digest, by=caller.actor, now=caller.now, keys=key_ring()
    )
    return reply(HTTPStatus.OK, Reviewed(task_id, body.finding.value))


def _line(task: TaskView, ask: Reloaded, caller: Caller) -> ReviewLine:
    return ReviewLine(
        task=task.id,
        ask=task.subject_id,
        digest=task.digest,
        asker=ask.named.asker.code,
        purpose=ask.named.ask.purpose,
        category=ask.named.ask.category,
        elements=ask.named.ask.elements,
        path=ask.path,
        opened_at=utc_text(task.opened_at),
        due_at=moment(task.due_at),
        is_overdue=task.due_at is not None and task.due_at <= caller.now,
    )
