"""Tasks that ask for no answer and no release: what a notice tells, and closing what was asked of the post."""

from http import HTTPStatus
from typing import Annotated, Final
from uuid import UUID

import msgspec
from django.db.backends.utils import CursorWrapper
from django.http import HttpRequest, HttpResponse
from ninja import Router

from comity.coordination.exchange.commands.conclude import CONCLUSIONS, conclude_task
from comity.coordination.exchange.selectors import get_task_of
from comity.doors.api.reading import read_json
from comity.doors.api.routes import declared, reply
from comity.doors.api.scopes import caller_of
from comity.doors.ring import key_ring
from comity.spine.tasks.selectors import TaskView
from comity.spine.tasks.vocabulary import Kind
from comity.spine.tenancy.transaction import reading
from comity.spine.vault.seal import open_item
from comity.standing.directory.selectors import get_post
from comity.standing.directory.vocabulary import Scope

router = Router(tags=["queue"])

WORDS: Final = sorted(frozenset[str]().union(*CONCLUSIONS.values()))


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """Who asked whom for what, and the rules by which the post is told; no reference, no value.

    `about`: whom the notice is for, as the rules name it. `origin`: the agency the record came from, "" for the
    holder's own.
    """

    about: str
    asker: str
    holder: str
    origin: str
    purpose: str
    category: str
    elements: tuple[str, ...]
    rules: tuple[str, ...]


class ConclusionBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a task ends, said of exactly what it showed. Which words end it the task says (`ends_as`)."""

    verdict: Annotated[str, msgspec.Meta(description="One of the task's `ends_as`.", extra_json_schema={"enum": WORDS})]
    digest: Annotated[str, msgspec.Meta(description="The task's `digest`.", pattern="^[0-9a-f]{64}$")]


class Concluded(msgspec.Struct, frozen=True):
    """How the task ended, as recorded."""

    task: UUID
    verdict: str


@router.post(
    "/tasks/{task_id}/conclusion",
    **declared(Scope.EXCHANGE_CONCLUDE, takes=ConclusionBody, gives={200: Concluded}),
)
def post_conclusion(request: HttpRequest, task_id: UUID) -> HttpResponse:
    """Close a redress, correction, notice or dead letter task: what was asked of the post is done.

    A notice ends as `notice_taken`; `send_again` puts what could not be delivered on its way once more.
    """
    caller = caller_of(request)
    body = read_json(request, ConclusionBody)
    with reading(caller.actor) as cursor:
        post = get_post(caller.actor.post_id)
        get_task_of(cursor, task_id, post=post, kinds=CONCLUSIONS.keys(), now=caller.now)
    conclude_task(
        task_id=task_id, verdict=body.verdict, digest=body.digest, by=caller.actor, now=caller.now, keys=key_ring()
    )
    return reply(HTTPStatus.OK, Concluded(task_id, body.verdict))


def notice_of(cursor: CursorWrapper, task: TaskView) -> Notice | None:
    """Return what a notice tells its post, None for another kind of task; raises the vault's errors."""
    if task.kind is not Kind.NOTICE:
        return None
    return msgspec.convert(open_item(cursor, key_ring(), task.id), Notice)
