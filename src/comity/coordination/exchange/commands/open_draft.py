"""What waits for a verdict is shown to the post that decides it; that it was opened is recorded first."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from comity.coordination.exchange.batch import Act, Batch
from comity.coordination.exchange.commands.account import reading_row
from comity.coordination.exchange.open_records import texts
from comity.coordination.exchange.selectors import get_task_of
from comity.spine.keys.ring import KeyRing
from comity.spine.tasks.vocabulary import Kind
from comity.spine.tenancy.actor import Actor
from comity.spine.tenancy.transaction import acting
from comity.spine.vault.seal import open_item
from comity.standing.directory import selectors as directory

WITH_DRAFT: Final = frozenset({Kind.APPROVAL, Kind.COUNSEL})
"""The kinds of task that a draft waits for."""


def open_draft(*, task_id: UUID, by: Actor, now: datetime, keys: KeyRing) -> Mapping[str, str]:
    """Return exactly what leaves when a task is released, by element, to the post that decides it.

    One durable transaction: an `exchange_reading` row and a ledger entry, before anything is returned. Raises
    `TaskNotVisibleError` for another's task or one without a draft, and the vault's errors (a draft that was decided
    is purged soon).
    """
    with acting(by) as cursor:
        post = directory.get_post(by.post_id)
        task = get_task_of(cursor, task_id, post=post, kinds=WITH_DRAFT, now=now)
        draft = texts(open_item(cursor, keys, task.id))
        batch = Batch(now)
        row = reading_row(by, "draft_opened", task.id, now, {"ask": str(task.subject_id)})
        batch.acts.append(Act("draft.opened", by, (row,)))
        batch.write(cursor, keys)
    return draft
