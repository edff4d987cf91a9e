"""Ask: a chunk of asks is gathered, decided, minimized and recorded in one durable transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import IntegrityError
from django.db.backends.utils import CursorWrapper

from comity.coordination.exchange.ask import CHUNK, Answered, Ask, AskResult, Conflict, Fault, Invalid
from comity.coordination.exchange.batch import Batch
from comity.coordination.exchange.deciding import decide_found
from comity.coordination.exchange.facts import Named
from comity.coordination.exchange.gather import (
    Agreements,
    Recorded,
    Records,
    body_digest,
    name_ask,
    pairs_of,
    read_roster,
    recorded_from,
    recorded_of,
    records_from,
    records_of,
)
from comity.coordination.exchange.hidden import is_hiding
from comity.coordination.exchange.named_agreement import not_in_force
from comity.coordination.exchange.open_records import open_values
from comity.coordination.exchange.outcome import add_hidden_ask, add_outcome
from comity.coordination.exchange.rules import faults_of, reserved_faults
from comity.coordination.exchange.selectors import get_answers_by_key
from comity.spine.keys.ring import KeyRing
from comity.spine.tenancy.actor import Actor
from comity.spine.tenancy.stamps import Stamps
from comity.spine.tenancy.transaction import acting_with_stamps, read_together
from comity.spine.vault.seal import ItemAlteredError
from comity.standing.agreements.live import agreements_from, locking
from comity.standing.law.catalogue import load_catalogue


class ChunkTooLargeError(ValueError):
    """More asks at once than one transaction decides."""


def request_disclosures(
    *, asks: Sequence[Ask], by: Actor, keys: KeyRing, now: datetime | None = None
) -> list[AskResult]:
    """Decide and record up to 200 asks of one agency; return one result per ask, in order.

    One durable transaction: vault items, `exchange_ask`, `exchange_decision`, `exchange_answer`, and for what goes at
    once `exchange_disclosure`; clocks, tasks, outbox messages; one ledger entry per ask, permit and refusal alike. A
    retry returns the recorded outcome. When another request records one of the keys meanwhile, the chunk is done
    again ask by ask; so too when a record was altered: that ask alone is then `Invalid`, nothing of it recorded.
    `now`: None for the database's clock as the transaction opens.
    Raises `ChunkTooLargeError`, and `ActorChangedError` for an actor known from before that must be looked up again;
    a refusal is returned, never raised.
    """
    if len(asks) > CHUNK:
        raise ChunkTooLargeError(f"{len(asks)} asks at once, more than {CHUNK}")
    try:
        return _attempt(asks, by, now, keys)
    except (IntegrityError, ItemAlteredError):
        return [result for ask in asks for result in _attempt_again(ask, by, now, keys)]


def _attempt_again(ask: Ask, by: Actor, now: datetime | None, keys: KeyRing) -> list[AskResult]:
    """Retry singly: the second failure of the same ask is not a race and is raised."""
    try:
        return _attempt([ask], by, now, keys)
    except IntegrityError:
        return _attempt([ask], by, now, keys)
    except ItemAlteredError:
        fault = Fault("reference", "names a record that does not open", "tell the holder", code="unavailable")
        return [Invalid(ask.ask_key, (fault,))]


def _attempt(asks: Sequence[Ask], by: Actor, now: datetime | None, keys: KeyRing) -> list[AskResult]:
    catalogue = load_catalogue()
    results: dict[int, AskResult] = {}
    for position, ask in enumerate(asks):
        faults = faults_of(ask, catalogue) + reserved_faults(ask)
        if faults:
            results[position] = Invalid(ask.ask_key, faults)
    open_asks = {position: ask for position, ask in enumerate(asks) if position not in results}
    if open_asks:
        with acting_with_stamps(by) as (cursor, stamps, opened):
            results |= _record(cursor, open_asks, by, now or opened, keys, stamps)
    return [results[position] for position in range(len(asks))]


def _record(
    cursor: CursorWrapper, asks: Mapping[int, Ask], by: Actor, now: datetime, keys: KeyRing, stamps: Stamps
) -> dict[int, AskResult]:
    known = read_roster(asks.values(), by, stamps)
    called = {position: name_ask(ask, known, keys) for position, ask in asks.items()}
    read = _read(cursor, asks, [one for one in called.values() if isinstance(one, Named)], by)
    results = _repeats(cursor, asks, read.recorded, by, keys)
    fresh, twins = _first_of_each_key({p: ask for p, ask in asks.items() if p not in results})
    named: dict[int, Named] = {}
    for position, ask in fresh.items():
        found = called[position]
        if isinstance(found, Named):
            named[position] = found
        else:
            results[position] = Invalid(ask.ask_key, found)
    batch = Batch(now)
    results |= _decide_all(cursor, named, read, by, batch, keys, stamps)
    batch.write(cursor, keys)
    return results | {p: _as_twin(asks[p], asks[first], results[first]) for p, first in twins.items()}


@dataclass(frozen=True, slots=True)
class _Read:
    """What one chunk read: asks made before, the records named and the agreements that bear, locked."""

    recorded: Mapping[str, Recorded]
    records: Records
    agreements: Agreements


def _read(cursor: CursorWrapper, asks: Mapping[int, Ask], named: Sequence[Named], by: Actor) -> _Read:
    """Read all that the database must be asked for a chunk, in one statement.

    Where the law may hide that a record exists none is looked at, nor anything locked.
    """
    made_before = recorded_of(by.agency_id, [ask.ask_key for ask in asks.values()])
    plain = [one for one in named if not is_hiding(one)]
    if not plain:
        [recorded] = read_together(cursor, made_before)
        return _Read(recorded_from(recorded), {}, {})
    pairs = pairs_of(plain)
    # The lock first: what a suspension let it wait for is over when the records are read.
    recorded, locked, records = read_together(cursor, made_before, locking(pairs), records_of(plain))
    return _Read(recorded_from(recorded), records_from(records), agreements_from(cursor, pairs, locked))


def _repeats(
    cursor: CursorWrapper, asks: Mapping[int, Ask], recorded: Mapping[str, Recorded], by: Actor, keys: KeyRing
) -> dict[int, AskResult]:
    """Answer what was asked before: the recorded answer, or a conflict when the body is another."""
    repeated = {p: ask for p, ask in asks.items() if ask.ask_key in recorded}
    if not repeated:
        return {}
    answers = get_answers_by_key(cursor, by.agency_id, [ask.ask_key for ask in repeated.values()])
    results: dict[int, AskResult] = {}
    for position, ask in repeated.items():
        known = recorded[ask.ask_key]
        same = known.body_digest == body_digest(keys, asker_id=by.agency_id, ask=ask)
        results[position] = answers[ask.ask_key] if same else Conflict(ask.ask_key, known.ask_id)
    return results


def _first_of_each_key(asks: Mapping[int, Ask]) -> tuple[dict[int, Ask], dict[int, int]]:
    """Return the first ask under each key, and for every later one the position of the first."""
    first: dict[str, int] = {}
    twins: dict[int, int] = {}
    for position, ask in asks.items():
        if ask.ask_key in first:
            twins[position] = first[ask.ask_key]
        else:
            first[ask.ask_key] = position
    return {position: asks[position] for position in first.values()}, twins


def _as_twin(ask: Ask, first: Ask, result: AskResult) -> AskResult:
    """Answer a second ask under one key as a retry of the first, or as a conflict with it."""
    if not isinstance(result, Answered):
        return result
    return replace(result, repeated=True) if ask.digest() == first.digest() else Conflict(ask.ask_key, result.ask_id)


def _decide_all(
    cursor: CursorWrapper,
    named: Mapping[int, Named],
    read: _Read,
    by: Actor,
    batch: Batch,
    keys: KeyRing,
    stamps: Stamps,
) -> dict[int, AskResult]:
    hidden = {p: n for p, n in named.items() if is_hiding(n)}
    plain = {p: n for p, n in named.items() if p not in hidden}
    results: dict[int, AskResult] = {p: add_hidden_ask(batch, n, by) for p, n in hidden.items()}
    cases = decide_found(cursor, list(plain.values()), read.records, read.agreements, batch.now, stamps)
    values = open_values(cursor, [case for case in cases if case.wants_values], keys)
    for position, case in zip(plain, cases, strict=True):
        if not case.standing.named_in_force:
            results[position] = Invalid(case.named.ask.ask_key, (not_in_force(case.named, batch.now),))
            continue
        results[position] = add_outcome(batch, case, by, values.get(case.named.id))
    return results
