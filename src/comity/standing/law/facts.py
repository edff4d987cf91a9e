"""What law tells other packages: frozen rows, never model instances."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final
from uuid import UUID

from comity.kernel.digest import sha256
from comity.kernel.time import Period
from comity.spine.policy.rules import Rule
from comity.standing.law.packs import Authority, Texts

DEMO_APPROVAL: Final = "demo approval"
"""What an approval says of itself where nobody read the rule as counsel; shown wherever approvals are."""
SIGNED: Final = "signed"
NOT_APPROVED: Final = "none"
"""What is said in its place where there is no approval."""


class ReleaseState(StrEnum):
    """Where a release of the law stands, computed from what was recorded."""

    DRAFT = "draft"
    """Some rule of it, or the release as such, lacks counsel's approval."""
    APPROVED = "approved"
    """Counsel approved every rule and the release as such; not in force."""
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
    authorities: Mapping[str, Authority]

    def rules_on(self, day: date) -> tuple[Rule, ...]:
        """Return the rules dated to apply on `day`."""
        return tuple(rule for rule in self.rules if rule.in_force_on(day))

    def by_id(self) -> Mapping[str, Rule]:
        """Return the rules by id."""
        return MappingProxyType({rule.id: rule for rule in self.rules})


@dataclass(frozen=True, slots=True)
class InForce:
    """That a release, by id and digest, is the law from `effective_at` on."""

    effective_at: datetime
    release_id: UUID
    digest: str


@dataclass(frozen=True, slots=True)
class ApprovalFacts:
    """Counsel's approval of a rule (`rule_id`), or, with "", of a release: when, by which post, signed by which key.

    `demo` is `demo approval` or "". `key_id` is "" and `digest` "" where it is of before approvals were signed.
    `is_good`: the signature was checked again, over what was approved with it.
    """

    rule_id: str
    at: datetime
    agency_id: UUID
    post_id: UUID
    key_id: str
    scheme: str
    digest: str
    demo: str
    is_good: bool

    @property
    def words(self) -> str:
        """How the approval is described: `demo approval`, `signed` or `not signed`."""
        return (self.demo or SIGNED) if self.is_good else "not signed"


@dataclass(frozen=True, slots=True)
class ApprovalRequest:
    """What counsel signs: `statement`, canonical JSON that names release `release` (digest) and rules, id to digest."""

    release_id: UUID
    release: str
    rules: Mapping[str, str]
    statement: bytes

    @property
    def digest(self) -> bytes:
        """SHA-256 of the statement: the 32 bytes that are signed."""
        return sha256(self.statement)


@dataclass(frozen=True, slots=True)
class ReleaseFacts:
    """One release. `unapproved` holds the ids of the rules that lack counsel's good signature, sorted.

    `approval`: how counsel approved the release as such: `signed`, `demo approval`, `not signed` (no good signature) or
    `none`. `takes_out`: ids of rules of the law in force that are not in it, sorted. `demo_approvals`: how many of its
    rules were approved for a demonstration only.
    """

    id: UUID
    digest: str
    loaded_at: datetime
    loaded_by_post: UUID
    state: ReleaseState
    unapproved: tuple[str, ...]
    approval: str
    takes_out: tuple[str, ...]
    effective_at: datetime | None
    demo_approvals: int

    @property
    def is_signed(self) -> bool:
        """Tell whether counsel's good signature covers the release as such, a demonstration's included."""
        return self.approval in {SIGNED, DEMO_APPROVAL}


@dataclass(frozen=True, slots=True)
class ReplayCounts:
    """What a replay came to: decided again with the same outcome, with another, not to be told, not to be read.

    `made`: how many decisions there were by then under the law it was made against; `covered`: how many of them are of
    the period replayed. A replay of before these were counted has `made` None and clears the way for nothing.
    """

    same: int
    different: int
    undetermined: int
    unreadable: int
    covered: int
    made: int | None

    @property
    def decided(self) -> int:
        """How many were decided again."""
        return self.same + self.different

    @property
    def is_of_something(self) -> bool:
        """Tell whether some decision made under the law in force was decided again, or there was none to be.

        What could not be read is taken to be one of these, of whichever law it was.
        """
        return self.made == 0 or self.covered > self.unreadable


@dataclass(frozen=True, slots=True)
class ReplayFacts:
    """A recorded replay of a release against the law with digest `against`; `list_digest` of its differences."""

    id: UUID
    at: datetime
    release_id: UUID
    against: str
    period: Period
    counts: ReplayCounts
    list_digest: str
