"""Putting in force: nothing is missing any more, the gate follows the version from its first instant on."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from comity.spine.tenancy.actor import Actor
from comity.spine.tenancy.transaction import acting
from comity.standing.agreements.commands.record import (
    lock_agreement,
    offered_version,
    record_event,
    require_party_or_steward,
    state_at,
)
from comity.standing.agreements.commands.sign import UnreviewedError
from comity.standing.agreements.digest import copy_digest
from comity.standing.agreements.models import Agreement, Party, Version
from comity.standing.agreements.negotiation import get_readiness, list_signatures
from comity.standing.agreements.states import AGREEMENT
from comity.standing.agreements.vocabulary import EventKind


class UnsignedError(ValueError):
    """A party has not signed the version; the message names it."""


class UnconfirmedError(ValueError):
    """Clauses lack a confirmation, or what permits lacks that of a second person."""

    def __init__(self, what: str, by_nobody: Sequence[str], by_one: Sequence[str]) -> None:
        told = [f"{len(by_nobody)} clauses nobody confirmed, first `{by_nobody[0]}`"] if by_nobody else []
        told += [f"{len(by_one)} that permit and one person alone confirmed, first `{by_one[0]}`"] if by_one else []
        super().__init__(f"{what} has {' and '.join(told)}")


class PeriodOverError(ValueError):
    """The version's period is over before it began to count."""


def put_in_force(*, by: Actor, now: datetime, agreement_id: UUID) -> None:
    """Put the version that is reviewed, confirmed and signed in force; it supersedes the present one in the same step.

    One transaction: state, current version and period of the agreement, events `put_in_force` (with the digest of the
    signed copy) and, for the version replaced, `superseded`, with their ledger entries; a notice that was given lapses
    with the version it was given for; the database checks again that nothing is missing. Source: `law-67`. Raises
    `UnreviewedError`, `UnconfirmedError`, `UnsignedError`, `PeriodOverError`, `NothingOfferedError`,
    `NoSuchAgreementError`, `WrongPostError`, `IllegalTransitionError`.
    """
    with acting(by) as cursor:
        agreement = lock_agreement(agreement_id)
        require_party_or_steward(by, agreement)
        version = offered_version(agreement)
        state = AGREEMENT.next(state_at(agreement, now), "put_in_force")
        _require_ready(agreement, version)
        if version.ends_at is not None and version.ends_at <= now:
            raise PeriodOverError(f"version {version.number} of `{agreement.code}` ended at `{version.ends_at}`")
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
        Agreement.objects.filter(id=agreement_id).update(
            state=state,
            title=version.title,
            current_version_id=version.id,
            starts_at=version.starts_at,
            ends_at=version.ends_at,
            notice_ends_at=None,
        )


def _require_ready(agreement: Agreement, version: Version) -> None:
    """Raise the first thing that is missing, in the order it is done."""
    lacks, what = get_readiness(version.id), f"version {version.number} of `{agreement.code}`"
    if lacks.unreviewed:
        raise UnreviewedError(f"{what} lacks {', '.join(f'`{one}`' for one in lacks.unreviewed)}")
    if lacks.unconfirmed or lacks.once_confirmed:
        raise UnconfirmedError(what, lacks.unconfirmed, lacks.once_confirmed)
    if lacks.unsigned:
        raise UnsignedError(f"{what} is not signed by {', '.join(f'`{code}`' for code in lacks.unsigned)}")


def _signed_copy(version: Version) -> str:
    """Return the digest of the signed copy: the version with what binds each party to it."""
    codes = dict(Party.objects.filter(agreement_id=version.agreement_id).values_list("agency_id", "agency_code"))
    bound = {
        (codes[one.for_agency_id], one.method.value, one.key_id, one.scan_sha256 or one.blob.hex())
        for one in list_signatures(version.id)
    }
    return copy_digest(version=version.digest, signatures=bound)
