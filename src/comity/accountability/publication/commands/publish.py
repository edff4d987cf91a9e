"""Publishing: the public is told what became of agreements that were once in force."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.backends.utils import CursorWrapper

from comity.accountability.publication.commands.record import Told, record_changes
from comity.accountability.publication.models import PublishedAgreement, PublishedVersion
from comity.accountability.publication.selectors import list_told
from comity.accountability.publication.summary import summarize
from comity.accountability.publication.vocabulary import Change
from comity.spine.tenancy.actor import Actor, Duty
from comity.spine.tenancy.transaction import acting
from comity.standing.agreements.audit import is_as_offered
from comity.standing.agreements.facts import AgreementFacts, EventFacts, VersionFacts
from comity.standing.agreements.notice import is_public
from comity.standing.agreements.selectors import get_agreement, list_events, list_versions
from comity.standing.agreements.terms import read_terms
from comity.standing.agreements.vocabulary import EventKind
from comity.standing.directory.selectors import list_agencies

_CHANGES: Final = frozenset(change.value for change in Change)
_ENDS: Final = frozenset({Change.NOTICE_GIVEN, Change.NOTICE_WITHDRAWN, Change.TERMINATED})


class NotPublisherError(PermissionError):
    """Agreements are published by the node itself."""


class AlteredVersionError(ValueError):
    """The stored version is not the one its parties signed: nothing of it is made public until it is restored."""


def publish_agreements(*, agreement_ids: Collection[UUID], by: Actor, now: datetime) -> int:
    """Tell the public what happened to the agreements and was not told yet; return how many changes.

    `by`: the node as courier or steward. One transaction: the rows of agreement and versions as they are now, an act
    row and ledger entry for each event since it was first in force. Doing it again changes nothing. Raises
    `NotPublisherError`, `NoSuchAgreementError`, `AlteredVersionError`, `UnknownTermError`.
    """
    if by.duty not in {Duty.COURIER, Duty.STEWARD}:
        raise NotPublisherError("agreements are published in the courier's or the steward's duty")
    with acting(by) as cursor:
        return sum(_publish(cursor, one, by=by, now=now) for one in sorted(set(agreement_ids)))


def _publish(cursor: CursorWrapper, agreement_id: UUID, *, by: Actor, now: datetime) -> int:
    # Whoever publishes the same agreement at the same time waits here, before either has looked what was told.
    cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", (f"publication:{agreement_id}",))
    # Events first: of what happens in between, the state is told now and the event next time, never the other way.
    events, agreement = list_events(agreement_id), get_agreement(agreement_id)
    versions = {one.id: one for one in list_versions(agreement_id)}
    told = list_told(agreement.code)
    fresh: list[Told] = []
    current: VersionFacts | None = None
    newest = next((one.version_id for one in reversed(events) if one.event is EventKind.PUT_IN_FORCE), None)
    for event in events:
        if event.event is EventKind.PUT_IN_FORCE and event.version_id is not None:
            current = versions[event.version_id]
            _keep_version(agreement, current, event)
        if current is not None and _is_change(event, newest) and event.id not in told:
            fresh.append(_told(event, current))
    if current is None or not fresh:
        return 0
    _keep_agreement(agreement, current)
    party_ids = [party.agency_id for party in agreement.parties]
    record_changes(cursor, code=agreement.code, party_ids=party_ids, told=fresh, by=by, now=now)
    return len(fresh)


def _is_change(event: EventFacts, newest: UUID | None) -> bool:
    """Tell whether the public is told of an event; `newest`: the version that was last put in force.

    That a later version of the same agreement took an earlier one's place is told as that one put in force, not as an
    agreement replaced by another.
    """
    is_of_earlier_version = event.event is EventKind.SUPERSEDED and event.version_id != newest
    return event.event.value in _CHANGES and not is_of_earlier_version


def _told(event: EventFacts, version: VersionFacts) -> Told:
    change = Change(event.event.value)
    return Told(
        number=version.number,
        change=change,
        happened_at=event.at,
        effective_at=event.effective_at,
        event_id=event.id,
        is_notice=change in _ENDS and is_public(read_terms(version.terms)),
    )


def _keep_version(agreement: AgreementFacts, version: VersionFacts, event: EventFacts) -> None:
    if PublishedVersion.objects.filter(code=agreement.code, number=version.number).exists():
        return
    require_as_signed(agreement, version)
    PublishedVersion(
        code=agreement.code,
        number=version.number,
        version_id=version.id,
        party_ids=[party.agency_id for party in agreement.parties],
        title=version.title,
        digest=version.digest,
        starts_at=version.period.starts_at,
        ends_at=version.period.ends_at,
        in_force_at=event.at,
        summary=summarize(read_terms(version.terms), names=_names(agreement)),
    ).save(force_insert=True)


def _keep_agreement(agreement: AgreementFacts, version: VersionFacts) -> None:
    successor = get_agreement(agreement.successor_id).code if agreement.successor_id else ""
    period = agreement.period or version.period
    PublishedAgreement(
        code=agreement.code,
        agreement_id=agreement.id,
        party_ids=[party.agency_id for party in agreement.parties],
        title=agreement.title,
        kind=agreement.kind.value,
        parties=_parties(agreement),
        state=agreement.state,
        number=version.number,
        starts_at=period.starts_at,
        ends_at=period.ends_at,
        notice_ends_at=agreement.notice_ends_at,
        successor=successor,
    ).save()


def _names(agreement: AgreementFacts) -> Mapping[str, str]:
    """Return what the parties are called, by code."""
    found = list_agencies({party.agency_id for party in agreement.parties})
    return {party.agency_code: found[party.agency_id].name for party in agreement.parties}


def _parties(agreement: AgreementFacts) -> Sequence[Mapping[str, str]]:
    names = _names(agreement)
    return [
        {"code": party.agency_code, "name": names[party.agency_code], "role": party.role.value}
        for party in agreement.parties
    ]


def require_as_signed(agreement: AgreementFacts, version: VersionFacts) -> None:
    """Raise `AlteredVersionError` unless text, terms, parties and period are those of the digest that was signed."""
    if not is_as_offered(agreement, version):
        raise AlteredVersionError(
            f"version {version.number} of `{agreement.code}` is not as it was signed; run `comity ledger verify`"
        )
