"""Terminating: the agreement is over. What was shared under it stays bound."""

from datetime import datetime
from uuid import UUID

from comity.spine.tenancy.actor import Actor
from comity.spine.tenancy.transaction import acting
from comity.standing.agreements.commands.record import HEADS, lock_agreement, record_event, require_post
from comity.standing.agreements.models import Agreement
from comity.standing.agreements.states import AGREEMENT
from comity.standing.agreements.vocabulary import EventKind, TerminationReason


def terminate_agreement(*, by: Actor, now: datetime, agreement_id: UUID, reason: TerminationReason) -> None:
    """End an agreement, at once. Limits on passing on what was received under it stay.

    One transaction: state, event `terminated`, ledger entry. Raises `WrongPostError` unless `by` is the head of a
    party, `NoSuchAgreementError`, `IllegalTransitionError`.
    """
    with acting(by) as cursor:
        agreement = lock_agreement(agreement_id)
        require_post(by, agreement, HEADS)
        state = AGREEMENT.next(agreement.state, "terminate")
        record_event(
            cursor,
            agreement=agreement,
            event=EventKind.TERMINATED,
            by=by,
            now=now,
            version_id=agreement.current_version_id,
            reason=TerminationReason(reason).value,
        )
        Agreement.objects.filter(id=agreement_id).update(state=state)
