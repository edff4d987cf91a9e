"""What law tells other packages: frozen rows, never model instances."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID

from comity.spine.policy.rules import Rule
from comity.standing.law.packs import Texts


class ReleaseState(StrEnum):
    """Where a release of the law stands, computed from what was recorded."""

    DRAFT = "draft"
    """Some rule of it lacks counsel's approval."""
    APPROVED = "approved"
    """Every rule is approved; not in force."""
    CURRENT = "current"
    SUPERSEDED = "superseded"
    """Was in force; another release is now."""


@dataclass(frozen=True, slots=True)
class Law:
    """The law in force at an instant: all rules of one release, whatever their own dates. `digest` is hex SHA-256."""

    digest: str
    rules: tuple[Rule, ...]
    release_id: UUID
    texts: Texts

    def rules_on(self, day: date) -> tuple[Rule, ...]:
        """Return the rules dated to apply on `day`."""
        return tuple(rule for rule in self.rules if rule.in_force_on(day))

    def by_id(self) -> Mapping[str, Rule]:
        """Return the rules by id."""
        return MappingProxyType({rule.id: rule for rule in self.rules})


@dataclass(frozen=True, slots=True)
class ReleaseFacts:
    """One release. `unapproved` holds the ids of the rules counsel has not approved, sorted."""

    id: UUID
    digest: str
    loaded_at: datetime
    loaded_by_post: UUID
    state: ReleaseState
    unapproved: tuple[str, ...]
    effective_at: datetime | None


@dataclass(frozen=True, slots=True)
class AuthorityFacts:
    """What a rule rests on; `mark` S or K, `confidence` H, M or L (authorities.toml)."""

    code: str
    citation: str
    effect: str
    starts_on: date | None
    ends_on: date | None
    mark: str
    confidence: str
