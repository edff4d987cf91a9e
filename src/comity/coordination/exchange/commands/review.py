"""The review of what went in an emergency, or was told outside the gate."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from comity.coordination.exchange.batch import Act, Batch, act_row
from comity.coordination.exchange.commands.answer import NotAwaitingError, give
from comity.kernel.ids import new_id
from comity.spine.keys.ring import KeyRing
from comity.spine.tasks.selectors import get_task
from comity.spine.tasks.vocabulary import Kind
from comity.spine.tenancy.actor import Actor
from comity.spine.tenancy.transaction import acting


class ReviewFinding(StrEnum):
    """What a privacy officer finds."""

    PROPER = "proper"
    BREACH = "breach"


def review_disclosure(
    *, task_id: UUID, finding: ReviewFinding, digest: str, by: Actor, now: datetime, keys: KeyRing
) -> None:
    """Record the privacy officer's finding on a review task, within its 24 hours or late.

    One durable transaction: the verdict, an `exchange_review` row, a ledger entry. Raises `NotAwaitingError` and the
    errors of `spine.tasks`.
    """
    with acting(by) as cursor:
        task = get_task(cursor, task_id)
        if task.kind is not Kind.REVIEW:
            raise NotAwaitingError(f"task `{task_id}` asks for `{task.kind}`, not for a review")
        batch = Batch(now)
        give(cursor, batch, task, by, verdict=finding.value, digest=digest)
        row = act_row(
            "exchange_review",
            id=new_id(),
            item_id=task.subject_id,
            holder_id=by.agency_id,
            kind="reviewed",
            reason=finding.value,
            retain_until=None,
            reviewed_by=by.post_id,
            reviewed_at=now,
        )
        batch.acts.append(Act(f"disclosure.reviewed_{finding.value}", by, (row,)))
        batch.write(cursor, keys)
