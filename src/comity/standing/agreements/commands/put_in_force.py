"""Putting in force: nothing is missing any more, the gate follows the version from its first instant on."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db.backends.utils import CursorWrapper

from comity.spine.tenancy.actor import Actor, Duty
from comity.spine.tenancy.transaction import acting, reading
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
            "that permit and one person alone confirmed": lacks.once_confirmed,
            "that permit and a sender has not confirmed": lacks.not_by_sender,
        }
        told = [f"{len(names)} {words}, first `{names[0]}`" for words, names in missing.items() if names]
        super().__init__(f"{what} has {' and '.join(told)}")


class PeriodOverError(ValueError):
    """The version's period is over before it began to count."""


def put_in_force(*, by: Actor, now: datetime, agreement_id: UUID) -> datetime:
    """Put the version that is reviewed, confirmed and signed in force; return from when the gate follows it.

    It supersedes the present version in the same step. Where its period begins later and another version is in force,
    that one stays until then: it is scheduled, and `start_scheduled` puts it in force. A notice that was given goes on
    running whatever version is in force; its giver withdraws it. `by`: head or counsel of a party, or the steward.

    One transaction: state, current version and period of the agreement, events `put_in_force` (with the digest of the
    signed copy) and, for the version replaced, `superseded`, with their ledger entries; or event `scheduled` alone. The
    database checks again that nothing is missing. Source: `law-67`. Raises `UnreviewedError`, `UnconfirmedError`,
    `UnsignedError`, `PeriodOverError`, `NothingOfferedError`, `NoSuchAgreementError`, `WrongPostError`,
    `IllegalTransitionError`.
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
            return version.starts_at
        _force(cursor, agreement, version, state=state, by=by, now=now)
    return max(now, version.starts_at)


def start_scheduled(*, by: Actor, now: datetime) -> int:
    """Put in force the scheduled versions whose period has begun; return how many. `by`: the node as steward.

    What rests or has ended is left alone, and what a later version took the place of. One transaction each, as
    `put_in_force`. Raises `NotStewardError`.
    """
    if by.duty is not Duty.STEWARD:
        raise NotStewardError("scheduled versions are put in force in the steward's duty")
    with reading(by):
        begun = Event.objects.filter(event=EventKind.SCHEDULED.value, effective_at__lte=now, agreement__state=IN_FORCE)
        ids = sorted(set(begun.values_list("agreement_id", flat=True)))
    return sum(_start(agreement_id, by=by, now=now) for agreement_id in ids)


def _start(agreement_id: UUID, *, by: Actor, now: datetime) -> int:
    with acting(by) as cursor:
        agreement = lock_agreement(agreement_id)
        if state_at(agreement, now) != IN_FORCE or agreement.current_version_id is None:
            return 0
        present = Version.objects.get(id=agreement.current_version_id)
        begun = Event.objects.filter(
            agreement_id=agreement_id, event=EventKind.SCHEDULED.value, effective_at__lte=now
        ).select_related("version")
        due = [one.version for one in begun if one.version and one.version.number > present.number]
        version = max(due, key=lambda one: one.number, default=None)
        if version is None or (version.ends_at is not None and version.ends_at <= now):
            return 0
        if not get_readiness(version.id).is_ready:
            return 0  # a review was found otherwise since
        _force(cursor, agreement, version, state=IN_FORCE, by=by, now=now)
    return 1


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
    if lacks.unconfirmed or lacks.once_confirmed or lacks.not_by_sender:
        raise UnconfirmedError(what, lacks)
    if lacks.unwitnessed:
        raise UnsignedError(
            f"{what} is signed on paper for {_codes(lacks.unwitnessed)}; its own head or counsel attests it"
        )
    if lacks.unsigned:
        raise UnsignedError(f"{what} is not signed by {_codes(lacks.unsigned)}")


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
