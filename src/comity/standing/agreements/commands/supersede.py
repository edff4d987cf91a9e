"""Superseding: another agreement takes the place of this one."""

from datetime import datetime
from uuid import UUID

from comity.spine.clocks.change import stop_clocks_of
from comity.spine.tenancy.actor import Actor
from comity.spine.tenancy.transaction import acting
from comity.standing.agreements.commands.record import (
    HEADS,
    lock_agreement,
    record_event,
    require_post,
    state_at,
)
from comity.standing.agreements.commands.terminate import CLOCK
from comity.standing.agreements.models import Agreement
from comity.standing.agreements.states import AGREEMENT, IN_FORCE
from comity.standing.agreements.vocabulary import EventKind


class NoSuccessorError(ValueError):
    """The successor cannot take the agreement's place."""


def supersede_agreement(*, by: Actor, now: datetime, agreement_id: UUID, successor_id: UUID) -> None:
    """End an agreement because another, in force between at least the same parties, takes its place.

    A new version of the same agreement is offered, signed and put in force instead. One transaction: state, successor,
    event `superseded`, ledger entry; the clock of a notice stops. Raises `NoSuccessorError`, `WrongPostError`,
    `NoSuchAgreementError`, `IllegalTransitionError`.
    """
    with acting(by) as cursor:
        # In order of id, as every chunk locks them.
        rows = {row: lock_agreement(row) for row in sorted({agreement_id, successor_id})}
        agreement, successor = rows[agreement_id], rows[successor_id]
        require_post(by, agreement, HEADS)
        state = AGREEMENT.next(state_at(agreement, now), "supersede")
        if agreement_id == successor_id or state_at(successor, now) != IN_FORCE:
            raise NoSuccessorError(f"`{successor.code}` is not another agreement in force; put it in force first")
        if not set(agreement.party_ids) <= set(successor.party_ids):
            raise NoSuccessorError(f"`{successor.code}` lacks a party of `{agreement.code}`")
        record_event(
            cursor,
            agreement=agreement,
            event=EventKind.SUPERSEDED,
            by=by,
            now=now,
            version_id=agreement.current_version_id,
        )
        stop_clocks_of(cursor, subject_ids=[agreement.id], kind=CLOCK, now=now)
        Agreement.objects.filter(id=agreement_id).update(state=state, successor_id=successor_id)
