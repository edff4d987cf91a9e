"""The agreements the caller's agency is party to, as they are read."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated, Any
from uuid import UUID

import msgspec
from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from comity.doors.api.agreement_lines import AgreementCode, AgreementLine, agreement_line
from comity.doors.api.answers import Moment, moment
from comity.doors.api.bodies import Language
from comity.doors.api.problems import FieldProblem, ProblemError, unprocessable
from comity.doors.api.routes import declared, reply
from comity.doors.api.scopes import caller_of
from comity.kernel.time import utc_text
from comity.spine.tenancy.transaction import reading
from comity.standing.agreements.explain import clause_sentence
from comity.standing.agreements.facts import AgreementFacts, EventFacts, ReviewFacts, SignatureFacts, VersionFacts
from comity.standing.agreements.selectors import get_agreement as get_agreement_of_id
from comity.standing.agreements.selectors import (
    get_agreement_by_code,
    list_agreements,
    list_events,
    list_reviews,
    list_signatures,
    list_versions,
)
from comity.standing.agreements.terms import read_terms
from comity.standing.directory.selectors import list_agencies, list_posts
from comity.standing.directory.vocabulary import Scope

router = Router(tags=["agreements"])

Acting = Mapping[UUID, str]


class AgreementList(msgspec.Struct, frozen=True):
    """The agreements of your agency, by code."""

    agreements: tuple[AgreementLine, ...]


class ReviewedLine(msgspec.Struct, frozen=True, kw_only=True):
    """A review of a version for the party `agency`; of several of one kind the last counts."""

    kind: str
    agency: str
    finding: str
    document_sha256: str
    reason: str
    at: Moment


class SignatureLine(msgspec.Struct, frozen=True, kw_only=True):
    """What binds `agency`: a signature by `key` or `passkey`, or one post's attestation (`by`) of one on `paper`.

    `signature` of a passkey is its whole assertion: the JSON that libraries for WebAuthn read.
    """

    agency: str
    method: str
    key_id: str
    scheme: str
    signature: bytes
    scan_sha256: str
    note: str
    by: str
    at: Moment


class VersionLine(msgspec.Struct, frozen=True, kw_only=True):
    """A text that was offered: its words, its terms as the gate enforces them, who is bound to its digest by what."""

    number: int
    title: str
    text: str
    terms: dict[str, Any]
    digest: str
    offered_at: Moment
    starts_at: Moment
    ends_at: Moment | None
    signed_by: tuple[str, ...]
    reviews: tuple[ReviewedLine, ...]
    signatures: tuple[SignatureLine, ...]
    is_current: bool


class EventLine(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that happened to the agreement. `by`: agency and post, "" for the node's steward.

    `version`: its number, null for the whole agreement; `effective_at`: when a notice is over.
    """

    event: str
    at: Moment
    version: int | None
    reason: str
    by: str
    effective_at: Moment | None


class OneAgreement(msgspec.Struct, frozen=True):
    """An agreement with its versions and its history, oldest first. `successor`: the code of what superseded it."""

    agreement: AgreementLine
    successor: str | None
    versions: tuple[VersionLine, ...]
    events: tuple[EventLine, ...]


class ClauseLine(msgspec.Struct, frozen=True):
    """A clause and what it says, in plain words."""

    id: str
    kind: str
    says: str


class AgreementClauses(msgspec.Struct, frozen=True):
    """The clauses of one version; `digest` is what a confirmation or signature of it names."""

    version: int
    digest: str
    clauses: tuple[ClauseLine, ...]


@router.get("/agreements", **declared(Scope.AGREEMENTS_READ, gives={200: AgreementList}))
def get_agreements(request: HttpRequest) -> HttpResponse:
    """List the agreements your agency is party to."""
    caller = caller_of(request)
    with reading(caller.actor):
        found = list_agreements()
    return reply(HTTPStatus.OK, AgreementList(tuple(agreement_line(one, caller.now) for one in found)))


@router.get("/agreements/{code}", **declared(Scope.AGREEMENTS_READ, gives={200: OneAgreement}))
def get_agreement(request: HttpRequest, code: AgreementCode) -> HttpResponse:
    """Read an agreement your agency is party to: text, terms, reviews, signatures, history."""
    caller = caller_of(request)
    with reading(caller.actor):
        found = get_agreement_by_code(code)
        successor = get_agreement_of_id(found.successor_id).code if found.successor_id else None
        versions = list_versions(found.id)
        events = list_events(found.id)
        signatures = {version.id: list_signatures(version.id) for version in versions}
        reviews = {version.id: list_reviews(version.id) for version in versions}
        acted = [(event.agency_id, event.post_id) for event in events]
        posts = list_posts({one.post_id for signed in signatures.values() for one in signed} | {p for _, p in acted})
        agencies = list_agencies({post.agency_id for post in posts.values()})
    by = {post.id: f"{agencies[post.agency_id].code}/{post.code}" for post in posts.values()}
    numbers = {version.id: version.number for version in versions}
    one = OneAgreement(
        agreement_line(found, caller.now),
        successor,
        tuple(_version(version, found, reviews[version.id], signatures[version.id], by) for version in versions),
        tuple(_event(event, numbers, by) for event in events),
    )
    return reply(HTTPStatus.OK, one)


@router.get("/agreements/{code}/clauses", **declared(Scope.AGREEMENTS_READ, gives={200: AgreementClauses}))
def get_agreement_clauses(
    request: HttpRequest,
    code: AgreementCode,
    version: Annotated[int | None, Query(ge=1, le=1_000_000)] = None,
    language: Language = Language.EN,
) -> HttpResponse:
    """Read each clause of a version in plain words; of the newest one, on offer or in force, when none is named."""
    with reading(caller_of(request).actor):
        versions = list_versions(get_agreement_by_code(code).id)
    chosen = [one for one in versions if version in {None, one.number}]
    if not chosen:
        remedy = f"`GET /agreements/{code}` lists the versions"
        raise ProblemError(unprocessable((FieldProblem("version", "no such version was offered", remedy),)))
    clauses = tuple(
        ClauseLine(one.id, str(one.__struct_config__.tag), clause_sentence(one, language=language.value))
        for one in read_terms(chosen[-1].terms).clauses
    )
    return reply(HTTPStatus.OK, AgreementClauses(chosen[-1].number, chosen[-1].digest, clauses))


def _version(
    version: VersionFacts,
    agreement: AgreementFacts,
    reviews: list[ReviewFacts],
    signatures: list[SignatureFacts],
    by: Acting,
) -> VersionLine:
    codes = {party.agency_id: party.agency_code for party in agreement.parties}
    return VersionLine(
        number=version.number,
        title=version.title,
        text=version.text,
        terms=dict(version.terms),
        digest=version.digest,
        offered_at=utc_text(version.offered_at),
        starts_at=utc_text(version.period.starts_at),
        ends_at=moment(version.period.ends_at),
        signed_by=tuple(sorted(codes[agency] for agency in version.signed_by)),
        reviews=tuple(map(_review, reviews)),
        signatures=tuple(_signature(one, codes, by) for one in signatures),
        is_current=version.id == agreement.current_version_id,
    )


def _review(one: ReviewFacts) -> ReviewedLine:
    return ReviewedLine(
        kind=one.kind.value,
        agency=one.agency,
        finding=one.finding.value,
        document_sha256=one.document_sha256,
        reason=one.reason,
        at=utc_text(one.at),
    )


def _signature(one: SignatureFacts, codes: Mapping[UUID, str], by: Acting) -> SignatureLine:
    return SignatureLine(
        agency=codes[one.for_agency_id],
        method=one.method.value,
        key_id=one.key_id,
        scheme=one.scheme,
        signature=one.blob,
        scan_sha256=one.scan_sha256,
        note=one.note,
        by=by.get(one.post_id, ""),
        at=utc_text(one.at),
    )


def _event(event: EventFacts, numbers: Mapping[UUID, int], by: Acting) -> EventLine:
    return EventLine(
        event=event.event.value,
        at=utc_text(event.at),
        version=numbers[event.version_id] if event.version_id else None,
        reason=event.reason,
        by=by.get(event.post_id, ""),
        effective_at=moment(event.effective_at),
    )
