"""Putting in force: every party has signed, the gate follows the version from its first instant on."""

from datetime import datetime
from uuid import UUID

from comity.spine.tenancy.actor import Actor
from comity.spine.tenancy.transaction import acting
from comity.standing.agreements.commands.record import (
    lock_agreement,
    offered_version,
    record_event,
    require_party_or_steward,
)
from comity.standing.agreements.models import Agreement, Event, Party, Version
from comity.standing.agreements.states import AGREEMENT
from comity.standing.agreements.vocabulary import EventKind


class UnsignedError(ValueError):
    """A party has not signed the version; the message names it."""


class PeriodOverError(ValueError):
    """The version's period is over before it began to count."""


def put_in_force(*, by: Actor, now: datetime, agreement_id: UUID) -> None:
    """Put the signed version in force; the version it replaces is superseded in the same step.

    One transaction: state, current version and period of the agreement, events `put_in_force` and, for the version
    replaced, `superseded`, with their ledger entries. Raises `UnsignedError`, `PeriodOverError`, `NothingOfferedError`,
    `NoSuchAgreementError`, `WrongPostError`, `IllegalTransitionError`.
    """
    with acting(by) as cursor:
        agreement = lock_agreement(agreement_id)
        require_party_or_steward(by, agreement)
        version = offered_version(agreement)
        state = AGREEMENT.next(agreement.state, "put_in_force")
        _require_signatures(agreement, version)
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
        record_event(cursor, agreement=agreement, event=EventKind.PUT_IN_FORCE, by=by, now=now, version_id=version.id)
        Agreement.objects.filter(id=agreement_id).update(
            state=state,
            title=version.title,
            current_version_id=version.id,
            starts_at=version.starts_at,
            ends_at=version.ends_at,
        )


def _require_signatures(agreement: Agreement, version: Version) -> None:
    signed = set(
        Event.objects.filter(version_id=version.id, event=EventKind.SIGNED.value).values_list("agency_id", flat=True)
    )
    parties = dict(Party.objects.filter(agreement_id=agreement.id).values_list("agency_id", "agency_code"))
    open_codes = sorted(code for agency_id, code in parties.items() if agency_id not in signed)
    if open_codes:
        names = ", ".join(f"`{code}`" for code in open_codes)
        raise UnsignedError(f"version {version.number} of `{agreement.code}` is not signed by {names}")
