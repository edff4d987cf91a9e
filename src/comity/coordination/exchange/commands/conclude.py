"""Closing the tasks that ask for no answer and no release: redress, correction, notice, what could not be sent."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.backends.utils import CursorWrapper

from comity.coordination.exchange.batch import Batch
from comity.coordination.exchange.commands.answer import NotAwaitingError, give
from comity.coordination.exchange.outcome import announcement
from comity.spine.keys.ring import KeyRing
from comity.spine.tasks.selectors import TaskView, get_task
from comity.spine.tasks.vocabulary import Kind
from comity.spine.tenancy.actor import Actor
from comity.spine.tenancy.transaction import acting

SEND_AGAIN: Final = "send_again"
CONCLUSIONS: Final[Mapping[Kind, frozenset[str]]] = {
    Kind.REDRESS: frozenset({"answered", "refused", "withdrawn_by_person"}),
    Kind.CORRECTION: frozenset({"corrected", "refused", "withdrawn_by_person"}),
    Kind.NOTICE: frozenset({"notice_taken"}),
    Kind.DEAD_LETTER: frozenset({SEND_AGAIN, "told_otherwise", "given_up"}),
}
"""What may be said to each kind of task that this command closes."""


class UnknownConclusionError(ValueError):
    """That is none of the verdicts that close a task of this kind."""


def conclude_task(*, task_id: UUID, verdict: str, digest: str, by: Actor, now: datetime, keys: KeyRing) -> None:
    """Close a redress, correction, notice or dead letter task with one of its `CONCLUSIONS`.

    `send_again` puts what could not be delivered on its way once more. One durable transaction: the verdict, the
    task's clock, a ledger entry, for `send_again` an outbox message. Raises `NotAwaitingError`,
    `UnknownConclusionError`, `NobodyInPostError` and the errors of `spine.tasks`.
    """
    with acting(by) as cursor:
        task = get_task(cursor, task_id)
        known = CONCLUSIONS.get(task.kind)
        if known is None:
            raise NotAwaitingError(f"task `{task_id}` asks for `{task.kind}`, which has a command of its own")
        if verdict not in known:
            raise UnknownConclusionError(
                f"`{verdict}` closes no `{task.kind}` task; use one of: {', '.join(sorted(known))}"
            )
        batch = Batch(now)
        give(cursor, batch, task, by, verdict=verdict, digest=digest)
        if verdict == SEND_AGAIN:
            _send_again(cursor, batch, task)
        batch.write(cursor, keys)


def _send_again(cursor: CursorWrapper, batch: Batch, task: TaskView) -> None:
    cursor.execute("SELECT recipient_id FROM exchange_disclosure WHERE id = %s", (task.subject_id,))
    recipient_id: UUID = cursor.fetchone()[0]
    batch.messages.append(announcement(disclosure_id=str(task.subject_id), recipient_id=recipient_id))
