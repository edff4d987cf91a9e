"""What lies on a post's desk, and by what an open desk knows that it changed.

Every statement finds its rows by an index whose first columns say whose they are, so a desk costs the same beside a
hundred thousand tasks as beside ten.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db.backends.utils import CursorWrapper

from comity.spine.tasks.selectors import TaskCount, TaskView
from comity.spine.tasks.vocabulary import Kind
from comity.spine.tenancy.transaction import Query

_COLUMNS: Final = (
    "id, kind, agency_id, assignee_post_id, function, subject_id, digest, opened_at, due_at, state, closed_at,"
    " not_before, is_urgent, excluded_agency_ids"
)
NEAR: Final = timedelta(days=1)
"""How long before it is due a task is near."""
_LATE: Final = "interval '60 seconds'"
"""No transaction that writes tasks takes longer from its statement to its end: the database ends one that does."""
_MOST_COUNTED: Final = 1_000
_MOST_OF_DAY: Final = 500
_NEXT: Final = 25
"""Of a kind, of what is to come: so few that they are found in the order of the index, however many there are."""

# Whose: by a function of the post, or by its name. Each is found by its own index.
_BY_FUNCTION: Final = "agency_id = %(agency)s AND function = f.name AND assignee_post_id IS NULL"
_BY_NAME: Final = "assignee_post_id = %(post)s AND agency_id = %(agency)s"
_SHOWN: Final = "not_before <= %(now)s AND NOT %(post)s = ANY (excluded_post_ids)"
_FUNCTIONS: Final = "unnest(%(functions)s::text[]) AS f (name)"
_KINDS: Final = "unnest(%(kinds)s::text[]) AS k (name)"
_ORDER: Final = "ORDER BY due_at NULLS LAST, opened_at, id"

_NEWS: Final = f"""(
    SELECT f.name AS whose, last.at, late.number, late.sum, due.past, due.near FROM {_FUNCTIONS}
    CROSS JOIN LATERAL (SELECT max(news_at) AS at FROM tasks_task
        WHERE {_BY_FUNCTION} AND news_at <= %(now)s) AS last
    CROSS JOIN LATERAL (SELECT count(*) AS number, sum(extract(epoch FROM news_at)) AS sum FROM tasks_task
        WHERE {_BY_FUNCTION} AND news_at > last.at - {_LATE} AND news_at <= %(now)s) AS late
    CROSS JOIN LATERAL (SELECT max(past.at) AS past, max(near.at) AS near FROM {_KINDS}
        CROSS JOIN LATERAL (SELECT max(due_at) AS at FROM tasks_task WHERE state = 'open' AND {_BY_FUNCTION}
            AND kind = k.name AND due_at <= %(now)s) AS past
        CROSS JOIN LATERAL (SELECT max(due_at) AS at FROM tasks_task WHERE state = 'open' AND {_BY_FUNCTION}
            AND kind = k.name AND due_at <= %(soon)s) AS near) AS due
    UNION ALL
    SELECT '', last.at, late.number, late.sum, due.past, due.near
    FROM (SELECT max(news_at) AS at FROM tasks_task WHERE {_BY_NAME} AND news_at <= %(now)s) AS last
    CROSS JOIN LATERAL (SELECT count(*) AS number, sum(extract(epoch FROM news_at)) AS sum FROM tasks_task
        WHERE {_BY_NAME} AND news_at > last.at - {_LATE} AND news_at <= %(now)s) AS late
    CROSS JOIN LATERAL (SELECT max(due_at) FILTER (WHERE due_at <= %(now)s) AS past,
        max(due_at) FILTER (WHERE due_at <= %(soon)s) AS near
        FROM tasks_task WHERE state = 'open' AND {_BY_NAME}) AS due
    UNION ALL
    SELECT 'told', max(told_at), count(*), count(seen_at), NULL, NULL FROM tasks_interrupt WHERE post_id = %(post)s
) AS news"""

_DESK: Final = f"""
SELECT {_COLUMNS} FROM (
    SELECT t.* FROM {_FUNCTIONS} CROSS JOIN {_KINDS} CROSS JOIN LATERAL (SELECT * FROM tasks_task
        WHERE state = 'open' AND {_BY_FUNCTION} AND kind = k.name AND {_SHOWN} {_ORDER} LIMIT %(each)s) AS t
    UNION
    SELECT t.* FROM {_KINDS} CROSS JOIN LATERAL (SELECT * FROM tasks_task
        WHERE state = 'open' AND {_BY_NAME} AND kind = k.name AND {_SHOWN} {_ORDER} LIMIT %(each)s) AS t
    UNION
    SELECT t.* FROM {_FUNCTIONS} CROSS JOIN LATERAL (SELECT * FROM tasks_task
        WHERE state = 'open' AND is_urgent AND {_BY_FUNCTION} AND {_SHOWN} LIMIT %(urgent)s) AS t
    UNION
    SELECT t.* FROM {_FUNCTIONS} CROSS JOIN LATERAL (SELECT * FROM tasks_task
        WHERE state = 'open' AND {_BY_FUNCTION} AND {_SHOWN} AND news_at > %(yesterday)s
        ORDER BY news_at DESC LIMIT %(each)s) AS t
) AS found {_ORDER}
"""
_COUNT: Final = f"""
SELECT k.name, sum(c.open)::int, sum(c.overdue)::int FROM {_KINDS} CROSS JOIN LATERAL (
    SELECT (SELECT count(*) FROM (SELECT FROM tasks_task WHERE state = 'open' AND {_BY_FUNCTION} AND kind = k.name
            AND {_SHOWN} LIMIT %(most)s) AS t) AS open,
        (SELECT count(*) FROM (SELECT FROM tasks_task WHERE state = 'open' AND {_BY_FUNCTION} AND kind = k.name
            AND {_SHOWN} AND due_at <= %(now)s LIMIT %(most)s) AS t) AS overdue FROM {_FUNCTIONS}
    UNION ALL
    SELECT count(*), count(*) FILTER (WHERE due_at <= %(now)s) FROM (SELECT due_at FROM tasks_task
        WHERE state = 'open' AND {_BY_NAME} AND kind = k.name AND {_SHOWN} LIMIT %(most)s) AS t
) AS c GROUP BY k.name HAVING sum(c.open) > 0
"""
_OF_DAY: Final = """(opened_at >= %(from)s AND opened_at < %(to)s OR closed_at >= %(from)s AND closed_at < %(to)s
    OR due_at >= %(from)s AND due_at < %(to)s AND (closed_at IS NULL OR closed_at > due_at))"""
_DAY: Final = f"""
SELECT {_COLUMNS} FROM (
    SELECT t.* FROM {_FUNCTIONS} CROSS JOIN LATERAL (SELECT * FROM tasks_task
        WHERE {_BY_FUNCTION} AND {_SHOWN} AND news_at >= %(from)s AND {_OF_DAY} ORDER BY news_at LIMIT %(most)s) AS t
    UNION
    SELECT t.* FROM {_FUNCTIONS} CROSS JOIN {_KINDS} CROSS JOIN LATERAL (SELECT * FROM tasks_task
        WHERE state = 'open' AND {_BY_FUNCTION} AND kind = k.name AND {_SHOWN}
        AND due_at >= %(from)s AND due_at < %(until)s ORDER BY due_at LIMIT %(each)s) AS t
    UNION
    SELECT t.* FROM (SELECT * FROM tasks_task WHERE {_BY_NAME} AND {_SHOWN} AND (
        news_at >= %(from)s AND {_OF_DAY} OR state = 'open' AND due_at >= %(from)s AND due_at < %(until)s)
        ORDER BY news_at LIMIT %(most)s) AS t
) AS found {_ORDER} LIMIT %(most)s
"""


@dataclass(frozen=True, slots=True)
class Desk:
    """Whose desk: a post of an agency, with every function it may decide for, at an instant."""

    agency_id: UUID
    post_id: UUID
    functions: Collection[str]
    now: datetime

    def values(self, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - what a statement is given
        """Return the parameters every statement here takes, and `more`."""
        return {
            "agency": self.agency_id,
            "post": self.post_id,
            "functions": sorted(self.functions),
            "kinds": [kind.value for kind in Kind],
            "now": self.now,
            "soon": self.now + NEAR,
            **more,
        }


@dataclass(frozen=True, slots=True)
class DayOfTasks:
    """What a civil day brought a post: opened, decided or otherwise closed, fallen due and not done by then, to come.

    At most 500 tasks together, of each kind to come the first 25; `is_full`: there was more.
    """

    came: Sequence[TaskView]
    closed: Sequence[TaskView]
    fell_due: Sequence[TaskView]
    to_come: Sequence[TaskView]
    is_full: bool


def news_of(desk: Desk) -> Query:
    """Return the question whether a desk is still what it was: as long as the answer is the same, so is the desk.

    It turns on the last change that shows by now, on those shortly before it, which a transaction that ended later may
    have brought, on the last due date that has passed or come near, and on what its post was told and has seen.
    """
    text, values = _NEWS, desk.values()
    names = [word.partition(")")[0] for word in text.split("%(")[1:]]
    for name in set(names):
        text = text.replace(f"%({name})s", "%s")
    return Query("whose, at, number, sum, past, near", text, tuple(values[name] for name in names), tuple[object, ...])


def list_desk(cursor: CursorWrapper, desk: Desk, *, each: int) -> list[TaskView]:
    """Return open tasks of a post, first due first: of every kind the `each` first due, the newest, and all urgent."""
    yesterday = desk.now - timedelta(days=1)
    cursor.execute(_DESK, desk.values(each=each, urgent=_MOST_COUNTED, yesterday=yesterday))
    return [_view(row) for row in cursor.fetchall()]


def count_desk(cursor: CursorWrapper, desk: Desk) -> Mapping[Kind, TaskCount]:
    """Return how many open tasks of each kind a post has, counted up to a thousand; kinds with none are left out."""
    cursor.execute(_COUNT, desk.values(most=_MOST_COUNTED))
    return {Kind(kind): TaskCount(count, overdue) for kind, count, overdue in cursor.fetchall()}


def get_day(cursor: CursorWrapper, desk: Desk, *, starts_at: datetime, ends_at: datetime) -> DayOfTasks:
    """Return what the day from `starts_at` to `ends_at` brought a post, and what is due in the week after it."""
    until = ends_at + timedelta(days=7)
    cursor.execute(
        _DAY, desk.values(**{"from": starts_at, "to": ends_at, "until": until, "most": _MOST_OF_DAY, "each": _NEXT})
    )
    found = [_view(row) for row in cursor.fetchall()]

    def within(at: datetime | None) -> bool:
        return at is not None and starts_at <= at < ends_at

    return DayOfTasks(
        came=[one for one in found if within(max(one.opened_at, one.not_before))],
        closed=[one for one in found if within(one.closed_at)],
        fell_due=[one for one in found if within(one.due_at) and _is_late(one, desk.now)],
        to_come=[one for one in found if one.closed_at is None and one.due_at and ends_at <= one.due_at < until],
        is_full=len(found) == _MOST_OF_DAY,
    )


def _is_late(task: TaskView, now: datetime) -> bool:
    return task.due_at is not None and task.due_at < (task.closed_at or now)


def _view(row: tuple[Any, ...]) -> TaskView:
    return TaskView(row[0], Kind(row[1]), *row[2:])
