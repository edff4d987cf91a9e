"""What agreements tell other packages: frozen rows, never model instances."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from comity.kernel.time import Period
from comity.standing.agreements.compile import Source
from comity.standing.agreements.vocabulary import AgreementKind, EventKind, PartyRole

EXPIRED: Final = "expired"


@dataclass(frozen=True, slots=True)
class PartyFacts:
    """A party of an agreement."""

    agency_id: UUID
    agency_code: str
    role: PartyRole


@dataclass(frozen=True, slots=True)
class AgreementFacts:
    """An agreement. `period` is None until a version was put in force; `suspended_reason` is empty unless suspended."""

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

    def standing(self, at: datetime) -> str:
        """Return the state at the instant: `expired` where the period of an agreement in force is over."""
        over = self.period is not None and self.period.ends_at is not None and self.period.ends_at <= at
        return EXPIRED if over and self.state in {"in_force", "suspended"} else self.state


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
    """One thing that happened to an agreement."""

    id: UUID
    event: EventKind
    version_id: UUID | None
    reason: str
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
    """The current version of an agreement as it bears on one pair. `terms` is the stored JSON, unchecked."""

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

    @property
    def source(self) -> Source:
        """The version, as rules cite it."""
        return Source(self.code, self.version_title, self.number)
