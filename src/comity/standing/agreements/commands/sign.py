"""Signing: the head of a party binds it to a version, named by its digest."""

from datetime import datetime
from uuid import UUID

from comity.spine.tenancy.actor import Actor
from comity.spine.tenancy.transaction import acting
from comity.standing.agreements.commands.record import (
    HEADS,
    lock_agreement,
    offered_version,
    record_event,
    require_post,
)
from comity.standing.agreements.models import Agreement, Event
from comity.standing.agreements.states import AGREEMENT
from comity.standing.agreements.vocabulary import EventKind


class AnotherTextError(ValueError):
    """The digest that was read is not that of the version on offer."""


class AlreadySignedError(ValueError):
    """The party has signed this version."""


def sign_agreement(*, by: Actor, now: datetime, agreement_id: UUID, digest: str) -> None:
    """Sign the version on offer, whose `digest` the signer read.

    One transaction: event `signed` with the digest, ledger entry. Raises `WrongPostError` unless `by` is the head of a
    party, `NothingOfferedError`, `AnotherTextError`, `AlreadySignedError`, `IllegalTransitionError`.
    """
    with acting(by) as cursor:
        agreement = lock_agreement(agreement_id)
        require_post(by, agreement, HEADS)
        version = offered_version(agreement)
        state = AGREEMENT.next(agreement.state, "sign")
        if version.digest != digest:
            raise AnotherTextError(f"`{digest}` is not version {version.number} of `{agreement.code}`; read it again")
        signed = Event.objects.filter(version_id=version.id, event=EventKind.SIGNED.value, agency_id=by.agency_id)
        if signed.exists():
            raise AlreadySignedError(f"your agency has signed version {version.number} of `{agreement.code}`")
        record_event(
            cursor,
            agreement=agreement,
            event=EventKind.SIGNED,
            by=by,
            now=now,
            version_id=version.id,
            digest=version.digest,
        )
        Agreement.objects.filter(id=agreement_id).update(state=state)
