"""Shadow mode: past requests of a partner put through the gate, nothing released, shown to the holder only."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final
from uuid import UUID

from comity.coordination.exchange.ask import CHUNK, Ask, Fault, Invalid
from comity.coordination.exchange.batch import Act, ActRow, Batch
from comity.coordination.exchange.case import Case
from comity.coordination.exchange.commands.request import ChunkTooLargeError
from comity.coordination.exchange.deciding import decide_shadow
from comity.coordination.exchange.facts import Named
from comity.coordination.exchange.gather import Recorded, name_ask, read_recorded, read_roster
from comity.coordination.exchange.hidden import is_hiding
from comity.coordination.exchange.outcome import Stage, add_ask, decision_row
from comity.coordination.exchange.reload import reload_asks
from comity.coordination.exchange.rules import RESERVED_SHADOW, faults_of, next_tick
from comity.spine.keys.ring import KeyRing
from comity.spine.tenancy.actor import Actor
from comity.spine.tenancy.transaction import acting
from comity.standing.law.catalogue import load_catalogue

SHADOW: Final = "shadow"
ACCEPTED: Final = "accepted"
_DUE: Final = """
SELECT id FROM exchange_ask a WHERE path = %s AND tick_at <= %s
    AND NOT EXISTS (SELECT FROM exchange_decision d WHERE d.ask_id = a.id)
ORDER BY tick_at, id LIMIT %s
"""
_REUSED: Final = Fault("ask_id", "was used for another past request", "give it its own `ask_id`", code="reused")


def shadow_requests(*, asks: Sequence[Ask], by: Actor, now: datetime, keys: KeyRing) -> list[str | Invalid]:
    """Put up to 200 past requests through the gate without releasing anything; return `accepted` or faults each.

    The asker learns nothing else: what would have happened is a decision row at the holder, read with
    `list_shadow_decisions`. Run again, a request already run is passed over; another one under its key is a fault.
    Where the law may hide a record none is looked at here: `decide_shadow_asks` decides on the tick. One durable
    transaction: ask, decision, vault items and a ledger entry per request. Raises `ChunkTooLargeError`.
    """
    if len(asks) > CHUNK:
        raise ChunkTooLargeError(f"{len(asks)} asks at once, more than {CHUNK}")
    catalogue = load_catalogue()
    results: list[str | Invalid] = []
    named: list[Named] = []
    faults = [faults_of(ask, catalogue) for ask in asks]
    own = [replace(ask, ask_key=f"{RESERVED_SHADOW}{ask.ask_key}") for ask in asks]
    sound = [ask for ask, wrong in zip(own, faults, strict=True) if not wrong]
    with acting(by) as cursor:
        known = read_recorded(cursor, by.agency_id, [ask.ask_key for ask in sound])
        roster = read_roster(sound, by)
        for ask, wrong in zip(own, faults, strict=True):
            found = wrong or name_ask(ask, roster, keys)
            if isinstance(found, Named) and ask.ask_key not in known:
                known[ask.ask_key] = Recorded(found.id, found.body_digest)
                named.append(found)
            elif isinstance(found, Named) and known[ask.ask_key].body_digest != found.body_digest:
                found = (_REUSED,)
            given_key = ask.ask_key.removeprefix(RESERVED_SHADOW)
            results.append(ACCEPTED if isinstance(found, Named) else Invalid(given_key, found))
        batch = Batch(now)
        for one in (one for one in named if is_hiding(one)):
            row, item = add_ask(batch, one, tick_at=next_tick(now), path=SHADOW)
            batch.acts.append(Act("shadow.accepted", by, (row,), items=(item,)))
        for case in decide_shadow(cursor, [one for one in named if not is_hiding(one)], now):
            row, item = add_ask(batch, case.named, tick_at=None, path=SHADOW)
            _add_decision(batch, case, by, (row,), (item,))
        batch.write(cursor, keys)
    return results


def decide_shadow_asks(*, by: Actor, now: datetime, keys: KeyRing) -> int:
    """Decide up to 200 past requests whose tick has come, in one durable transaction; return how many.

    `by` is the courier. As with live asks, what the asker sent and when it was answered tells nothing of a record.
    """
    with acting(by) as cursor:
        cursor.execute(_DUE, (SHADOW, now, CHUNK))
        due = [row[0] for row in cursor.fetchall()]
        batch = Batch(now)
        for case in decide_shadow(cursor, [one.named for one in reload_asks(cursor, due)], now):
            _add_decision(batch, case, replace(by, agency_id=case.named.holder.id), (), ())
        batch.write(cursor, keys)
    return len(due)


def _add_decision(batch: Batch, case: Case, by: Actor, rows: tuple[ActRow, ...], items: tuple[UUID, ...]) -> None:
    decision, facts_item = decision_row(batch, case, by, Stage(1, SHADOW))
    act = Act("disclosure.shadow", by, (*rows, decision), facts_item=facts_item, items=(*items, facts_item))
    batch.acts.append(act)
