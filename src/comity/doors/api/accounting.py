"""The accounting of disclosures: asked for by handle, opened by the privacy officer from a task, never browsed."""

from http import HTTPStatus
from typing import Annotated, Final
from uuid import UUID

import msgspec
from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from comity.coordination.exchange.commands.account import AccountingRow, open_accounting, request_accounting
from comity.coordination.exchange.selectors import list_waiting_of
from comity.doors.api.answers import Moment, moment
from comity.doors.api.bodies import AccountingBody
from comity.doors.api.reading import read_json
from comity.doors.api.routes import declared, reply
from comity.doors.api.scopes import caller_of
from comity.doors.ring import key_ring
from comity.kernel.time import utc_text
from comity.spine.tasks.vocabulary import Kind
from comity.spine.tenancy.transaction import reading
from comity.standing.directory.selectors import get_post
from comity.standing.directory.vocabulary import Scope

router = Router(tags=["accounting"])

ASKED_FOR: Final = frozenset({Kind.REDRESS, Kind.CORRECTION})


class OpenedTask(msgspec.Struct, frozen=True):
    """The task from which the privacy officer opens the accounting."""

    task: UUID


class AccountingTask(msgspec.Struct, frozen=True, kw_only=True):
    """A task an accounting opens from; whose it is, is not told."""

    task: UUID
    kind: str
    opened_at: Moment
    due_at: Moment | None


class AccountingTasks(msgspec.Struct, frozen=True):
    """What waits for the key's post, the first due first."""

    tasks: tuple[AccountingTask, ...]


class Accounted(msgspec.Struct, frozen=True, kw_only=True):
    """One disclosure: when, what (`nature`: element codes), for what, to whom; `path` is `gate` or `outside`."""

    disclosure: UUID
    disclosed_at: Moment
    nature: tuple[str, ...]
    purpose: str
    category: str
    recipient_name: str
    recipient_address: str
    path: str


class Accounting(msgspec.Struct, frozen=True):
    """Every disclosure your agency made about the subject, the oldest first."""

    disclosures: tuple[Accounted, ...]


@router.post("/accounting-requests", **declared(Scope.EXCHANGE_ACCOUNT, takes=AccountingBody, gives={201: OpenedTask}))
def post_accounting_request(request: HttpRequest) -> HttpResponse:
    """Ask for the accounting of one subject: a task for your agency's privacy officer, with its clock.

    Answered alike whether or not anything was disclosed.
    """
    caller = caller_of(request)
    handle = read_json(request, AccountingBody).subject_handle
    task = request_accounting(subject_handle=handle, by=caller.actor, now=caller.now, keys=key_ring())
    return reply(HTTPStatus.CREATED, OpenedTask(task))


@router.get("/accounting-requests", **declared(Scope.EXCHANGE_ACCOUNT, gives={200: AccountingTasks}))
def get_accounting_requests(request: HttpRequest, limit: Annotated[int, Query(ge=1, le=200)] = 50) -> HttpResponse:
    """List the tasks from which the key's post may open an accounting; no handle, no person."""
    caller = caller_of(request)
    with reading(caller.actor) as cursor:
        post = get_post(caller.actor.post_id)
        found = list_waiting_of(cursor, post=post, kinds=ASKED_FOR, now=caller.now, limit=limit)
    tasks = tuple(
        AccountingTask(
            task=task.id, kind=task.kind.value, opened_at=utc_text(task.opened_at), due_at=moment(task.due_at)
        )
        for task in found
    )
    return reply(HTTPStatus.OK, AccountingTasks(tasks))


@router.post("/tasks/{task_id}/accounting", **declared(Scope.EXCHANGE_ACCOUNT, gives={200: Accounting}))
def post_accounting(request: HttpRequest, task_id: UUID) -> HttpResponse:
    """Open an accounting from a task, with the privacy officer's key; that it was read is recorded before it is."""
    caller = caller_of(request)
    rows = open_accounting(task_id=task_id, by=caller.actor, now=caller.now, keys=key_ring())
    return reply(HTTPStatus.OK, Accounting(tuple(_accounted(row) for row in rows)))


def _accounted(row: AccountingRow) -> Accounted:
    return Accounted(
        disclosure=row.disclosure_id,
        disclosed_at=utc_text(row.disclosed_at),
        nature=row.nature,
        purpose=row.purpose,
        category=row.category,
        recipient_name=row.recipient_name,
        recipient_address=row.recipient_address,
        path=row.path,
    )
