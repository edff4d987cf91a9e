"""What the routes of agreements share: how an agreement stands, finding it, the version on the table."""

from datetime import datetime
from typing import Annotated

import msgspec
from ninja import Path

from comity.doors.api.answers import Moment, moment
from comity.doors.api.directory import CODE
from comity.doors.api.scopes import Caller
from comity.spine.tenancy.transaction import reading
from comity.standing.agreements.commands.record import NothingOfferedError
from comity.standing.agreements.facts import AgreementFacts, VersionFacts
from comity.standing.agreements.selectors import get_agreement_by_code, list_versions

AgreementCode = Annotated[str, Path(pattern=CODE, max_length=100)]

Digest = Annotated[
    str, msgspec.Meta(description="Of the version on offer, once it was read.", pattern="^[0-9a-f]{64}$")
]
Sha256 = Annotated[str, msgspec.Meta(description="SHA-256 in hex; the paper stays with you.", pattern="^[0-9a-f]{64}$")]


class PartyLine(msgspec.Struct, frozen=True):
    """A party and its role."""

    agency: str
    role: str


class AgreementLine(msgspec.Struct, frozen=True, kw_only=True):
    """An agreement. `state` is as of now; `expired` follows from the period.

    `notice_ends_at`: when a party's notice is over and the agreement with it.
    """

    code: str
    title: str
    kind: str
    state: str
    suspended_reason: str
    starts_at: Moment | None
    ends_at: Moment | None
    notice_ends_at: Moment | None
    parties: tuple[PartyLine, ...]


def agreement_line(facts: AgreementFacts, now: datetime) -> AgreementLine:
    """Return an agreement as it stands at the instant."""
    return AgreementLine(
        code=facts.code,
        title=facts.title,
        kind=facts.kind.value,
        state=facts.standing(now),
        suspended_reason=facts.suspended_reason,
        starts_at=moment(facts.period.starts_at if facts.period else None),
        ends_at=moment(facts.period.ends_at if facts.period else None),
        notice_ends_at=moment(facts.notice_ends_at),
        parties=tuple(PartyLine(party.agency_code, party.role.value) for party in facts.parties),
    )


def find_agreement(caller: Caller, code: str) -> AgreementFacts:
    """Return the agreement; raises `NoSuchAgreementError` for one the caller's agency is not party to."""
    with reading(caller.actor):
        return get_agreement_by_code(code)


def stands_now(caller: Caller, code: str) -> AgreementLine:
    """Return how the agreement stands after what was done."""
    return agreement_line(find_agreement(caller, code), caller.now)


def newest_of(agreement: AgreementFacts) -> VersionFacts:
    """Return the newest version, in force or on offer, in the caller's transaction; raises `NothingOfferedError`."""
    versions = list_versions(agreement.id)
    if not versions:
        raise NothingOfferedError(f"no version of `{agreement.code}` was offered yet; offer the draft first")
    return versions[-1]


def own_code(agreement: AgreementFacts, caller: Caller) -> str:
    """Return the code of the caller's agency, which is a party."""
    return next(party.agency_code for party in agreement.parties if party.agency_id == caller.actor.agency_id)
