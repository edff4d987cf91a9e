"""Putting in force: nothing is missing any more, the gate follows the version from its first instant on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import DatabaseError
from django.db.backends.utils import CursorWrapper
from django.db.models import OuterRef, Q, Subquery

from comity.spine.tenancy.actor import Actor, Duty
from comity.spine.tenancy.transaction import acting, reading
from comity.standing.agreements.audit import list_unproven_signatures
from comity.standing.agreements.commands.record import (
    CONCLUDERS,
    NotStewardError,
    lock_agreement,
    offered_version,
    record_event,
    require_post_or_steward,
    state_at,
)
from comity.standing.agreements.commands.sign import UnreviewedError
from comity.standing.agreements.digest import copy_digest
from comity.standing.agreements.models import Agreement, Event, Party, Version
from comity.standing.agreements.negotiation import get_readiness, list_signatures
from comity.standing.agreements.readiness import Readiness
from comity.standing.agreements.states import AGREEMENT, IN_FORCE
from comity.standing.agreements.vocabulary import EventKind


class UnsignedError(ValueError):
    """A party has not signed the version; the message names it."""


class UnconfirmedError(ValueError):
    """Clauses lack a confirmation, or what permits lacks that of a second person or of who sends."""

    def __init__(self, what: str, lacks: Readiness) -> None:
        missing = {
            "clauses nobody confirmed": lacks.unconfirmed,
            "that permit and one person alone confirmed": lacks.confirmed_by_one_alone,
            "that permit and a sender has not confirmed": lacks.unconfirmed_by_sender,
        }
        told = [f"{len(names)} {words}, first `{names[0]}`" for words, names in missing.items() if names]
        super().__init__(f"{what} has {' and '.join(told)}")


class PeriodOverError(ValueError):
    """The version's period is over before it began to count."""


class UnprovenError(ValueError):
    """A signature that is recorded does not sign the version; whoever wrote it, it binds nobody."""


@dataclass(frozen=True, slots=True)
class Entered:
    """The version of this number is in force; the gate follows it from `since` on, within its period."""

    number: int
    since: datetime


@dataclass(frozen=True, slots=True)
class Scheduled:
    """The version of this number takes the place of the present one at `since`, its first instant."""

    number: int
    since: datetime


@dataclass(frozen=True, slots=True)
class Held:
    """A scheduled version whose time has come and that is not put in force, and why (the name of an error)."""

    code: str
    number: int
    why: str


def put_in_force(*, by: Actor, now: datetime, agreement_id: UUID) -> Entered | Scheduled:
    """Put the version that is reviewed, confirmed and signed in force.

    It supersedes the present version in the same step. Where its period begins later and another version is in force,
    that one stays until then: it is scheduled, and `start_scheduled` puts it in force. A notice that was given goes on
    running whatever version is in force; its giver withdraws it. `by`: head or counsel of a party, or the steward.

    Every signature by key or passkey is checked again. One transaction: state, current version and period of the
    agreement, events `put_in_force` (with the digest of the signed copy) and, for the version replaced, `superseded`,
    with their ledger entries; or event `scheduled` alone. The database checks again that nothing is missing. Source:
    `law-67`. Raises `UnreviewedError`, `UnconfirmedError`, `UnsignedError`, `UnprovenError`, `PeriodOverError`,
    `NothingOfferedError`, `NoSuchAgreementError`, `WrongPostError`, `IllegalTransitionError`.
    """
    with acting(by) as cursor:
        agreement = lock_agreement(agreement_id)
        require_post_or_steward(by, agreement, CONCLUDERS)
        version = offered_version(agreement)
        state = AGREEMENT.next(state_at(agreement, now), "put_in_force")
        _require_ready(agreement, version)
        if version.ends_at is not None and version.ends_at <= now:
            raise PeriodOverError(f"version {version.number} of `{agreement.code}` ended at `{version.ends_at}`")
        if _stands(agreement, now) and version.starts_at > now:
            _schedule(cursor, agreement, version, by=by, now=now)
            return Scheduled(version.number, version.starts_at)
        _force(cursor, agreement, version, state=state, by=by, now=now)
    return Entered(version.number, max(now, version.starts_at))


def start_scheduled(*, by: Actor, now: datetime) -> tuple[list[Entered], list[Held]]:
    """Put in force the scheduled versions whose period has begun; return them, and those that something keeps back.

    What rests or has ended is left alone, and what a later version took the place of. `by`: the node as steward. One
    transaction each, as `put_in_force`: one that fails keeps no other back. Raises `NotStewardError`.
    """
    if by.duty is not Duty.STEWARD:
        raise NotStewardError("scheduled versions are put in force in the steward's duty")
    with reading(by):
        due = {agreement_id: (code, number) for agreement_id, code, _, number in _due(now)}
    started: list[Entered] = []
    held: list[Held] = []
    for agreement_id, (code, number) in due.items():
        try:
            started += _start(agreement_id, by=by, now=now)
        except (DatabaseError, ValueError) as error:
            held.append(Held(code, number, type(error).__name__))
    return started, held


def _due(now: datetime) -> list[tuple[UUID, str, UUID, int]]:
    """Return agreement, code, version and number of what is scheduled and due, the last version of each last."""
    present = Version.objects.filter(id=OuterRef("agreement__current_version_id")).values("number")
    begun = Event.objects.filter(event=EventKind.SCHEDULED.value, effective_at__lte=now, agreement__state=IN_FORCE)
    live = begun.filter(Q(version__ends_at=None) | Q(version__ends_at__gt=now))
    rows = live.filter(version__number__gt=Subquery(present)).order_by("agreement_id", "version__number")
    return list(rows.values_list("agreement_id", "agreement__code", "version_id", "version__number"))


def _start(agreement_id: UUID, *, by: Actor, now: datetime) -> list[Entered]:
    with acting(by) as cursor:
        agreement = lock_agreement(agreement_id)
        due = [version_id for of, _, version_id, _ in _due(now) if of == agreement_id]
        if state_at(agreement, now) != IN_FORCE or not due:
            return []  # what was found has changed since
        version = Version.objects.get(id=due[-1])
        _require_ready(agreement, version)
        _force(cursor, agreement, version, state=IN_FORCE, by=by, now=now)
    return [Entered(version.number, now)]


def _stands(agreement: Agreement, now: datetime) -> bool:
    """Tell whether a version is in force whose period is not over."""
    return agreement.current_version_id is not None and (agreement.ends_at is None or agreement.ends_at > now)


def _schedule(cursor: CursorWrapper, agreement: Agreement, version: Version, *, by: Actor, now: datetime) -> None:
    told = Event.objects.filter(version_id=version.id, event=EventKind.SCHEDULED.value)
    if told.exists():
        return
    record_event(
        cursor,
        agreement=agreement,
        event=EventKind.SCHEDULED,
        by=by,
        now=now,
        version_id=version.id,
        effective_at=version.starts_at,
    )


def _force(
    cursor: CursorWrapper, agreement: Agreement, version: Version, *, state: str, by: Actor, now: datetime
) -> None:
    if agreement.current_version_id is not None:
        record_event(
            cursor,
            agreement=agreement,
            event=EventKind.SUPERSEDED,
            by=by,
            now=now,
            version_id=agreement.current_version_id,
        )
    record_event(
        cursor,
        agreement=agreement,
        event=EventKind.PUT_IN_FORCE,
        by=by,
        now=now,
        version_id=version.id,
        digest=_signed_copy(version),
    )
    Agreement.objects.filter(id=agreement.id).update(
        state=state,
        title=version.title,
        current_version_id=version.id,
        starts_at=version.starts_at,
        ends_at=version.ends_at,
    )


def _require_ready(agreement: Agreement, version: Version) -> None:
    """Raise the first thing that is missing, in the order it is done."""
    lacks, what = get_readiness(version.id), f"version {version.number} of `{agreement.code}`"
    if lacks.unreviewed:
        raise UnreviewedError(f"{what} lacks {', '.join(f'`{one}`' for one in lacks.unreviewed)}")
    if lacks.unconfirmed or lacks.confirmed_by_one_alone or lacks.unconfirmed_by_sender:
        raise UnconfirmedError(what, lacks)
    if lacks.attested_by_others_alone:
        codes = _codes(lacks.attested_by_others_alone)
        raise UnsignedError(f"{what} is signed on paper for {codes}; its own head or counsel attests it")
    if lacks.unsigned:
        raise UnsignedError(f"{what} is not signed by {_codes(lacks.unsigned)}")
    unproven = list_unproven_signatures(version.id)
    if unproven:
        raise UnprovenError(
            f"{what} holds a signature for `{unproven[0].agency}` that does not hold: {unproven[0].why}"
        )


def _codes(codes: Sequence[str]) -> str:
    return ", ".join(f"`{code}`" for code in codes)


def _signed_copy(version: Version) -> str:
    """Return the digest of the signed copy: the version with what binds each party to it."""
    codes = dict(Party.objects.filter(agreement_id=version.agreement_id).values_list("agency_id", "agency_code"))
    bound = {
        (codes[one.for_agency_id], one.method.value, one.key_id, one.scan_sha256 or one.blob.hex())
        for one in list_signatures(version.id)
    }
    return copy_digest(version=version.digest, signatures=bound)
