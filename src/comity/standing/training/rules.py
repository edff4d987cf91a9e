"""Whether a person is eligible for a function over a whole interval. Pure: rows in, verdict out, no clock."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

from comity.kernel.time import Period
from comity.standing.training.facts import (
    CredentialFacts,
    Eligibility,
    Eligible,
    Failure,
    NotEligible,
    RequirementFacts,
)
from comity.standing.training.vocabulary import Function, Reason

NOTHING_REQUIRED: Final = "no-requirement"


def eligible(
    *, requirements: Sequence[RequirementFacts], credentials: Sequence[CredentialFacts], interval: Period
) -> Eligibility:
    """Return whether one person's `credentials` meet every one of `requirements` at every instant of `interval`.

    `requirements` are those that apply (see `applying`), whatever their period; `credentials` are the person's.
    Several credentials may cover the interval together, as a renewal does. An instant at which no requirement is in
    force is an instant at which nobody is eligible: what the law does not ask for, it does not permit either.
    INVARIANT: eligible over an interval if and only if eligible at every instant of it (operations.md section 4).
    """
    failures: list[Failure] = []
    in_force: list[RequirementFacts] = []
    for requirement in requirements:
        needed = _common(requirement.period, interval)
        if needed is None:
            continue
        in_force.append(requirement)
        gap = first_gap([_counting(requirement, credential) for credential in credentials], needed)
        if gap is not None:
            reason = _why(requirement, credentials, gap)
            failures.append(Failure(requirement.code, requirement.source, gap, reason))
    silent = first_gap([requirement.period for requirement in in_force], interval)
    if silent is not None:
        failures.append(Failure(NOTHING_REQUIRED, "", silent, Reason.NO_REQUIREMENT))
    if failures:
        return NotEligible(tuple(sorted(failures, key=lambda failure: (failure.first_at, failure.requirement))))
    return Eligible(tuple(sorted({requirement.code for requirement in in_force})))


def applying(
    requirements: Iterable[RequirementFacts], *, function: Function, agreement_kind: str, agency_kind: str
) -> list[RequirementFacts]:
    """Return the requirements for a function under a kind of agreement and a kind of agency."""
    return [
        requirement
        for requirement in requirements
        if requirement.function == function
        and requirement.agreement_kind in {"", agreement_kind}
        and requirement.agency_kind in {"", agency_kind}
    ]


def first_gap(periods: Iterable[Period | None], interval: Period) -> datetime | None:
    """Return the first instant of `interval` that no period contains, or None when they cover it together."""
    reached = interval.starts_at
    known = [period for period in periods if period is not None]
    for period in sorted(known, key=lambda period: period.starts_at):
        if period.starts_at > reached:
            return reached
        if period.ends_at is None:
            return None
        reached = max(reached, period.ends_at)
        if interval.ends_at is not None and reached >= interval.ends_at:
            return None
    return reached


def _accepts(requirement: RequirementFacts, credential: CredentialFacts) -> bool:
    passed = requirement.pass_mark is None or (
        credential.score is not None and credential.score >= requirement.pass_mark
    )
    in_time = requirement.max_attempts is None or credential.attempt <= requirement.max_attempts
    trusted = credential.issuer in requirement.accepted_issuers
    return credential.course in requirement.courses and trusted and passed and in_time


def _counting(requirement: RequirementFacts, credential: CredentialFacts) -> Period | None:
    """Return the period during which the credential counts for the requirement, or None when it never does."""
    if not _accepts(requirement, credential):
        return None
    ends = [credential.valid_until, credential.issued_at + timedelta(days=requirement.validity_days)]
    if credential.revoked_at is not None:
        ends.append(credential.revoked_at)
    end = min(ends)
    return Period(credential.issued_at, end) if end > credential.issued_at else None


def _common(one: Period, other: Period) -> Period | None:
    start = max(one.starts_at, other.starts_at)
    ends = [end for end in (one.ends_at, other.ends_at) if end is not None]
    end = min(ends, default=None)
    return Period(start, end) if end is None or end > start else None


def _why(requirement: RequirementFacts, credentials: Sequence[CredentialFacts], at: datetime) -> Reason:
    """Return why nothing counts at the instant: the mildest thing that is true of any accepted credential."""
    accepted = [credential for credential in credentials if _accepts(requirement, credential)]
    if not accepted:
        return Reason.NO_CREDENTIAL
    past = [credential for credential in accepted if credential.issued_at <= at]
    if not past:
        return Reason.NOT_YET_VALID
    if any(credential.revoked_at is None or credential.revoked_at > at for credential in past):
        return Reason.LAPSED
    return Reason.REVOKED
