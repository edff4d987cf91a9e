"""The agreements the caller's agency is party to."""

from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any

import msgspec
from django.http import HttpRequest, HttpResponse
from ninja import Path, Router

from comity.doors.api.answers import Moment, moment
from comity.doors.api.directory import CODE
from comity.doors.api.routes import declared, reply
from comity.doors.api.scopes import caller_of
from comity.kernel.time import utc_text
from comity.spine.tenancy.transaction import reading
from comity.standing.agreements.facts import AgreementFacts, EventFacts, VersionFacts
from comity.standing.agreements.selectors import get_agreement_by_code, list_agreements, list_events, list_versions
from comity.standing.directory.vocabulary import Scope

router = Router(tags=["agreements"])


class PartyLine(msgspec.Struct, frozen=True):
    """A party and its role."""

    agency: str
    role: str


class AgreementLine(msgspec.Struct, frozen=True, kw_only=True):
    """An agreement. `state` is as of now; `expired` follows from the period."""

    code: str
    title: str
    kind: str
    state: str
    suspended_reason: str
    starts_at: Moment | None
    ends_at: Moment | None
    parties: tuple[PartyLine, ...]


class AgreementList(msgspec.Struct, frozen=True):
    """The agreements of your agency, by code."""

    agreements: tuple[AgreementLine, ...]


class VersionLine(msgspec.Struct, frozen=True, kw_only=True):
    """A text that was offered: its words, its terms as the gate enforces them, who signed its digest."""

    number: int
    title: str
    text: str
    terms: dict[str, Any]
    digest: str
    offered_at: Moment
    starts_at: Moment
    ends_at: Moment | None
    signed_by: tuple[str, ...]
    is_current: bool


class EventLine(msgspec.Struct, frozen=True):
    """One thing that happened to the agreement."""

    event: str
    at: Moment
    reason: str


class OneAgreement(msgspec.Struct, frozen=True):
    """An agreement with its versions and its history, oldest first."""

    agreement: AgreementLine
    versions: tuple[VersionLine, ...]
    events: tuple[EventLine, ...]


@router.get("/agreements", **declared(Scope.AGREEMENTS_READ, gives={200: AgreementList}))
def get_agreements(request: HttpRequest) -> HttpResponse:
    """List the agreements your agency is party to."""
    caller = caller_of(request)
    with reading(caller.actor):
        found = list_agreements()
    return reply(HTTPStatus.OK, AgreementList(tuple(_agreement(one, caller.now) for one in found)))


@router.get("/agreements/{code}", **declared(Scope.AGREEMENTS_READ, gives={200: OneAgreement}))
def get_agreement(request: HttpRequest, code: Annotated[str, Path(pattern=CODE, max_length=100)]) -> HttpResponse:
    """Read an agreement your agency is party to: text, terms, signatures, history."""
    caller = caller_of(request)
    with reading(caller.actor):
        found = get_agreement_by_code(code)
        versions = list_versions(found.id)
        events = list_events(found.id)
    one = OneAgreement(
        _agreement(found, caller.now),
        tuple(_version(version, found) for version in versions),
        tuple(_event(event) for event in events),
    )
    return reply(HTTPStatus.OK, one)


def _agreement(facts: AgreementFacts, now: datetime) -> AgreementLine:
    return AgreementLine(
        code=facts.code,
        title=facts.title,
        kind=facts.kind.value,
        state=facts.standing(now),
        suspended_reason=facts.suspended_reason,
        starts_at=moment(facts.period.starts_at if facts.period else None),
        ends_at=moment(facts.period.ends_at if facts.period else None),
        parties=tuple(PartyLine(party.agency_code, party.role.value) for party in facts.parties),
    )


def _version(version: VersionFacts, agreement: AgreementFacts) -> VersionLine:
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
        is_current=version.id == agreement.current_version_id,
    )


def _event(event: EventFacts) -> EventLine:
    return EventLine(event.event.value, utc_text(event.at), event.reason)
