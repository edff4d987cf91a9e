"""The law as the public reads it: frozen rows of what was in force when."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class PublicRule:
    """A rule of the law. `says` and `forward` by language; `sources`: codes of the authorities it rests on."""

    id: str
    kind: str
    place: str
    cite: str
    says: Mapping[str, str]
    forward: Mapping[str, str]
    sources: tuple[str, ...]
    starts_on: date | None
    ends_on: date | None


@dataclass(frozen=True, slots=True)
class PublicAuthority:
    """What rules rest on, its effect in our own words."""

    code: str
    citation: str
    effect: str
    starts_on: date | None
    ends_on: date | None
    mark: str
    confidence: str
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LawShown:
    """A release of the law that is or was in force from `effective_at` on, and the ledger's entry of its telling."""

    digest: str
    effective_at: datetime
    at: datetime
    entry_id: UUID
    rules: tuple[PublicRule, ...]
    authorities: Mapping[str, PublicAuthority]


@dataclass(frozen=True, slots=True)
class LawLine:
    """One release in the history of the law."""

    digest: str
    effective_at: datetime
    entry_id: UUID
