"""What training tells other packages, and what its rules reason over: frozen rows."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from comity.kernel.time import Period
from comity.standing.training.vocabulary import Function, Reason


@dataclass(frozen=True, slots=True)
class RequirementFacts:
    """One edition of a requirement. An empty `agreement_kind` or `agency_kind` means every kind."""

    code: str
    function: Function
    agreement_kind: str
    agency_kind: str
    courses: frozenset[str]
    accepted_issuers: frozenset[str]
    validity_days: int
    pass_mark: int | None
    max_attempts: int | None
    source: str
    period: Period


@dataclass(frozen=True, slots=True)
class CredentialFacts:
    """A credential of one officer; `revoked_at` None means it was not revoked."""

    id: UUID
    officer_id: UUID
    course: str
    issuer: str
    issued_at: datetime
    valid_until: datetime
    score: int | None
    attempt: int
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class Failure:
    """A requirement that is not met, the first instant at which it is not, and why."""

    requirement: str
    source: str
    first_at: datetime
    reason: Reason


@dataclass(frozen=True, slots=True)
class Eligible:
    """Every requirement in force is met at every instant of the interval; `requirements` are their codes."""

    requirements: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NotEligible:
    """At least one requirement fails. `failures` are ordered by instant, then code."""

    failures: tuple[Failure, ...]

    @property
    def first_at(self) -> datetime:
        """Return the first instant of failure."""
        return self.failures[0].first_at


Eligibility = Eligible | NotEligible
