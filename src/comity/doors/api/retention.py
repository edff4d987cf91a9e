"""Keeping: what is due, another term with a reason, holds."""

from http import HTTPStatus
from typing import Annotated, Final
from uuid import UUID

import msgspec
from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from comity.coordination.exchange.commands.retention import hold_item, release_item, validate_kept
from comity.coordination.exchange.selectors import get_kept_item, list_waiting_of
from comity.doors.api.answers import Moment, moment
from comity.doors.api.bodies import HoldBody, ValidationBody
from comity.doors.api.reading import read_json
from comity.doors.api.routes import declared, reply
from comity.doors.api.scopes import Caller, caller_of
from comity.doors.ring import key_ring
from comity.kernel.time import utc_text
from comity.spine.tasks.vocabulary import Kind
from comity.spine.tenancy.transaction import reading
from comity.standing.directory.selectors import get_post
from comity.standing.directory.vocabulary import Scope

router = Router(tags=["retention"])

REVIEWS: Final = frozenset({Kind.RETENTION})


class DueItem(msgspec.Struct, frozen=True, kw_only=True):
    """Something whose term ends at `due_at`; unless it is validated it is then purged."""

    task: UUID
    item: UUID
    opened_at: Moment
    due_at: Moment | None


class DueItems(msgspec.Struct, frozen=True):
    """What waits for the key's post, the first due first."""

    items: tuple[DueItem, ...]


class Kept(msgspec.Struct, frozen=True):
    """Kept for another term."""

    item: UUID
    kept_until: Moment


class Held(msgspec.Struct, frozen=True):
    """Held until this hold and every other is released."""

    item: UUID
    hold: UUID


class HoldReleased(msgspec.Struct, frozen=True):
    """The hold holds nothing any more; another on the same item still may."""

    item: UUID
    hold: UUID


@router.get("/retention", **declared(Scope.EXCHANGE_RETAIN, gives={200: DueItems}))
def get_due_items(request: HttpRequest, limit: Annotated[int, Query(ge=1, le=200)] = 50) -> HttpResponse:
    """List what the key's post is asked to validate or let go; ids only."""
    caller = caller_of(request)
    with reading(caller.actor) as cursor:
        post = get_post(caller.actor.post_id)
        found = list_waiting_of(cursor, post=post, kinds=REVIEWS, now=caller.now, limit=limit)
    items = tuple(
        DueItem(task=task.id, item=task.subject_id, opened_at=utc_text(task.opened_at), due_at=moment(task.due_at))
        for task in found
    )
    return reply(HTTPStatus.OK, DueItems(items))


@router.post(
    "/retention/{item_id}/validate", **declared(Scope.EXCHANGE_RETAIN, takes=ValidationBody, gives={200: Kept})
)
def post_validation(request: HttpRequest, item_id: UUID) -> HttpResponse:
    """Keep something for another term, with a reason that counts; `item_id` is an item, a record or a disclosure."""
    caller = caller_of(request)
    reason = read_json(request, ValidationBody).reason
    item = _item(caller, item_id)
    until = validate_kept(item_id=item, reason=reason, by=caller.actor, now=caller.now, keys=key_ring())
    return reply(HTTPStatus.OK, Kept(item, utc_text(until)))


@router.post("/retention/{item_id}/holds", **declared(Scope.EXCHANGE_RETAIN, takes=HoldBody, gives={201: Held}))
def post_hold(request: HttpRequest, item_id: UUID) -> HttpResponse:
    """Keep something from being purged until the hold is released; `item_id` is an item, a record or a disclosure."""
    caller = caller_of(request)
    reason = read_json(request, HoldBody).reason
    item = _item(caller, item_id)
    hold = hold_item(item_id=item, reason=reason, by=caller.actor, now=caller.now, keys=key_ring())
    return reply(HTTPStatus.CREATED, Held(item, hold))


@router.delete("/retention/{item_id}/holds/{hold_id}", **declared(Scope.EXCHANGE_RETAIN, gives={200: HoldReleased}))
def delete_hold(request: HttpRequest, item_id: UUID, hold_id: UUID) -> HttpResponse:
    """Release a hold that the key's post placed."""
    caller = caller_of(request)
    item = _item(caller, item_id)
    release_item(hold_id=hold_id, item_id=item, by=caller.actor, now=caller.now, keys=key_ring())
    return reply(HTTPStatus.OK, HoldReleased(item, hold_id))


def _item(caller: Caller, item_id: UUID) -> UUID:
    with reading(caller.actor) as cursor:
        return get_kept_item(cursor, item_id)
