"""What waits for a post, and what a notice tells it.

What it must see to decide is opened by `commands.open_words` and `commands.open_draft`, which record it.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.backends.utils import CursorWrapper

from comity.coordination.exchange.rules import functions_of
from comity.coordination.exchange.selectors import get_task_of
from comity.spine.keys.ring import KeyRing
from comity.spine.tasks import selectors as tasks
from comity.spine.tasks.selectors import Choice, Found, TaskView
from comity.spine.tasks.vocabulary import Kind, Order
from comity.spine.vault.seal import open_item
from comity.standing.directory.facts import PostFacts

ABOUT_ASKS: Final = frozenset({Kind.ANSWER, Kind.APPROVAL, Kind.COUNSEL})
"""The kinds of task whose subject is an ask."""


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


def search_waiting_of(
    cursor: CursorWrapper,
    *,
    post: PostFacts,
    now: datetime,
    choice: Choice,
    order: Order,
    is_descending: bool,
    offset: int,
    limit: int,
) -> Found:
    """Return a page of the open tasks that a post may decide, as chosen, and how many there are."""
    return tasks.search_open(
        cursor,
        agency_id=post.agency_id,
        posts=[post.id],
        functions=functions_of(post.function.value),
        now=now,
        choice=choice,
        order=order,
        is_descending=is_descending,
        offset=offset,
        limit=limit,
    )


def get_own_task(cursor: CursorWrapper, task_id: UUID, *, post: PostFacts, now: datetime) -> TaskView:
    """Return a task about an ask that a post may decide, or has decided; raises `TaskNotVisibleError`."""
    return get_task_of(cursor, task_id, post=post, kinds=ABOUT_ASKS, now=now)


def read_notice(cursor: CursorWrapper, task: TaskView, *, keys: KeyRing) -> Mapping[str, str]:
    """Return what a notice tells its post: who asked whom for what, and by which rules it must be told."""
    told = open_item(cursor, keys, task.id)
    return {name: ", ".join(map(str, one)) if isinstance(one, list) else str(one) for name, one in told.items()}


@dataclass(frozen=True, slots=True)
class About:
    """What a task of the queue is about, where that is an ask this session may see."""

    ask_id: UUID
    asker_id: UUID
    purpose: str
    category: str
    elements: tuple[str, ...]
    path: str


def list_about(cursor: CursorWrapper, ask_ids: Collection[UUID]) -> dict[UUID, About]:
    """Return what is asked, by ask; those that this session may not see, and what is no ask, are left out."""
    cursor.execute(
        "SELECT id, asker_id, purpose, category, elements, path FROM exchange_ask WHERE id = ANY(%s::uuid[])",
        (list(ask_ids),),
    )
    return {row[0]: About(*(*row[:4], tuple(row[4]), row[5])) for row in cursor.fetchall()}
