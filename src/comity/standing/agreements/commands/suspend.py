"""Suspending: from the commit on nothing leaves under the agreement."""

from datetime import datetime
from uuid import UUID

from comity.spine.tenancy.actor import Actor
from comity.spine.tenancy.transaction import acting
from comity.standing.agreements.commands.letter import Letter, acting_party, by_letter
from comity.standing.agreements.commands.record import (
    RESPONSIBLE,
    lock_agreement,
    record_event,
    state_at,
)
from comity.standing.agreements.models import Agreement
from comity.standing.agreements.states import AGREEMENT
from comity.standing.agreements.vocabulary import EventKind, SuspensionReason


def suspend_agreement(
    *, by: Actor, now: datetime, agreement_id: UUID, reason: SuspensionReason, letter: Letter | None = None
) -> None:
    """Suspend an agreement in force.

    Takes the row `FOR UPDATE`: waits for chunks that hold it `FOR SHARE`; chunks that come later wait and find it
    suspended. `letter`: of a party elsewhere, entered by the steward. One transaction: state, reason, event
    `suspended`, ledger entry. Raises `WrongPostError` unless `by` is a head, counsel or privacy officer of a party,
    `NotByLetterError`, `NoSuchAgreementError`, `IllegalTransitionError`.
    """
    with acting(by) as cursor:
        agreement = lock_agreement(agreement_id)
        acting_party(by, agreement, RESPONSIBLE, letter)
        state = AGREEMENT.next(state_at(agreement, now), "suspend")
        record_event(
            cursor,
            agreement=agreement,
            event=EventKind.SUSPENDED,
            by=by,
            now=now,
            version_id=agreement.current_version_id,
            reason=SuspensionReason(reason).value,
            **by_letter(letter),
        )
        Agreement.objects.filter(id=agreement_id).update(state=state, suspended_reason=reason.value)
