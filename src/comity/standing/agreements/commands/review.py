"""Reviewing: what a party must have looked into before it may sign."""

from datetime import datetime
from uuid import UUID

from comity.spine.tenancy.actor import Actor, Duty
from comity.spine.tenancy.transaction import acting
from comity.standing.agreements.commands.record import (
    WrongPostError,
    lock_agreement,
    record_act,
    require_post,
    version_read,
)
from comity.standing.agreements.digest import is_sha256
from comity.standing.agreements.models import Agreement, Review
from comity.standing.agreements.reviews import REVIEWERS, read_needed
from comity.standing.agreements.vocabulary import Finding, ReviewKind
from comity.standing.directory.selectors import list_agencies_by_code
from comity.standing.directory.vocabulary import Hosting


class NotOwedError(ValueError):
    """The party does not owe this review for the version on offer."""


class NoDocumentError(ValueError):
    """A review or a letter names no document by its SHA-256."""


def record_review(
    *,
    by: Actor,
    now: datetime,
    agreement_id: UUID,
    digest: str,
    kind: ReviewKind,
    agency: str,
    finding: Finding,
    document_sha256: str,
    reason: str = "",
) -> UUID:
    """Record a review of the version on offer for the party `agency` (code); return its id.

    `digest`: of the version that was reviewed. `document_sha256`: hex of the document that holds the finding, which
    stays with its agency. The last review of a kind counts. Done by the party's own post for it (`reviews.REVIEWERS`),
    by the steward for a party of another node. One transaction: review, ledger entry `agreement.reviewed`. Raises
    `NotOwedError`, `NoDocumentError`, `AnotherTextError`, `WrongPostError`, `NothingOfferedError`,
    `NoSuchAgreementError`.
    """
    if not is_sha256(document_sha256):
        raise NoDocumentError(
            f"`{document_sha256}` is no SHA-256; give the hash of the document that holds the finding"
        )
    with acting(by) as cursor:
        agreement = lock_agreement(agreement_id)
        version = version_read(agreement, digest)
        if (kind, agency) not in {(one.kind, one.agency) for one in read_needed(version.reviews)}:
            owed = ", ".join(f"`{one}`" for one in version.reviews or ()) or "none"
            raise NotOwedError(f"`{agency}` owes no {kind.value} for version {version.number}; owed are: {owed}")
        for_agency = _require_reviewer(by, agreement, kind, agency)
        row: dict[str, object] = {
            "agreement_id": agreement.id,
            "version_id": version.id,
            "kind": ReviewKind(kind).value,
            "for_agency_id": for_agency,
            "finding": Finding(finding).value,
            "document_sha256": document_sha256,
            "reason": reason,
        }
        return record_act(cursor, Review, act="agreement.reviewed", by=by, now=now, row=row)


def _require_reviewer(by: Actor, agreement: Agreement, kind: ReviewKind, code: str) -> UUID:
    agency = list_agencies_by_code([code])[code]
    if by.duty is Duty.STEWARD and agency.hosting is not Hosting.HERE:
        return agency.id
    require_post(by, agreement, {REVIEWERS[kind]})
    if by.agency_id != agency.id:
        raise WrongPostError(f"`{code}` reviews for itself, by its post with function `{REVIEWERS[kind].value}`")
    return agency.id
