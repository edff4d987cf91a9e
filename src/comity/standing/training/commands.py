"""The writes of training: set courses and requirements, record and revoke credentials."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError
from psycopg.types.range import TimestamptzRange

from comity.kernel.ids import new_id
from comity.kernel.time import Period
from comity.spine.ledger.append import Entry, append_entries
from comity.spine.tenancy.actor import Actor, Duty
from comity.spine.tenancy.transaction import acting
from comity.standing.directory.selectors import list_officers
from comity.standing.training.models import Course, Credential, Requirement, Revocation, TrainingEvent
from comity.standing.training.vocabulary import Function, RevocationReason


class UnknownInTrainingError(LookupError):
    """A course, an officer or a credential that does not exist was named."""


class NotYoursError(PermissionError):
    """A post tried to certify, or to revoke, for officers of another agency."""


class AlreadyRevokedError(ValueError):
    """A credential is revoked once."""


class RequirementInForceError(ValueError):
    """Another edition of the requirement is in force during part of the period."""


@dataclass(frozen=True, slots=True)
class NewCourse:
    """A course to set; `source` is a key of docs/sources.md."""

    code: str
    title: str
    source: str


@dataclass(frozen=True, slots=True)
class NewRequirement:
    """A requirement to set: any one of `courses`, from one of `accepted_issuers`, while `period` runs."""

    code: str
    function: Function
    courses: tuple[str, ...]
    accepted_issuers: tuple[str, ...]
    validity_days: int
    source: str
    period: Period
    agreement_kind: str = ""
    agency_kind: str = ""
    pass_mark: int | None = None
    max_attempts: int | None = None


@dataclass(frozen=True, slots=True)
class NewCredential:
    """A credential to record. `evidence` is the certificate as received; only its SHA-256 is kept."""

    officer_id: UUID
    course: str
    issuer: str
    valid: Period
    evidence: bytes
    score: int | None = None
    attempt: int = 1


def set_courses(*, by: Actor, now: datetime, courses: Sequence[NewCourse]) -> list[UUID]:
    """Set courses (steward only); returns their ids. Writes one `courses.set` for all, in one transaction."""
    _require_steward(by)
    rows = [Course(code=new.code, title=new.title, source=new.source) for new in courses]
    with acting(by) as cursor:
        Course.objects.bulk_create(rows)
        event, entry = _event(by, now, "courses.set", {"courses": sorted(row.code for row in rows)})
        event.save(force_insert=True)
        append_entries(cursor, [entry])
    return [row.id for row in rows]


def set_requirements(*, by: Actor, now: datetime, requirements: Sequence[NewRequirement]) -> list[UUID]:
    """Set requirements (steward only); returns their ids. Writes one `requirements.set` for all, in one transaction.

    Raises `UnknownInTrainingError` for a course that is not set, `RequirementInForceError` on overlapping editions.
    """
    _require_steward(by)
    named = {course for new in requirements for course in new.courses}
    rows = [_requirement(new) for new in requirements]
    with acting(by) as cursor:
        _courses(named)
        try:
            Requirement.objects.bulk_create(rows)
        except IntegrityError as error:
            raise RequirementInForceError("an edition of the requirement is in force during part of it") from error
        event, entry = _event(by, now, "requirements.set", {"requirements": sorted(row.code for row in rows)})
        event.save(force_insert=True)
        append_entries(cursor, [entry])
    return [row.id for row in rows]


def record_credentials(*, by: Actor, now: datetime, credentials: Sequence[NewCredential]) -> list[UUID]:
    """Record credentials of officers of the actor's agency, or as the steward of any; returns their ids.

    Writes an act row and a ledger entry `credential.recorded` each, in one transaction. Raises
    `UnknownInTrainingError`, `NotYoursError`.
    """
    with acting(by) as cursor:
        courses = _courses({new.course for new in credentials})
        officers = list_officers({new.officer_id for new in credentials})
        rows: list[Credential] = []
        entries: list[Entry] = []
        for new in credentials:
            if new.officer_id not in officers:
                raise UnknownInTrainingError(f"no officer `{new.officer_id}` in the directory")
            agency_id = officers[new.officer_id].agency_id
            _require_own(by, agency_id)
            columns: dict[str, object] = {
                "id": new_id(),
                "at": now,
                "agency_id": by.agency_id,
                "post_id": by.post_id,
                "officer_id": new.officer_id,
                "officer_agency_id": agency_id,
                "course_id": courses[new.course],
                "issuer": new.issuer,
                "issued_at": new.valid.starts_at,
                "valid_until": new.valid.ends_at,
                "score": new.score,
                "attempt": new.attempt,
                "evidence_digest": hashlib.sha256(new.evidence).digest(),
            }
            entry = Entry.make(
                act="credential.recorded", at=now, actor=by, rows={f"training_credential/{columns['id']}": columns}
            )
            entries.append(entry)
            rows.append(Credential(**columns, entry_id=entry.entry_id))
        Credential.objects.bulk_create(rows, batch_size=1_000)
        append_entries(cursor, entries)
    return [row.id for row in rows]


def record_credential(*, by: Actor, now: datetime, credential: NewCredential) -> UUID:
    """Record one credential; as `record_credentials`."""
    return record_credentials(by=by, now=now, credentials=[credential])[0]


def revoke_credential(
    *, by: Actor, now: datetime, credential_id: UUID, reason: RevocationReason, revoked_at: datetime | None = None
) -> UUID:
    """Revoke a credential from `revoked_at` (default `now`) on; returns the id of the revocation.

    Writes an act row and a ledger entry `credential.revoked`; the credential's row stays as it was. Raises
    `UnknownInTrainingError`, `AlreadyRevokedError`, `NotYoursError`.
    """
    with acting(by) as cursor:
        agency_id = Credential.objects.filter(id=credential_id).values_list("officer_agency_id", flat=True).first()
        if agency_id is None:
            raise UnknownInTrainingError(f"no credential `{credential_id}`")
        _require_own(by, agency_id)
        columns: dict[str, object] = {
            "id": new_id(),
            "at": now,
            "agency_id": by.agency_id,
            "post_id": by.post_id,
            "officer_agency_id": agency_id,
            "credential_id": credential_id,
            "revoked_at": revoked_at or now,
            "reason": RevocationReason(reason).value,
        }
        entry = Entry.make(
            act="credential.revoked", at=now, actor=by, rows={f"training_revocation/{columns['id']}": columns}
        )
        row = Revocation(**columns, entry_id=entry.entry_id)
        try:
            row.save(force_insert=True)
        except IntegrityError as error:
            raise AlreadyRevokedError(f"credential `{credential_id}` is revoked already") from error
        append_entries(cursor, [entry])
    return row.id


def _courses(codes: set[str]) -> dict[str, UUID]:
    known = dict(Course.objects.filter(code__in=codes).values_list("code", "id"))
    missing = sorted(codes - set(known))
    if missing:
        raise UnknownInTrainingError(f"no course `{missing[0]}`; set it first")
    return known


def _requirement(new: NewRequirement) -> Requirement:
    return Requirement(
        code=new.code,
        function=Function(new.function).value,
        agreement_kind=new.agreement_kind,
        agency_kind=new.agency_kind,
        courses=list(new.courses),
        accepted_issuers=list(new.accepted_issuers),
        validity_days=new.validity_days,
        pass_mark=new.pass_mark,
        max_attempts=new.max_attempts,
        source=new.source,
        period=TimestamptzRange(new.period.starts_at, new.period.ends_at),
    )


def _event(by: Actor, now: datetime, act: str, detail: dict[str, list[str]]) -> tuple[TrainingEvent, Entry]:
    columns: dict[str, object] = {
        "id": new_id(),
        "at": now,
        "act": act,
        "agency_id": by.agency_id,
        "post_id": by.post_id,
        "detail": detail,
    }
    entry = Entry.make(act=act, at=now, actor=by, rows={f"training_event/{columns['id']}": columns})
    return TrainingEvent(**columns, entry_id=entry.entry_id), entry


def _require_steward(by: Actor) -> None:
    if by.duty is not Duty.STEWARD:
        raise NotYoursError("only the steward sets courses and requirements")


def _require_own(by: Actor, agency_id: UUID) -> None:
    if by.duty is not Duty.STEWARD and (by.duty is not Duty.AGENCY or agency_id != by.agency_id):
        raise NotYoursError("only the officer's own agency or the steward certifies or revokes")
