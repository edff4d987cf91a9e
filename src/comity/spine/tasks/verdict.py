"""Giving a verdict: one post, one task, one digest, once."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Self
from uuid import UUID

from django.db.backends.utils import CursorWrapper

from comity.kernel.ids import new_id
from comity.spine.tasks.states import DONE, OPEN, TASK
from comity.spine.tasks.vocabulary import Capacity, Kind
from comity.spine.tenancy.actor import Actor

VERDICTS: Final = "tasks_verdict"
"""The act table of verdicts, for the ledger entry of the command that gave one."""
_LOCK: Final = (
    "SELECT kind, state, agency_id, assignee_post_id, function, subject_id, digest, excluded_agency_ids,"
    " excluded_post_ids, not_before FROM tasks_task WHERE id = %s FOR UPDATE"
)
_VERDICT: Final = (
    "INSERT INTO tasks_verdict"
    " (id, task_id, agency_id, post_id, capacity, verdict, reason, reason_item_id, digest, at, entry_id)"
    " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
)
_DECIDE: Final = "UPDATE tasks_task SET state = %s, closed_at = %s, news_at = statement_timestamp() WHERE id = %s"


class TaskNotVisibleError(LookupError):
    """A task is not there, is not shown yet, or belongs to another agency."""


class AlreadyDecidedError(ValueError):
    """A task has its verdict; a change of mind is a new act."""


class TaskClosedError(ValueError):
    """A task was withdrawn or lapsed before a verdict."""


class AskerMayNotDecideError(PermissionError):
    """The post, or its agency, is excluded: nobody approves what it asked for."""


class NotAssignedError(PermissionError):
    """The task asks another post, or a function this post does not have."""


class DigestChangedError(ValueError):
    """What the verdict binds to is not what the task asks about; the page shown was out of date."""


@dataclass(frozen=True, slots=True)
class GivenVerdict:
    """The verdict as recorded, and what it was about.

    `row`: every column of `tasks_verdict` but `entry_id`, with the values stored. The calling command names it as
    `tasks_verdict/<id>` in the ledger entry whose id it gave.
    """

    id: UUID
    task_id: UUID
    kind: Kind
    subject_id: UUID
    verdict: str
    digest: str
    at: datetime
    row: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class _Asked:
    kind: str
    state: str
    agency_id: UUID
    post_id: UUID | None
    function: str | None
    subject_id: UUID
    digest: str
    excluded_agency_ids: Collection[UUID]
    excluded_post_ids: Collection[UUID]
    not_before: datetime

    @classmethod
    def locked(cls, cursor: CursorWrapper, task_id: UUID) -> Self:
        cursor.execute(_LOCK, (task_id,))
        row = cursor.fetchone()
        if row is None:
            raise TaskNotVisibleError(f"no task `{task_id}` of this agency")
        return cls(*row)


def give_verdict(
    cursor: CursorWrapper,
    *,
    task_id: UUID,
    by: Actor,
    capacity: Capacity,
    functions: Collection[str],
    verdict: str,
    digest: str,
    now: datetime,
    entry_id: UUID,
    reason: str | None = None,
    reason_item_id: UUID | None = None,
) -> GivenVerdict:
    """Record the verdict of `by`'s post and close the task, in the caller's transaction; the task row is locked.

    `functions`: what the post is entitled to do, told by the directory. `verdict`, `reason`: codes; words go into the
    vault (`reason_item_id`). `digest`: of what the person saw. `entry_id`: of the ledger entry that the caller appends
    in the same transaction with `row` of what is returned; without it `comity ledger verify` names the verdict as an
    act row without entry. The database refuses a second verdict and an excluded post too.

    Raises `TaskNotVisibleError`, `AlreadyDecidedError`, `TaskClosedError`, `AskerMayNotDecideError`,
    `NotAssignedError`, `DigestChangedError`.
    """
    asked = _Asked.locked(cursor, task_id)
    if now < asked.not_before:
        raise TaskNotVisibleError(f"no task `{task_id}` of this agency yet")
    _require_open(task_id, asked)
    _require_assigned(task_id, asked, by, functions)
    if digest != asked.digest:
        raise DigestChangedError(f"the verdict binds to `{digest[:16]}`, task `{task_id}` to `{asked.digest[:16]}`")
    verdict_id = new_id()
    row = {
        "id": verdict_id,
        "task_id": task_id,
        "agency_id": by.agency_id,
        "post_id": by.post_id,
        "capacity": capacity.value,
        "verdict": verdict,
        "reason": reason,
        "reason_item_id": reason_item_id,
        "digest": digest,
        "at": now,
    }
    cursor.execute(_VERDICT, (*row.values(), entry_id))
    cursor.execute(_DECIDE, (TASK.next(asked.state, "decide"), now, task_id))
    return GivenVerdict(verdict_id, task_id, Kind(asked.kind), asked.subject_id, verdict, digest, now, row)


def _require_open(task_id: UUID, asked: _Asked) -> None:
    if asked.state == DONE:
        raise AlreadyDecidedError(f"task `{task_id}` has its verdict")
    if asked.state != OPEN:
        raise TaskClosedError(f"task `{task_id}` is {asked.state}")


def _require_assigned(task_id: UUID, asked: _Asked, by: Actor, functions: Collection[str]) -> None:
    if by.agency_id in asked.excluded_agency_ids or by.post_id in asked.excluded_post_ids:
        raise AskerMayNotDecideError(f"post `{by.post_id}` may not decide task `{task_id}`: it asked")
    is_named = asked.post_id is None or asked.post_id == by.post_id
    is_entitled = asked.function is None or asked.function in functions
    if by.agency_id != asked.agency_id or not is_named or not is_entitled:
        raise NotAssignedError(f"task `{task_id}` asks another than post `{by.post_id}`")
