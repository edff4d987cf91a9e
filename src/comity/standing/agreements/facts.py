"""What agreements tell other packages: frozen rows, never model instances."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from comity.kernel.time import Period
from comity.standing.agreements.compile import Source
from comity.standing.agreements.states import standing_at
from comity.standing.agreements.vocabulary import (
    AgreementKind,
    EventKind,
    Finding,
    PartyRole,
    ReviewKind,
    SigningMethod,
)


class NotPartyError(LookupError):
    """The agency is no party to the agreement."""


@dataclass(frozen=True, slots=True)
class PartyFacts:
    """A party of an agreement."""

    agency_id: UUID
    agency_code: str
    role: PartyRole


@dataclass(frozen=True, slots=True)
class AgreementFacts:
    """An agreement. `period` is None until a version was put in force; `suspended_reason` is empty unless suspended.

    `notice_ends_at`: when a party's notice is over and the agreement with it.
    """

    id: UUID
    code: str
    title: str
    kind: AgreementKind
    state: str
    current_version_id: UUID | None
    suspended_reason: str
    successor_id: UUID | None
    period: Period | None
    parties: tuple[PartyFacts, ...]
    notice_ends_at: datetime | None = None

    def agency_of(self, code: str) -> UUID:
        """Return the id of the party with this code. Raises `NotPartyError`, which names the parties."""
        parties = {party.agency_code: party.agency_id for party in self.parties}
        if code not in parties:
            raise NotPartyError(f"`{code}` is no party of `{self.code}`; parties are {', '.join(sorted(parties))}")
        return parties[code]

    def standing(self, at: datetime) -> str:
        """Return the state at the instant, or `coming`, `terminated` or `expired` by period and notice."""
        return standing_at(self.state, period=self.period, notice_ends_at=self.notice_ends_at, at=at)


@dataclass(frozen=True, slots=True)
class VersionFacts:
    """A text that was offered. `signed_by` holds the agencies whose head signed its digest."""

    id: UUID
    agreement_id: UUID
    number: int
    title: str
    text: str
    terms: Mapping[str, object]
    parties: tuple[str, ...]
    period: Period
    digest: str
    offered_at: datetime
    signed_by: frozenset[UUID]


@dataclass(frozen=True, slots=True)
class EventFacts:
    """One thing that happened to an agreement. `for_agency_id`: the party whose letter the steward entered."""

    id: UUID
    event: EventKind
    version_id: UUID | None
    reason: str
    at: datetime
    agency_id: UUID
    post_id: UUID
    effective_at: datetime | None = None
    for_agency_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class ReviewFacts:
    """One review for one party (`agency`: its code)."""

    kind: ReviewKind
    agency: str
    finding: Finding
    document_sha256: str
    reason: str
    at: datetime
    post_id: UUID


@dataclass(frozen=True, slots=True)
class ConfirmationFacts:
    """That a post confirmed clauses of a version (their ids)."""

    clauses: tuple[str, ...]
    at: datetime
    post_id: UUID


@dataclass(frozen=True, slots=True)
class SignatureFacts:
    """A signature by key or passkey, or one post's attestation of one on paper; `entry_id`: its entry of the ledger."""

    for_agency_id: UUID
    method: SigningMethod
    key_id: str
    scheme: str
    blob: bytes
    scan_sha256: str
    note: str
    at: datetime
    post_id: UUID
    entry_id: UUID


@dataclass(frozen=True, slots=True)
class CommentFacts:
    """What a party said about a version, or about one place of it; `answers`: the comment it answers."""

    id: UUID
    version_id: UUID
    answers: UUID | None
    place: str
    words: str
    at: datetime
    agency_id: UUID
    post_id: UUID


class Hold(StrEnum):
    """In what way a live agreement bears on a pair."""

    BETWEEN = "between"
    """In force, with clauses from the sender to the receiver."""
    ONWARD = "onward"
    """Once in force, whatever became of it: the sender received under it what it may not freely pass on."""


@dataclass(frozen=True, slots=True)
class LiveAgreement:
    """The current version of an agreement as it bears on one pair. `terms` is the stored JSON, unchecked.

    `notice_ends_at`: when a notice that was given is over; it ends what the period would let go on.
    """

    id: UUID
    code: str
    title: str
    kind: AgreementKind
    state: str
    period: Period
    version_id: UUID
    number: int
    digest: str
    hold: Hold
    terms: object
    version_title: str
    text_digest: str
    parties: tuple[str, ...]
    notice_ends_at: datetime | None = None

    def is_in_force_at(self, at: datetime) -> bool:
        """Tell whether the instant lies in the version's period, and before a notice is over."""
        return self.period.contains(at) and (self.notice_ends_at is None or at < self.notice_ends_at)

    def binds_between(self, at: datetime) -> bool:
        """Tell whether it is in force between the pair at the instant; a limit on passing on is not."""
        return self.hold is Hold.BETWEEN and self.is_in_force_at(at)

    @property
    def source(self) -> Source:
        """The version, as rules cite it."""
        return Source(self.code, self.version_title, self.number)
