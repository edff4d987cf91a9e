"""What waits for a post, and what it must see to decide: the private part to answer, what would leave to approve."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.backends.utils import CursorWrapper

from comity.coordination.exchange.reload import Reloaded, reload_ask
from comity.coordination.exchange.rules import functions_of
from comity.coordination.exchange.selectors import get_task_of
from comity.spine.keys.ring import KeyRing
from comity.spine.tasks import selectors as tasks
from comity.spine.tasks.selectors import TaskView
from comity.spine.tasks.vocabulary import Kind
from comity.spine.vault.seal import open_item
from comity.standing.directory.facts import PostFacts

ABOUT_ASKS: Final = frozenset({Kind.ANSWER, Kind.APPROVAL, Kind.COUNSEL})
"""The kinds of task whose subject is an ask."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A task about an ask with what its post is shown; what leaves on a release is opened by `commands.open_draft`.

    `private`: what the asker wrote to who answers, None for the others.
    """

    task: TaskView
    asked: Reloaded
    private: Mapping[str, str] | None


def list_waiting(cursor: CursorWrapper, *, post: PostFacts, now: datetime, limit: int) -> list[TaskView]:
    """Return the open tasks of every kind that a post may decide, the first due first."""
    return tasks.list_open(
        cursor,
        agency_id=post.agency_id,
        posts=[post.id],
        functions=functions_of(post.function.value),
        now=now,
        limit=limit,
    )


def get_own_task(cursor: CursorWrapper, task_id: UUID, *, post: PostFacts, now: datetime) -> TaskView:
    """Return a task about an ask that a post may decide, or has decided; raises `TaskNotVisibleError`."""
    return get_task_of(cursor, task_id, post=post, kinds=ABOUT_ASKS, now=now)


def read_notice(cursor: CursorWrapper, task: TaskView, *, keys: KeyRing) -> Mapping[str, str]:
    """Return what a notice tells its post: who asked whom for what, and by which rules it must be told."""
    told = open_item(cursor, keys, task.id)
    return {name: ", ".join(map(str, one)) if isinstance(one, list) else str(one) for name, one in told.items()}


def get_task_view(cursor: CursorWrapper, task: TaskView, *, keys: KeyRing) -> Waiting:
    """Return what the post of a task about an ask is shown; the private part is opened from the vault.

    Raises `AskNotVisibleError`, the vault's errors (the private part may be purged) and those of the key ring.
    """
    asked = reload_ask(cursor, task.subject_id)
    if task.kind is Kind.ANSWER:
        opened = open_item(cursor, keys, asked.private_item)
        return Waiting(task, asked, {name: str(text) for name, text in opened.items()})
    return Waiting(task, asked, None)
