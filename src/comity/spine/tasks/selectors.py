"""What waits for whom, in a calm order: what is due first comes first, what is not due yet by age."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.backends.utils import CursorWrapper

from comity.spine.tasks.verdict import TaskNotVisibleError
from comity.spine.tasks.vocabulary import Capacity, Kind, Order

MOST_COUNTED: Final = 1_000
"""Up to how many tasks a list is counted and paged; who looks for a later one narrows the list."""
_COLUMNS: Final = (
    "id, kind, agency_id, assignee_post_id, function, subject_id, digest, opened_at, due_at, state, closed_at,"
    " not_before"
)
_OF_AGENCY: Final = "agency_id = %(agency)s AND not_before <= %(now)s"
_SHOWN: Final = f"state = 'open' AND {_OF_AGENCY}"
_MINE: Final = (
    " AND (assignee_post_id = ANY(%(posts)s::uuid[])"
    " OR (assignee_post_id IS NULL AND function = ANY(%(functions)s::text[])))"
    " AND NOT excluded_post_ids && %(posts)s::uuid[]"
)
_CHOSEN: Final = (
    " AND (%(due_by)s::timestamptz IS NULL OR due_at <= %(due_by)s)"
    " AND (%(asker)s::uuid IS NULL OR %(asker)s = ANY(excluded_agency_ids))"
    " AND (%(number)s::uuid IS NULL OR id = %(number)s OR subject_id = %(number)s)"
)
_ORDERED: Final = {
    Order.DUE: "due_at {way} NULLS {last}, opened_at {way}, id {way}",
    Order.OPENED: "opened_at {way}, id {way}",
}
# Two questions in one: the page by an index in its order, and how many there are until the bound is reached.
_PAGE: Final = (
    "SELECT n.total, t.* FROM (SELECT count(*) AS total FROM (SELECT FROM tasks_task WHERE {where} LIMIT %(most)s) c) n"
    f" LEFT JOIN (SELECT {_COLUMNS} FROM tasks_task WHERE {{where}} ORDER BY {{ordered}} LIMIT %(limit)s"
    " OFFSET %(offset)s) t ON true ORDER BY {ordered}"
)
_ORDER: Final = " ORDER BY due_at NULLS LAST, opened_at, id LIMIT %(limit)s"
_COUNT: Final = (
    f"SELECT kind, count(*), count(*) FILTER (WHERE due_at <= %(now)s) FROM tasks_task WHERE {_SHOWN} GROUP BY kind"
)
_OVERDUE: Final = (
    f"SELECT {_COLUMNS} FROM tasks_task WHERE state = 'open' AND due_at <= %s ORDER BY due_at, id LIMIT %s"
)
_OF_SUBJECTS: Final = f"SELECT {_COLUMNS} FROM tasks_task WHERE subject_id = ANY(%s::uuid[]) ORDER BY opened_at, id"
_VERDICTS: Final = (
    "SELECT task_id, agency_id, post_id, capacity, verdict, reason, reason_item_id, digest, at FROM tasks_verdict"
    " WHERE task_id = ANY(%s::uuid[])"
)


@dataclass(frozen=True, slots=True)
class TaskView:
    """A task as it stands."""

    id: UUID
    kind: Kind
    agency_id: UUID
    assignee_post_id: UUID | None
    function: str | None
    subject_id: UUID
    digest: str
    opened_at: datetime
    due_at: datetime | None
    state: str
    closed_at: datetime | None
    not_before: datetime
    is_urgent: bool = False
    """Where a selector of `desk` read it: its clock runs by the hour."""
    excluded_agency_ids: Sequence[UUID] = ()
    """Likewise: who may not decide it, for it asked."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Which of the open tasks for some posts are wanted.

    None leaves a choice open. `due_by`: those due until then. `asker`: those about what that agency asked, which it may
    therefore not decide. `number`: the task of that id, or those about the subject of that id.
    """

    kinds: Iterable[Kind] = tuple(Kind)
    due_by: datetime | None = None
    asker: UUID | None = None
    number: UUID | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """A page of tasks. `total`: how many there are, counted up to `MOST_COUNTED`; `is_cut`: there are more."""

    tasks: tuple[TaskView, ...]
    total: int
    is_cut: bool


@dataclass(frozen=True, slots=True)
class VerdictView:
    """What a post said, in which capacity, and when."""

    task_id: UUID
    agency_id: UUID
    post_id: UUID
    capacity: Capacity
    verdict: str
    reason: str | None
    reason_item_id: UUID | None
    digest: str
    at: datetime


@dataclass(frozen=True, slots=True)
class TaskCount:
    """Open tasks of one kind, and how many of them are overdue."""

    open: int
    overdue: int


def list_open(
    cursor: CursorWrapper,
    *,
    agency_id: UUID,
    posts: Iterable[UUID],
    functions: Iterable[str],
    now: datetime,
    limit: int,
    kinds: Iterable[Kind] = tuple(Kind),
) -> list[TaskView]:
    """Return the open tasks for these posts, by name or by one of `functions`; none that excludes one of the posts."""
    cursor.execute(
        f"SELECT {_COLUMNS} FROM tasks_task WHERE {_SHOWN}{_MINE} AND kind = ANY(%(kinds)s::text[]){_ORDER}",
        {
            "agency": agency_id,
            "posts": list(posts),
            "functions": list(functions),
            "kinds": [kind.value for kind in kinds],
            "now": now,
            "limit": limit,
        },
    )
    return [_view(row) for row in cursor.fetchall()]


def search_open(
    cursor: CursorWrapper,
    *,
    agency_id: UUID,
    posts: Iterable[UUID],
    functions: Iterable[str],
    now: datetime,
    choice: Choice,
    order: Order,
    is_descending: bool,
    offset: int,
    limit: int,
) -> Found:
    """Return a page of the open tasks for these posts, as `list_open` has them, and how many the choice leaves.

    Tasks of equal rank are ordered by when they were opened and by id, so that no page repeats another.
    """
    kinds = [kind.value for kind in choice.kinds]
    way, last = ("DESC", "FIRST") if is_descending else ("ASC", "LAST")
    ordered = _ORDERED[order].format(way=way, last=last)
    # With one kind its index has the rows in their order already; an array of kinds would have them sorted.
    chosen = _CHOSEN + (" AND kind = %(kind)s" if len(kinds) == 1 else " AND kind = ANY(%(kinds)s::text[])")
    cursor.execute(
        _PAGE.format(where=f"{_SHOWN}{_MINE}{chosen}", ordered=ordered),
        {
            "agency": agency_id,
            "posts": list(posts),
            "functions": list(functions),
            "now": now,
            "kind": kinds[0] if kinds else None,
            "kinds": kinds,
            "due_by": choice.due_by,
            "asker": choice.asker,
            "number": choice.number,
            "most": max(MOST_COUNTED + 1, limit),
            "offset": offset,
            "limit": limit,
        },
    )
    rows = cursor.fetchall()
    total = rows[0][0]
    shown = tuple(_view(row[1:]) for row in rows if row[1] is not None)
    return Found(shown, min(total, max(MOST_COUNTED, limit)), is_cut=total > max(MOST_COUNTED, limit))


def list_open_of_agency(cursor: CursorWrapper, *, agency_id: UUID, now: datetime, limit: int) -> list[TaskView]:
    """Return every open task of an agency."""
    cursor.execute(
        f"SELECT {_COLUMNS} FROM tasks_task WHERE {_SHOWN}{_ORDER}", {"agency": agency_id, "now": now, "limit": limit}
    )
    return [_view(row) for row in cursor.fetchall()]


def count_open(cursor: CursorWrapper, *, agency_id: UUID, now: datetime) -> Mapping[Kind, TaskCount]:
    """Return how many tasks of each kind wait in an agency; kinds with none are left out."""
    cursor.execute(_COUNT, {"agency": agency_id, "now": now})
    return {Kind(kind): TaskCount(count, overdue) for kind, count, overdue in cursor.fetchall()}


def list_overdue(cursor: CursorWrapper, *, now: datetime, limit: int) -> list[TaskView]:
    """Return open tasks past their due date, longest overdue first; of every agency for the courier."""
    cursor.execute(_OVERDUE, (now, limit))
    return [_view(row) for row in cursor.fetchall()]


def list_tasks(cursor: CursorWrapper, subject_ids: Iterable[UUID]) -> list[TaskView]:
    """Return every visible task about these subjects, closed ones too, oldest first."""
    cursor.execute(_OF_SUBJECTS, (list(subject_ids),))
    return [_view(row) for row in cursor.fetchall()]


def get_task(cursor: CursorWrapper, task_id: UUID) -> TaskView:
    """Return one task; raise `TaskNotVisibleError` (of `verdict`) when it is not there or another agency's."""
    cursor.execute(f"SELECT {_COLUMNS} FROM tasks_task WHERE id = %s", (task_id,))
    row = cursor.fetchone()
    if row is None:
        raise TaskNotVisibleError(f"no task `{task_id}` of this agency")
    return _view(row)


def get_own_task(
    cursor: CursorWrapper,
    task_id: UUID,
    *,
    agency_id: UUID,
    posts: Iterable[UUID],
    functions: Iterable[str],
    now: datetime,
) -> TaskView:
    """Return a task, decided or not, that these posts would find with `list_open` while it is open.

    Another post's task is as absent as another agency's: raises `TaskNotVisibleError` (of `verdict`).
    """
    cursor.execute(
        f"SELECT {_COLUMNS} FROM tasks_task WHERE id = %(task)s AND {_OF_AGENCY}{_MINE}",
        {"task": task_id, "agency": agency_id, "posts": list(posts), "functions": list(functions), "now": now},
    )
    row = cursor.fetchone()
    if row is None:
        raise TaskNotVisibleError(f"no task `{task_id}` for this post")
    return _view(row)


def get_verdicts(cursor: CursorWrapper, task_ids: Iterable[UUID]) -> Mapping[UUID, VerdictView]:
    """Return the verdicts of these tasks, those that have one."""
    cursor.execute(_VERDICTS, (list(task_ids),))
    return {row[0]: VerdictView(*(*row[:3], Capacity(row[3]), *row[4:])) for row in cursor.fetchall()}


def _view(row: tuple[Any, ...]) -> TaskView:
    return TaskView(row[0], Kind(row[1]), *row[2:])
