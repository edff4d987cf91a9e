"""Whether an agreement stands where its act rows say, and its signatures prove what they say.

The gate locks the working row; the ledger covers the acts. A signature holds everything needed to check it again.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from comity.spine.keys.passkey import PasskeyRefusedError
from comity.spine.keys.ring import Signature as KeySignature
from comity.spine.keys.webauthn import UnreadableError
from comity.standing.agreements.digest import signed_digest, text_digest, version_digest
from comity.standing.agreements.facts import AgreementFacts, VersionFacts
from comity.standing.agreements.models import Agreement, Event, Party, Signature, Version
from comity.standing.agreements.states import DRAFT, IN_FORCE, OFFERED, SUPERSEDED, SUSPENDED, TERMINATED
from comity.standing.agreements.vocabulary import EventKind, SigningMethod
from comity.standing.directory.selectors import (
    KeyNotGoodError,
    SignatureNotGoodError,
    check_kept_assertion,
    check_signature,
)

_LEADS_TO: Final = {
    EventKind.PUT_IN_FORCE: IN_FORCE,
    EventKind.SUSPENDED: SUSPENDED,
    EventKind.RESUMED: IN_FORCE,
    EventKind.SUPERSEDED: SUPERSEDED,
    EventKind.TERMINATED: TERMINATED,
}

Told = tuple[str, UUID | None, datetime | None]
"""State, current version, end of the notice that runs."""


@dataclass(frozen=True, slots=True)
class Contradiction:
    """An agreement whose working row says something else than its acts."""

    code: str
    row: Told
    acts: Told


def list_contradictions() -> list[Contradiction]:
    """Return the agreements whose row and acts disagree, by code, of those the session may see."""
    events: dict[UUID, list[tuple[str, UUID | None, datetime | None]]] = {}
    told = Event.objects.order_by("at", "id").values_list("agreement_id", "event", "version_id", "effective_at")
    for agreement_id, event, version_id, effective_at in told:
        events.setdefault(agreement_id, []).append((event, version_id, effective_at))
    found: list[Contradiction] = []
    for row in Agreement.objects.order_by("code"):
        acts, stands = told_by(events.get(row.id, ())), (row.state, row.current_version_id, row.notice_ends_at)
        if acts != stands:
            found.append(Contradiction(row.code, stands, acts))
    return found


def is_as_offered(agreement: AgreementFacts, version: VersionFacts) -> bool:
    """Tell whether text, terms, parties and period are those of the digest that was offered and signed."""
    found = version_digest(
        code=agreement.code,
        kind=agreement.kind.value,
        number=version.number,
        title=version.title,
        text_digest=text_digest(version.text),
        terms=version.terms,
        parties=version.parties,
        period=version.period,
    )
    return found == version.digest


@dataclass(frozen=True, slots=True)
class Unproven:
    """A signature by key or passkey that does not bind its party to its version, and why."""

    code: str
    version: int
    agency: str
    why: str


def list_unproven_signatures(version_id: UUID | None = None) -> list[Unproven]:
    """Return the signatures by key or passkey that do not verify, by agreement and version, of those open to us.

    With `version_id`, those of that version alone. Each is checked as it was when it was given: over the version's
    digest, by a key that bound the party at that instant. Where the page was that asked for a passkey is not asked
    again: names of a node change.
    """
    rows = Signature.objects.exclude(method=SigningMethod.PAPER.value).order_by("at", "id")
    if version_id is not None:
        rows = rows.filter(version_id=version_id)
    given = list(rows)
    of = {row.agreement_id for row in given}
    agreements = dict(Agreement.objects.filter(id__in=of).values_list("id", "code"))
    parties = {(row.agreement_id, row.agency_id): row.agency_code for row in Party.objects.filter(agreement_id__in=of)}
    about = Version.objects.filter(agreement_id__in=of).values_list("id", "number", "digest")
    versions = {row[0]: row[1:] for row in about}
    found: list[Unproven] = []
    for row in given:
        agency, (number, digest) = parties[row.agreement_id, row.for_agency_id], versions[row.version_id]
        why = _unproven_because(row, signed_digest(version=digest, agency=agency))
        if why:
            found.append(Unproven(agreements[row.agreement_id], number, agency, why))
    return sorted(found, key=lambda one: (one.code, one.version))


def _unproven_because(row: Signature, signed: bytes) -> str:
    """Return why the signature does not sign `signed`, "" for one that does."""
    blob, of_whom = bytes(row.blob), row.for_agency_id
    try:
        if row.method == SigningMethod.PASSKEY.value:
            check_kept_assertion(agency_id=of_whom, key_id=row.key_id, blob=blob, challenge=signed, at=row.at)
        else:
            signature = KeySignature(row.scheme, row.key_id, signed, blob)
            check_signature(agency_id=of_whom, signature=signature, digest=signed, at=row.at)
    except (KeyNotGoodError, SignatureNotGoodError, PasskeyRefusedError, UnreadableError) as error:
        return str(error)
    return ""


def told_by(events: Iterable[tuple[str, UUID | None, datetime | None]]) -> Told:
    """Return what events (kind, version, effective instant; oldest first) lead to."""
    state, current, notice = DRAFT, None, None
    for name, version_id, effective_at in events:
        event = EventKind(name)
        if event is EventKind.OFFERED and state == DRAFT:
            state = OFFERED
        state = _LEADS_TO.get(event, state)
        if event is EventKind.PUT_IN_FORCE:
            current = version_id
        if event is EventKind.NOTICE_WITHDRAWN:
            notice = None
        if event is EventKind.NOTICE_GIVEN:
            notice = effective_at
    return state, current, notice
