"""Interrupting a post: for what is new or became worse, five times a day at most; what is urgent is never held back.

The rest is in the digest of the day. What a post was told is remembered until it has seen it, so nothing is told twice.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from django.db.backends.utils import CursorWrapper

from comity.kernel.ids import new_id
from comity.spine.tasks.desk import NEAR
from comity.spine.tasks.selectors import TaskView
from comity.spine.tasks.vocabulary import Level
from comity.spine.tenancy.actor import Actor

MOST_A_DAY: Final = 5
_KEPT: Final = timedelta(days=30)
_WORSE: Final = (Level.NEW, Level.URGENT, Level.NEAR, Level.OVERDUE)
"""From new to worst: who was told of a task at one of these is not told at one before it."""

_TOLD: Final = (
    "SELECT i.id, i.task_id, i.level, i.told_on, i.told_at, i.seen_at, t.is_urgent, t.state = 'open'"
    " FROM tasks_interrupt i JOIN tasks_task t ON t.id = i.task_id WHERE i.post_id = %s ORDER BY i.told_at DESC, i.id"
)
# Two desks of one post would count the same free places: the second waits until the first has told.
_ALONE: Final = "SELECT pg_advisory_xact_lock(hashtextextended('tasks_interrupt' || %s::text, 0))"
_TELL: Final = (
    "INSERT INTO tasks_interrupt (id, agency_id, post_id, task_id, level, told_on, told_at)"
    " SELECT id, %s, %s, task_id, level, %s, %s FROM unnest(%s::uuid[], %s::uuid[], %s::text[])"
    " AS t (id, task_id, level) ON CONFLICT (post_id, task_id, level) DO NOTHING"
)
_FORGET: Final = (
    "DELETE FROM tasks_interrupt i WHERE i.post_id = %s AND i.told_at < %s"
    " AND EXISTS (SELECT 1 FROM tasks_task t WHERE t.id = i.task_id AND t.state <> 'open')"
)
_SEEN: Final = "UPDATE tasks_interrupt SET seen_at = %s WHERE post_id = %s AND id = ANY(%s::uuid[]) AND seen_at IS NULL"


@dataclass(frozen=True, slots=True)
class Told:
    """An interrupt: of which task, for what, when, and when its post had seen it (None: not yet)."""

    id: UUID
    task_id: UUID
    level: Level
    told_on: date
    told_at: datetime
    seen_at: datetime | None
    is_urgent: bool
    is_open: bool


@dataclass(frozen=True, slots=True)
class ToTell:
    """What a post is to be told now, and how many more wait for the digest because the day's interrupts are used up."""

    now: Sequence[tuple[TaskView, Level]]
    held_back: int


def level_of(task: TaskView, now: datetime) -> Level | None:
    """Return for what a post would be interrupted about an open task; None: it is neither new nor pressing. Pure."""
    if task.due_at is not None and task.due_at <= now:
        return Level.OVERDUE
    if task.is_urgent:
        return Level.URGENT
    if task.due_at is not None and task.due_at <= now + NEAR:
        return Level.NEAR
    return Level.NEW if max(task.opened_at, task.not_before) > now - timedelta(days=1) else None


def to_tell(tasks: Iterable[TaskView], *, told: Collection[Told], now: datetime, day: date) -> ToTell:
    """Choose what is new or worse among open tasks: all that is urgent, and of the rest the worst the day has room for.

    Pure. `day`: the civil day of the agency. What is held back today is told tomorrow, or when it became worse.
    """
    worst: dict[UUID, int] = {}
    for one in told:
        worst[one.task_id] = max(worst.get(one.task_id, -1), _WORSE.index(one.level))
    fresh = [
        (task, level)
        for task in tasks
        if (level := level_of(task, now)) is not None and _WORSE.index(level) > worst.get(task.id, -1)
    ]
    fresh.sort(key=lambda one: (-_WORSE.index(one[1]), one[0].due_at or now + timedelta(days=9999), one[0].id))
    urgent = [one for one in fresh if one[0].is_urgent]
    others = [one for one in fresh if not one[0].is_urgent]
    used = sum(1 for one in told if one.told_on == day and not one.is_urgent)
    room = max(0, MOST_A_DAY - used)
    return ToTell([*urgent, *others[:room]], len(others[room:]))


def list_told(cursor: CursorWrapper, *, post_id: UUID) -> list[Told]:
    """Return for what a post was interrupted, the newest first."""
    cursor.execute(_TOLD, (post_id,))
    return [Told(row[0], row[1], Level(row[2]), *row[3:]) for row in cursor.fetchall()]


def tell(cursor: CursorWrapper, tasks: Collection[TaskView], *, by: Actor, now: datetime, day: date) -> None:
    """Remember what the post of `by` is interrupted for now, in the caller's transaction; forget what is long over.

    Chosen again under a lock, so that two desks of one post open at once have five a day together.
    """
    cursor.execute(_ALONE, (by.post_id,))
    chosen = to_tell(tasks, told=list_told(cursor, post_id=by.post_id), now=now, day=day).now
    cursor.execute(
        _TELL,
        (
            by.agency_id,
            by.post_id,
            day,
            now,
            [new_id() for _ in chosen],
            [task.id for task, _ in chosen],
            [level.value for _, level in chosen],
        ),
    )
    cursor.execute(_FORGET, (by.post_id, now - _KEPT))


def mark_seen(cursor: CursorWrapper, ids: Collection[UUID], *, by: Actor, now: datetime) -> int:
    """Remember that the post of `by` has seen these interrupts, in the caller's transaction; return how many."""
    cursor.execute(_SEEN, (now, by.post_id, list(ids)))
    count: int = cursor.rowcount
    return count
