"""Reads of what happens between an offer and its force: reviews, confirmations, signatures, comments.

Nothing here opens a transaction: the caller's is used, and row-level security applies.
"""

from collections.abc import Collection
from uuid import UUID

from comity.standing.agreements.facts import CommentFacts, ConfirmationFacts, ReviewFacts, SignatureFacts
from comity.standing.agreements.models import Comment, Confirmation, Party, Review, Signature, Version
from comity.standing.agreements.readiness import (
    OWN_WITNESSES,
    Attested,
    Confirmed,
    Readiness,
    bound_by_paper,
    confirmations_missing,
    unsigned,
    without_own_witness,
)
from comity.standing.agreements.reviews import open_reviews, read_needed
from comity.standing.agreements.terms import read_terms
from comity.standing.agreements.vocabulary import Finding, ReviewKind, SigningMethod
from comity.standing.directory.selectors import list_agencies, list_posts
from comity.standing.directory.vocabulary import Hosting


def get_readiness(version_id: UUID) -> Readiness:
    """Return what the version lacks before it may be in force. Raises `Version.DoesNotExist` for one not open to us."""
    version = Version.objects.get(id=version_id)
    parties = dict(Party.objects.filter(agreement_id=version.agreement_id).values_list("agency_id", "agency_code"))
    found = {(one.kind, one.agency): one.finding for one in list_reviews(version_id)}
    rows = Confirmation.objects.filter(version_id=version_id).values_list("agency_id", "post_id", "clauses")
    confirmed = [Confirmed(parties[agency], post, clauses) for agency, post, clauses in rows]
    hosted = _hosted(parties)
    by_nobody, by_one, by_no_sender = confirmations_missing(
        read_terms(version.terms), confirmed, {parties[agency] for agency in hosted}
    )
    lacking = unsigned(parties, list_bound([version_id]).get(version_id, frozenset()))
    others = without_own_witness(_attested([version_id]).get(version_id, ()), hosted)
    return Readiness(
        unreviewed=open_reviews(read_needed(version.reviews), found),
        unconfirmed=by_nobody,
        confirmed_by_one_alone=by_one,
        unconfirmed_by_sender=by_no_sender,
        unsigned=lacking,
        attested_by_others_alone=tuple(code for code in lacking if code in {parties[agency] for agency in others}),
    )


def list_bound(version_ids: list[UUID]) -> dict[UUID, frozenset[UUID]]:
    """Return the agencies each version binds: by own key or passkey, or on paper with the witnesses it takes."""
    bound: dict[UUID, set[UUID]] = {}
    rows = Signature.objects.filter(version_id__in=version_ids).exclude(method=SigningMethod.PAPER.value)
    for version_id, agency_id in rows.values_list("version_id", "for_agency_id"):
        bound.setdefault(version_id, set()).add(agency_id)
    paper = _attested(version_ids)
    hosted = _hosted({one.party for rows in paper.values() for one in rows})
    return {
        version_id: frozenset(bound.get(version_id, ())) | bound_by_paper(paper.get(version_id, ()), hosted)
        for version_id in {*paper, *bound}
    }


def _attested(version_ids: list[UUID]) -> dict[UUID, list[Attested]]:
    """Return what posts attest of signatures on paper, by version."""
    columns = ("version_id", "for_agency_id", "post_id", "scan_sha256")
    on_paper = Signature.objects.filter(version_id__in=version_ids, method=SigningMethod.PAPER.value)
    rows = list(on_paper.values_list(*columns))
    posts = list_posts({row[2] for row in rows}) if rows else {}
    found: dict[UUID, list[Attested]] = {}
    for version_id, party, post_id, scan in rows:
        post = posts[post_id]
        is_own = post.agency_id == party and post.function in OWN_WITNESSES
        found.setdefault(version_id, []).append(Attested(party, post_id, scan, is_own))
    return found


def _hosted(agency_ids: Collection[UUID]) -> frozenset[UUID]:
    found = list_agencies(agency_ids).values() if agency_ids else ()
    return frozenset(agency.id for agency in found if agency.hosting is Hosting.HERE)


def list_reviews(version_id: UUID) -> list[ReviewFacts]:
    """Return the reviews of a version, oldest first; of several for one party the last counts."""
    version = Version.objects.filter(id=version_id).values_list("agreement_id", flat=True)
    codes = dict(Party.objects.filter(agreement_id__in=version).values_list("agency_id", "agency_code"))
    return [
        ReviewFacts(
            kind=ReviewKind(row.kind),
            agency=codes[row.for_agency_id],
            finding=Finding(row.finding),
            document_sha256=row.document_sha256,
            reason=row.reason,
            at=row.at,
            post_id=row.post_id,
        )
        for row in Review.objects.filter(version_id=version_id).order_by("at", "id")
    ]


def list_confirmations(version_id: UUID) -> list[ConfirmationFacts]:
    """Return the confirmations of a version, oldest first."""
    rows = Confirmation.objects.filter(version_id=version_id).order_by("at", "id")
    return [ConfirmationFacts(tuple(row.clauses), row.at, row.post_id) for row in rows]


def list_signatures(version_id: UUID) -> list[SignatureFacts]:
    """Return the signatures and attestations of a version, oldest first."""
    return [
        SignatureFacts(
            for_agency_id=row.for_agency_id,
            method=SigningMethod(row.method),
            key_id=row.key_id,
            scheme=row.scheme,
            blob=bytes(row.blob),
            scan_sha256=row.scan_sha256,
            note=row.note,
            at=row.at,
            post_id=row.post_id,
            entry_id=row.entry_id,
        )
        for row in Signature.objects.filter(version_id=version_id).order_by("at", "id")
    ]


def list_comments(agreement_id: UUID) -> list[CommentFacts]:
    """Return what the parties said about the versions of an agreement, oldest first."""
    return [
        CommentFacts(row.id, row.version_id, row.answers_id, row.place, row.words, row.at, row.agency_id, row.post_id)
        for row in Comment.objects.filter(agreement_id=agreement_id).order_by("at", "id")
    ]
