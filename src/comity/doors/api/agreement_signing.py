"""What lies between an offer and its force: reviews, confirmations, signatures; and putting it in force."""

from http import HTTPStatus
from typing import Annotated, Final

import msgspec
from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from comity.coordination.exchange.rules import LONGEST_KEY, LONGEST_TEXT
from comity.doors.api.agreement_lines import (
    AgreementCode,
    AgreementLine,
    Digest,
    Sha256,
    find_agreement,
    newest_of,
    own_code,
    stands_now,
)
from comity.doors.api.answers import Moment
from comity.doors.api.directory import CODE
from comity.doors.api.reading import read_json
from comity.doors.api.routes import declared, reply
from comity.doors.api.scopes import Caller, caller_of
from comity.kernel.time import utc_text
from comity.spine.keys.detached import read_signature
from comity.spine.keys.ring import Scheme, Signature
from comity.spine.tenancy.transaction import reading
from comity.standing.agreements.commands import (
    Entered,
    Scheduled,
    attest_signature,
    confirm_clauses,
    put_in_force,
    record_review,
    sign_agreement,
)
from comity.standing.agreements.digest import signed_digest
from comity.standing.agreements.readiness import PAPER_WITNESSES
from comity.standing.agreements.selectors import get_agreement_by_code, get_readiness
from comity.standing.agreements.terms import MAX_CLAUSES
from comity.standing.agreements.vocabulary import Finding, ReviewKind
from comity.standing.directory.vocabulary import Scope

router = Router(tags=["agreements"])

MOST_CONFIRMED_BYTES: Final = 512 * 1024
"""Every clause of the largest version, by its id."""

_Agency = Annotated[str, msgspec.Meta(max_length=LONGEST_KEY, description="A party's code; your own when left out.")]
_Party = Annotated[str, msgspec.Meta(min_length=1, max_length=LONGEST_KEY, description="The code of the party.")]
_Reason = Annotated[str, msgspec.Meta(max_length=LONGEST_TEXT, description="Why, without names of persons.")]
_Clauses = Annotated[
    tuple[str, ...], msgspec.Meta(max_length=MAX_CLAUSES, description="Ids of clauses; every clause when left out.")
]
_KeyId = Annotated[
    str, msgspec.Meta(min_length=1, max_length=LONGEST_KEY, description="Of a key your agency published.")
]
_Blob = Annotated[bytes, msgspec.Meta(max_length=1000, description="Over the 32 bytes of `signing-digest`, in base64.")]


class AgreementReviewBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a review came out that your agency owes for the version `digest` names; the last of one kind counts."""

    digest: Digest
    kind: ReviewKind
    finding: Finding
    document_sha256: Sha256
    agency: _Agency = ""
    reason: _Reason = ""


class ConfirmationBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """That clauses say what the text says which the digest names."""

    digest: Digest
    clauses: _Clauses | None = None


class SignatureBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A signature by a key your agency published for signatures, of what `signing-digest` gives for your agency."""

    digest: Digest
    key_id: _KeyId
    scheme: Scheme
    signature: _Blob


class AttestationBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """That a party signed on paper, as the scan shows."""

    digest: Digest
    agency: _Party
    scan_sha256: Sha256


class MissingReview(msgspec.Struct, frozen=True):
    """A review that the party owes before it signs."""

    kind: str
    agency: str


class AgreementReadiness(msgspec.Struct, frozen=True, kw_only=True):
    """What the newest version lacks before it may be in force, in the order it is usually done.

    `confirmed_by_one_alone`, `unconfirmed_by_sender`: clauses that permit and wait for a second person, for a post of
    every sender. `attested_by_others_alone`: parties whose own head or counsel has to attest their paper.
    """

    version: int
    digest: str
    is_ready: bool
    unreviewed: tuple[MissingReview, ...]
    unconfirmed: tuple[str, ...]
    confirmed_by_one_alone: tuple[str, ...]
    unconfirmed_by_sender: tuple[str, ...]
    unsigned: tuple[str, ...]
    attested_by_others_alone: tuple[str, ...]


class AgreementConfirmed(msgspec.Struct, frozen=True):
    """The clauses that were confirmed now; none when the key's post had confirmed them all before."""

    confirmed: tuple[str, ...]
    readiness: AgreementReadiness


class SigningDigest(msgspec.Struct, frozen=True, kw_only=True):
    """What the key of `agency` signs to be bound to the version: the 32 bytes that `digest` writes in hex."""

    version: int
    version_digest: str
    agency: str
    digest: str


class AgreementScheduled(msgspec.Struct, frozen=True):
    """When the version takes the place of the present one, which stays in force until then."""

    begins_at: Moment
    agreement: AgreementLine


class AgreementAttested(msgspec.Struct, frozen=True):
    """How many posts attest the scan by now, and how many have to."""

    attested: int
    needed: int
    readiness: AgreementReadiness


@router.get("/agreements/{code}/readiness", **declared(Scope.AGREEMENTS_READ, gives={200: AgreementReadiness}))
def get_agreement_readiness(request: HttpRequest, code: AgreementCode) -> HttpResponse:
    """Say what the newest version lacks before it may be in force: reviews, confirmations, signatures."""
    return reply(HTTPStatus.OK, readiness_of(caller_of(request), code))


@router.post(
    "/agreements/{code}/reviews",
    **declared(Scope.AGREEMENTS_REVIEW, takes=AgreementReviewBody, gives={201: AgreementReadiness}),
)
def post_agreement_review(request: HttpRequest, code: AgreementCode) -> HttpResponse:
    """Record a review of the version on offer, by your agency's own post for it; of the paper only its hash is kept."""
    caller = caller_of(request)
    body = read_json(request, AgreementReviewBody)
    found = find_agreement(caller, code)
    record_review(
        by=caller.actor,
        now=caller.now,
        agreement_id=found.id,
        digest=body.digest,
        kind=body.kind,
        agency=body.agency or own_code(found, caller),
        finding=body.finding,
        document_sha256=body.document_sha256,
        reason=body.reason,
    )
    return reply(HTTPStatus.CREATED, readiness_of(caller, code))


@router.post(
    "/agreements/{code}/confirmations",
    **declared(Scope.AGREEMENTS_REVIEW, takes=ConfirmationBody, gives={200: AgreementConfirmed}),
)
def post_agreement_confirmation(request: HttpRequest, code: AgreementCode) -> HttpResponse:
    """Confirm that clauses say what the text says, as head, counsel or privacy officer; what permits needs two persons.

    Every party hosted here that would send confirms it. Sent again, nothing more is confirmed.
    """
    caller = caller_of(request)
    body = read_json(request, ConfirmationBody, MOST_CONFIRMED_BYTES)
    found = find_agreement(caller, code)
    done = confirm_clauses(
        by=caller.actor, now=caller.now, agreement_id=found.id, digest=body.digest, clauses=body.clauses
    )
    return reply(HTTPStatus.OK, AgreementConfirmed(done, readiness_of(caller, code)))


@router.get("/agreements/{code}/signing-digest", **declared(Scope.AGREEMENTS_READ, gives={200: SigningDigest}))
def get_signing_digest(
    request: HttpRequest,
    code: AgreementCode,
    agency: Annotated[str, Query(pattern=f"^$|{CODE}", max_length=LONGEST_KEY)] = "",
) -> HttpResponse:
    """Give the 32 bytes that a party's key signs to be bound to the newest version; your own agency's when left out."""
    caller = caller_of(request)
    with reading(caller.actor):
        found = get_agreement_by_code(code)
        version = newest_of(found)
    chosen = agency or own_code(found, caller)
    found.agency_of(chosen)
    digest = signed_digest(version=version.digest, agency=chosen).hex()
    said = SigningDigest(version=version.number, version_digest=version.digest, agency=chosen, digest=digest)
    return reply(HTTPStatus.OK, said)


@router.post(
    "/agreements/{code}/signatures",
    **declared(Scope.AGREEMENTS_SIGN, takes=SignatureBody, gives={201: AgreementReadiness}),
)
def post_agreement_signature(request: HttpRequest, code: AgreementCode) -> HttpResponse:
    """Sign the version on offer, as head of a party, by a key your agency published.

    Sent again: 409 `already-signed`.
    """
    caller = caller_of(request)
    body = read_json(request, SignatureBody)
    found = find_agreement(caller, code)
    signed = signed_digest(version=body.digest, agency=own_code(found, caller))
    signature = Signature(body.scheme, body.key_id, signed, read_signature(body.signature, body.scheme))
    sign_agreement(by=caller.actor, now=caller.now, agreement_id=found.id, digest=body.digest, signature=signature)
    return reply(HTTPStatus.CREATED, readiness_of(caller, code))


@router.post(
    "/agreements/{code}/attestations",
    **declared(Scope.AGREEMENTS_SIGN, takes=AttestationBody, gives={201: AgreementAttested}),
)
def post_agreement_attestation(request: HttpRequest, code: AgreementCode) -> HttpResponse:
    """Attest that a party signed on paper, by the hash of the scan; the second person's attestation binds the party.

    A party hosted here is bound only once its own head or counsel attests. Sent again: 409 `already-signed`.
    """
    caller = caller_of(request)
    body = read_json(request, AttestationBody)
    found = find_agreement(caller, code)
    seen = attest_signature(
        by=caller.actor,
        now=caller.now,
        agreement_id=found.id,
        digest=body.digest,
        agency=body.agency,
        scan_sha256=body.scan_sha256,
    )
    return reply(HTTPStatus.CREATED, AgreementAttested(seen, PAPER_WITNESSES, readiness_of(caller, code)))


@router.post(
    "/agreements/{code}/force", **declared(Scope.AGREEMENTS_SIGN, gives={200: AgreementLine, 202: AgreementScheduled})
)
def post_force(request: HttpRequest, code: AgreementCode) -> HttpResponse:
    """Put the version in force that lacks nothing any more; the one it replaces is superseded in the same step.

    Where its period begins later and another version is in force, that one stays until then: the answer is 202. As head
    or counsel of a party.
    """
    caller = caller_of(request)
    found = find_agreement(caller, code)
    match put_in_force(by=caller.actor, now=caller.now, agreement_id=found.id):
        case Scheduled(_, since):
            return reply(HTTPStatus.ACCEPTED, AgreementScheduled(utc_text(since), stands_now(caller, code)))
        case Entered():
            return reply(HTTPStatus.OK, stands_now(caller, code))


def readiness_of(caller: Caller, code: str) -> AgreementReadiness:
    """Return what the newest version lacks, as it stands after what was done."""
    with reading(caller.actor):
        version = newest_of(get_agreement_by_code(code))
        lacks = get_readiness(version.id)
    return AgreementReadiness(
        version=version.number,
        digest=version.digest,
        is_ready=lacks.is_ready,
        unreviewed=tuple(MissingReview(one.kind.value, one.agency) for one in lacks.unreviewed),
        unconfirmed=lacks.unconfirmed,
        confirmed_by_one_alone=lacks.confirmed_by_one_alone,
        unconfirmed_by_sender=lacks.unconfirmed_by_sender,
        unsigned=lacks.unsigned,
        attested_by_others_alone=lacks.attested_by_others_alone,
    )
