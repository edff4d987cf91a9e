"""Resuming what was suspended."""

from datetime import datetime
from uuid import UUID

from comity.spine.tenancy.actor import Actor
from comity.spine.tenancy.transaction import acting
from comity.standing.agreements.commands.letter import Letter, acting_party, by_letter
from comity.standing.agreements.commands.record import (
    HEADS,
    lock_agreement,
    record_event,
    state_at,
)
from comity.standing.agreements.models import Agreement, Event
from comity.standing.agreements.states import AGREEMENT
from comity.standing.agreements.vocabulary import EventKind


class NotYoursToResumeError(PermissionError):
    """Another party suspended the agreement; it alone lifts the suspension."""


def resume_agreement(*, by: Actor, now: datetime, agreement_id: UUID, letter: Letter | None = None) -> None:
    """Resume a suspended agreement, by the head of the party that suspended it.

    `letter`: of a party elsewhere, entered by the steward. One transaction: state, event `resumed`, ledger entry.
    Raises `WrongPostError`, `NotByLetterError`, `NotYoursToResumeError`, `NoSuchAgreementError`,
    `IllegalTransitionError`.
    """
    with acting(by) as cursor:
        agreement = lock_agreement(agreement_id)
        party_id = acting_party(by, agreement, HEADS, letter)
        state = AGREEMENT.next(state_at(agreement, now), "resume")
        last = Event.objects.filter(agreement_id=agreement_id, event=EventKind.SUSPENDED.value).order_by("-at", "-id")
        if last[0].party_id != party_id:
            raise NotYoursToResumeError(f"`{agreement.code}` was suspended by another party, which alone resumes it")
        record_event(
            cursor,
            agreement=agreement,
            event=EventKind.RESUMED,
            by=by,
            now=now,
            version_id=agreement.current_version_id,
            **by_letter(letter),
        )
        Agreement.objects.filter(id=agreement_id).update(state=state, suspended_reason="")
