"""Reads of training: who is eligible for what, for a whole chunk in a few queries. The caller's transaction is used."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import connection

from comity.kernel.time import Period
from comity.spine.tenancy.stamps import Stamps, kept, kept_many
from comity.standing.directory.selectors import list_officers, list_officers_ever
from comity.standing.directory.vocabulary import AgencyKind
from comity.standing.training.facts import (
    CredentialFacts,
    Eligibility,
    Failure,
    NotEligible,
    RequirementFacts,
)
from comity.standing.training.models import Course, Requirement
from comity.standing.training.rules import NOTHING_REQUIRED, applying, eligible
from comity.standing.training.vocabulary import Function, Reason

_INSTANT: Final = timedelta(microseconds=1)
_EVER: Final = Period(datetime.min.replace(tzinfo=UTC))
# Plain SQL: every ask begins with these, and building a queryset would cost more than the query.
_REQUIREMENTS: Final = (
    "SELECT code, function, agreement_kind, agency_kind, courses, accepted_issuers, validity_days, pass_mark,"
    " max_attempts, source, lower(period), upper(period) FROM training_requirement"
    " WHERE function = ANY(%s) AND period && tstzrange(%s, %s) ORDER BY code, period"
)
_CREDENTIALS: Final = (
    "SELECT c.id, c.officer_id, k.code, c.issuer, c.issued_at, c.valid_until, c.score, c.attempt, r.revoked_at"
    " FROM training_credential c JOIN training_course k ON k.id = c.course_id"
    " LEFT JOIN training_revocation r ON r.credential_id = c.id"
    " WHERE c.officer_id = ANY(%s) AND (%s::text[] IS NULL OR k.code = ANY(%s)) ORDER BY c.id"
)


def list_eligibility(
    *, officer_ids: Collection[UUID], function: Function, interval: Period, agreement_kind: str = ""
) -> dict[UUID, Eligibility]:
    """Return, for each officer, whether he or she is eligible for the function over the whole interval.

    Three queries whatever the number of officers. An officer the directory does not know has no credential.
    """
    kinds = {officer.id: officer.agency_kind for officer in list_officers(officer_ids).values()}
    found = _judge(dict.fromkeys(officer_ids) | kinds, [function], interval, agreement_kind)
    return {officer: verdict for (officer, _), verdict in found.items()}


def list_post_eligibility(
    *,
    post_ids: Collection[UUID],
    functions: Collection[Function],
    at: datetime,
    agreement_kind: str = "",
    stamps: Stamps | None = None,
) -> dict[tuple[UUID, Function], Eligibility]:
    """Return, for each post and function, whether whoever holds the post at the instant is eligible.

    A few queries whatever the number of posts; none with `stamps` that were met before. A post that nobody holds is
    not eligible, with reason `no_holder`.
    """
    wanted = tuple(sorted({Function(function) for function in functions}))
    requirements = kept(
        stamps, ("training",), ("requirements", wanted), lambda: tuple(list_requirements(wanted, _EVER))
    )
    histories = kept_many(stamps, ("directory", "training"), "history", post_ids, _read_histories)
    interval = Period(at, at + _INSTANT)
    found: dict[tuple[UUID, Function], Eligibility] = {}
    for post_id, history in histories.items():
        kind, credentials = history.at(at)
        for function in wanted:
            rules = applying(requirements, function=function, agreement_kind=agreement_kind, agency_kind=kind or "")
            found[post_id, function] = (
                _nobody(at)
                if kind is None
                else eligible(requirements=rules, credentials=credentials, interval=interval)
            )
    return found


def _nobody(at: datetime) -> NotEligible:
    return NotEligible((Failure(NOTHING_REQUIRED, "", at, Reason.NO_HOLDER),))


@dataclass(frozen=True, slots=True)
class _History:
    """Who held a post when, and what credentials they have."""

    held: tuple[tuple[UUID, AgencyKind, Period], ...]
    credentials: Mapping[UUID, Sequence[CredentialFacts]]

    def at(self, moment: datetime) -> tuple[AgencyKind | None, Sequence[CredentialFacts]]:
        """Return the kind of agency and the credentials of the holder at the instant; None when nobody holds it."""
        for officer_id, kind, period in self.held:
            if period.contains(moment):
                return kind, self.credentials.get(officer_id, ())
        return None, ()


def _read_histories(post_ids: Collection[UUID]) -> dict[UUID, _History]:
    held = list_officers_ever(post_ids)
    credentials = list_credentials({officer for spans in held.values() for officer, _, _ in spans})
    return {post_id: _History(spans, credentials) for post_id, spans in held.items()}


def list_requirements(functions: Collection[Function], during: Period) -> list[RequirementFacts]:
    """Return the requirements for these functions whose period shares an instant with `during`, by code."""
    wanted = [Function(function).value for function in functions]
    with connection.cursor() as cursor:
        cursor.execute(_REQUIREMENTS, (wanted, during.starts_at, during.ends_at))
        rows = cursor.fetchall()
    return [
        RequirementFacts(
            code=row[0],
            function=Function(row[1]),
            agreement_kind=row[2],
            agency_kind=row[3],
            courses=frozenset(row[4]),
            accepted_issuers=frozenset(row[5]),
            validity_days=row[6],
            pass_mark=row[7],
            max_attempts=row[8],
            source=row[9],
            period=Period(row[10], row[11]),
        )
        for row in rows
    ]


def list_credentials(
    officer_ids: Collection[UUID], courses: Collection[str] | None = None
) -> dict[UUID, list[CredentialFacts]]:
    """Return the credentials of each officer, revoked or not, oldest first; of these courses, or of all.

    Officers without one are left out.
    """
    found: dict[UUID, list[CredentialFacts]] = defaultdict(list)
    chosen = None if courses is None else sorted(courses)
    with connection.cursor() as cursor:
        cursor.execute(_CREDENTIALS, (list(officer_ids), chosen, chosen))
        for row in cursor.fetchall():
            found[row[1]].append(CredentialFacts(*row))
    return dict(found)


def list_course_codes() -> list[str]:
    """Return the codes of every course."""
    return list(Course.objects.order_by("code").values_list("code", flat=True))


def list_requirement_codes() -> list[str]:
    """Return the codes of every requirement, whatever its edition."""
    return list(Requirement.objects.order_by("code").values_list("code", flat=True).distinct())


def _judge(
    kinds: Mapping[UUID, AgencyKind | None], functions: Collection[Function], interval: Period, agreement_kind: str
) -> dict[tuple[UUID, Function], Eligibility]:
    """Return the verdict on each officer and function; `kinds` maps the officers to the kind of their agency."""
    requirements = list_requirements(functions, interval)
    courses = {course for requirement in requirements for course in requirement.courses}
    credentials = list_credentials(kinds.keys(), courses)
    rules = {
        (function, kind): applying(
            requirements, function=function, agreement_kind=agreement_kind, agency_kind=kind or ""
        )
        for function in map(Function, functions)
        for kind in set(kinds.values())
    }
    return {
        (officer_id, function): eligible(
            requirements=rules[function, kind], credentials=credentials.get(officer_id, []), interval=interval
        )
        for officer_id, kind in kinds.items()
        for function in map(Function, functions)
    }
