"""Decisions that were made before: distinct facts, really decided, really sealed, under rules that are really kept."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final
from uuid import UUID, uuid5

from comity.host.bench.gate_asks import Ask, make_asks
from comity.host.bench.gate_rulebook import AT, Rulebook, make_pair, shipped_law
from comity.host.bench.node import Say
from comity.host.bench.samples import seeded
from comity.kernel.ids import new_id
from comity.kernel.time import Period, utc_text
from comity.spine.policy.decide import decide
from comity.spine.policy.slices import RuleSlice
from comity.standing.agreements.rulebook import build_slice

if TYPE_CHECKING:
    from comity.kernel.canonical import Cell, Json
    from comity.spine.keys.ring import KeyRing

STARTS_AT: Final = datetime(2026, 3, 1, tzinfo=UTC)
_CHUNK: Final = 1_000
_SPACE: Final = UUID(int=0x5EED)


def seed_decisions(*, count: int, distinct: int, pairs: int, keys: "KeyRing", say: Say) -> Period:
    """Decide `count` asks, `distinct` of them with facts of their own and the others like one of these; return when.

    They are between `pairs` pairs, each with its agreement, in no order.

    Rows as the commands write them, but for ask, answer and ledger entry, which a replay does not read.
    """
    book = Rulebook(shipped_law(), tuple(make_pair(edition="past", number=number) for number in range(pairs)), 0)
    say(f"deciding {count:,} asks between {pairs} pairs")
    luck, own = seeded(5), make_asks(book, count=distinct, seed=3)
    asks = own + [luck.choice(own) for _ in range(count - distinct)]
    luck.shuffle(asks)
    for start in range(0, count, _CHUNK):
        _insert(book, asks[start : start + _CHUNK], start, keys)
    return Period(STARTS_AT, STARTS_AT + timedelta(seconds=count))


def _insert(book: Rulebook, asks: Sequence[Ask], first: int, keys: "KeyRing") -> None:
    from comity.coordination.exchange.rulesets import keep_rulesets
    from comity.spine.tenancy.actor import Duty, node_actor
    from comity.spine.tenancy.transaction import acting, insert_rows
    from comity.spine.vault.seal import Plain, seal_all

    slices: dict[str, RuleSlice] = {}
    rows: list[dict[str, Cell]] = []
    plains: list[Plain] = []
    for number, (pair, facts) in enumerate(asks, start=first):
        rules = build_slice(law=book.law, agreements=(pair.agreement,), between=pair.between, at=AT)
        slices[rules.digest] = rules
        holder, item = uuid5(_SPACE, pair.between.sender), new_id()
        plains.append(Plain(item, "facts", holder, {**_mapped(facts.as_plain())}))
        decision = _mapped(decide(facts=facts, rules=rules).as_plain())
        rows.append(
            {
                **decision,
                "id": new_id(),
                "entry_id": new_id(),
                "ask_id": new_id(),
                "asker_id": uuid5(_SPACE, pair.between.receiver),
                "holder_id": holder,
                "number": 1,
                "stage": "record",
                "facts_item": item,
                "decided_by": holder,
                "decided_at": utc_text(STARTS_AT + timedelta(seconds=number)),
            }
        )
    with acting(node_actor(Duty.RETENTION)) as cursor:
        keep_rulesets(cursor, slices.values())
        insert_rows(cursor, seal_all(keys, plains).tables, {"exchange_decision": rows})


def _mapped(value: "Json") -> "dict[str, Json]":
    return value if isinstance(value, dict) else {}
