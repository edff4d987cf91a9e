"""What was done about an agreement, act by act, each with its entry of the ledger.

The caller's transaction is used; row-level security applies.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from comity.standing.agreements.models import Confirmation, Event, Review
from comity.standing.agreements.vocabulary import EventKind, Finding, ReviewKind

REVIEWED: Final = "reviewed"
CONFIRMED: Final = "confirmed"


@dataclass(frozen=True, slots=True)
class AgreementAct:
    """One act. `act`: a word of `EventKind`, `reviewed` or `confirmed`; `entry_id` names its entry of the ledger.

    `for_agency_id`: whose letter the steward entered, for which party a review is. `review`, `finding`: of a review;
    `clauses`: how many were confirmed.
    """

    at: datetime
    act: str
    version_id: UUID | None
    agency_id: UUID
    post_id: UUID
    entry_id: UUID
    reason: str = ""
    effective_at: datetime | None = None
    for_agency_id: UUID | None = None
    review: ReviewKind | None = None
    finding: Finding | None = None
    clauses: int = 0


def list_acts(agreement_id: UUID) -> list[AgreementAct]:
    """Return the events, reviews and confirmations of an agreement, oldest first; three readings."""
    of = {"agreement_id": agreement_id}
    acts = [
        AgreementAct(
            at=row.at,
            act=EventKind(row.event).value,
            version_id=row.version_id,
            agency_id=row.agency_id,
            post_id=row.post_id,
            entry_id=row.entry_id,
            reason=row.reason,
            effective_at=row.effective_at,
            for_agency_id=row.for_agency_id,
        )
        for row in Event.objects.filter(**of).order_by("at", "id")
    ]
    acts += [
        AgreementAct(
            at=row.at,
            act=REVIEWED,
            version_id=row.version_id,
            agency_id=row.agency_id,
            post_id=row.post_id,
            entry_id=row.entry_id,
            reason=row.reason,
            for_agency_id=row.for_agency_id,
            review=ReviewKind(row.kind),
            finding=Finding(row.finding),
        )
        for row in Review.objects.filter(**of).order_by("at", "id")
    ]
    acts += [
        AgreementAct(
            at=row.at,
            act=CONFIRMED,
            version_id=row.version_id,
            agency_id=row.agency_id,
            post_id=row.post_id,
            entry_id=row.entry_id,
            clauses=len(row.clauses),
        )
        for row in Confirmation.objects.filter(**of).order_by("at", "id")
    ]
    return sorted(acts, key=lambda one: one.at)
