"""Gathered asks to decided cases: the law in force, the clauses between the parties, the gate."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

from django.db.backends.utils import CursorWrapper

from comity.coordination.exchange.case import Case
from comity.coordination.exchange.facts import Named, RecordFacts, Standing, facts_by_record, facts_by_type
from comity.coordination.exchange.gather import (
    TRAINED,
    Agreements,
    Records,
    between_of,
    pairs_of,
    preview_standing,
    read_records,
    read_standing,
    records_from,
    records_of,
    standing_of,
)
from comity.spine.policy.decide import decide
from comity.spine.tenancy.stamps import Stamps
from comity.spine.tenancy.transaction import read_together
from comity.standing.agreements.facts import Hold
from comity.standing.agreements.live import agreements_from, locking
from comity.standing.agreements.quotas import QuotaBook, Use, lock_quotas, save_quotas
from comity.standing.agreements.rulebook import build_slice
from comity.standing.law.catalogue import load_catalogue
from comity.standing.law.facts import Law
from comity.standing.law.selectors import get_current_law


def decide_asks(cursor: CursorWrapper, named: Sequence[Named], now: datetime) -> list[Case]:
    """Gather what stands between the parties and decide each ask, by its lodged record or else by type.

    Agreements stay locked FOR SHARE, and the counters of clauses with a quota locked, until the transaction ends.
    """
    if not named:
        return []
    pairs = pairs_of(named)
    locked, records = read_together(cursor, locking(pairs), records_of(named))
    agreements = agreements_from(cursor, pairs, locked)
    return decide_found(cursor, named, records_from(records), agreements, now)


def decide_found(
    cursor: CursorWrapper,
    named: Sequence[Named],
    records: Records,
    agreements: Agreements,
    now: datetime,
    stamps: Stamps | None = None,
) -> list[Case]:
    """Decide asks on the records and locked agreements that were read for them.

    With `stamps` what was read before from training and law is not read again until it changes.
    """
    if not named:
        return []
    found = [records.get((n.holder.id, n.ask.category, n.reference_key)) for n in named]
    standing = standing_of(named, agreements, now, stamps)
    law = get_current_law(now, stamps=stamps)
    return decide_with(cursor, named, found, standing=[standing[n.id] for n in named], law=law, now=now)


def decide_on(
    cursor: CursorWrapper, named: Sequence[Named], records: Sequence[RecordFacts | None], now: datetime
) -> list[Case]:
    """Decide asks on the records given, None for an ask whose record is not known."""
    standing = read_standing(cursor, named, now)
    return decide_with(
        cursor, named, records, standing=[standing[n.id] for n in named], law=get_current_law(now), now=now
    )


def decide_with(
    cursor: CursorWrapper,
    named: Sequence[Named],
    records: Sequence[RecordFacts | None],
    *,
    standing: Sequence[Standing],
    law: Law,
    now: datetime,
) -> list[Case]:
    """Decide asks on records, standing and law given; count what goes at once against the quotas of its clauses."""
    # A version may bear on a pair twice, between the two and as a limit on passing on: quotas are the former's.
    agreements = {live.version_id: live for one in standing for live in one.agreements if live.hold is Hold.BETWEEN}
    uses = {Use(n.holder.code, n.asker.code, n.ask.purpose, n.ask.category) for n in named}
    book = lock_quotas(cursor, agreements=agreements.values(), uses=uses, day=now.astimezone(UTC).date())
    cases = [
        _decide(n, _counted(one, book), record, law, now, book)
        for n, record, one in zip(named, records, standing, strict=True)
    ]
    save_quotas(cursor, book)
    return cases


def _counted(standing: Standing, book: QuotaBook) -> Standing:
    return replace(standing, exhausted=book.exhausted) if book.exhausted != standing.exhausted else standing


def preview_asks(cursor: CursorWrapper, named: Sequence[Named], now: datetime) -> list[Case]:
    """Decide asks by type, without a record, a lock or a count: what would be permitted, and what is missing."""
    return _preview(named, preview_standing(cursor, named, now), now)


def preview_trained(cursor: CursorWrapper, named: Sequence[Named], now: datetime) -> list[Case]:
    """Decide the same as for a post whose holder is trained in everything: for who may not know whether one is."""
    trained = {
        key: replace(one, trained=frozenset(TRAINED), untrained=frozenset())
        for key, one in preview_standing(cursor, named, now).items()
    }
    return _preview(named, trained, now)


def _preview(named: Sequence[Named], standing: Mapping[UUID, Standing], now: datetime) -> list[Case]:
    law, book = get_current_law(now), QuotaBook(now.astimezone(UTC).date(), {}, {}, {})
    return [_decide(n, standing[n.id], None, law, now, book) for n in named]


def decide_shadow(cursor: CursorWrapper, named: Sequence[Named], now: datetime) -> list[Case]:
    """Decide asks on their lodged records as if they were live, without a lock or a count: nothing leaves."""
    if not named:
        return []
    standing = preview_standing(cursor, named, now)
    return decide_past(cursor, named, now, standing=[standing[n.id] for n in named])


def decide_past(
    cursor: CursorWrapper, named: Sequence[Named], at: datetime, *, standing: Sequence[Standing]
) -> list[Case]:
    """Decide asks on their lodged records under the law of `at` and the standing given, without a lock or a count."""
    records = read_records(cursor, named)
    law = get_current_law(at)
    book = QuotaBook(at.astimezone(UTC).date(), {}, {}, {})
    return [
        _decide(n, one, records.get((n.holder.id, n.ask.category, n.reference_key)), law, at, book)
        for n, one in zip(named, standing, strict=True)
    ]


def _decide(
    named: Named, standing: Standing, record: RecordFacts | None, law: Law, now: datetime, book: QuotaBook
) -> Case:
    catalogue = load_catalogue()
    if record is None:
        facts = facts_by_type(named=named, standing=standing, catalogue=catalogue)
    else:
        facts = facts_by_record(named=named, standing=standing, catalogue=catalogue, record=record, now=now)
    between = between_of(named, facts.origin_state)
    rules = build_slice(law=law, agreements=standing.agreements, between=between, at=now)
    case = Case(named, standing, record, facts, decide(facts=facts, rules=rules), rules, law)
    if record is not None and standing.named_in_force and case.decision.permitted:
        book.take(case.basis)
    return case
