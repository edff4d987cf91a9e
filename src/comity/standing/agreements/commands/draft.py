"""Drafting: the text is written, nobody is bound; until it is offered it is seen by the agency that writes it alone."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import IntegrityError

from comity.kernel.canonical import plain
from comity.kernel.ids import new_id
from comity.kernel.time import Period
from comity.spine.tenancy.actor import Actor
from comity.spine.tenancy.transaction import acting
from comity.standing.agreements.commands.record import (
    lock_agreement,
    record_event,
    require_party_or_steward,
    state_at,
)
from comity.standing.agreements.models import Agreement, Draft, Party
from comity.standing.agreements.states import AGREEMENT, SUPERSEDED, TERMINATED
from comity.standing.agreements.vocabulary import AgreementKind, EventKind, PartyRole
from comity.standing.directory.facts import AgencyFacts
from comity.standing.directory.selectors import NotInDirectoryError, list_agencies_by_code

_ONE_CODE: Final = "agreements_agreement_code_key"


class AgreementEndedError(ValueError):
    """The agreement has ended; what comes next is another agreement."""


class CodeTakenError(ValueError):
    """Another agreement has the code, perhaps one that is not open to who drafts."""


def draft_agreement(
    *,
    by: Actor,
    now: datetime,
    code: str,
    title: str,
    kind: AgreementKind,
    parties: Mapping[str, PartyRole],
    text: str,
    terms: Mapping[str, object],
    period: Period,
) -> UUID:
    """Write an agreement with its parties (agency code to role) and a first draft of `by`'s agency; return its id.

    One transaction: agreement, parties, draft, event `drafted`, ledger entry. Terms are checked when offered.
    Raises `NotInDirectoryError`, `WrongPostError`, `CodeTakenError`.
    """
    with acting(by) as cursor:
        agencies = list_agencies_by_code(parties)
        for missing in sorted(set(parties) - set(agencies)):
            raise NotInDirectoryError(f"no agency with code `{missing}` in the directory; register it first")
        agreement = Agreement(
            id=new_id(),
            code=code,
            title=title,
            kind=AgreementKind(kind).value,
            state=AGREEMENT.initial,
            party_ids=sorted(agency.id for agency in agencies.values()),
        )
        require_party_or_steward(by, agreement)
        _insert(agreement)
        Party.objects.bulk_create(_party(agreement, agencies[name], role) for name, role in sorted(parties.items()))
        _write(agreement, title=title, text=text, terms=terms, period=period, by=by, now=now)
        record_event(cursor, agreement=agreement, event=EventKind.DRAFTED, by=by, now=now, version_id=None)
    return agreement.id


def revise_draft(
    *,
    by: Actor,
    now: datetime,
    agreement_id: UUID,
    title: str,
    text: str,
    terms: Mapping[str, object],
    period: Period,
) -> None:
    """Write the next text of an agreement: before it is offered, while it is negotiated, or while it is in force.

    It takes the place of an earlier draft of `by`'s agency; the drafts of others stay. One transaction: draft, event
    `drafted`, ledger entry. What is in force stays as it is. Raises `NoSuchAgreementError`, `WrongPostError`,
    `AgreementEndedError`.
    """
    with acting(by) as cursor:
        agreement = lock_agreement(agreement_id)
        require_party_or_steward(by, agreement)
        if (state := state_at(agreement, now)) in {SUPERSEDED, TERMINATED}:
            raise AgreementEndedError(f"`{agreement.code}` is `{state}`; draft another agreement")
        _write(agreement, title=title, text=text, terms=terms, period=period, by=by, now=now)
        record_event(cursor, agreement=agreement, event=EventKind.DRAFTED, by=by, now=now, version_id=None)


def _insert(agreement: Agreement) -> None:
    try:
        agreement.save(force_insert=True)
    except IntegrityError as error:
        diagnostics = getattr(error.__cause__, "diag", None)
        if getattr(diagnostics, "constraint_name", None) != _ONE_CODE:
            raise
        raise CodeTakenError(f"`{agreement.code}` is the code of another agreement; choose another code") from None


def _party(agreement: Agreement, agency: AgencyFacts, role: PartyRole) -> Party:
    return Party(agreement=agreement, agency_id=agency.id, agency_code=agency.code, role=PartyRole(role).value)


def _write(
    agreement: Agreement,
    *,
    title: str,
    text: str,
    terms: Mapping[str, object],
    period: Period,
    by: Actor,
    now: datetime,
) -> None:
    Draft.objects.update_or_create(
        agreement=agreement,
        agency_id=by.agency_id,
        defaults={
            "title": title,
            "text": text,
            "terms": plain(terms),
            "starts_at": period.starts_at,
            "ends_at": period.ends_at,
            "revised_at": now,
        },
    )
