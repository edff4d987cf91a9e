"""What somebody wrote for a task's post is shown to it: the private part of an ask, the reason of a verdict.

That it was opened is recorded first, each time.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from comity.coordination.exchange.batch import Act, Batch
from comity.coordination.exchange.commands.account import reading_row
from comity.coordination.exchange.queue import ABOUT_ASKS
from comity.coordination.exchange.reload import reload_asks
from comity.coordination.exchange.selectors import get_task_of
from comity.spine.keys.ring import KeyRing
from comity.spine.tasks.selectors import get_verdicts
from comity.spine.tasks.vocabulary import Kind
from comity.spine.tenancy.actor import Actor
from comity.spine.tenancy.transaction import acting
from comity.spine.vault.seal import open_item, open_items
from comity.standing.directory import selectors as directory

ANSWERS: Final = frozenset({Kind.ANSWER})


class NoReasonError(LookupError):
    """No reason was given with the verdict, or there is no verdict yet."""


def open_private(*, task_id: UUID, by: Actor, now: datetime, keys: KeyRing) -> Mapping[str, str]:
    """Return what the asker wrote to who answers: `reference`, `justification`, `case_number`; as `open_privates`."""
    return open_privates(task_ids=[task_id], by=by, now=now, keys=keys)[task_id]


def open_privates(
    *, task_ids: Collection[UUID], by: Actor, now: datetime, keys: KeyRing
) -> Mapping[UUID, Mapping[str, str]]:
    """Return what askers wrote to who answers, by task.

    One durable transaction: an `exchange_reading` row and a ledger entry for each, before anything is returned. Raises
    `TaskNotVisibleError` for another's task or one of another kind, and the vault's errors (one may be purged).
    """
    if not task_ids:
        return {}
    with acting(by) as cursor:
        post, batch = directory.get_post(by.post_id), Batch(now)
        tasks = [get_task_of(cursor, one, post=post, kinds=ANSWERS, now=now) for one in task_ids]
        asks = {one.named.id: one for one in reload_asks(cursor, [task.subject_id for task in tasks])}
        items = {task.id: asks[task.subject_id].private_item for task in tasks}
        opened = open_items(cursor, keys, list(items.values()))
        for task in tasks:
            row = reading_row(by, "private_opened", task.id, now, {"ask": str(task.subject_id)})
            batch.acts.append(Act("ask.opened", by, (row,)))
        batch.write(cursor, keys)
    return {task_id: {name: str(text) for name, text in opened[item].items()} for task_id, item in items.items()}


def open_reason(*, task_id: UUID, by: Actor, now: datetime, keys: KeyRing) -> str:
    """Return the words given with the verdict on a task, to the post that decides such tasks.

    One durable transaction: an `exchange_reading` row and a ledger entry, before anything is returned. Raises
    `TaskNotVisibleError`, `NoReasonError` and the vault's errors.
    """
    with acting(by) as cursor:
        post = directory.get_post(by.post_id)
        task = get_task_of(cursor, task_id, post=post, kinds=ABOUT_ASKS, now=now)
        verdict = get_verdicts(cursor, [task.id]).get(task.id)
        if verdict is None or verdict.reason_item_id is None:
            raise NoReasonError(f"task `{task_id}` has no verdict with a reason")
        opened = open_item(cursor, keys, verdict.reason_item_id)
        batch = Batch(now)
        row = reading_row(by, "reason_opened", task.id, now, {"ask": str(task.subject_id)})
        batch.acts.append(Act("reason.opened", by, (row,)))
        batch.write(cursor, keys)
    return str(opened["words"])
