"""Offering: the draft becomes a version that nothing changes any more."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db.backends.utils import CursorWrapper

from comity.kernel.ids import new_id
from comity.kernel.time import Period
from comity.spine.ledger.append import Entry, append_entries
from comity.spine.tenancy.actor import Actor
from comity.spine.tenancy.transaction import acting
from comity.standing.agreements.commands.record import (
    lock_agreement,
    record_event,
    require_party_or_steward,
    state_at,
)
from comity.standing.agreements.digest import text_digest, version_digest
from comity.standing.agreements.law_in_force import current_vocabulary
from comity.standing.agreements.models import Agreement, Draft, Party, Version
from comity.standing.agreements.reviews import Reviewed, required_reviews
from comity.standing.agreements.states import AGREEMENT
from comity.standing.agreements.terms import Terms, check_terms, permits, plain_terms, read_terms
from comity.standing.agreements.vocabulary import EventKind
from comity.standing.directory.selectors import list_agencies_by_code

_PAIRS = """
INSERT INTO agreements_pair (sender_id, receiver_id, version_id, agreement_id, restricts)
SELECT sender_id, receiver_id, %s, %s, restricts FROM unnest(%s::uuid[], %s::uuid[], %s::bool[])
    AS t (sender_id, receiver_id, restricts)
"""


class NoDraftError(ValueError):
    """The agency has no draft to offer; what another wrote is not its own to offer."""


def offer_agreement(*, by: Actor, now: datetime, agreement_id: UUID) -> UUID:
    """Offer the draft of `by`'s agency as the next version; return its id. What was given to an earlier offer lapses.

    Offered on top of another party's offer it is a counter-offer. The version says which reviews its parties owe
    (`reviews.required_reviews`). One transaction: version, its pairs, event `offered`, two ledger entries, state; the
    draft is gone, those of others stay. An agreement in force stays in force under its present version. Raises
    `UnknownTermError` for a term of no vocabulary (nothing is written), `NoDraftError`, `NoSuchAgreementError`,
    `WrongPostError`, `IllegalTransitionError`.
    """
    with acting(by) as cursor:
        agreement = lock_agreement(agreement_id)
        require_party_or_steward(by, agreement)
        state = AGREEMENT.next(state_at(agreement, now), "offer")
        parties = dict(Party.objects.filter(agreement_id=agreement_id).values_list("agency_code", "agency_id"))
        draft = Draft.objects.filter(agreement_id=agreement_id, agency_id=by.agency_id).first()
        if draft is None:
            own = next((f"`{code}`" for code, agency_id in parties.items() if agency_id == by.agency_id), "the steward")
            raise NoDraftError(f"`{agreement.code}` has no draft of {own}; whoever offers writes one first")
        terms = read_terms(draft.terms)
        needed = _reviews(terms, parties)
        check_terms(terms, vocabulary=current_vocabulary(), parties=parties)
        version_id = _add_version(cursor, agreement, draft, terms, parties=parties, needed=needed, by=by, now=now)
        _add_pairs(cursor, agreement.id, version_id, terms, parties)
        record_event(cursor, agreement=agreement, event=EventKind.OFFERED, by=by, now=now, version_id=version_id)
        Agreement.objects.filter(id=agreement_id).update(state=state)
        draft.delete()
    return version_id


def _add_version(
    cursor: CursorWrapper,
    agreement: Agreement,
    draft: Draft,
    terms: Terms,
    *,
    parties: Collection[str],
    needed: Collection[str],
    by: Actor,
    now: datetime,
) -> UUID:
    number = Version.objects.filter(agreement_id=agreement.id).count() + 1
    stored = plain_terms(terms)
    row: dict[str, object] = {
        "id": new_id(),
        "agreement_id": agreement.id,
        "number": number,
        "title": draft.title,
        "text": draft.text,
        "terms": stored,
        "parties": sorted(parties),
        "starts_at": draft.starts_at,
        "ends_at": draft.ends_at,
        "digest": version_digest(
            code=agreement.code,
            kind=agreement.kind,
            number=number,
            title=draft.title,
            text_digest=text_digest(draft.text),
            terms=stored,
            parties=parties,
            period=Period(draft.starts_at, draft.ends_at),
        ),
        "reviews": list(needed),
        "offered_at": now,
        "agency_id": by.agency_id,
        "post_id": by.post_id,
    }
    entry = Entry.make(act="agreement.version", at=now, actor=by, rows={f"agreements_version/{row['id']}": row})
    version = Version.objects.create(**row, entry_id=entry.entry_id)
    append_entries(cursor, [entry])
    return version.id


def _reviews(terms: Terms, parties: Collection[str]) -> list[str]:
    """Return the reviews that the parties owe for these terms, as they are written."""
    agencies = list_agencies_by_code(parties)
    senders = {sender for clause in terms.clauses if permits(clause) for sender, _ in clause.pairs}
    reviewed = [Reviewed(one.code, one.kind, one.state, one.code in senders) for one in agencies.values()]
    return [str(one) for one in required_reviews(reviewed)]


def _add_pairs(
    cursor: CursorWrapper, agreement_id: UUID, version_id: UUID, terms: Terms, parties: dict[str, UUID]
) -> None:
    pairs, restricted = sorted(terms.pairs), terms.restricted_pairs
    senders = [parties[sender] for sender, _ in pairs]
    receivers = [parties[receiver] for _, receiver in pairs]
    cursor.execute(_PAIRS, [version_id, agreement_id, senders, receivers, [pair in restricted for pair in pairs]])
