"""Opening and closing tasks, in the transaction of the act that asks."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import psycopg
from django.db.backends.utils import CursorWrapper

from comity.spine.tasks.states import OPEN, TASK
from comity.spine.tasks.vocabulary import Kind

# Exclusions travel as array literals: unnest would flatten an array of arrays.
_INSERT: Final = (
    "INSERT INTO tasks_task (id, kind, agency_id, assignee_post_id, function, subject_id, digest,"
    " excluded_agency_ids, excluded_post_ids, opened_at, not_before, due_at, is_urgent, news_at, state)"
    " SELECT id, kind, agency_id, post_id, function, subject_id, digest, agencies::uuid[], posts::uuid[], opened_at,"
    " not_before, due_at, is_urgent, greatest(not_before, statement_timestamp()), %b::text FROM unnest("
    "%b::uuid[], %b::text[], %b::uuid[], %b::uuid[], %b::text[], %b::uuid[], %b::text[], %b::text[], %b::text[],"
    " %b::timestamptz[], %b::timestamptz[], %b::timestamptz[], %b::bool[])"
    " AS t (id, kind, agency_id, post_id, function, subject_id, digest, agencies, posts, opened_at, not_before, due_at,"
    " is_urgent)"
)
_CLOSE: Final = (
    "UPDATE tasks_task SET state = %s, closed_at = %s, news_at = statement_timestamp() WHERE id = ANY(%s::uuid[])"
    " AND state = %s RETURNING id"
)
_OF_SUBJECTS: Final = (
    "SELECT id FROM tasks_task WHERE subject_id = ANY(%s::uuid[]) AND state = %s ORDER BY id FOR UPDATE"
)
_TWINS: Final = (
    "SELECT t.id FROM tasks_task t, tasks_task one WHERE one.id = %s AND t.subject_id = one.subject_id"
    " AND t.kind = one.kind AND t.digest = one.digest AND t.state = %s ORDER BY t.id FOR UPDATE OF t"
)


class UnassignedError(ValueError):
    """A task names neither a post nor a function to ask."""


@dataclass(frozen=True, slots=True)
class NewTask:
    """A task to open in `agency_id`: for `assignee_post_id`, or for any post of it that has `function`.

    `digest` (hex SHA-256) is what the verdict will bind to. `not_before` None: shown at once.
    `is_urgent`: its clock runs by the hour.
    """

    id: UUID
    kind: Kind
    agency_id: UUID
    subject_id: UUID
    digest: str
    opened_at: datetime
    assignee_post_id: UUID | None = None
    function: str | None = None
    due_at: datetime | None = None
    not_before: datetime | None = None
    excluded_agency_ids: Sequence[UUID] = ()
    excluded_post_ids: Sequence[UUID] = ()
    is_urgent: bool = False

    def __post_init__(self) -> None:
        if self.assignee_post_id is None and self.function is None:
            raise UnassignedError(f"the task `{self.id}` asks nobody; name a post or a function")


def open_tasks(cursor: CursorWrapper, tasks: Sequence[NewTask]) -> None:
    """Insert open tasks in one statement of the caller's transaction.

    Any acting duty but the auditor's may ask any agency. Raises `psycopg.errors.UniqueViolation`, and
    `psycopg.errors.CheckViolation` for a digest that is none.
    """
    if not tasks:
        return
    # Django's cursor writes parameters into the text; one with binary parameters halves what is sent.
    with psycopg.Cursor(cursor.connection) as binary:
        binary.execute(
            _INSERT,
            (
                TASK.initial,
                [task.id for task in tasks],
                [task.kind.value for task in tasks],
                [task.agency_id for task in tasks],
                [task.assignee_post_id for task in tasks],
                [task.function for task in tasks],
                [task.subject_id for task in tasks],
                [task.digest for task in tasks],
                [_literal(task.excluded_agency_ids) for task in tasks],
                [_literal(task.excluded_post_ids) for task in tasks],
                [task.opened_at for task in tasks],
                [task.not_before or task.opened_at for task in tasks],
                [task.due_at for task in tasks],
                [task.is_urgent for task in tasks],
            ),
        )


def withdraw_tasks(cursor: CursorWrapper, task_ids: Iterable[UUID], *, now: datetime) -> list[UUID]:
    """Close open tasks that nobody needs to decide any more; return which were open."""
    return _close(cursor, list(task_ids), "withdraw", now)


def lapse_tasks(cursor: CursorWrapper, task_ids: Iterable[UUID], *, now: datetime) -> list[UUID]:
    """Close open tasks that nobody decided in time; return which were open."""
    return _close(cursor, list(task_ids), "lapse", now)


def withdraw_tasks_of(cursor: CursorWrapper, subject_ids: Iterable[UUID], *, now: datetime) -> list[UUID]:
    """Withdraw every visible open task about these subjects; return which."""
    cursor.execute(_OF_SUBJECTS, (list(subject_ids), OPEN))
    return _close(cursor, [row[0] for row in cursor.fetchall()], "withdraw", now)


def withdraw_twins(cursor: CursorWrapper, task_id: UUID, *, now: datetime) -> list[UUID]:
    """Withdraw the other open tasks that ask the same of other posts: same kind, subject and digest; return which.

    Locked in order with the task itself, so that of two verdicts at once the second finds its task withdrawn.
    """
    cursor.execute(_TWINS, (task_id, OPEN))
    return _close(cursor, [row[0] for row in cursor.fetchall() if row[0] != task_id], "withdraw", now)


def _close(cursor: CursorWrapper, task_ids: Sequence[UUID], event: str, now: datetime) -> list[UUID]:
    cursor.execute(_CLOSE, (TASK.next(OPEN, event), now, list(task_ids), OPEN))
    return [row[0] for row in cursor.fetchall()]


def _literal(ids: Sequence[UUID]) -> str:
    return "{" + ",".join(map(str, ids)) + "}"
