"""Distinct facts for the gate: six elements of several sensitivity classes, two in five asks permitted."""

from collections.abc import Callable
from random import Random
from typing import Final

from comity.host.bench.gate_rulebook import AT, Pair, Rulebook
from comity.host.bench.samples import seeded
from comity.spine.policy.decide import decide
from comity.spine.policy.decision import DISCLOSED
from comity.spine.policy.facts import Facts, Party
from comity.standing.agreements.rulebook import build_slice
from comity.standing.law.catalogue import load_catalogue

PERMITTED: Final = 0.4
ELEMENTS: Final = 6
_FEWEST_CLASSES: Final = 3
_CATEGORIES: Final = ("case", "custody", "criminal_history")
_PURPOSES: Final = ("criminal_investigation", "civil_immigration", "customs")
_MARKS: Final = ("minor", "expunged", "shared_in", "ut_private", "political_association", "protected_1367")
_HELD: Final = frozenset(
    {"ledger_ready", "strong_login", "authorized_ori", "handling_accepted", "recipient_agreement", "own_legal_basis"}
)
_LATER: Final = ("approved_", "counsel_", "setting_")
"""How evidence begins that no ask arrives with."""
_TRAINED: Final = frozenset({"trained_receive_information", "trained_receive_cji"})
_SENDER_POWERS: Final = frozenset({"law_enforcement", "criminal_justice", "records"})
_RECEIVER_POWERS: Final = frozenset({"law_enforcement", "criminal_justice", "dhs", "immigration_enforcement"})

Ask = tuple[Pair, Facts]


def make_asks(book: Rulebook, *, count: int, seed: int) -> list[Ask]:
    """Return `count` asks over all pairs of the rulebook, no two with the same facts, two in five permitted."""
    return _make(lambda luck: luck.choice(book.pairs), book, count, seeded(seed))


def make_asks_of(pair: Pair, book: Rulebook, *, count: int, seed: int) -> list[Ask]:
    """Return `count` asks of one pair."""
    return _make(lambda _: pair, book, count, seeded(seed))


def _make(choose: Callable[[Random], Pair], book: Rulebook, count: int, luck: Random) -> list[Ask]:
    permitted = round(count * PERMITTED)
    found: dict[bool, list[Ask]] = {True: [], False: []}
    seen: set[Facts] = set()
    while len(found[True]) < permitted or len(found[False]) < count - permitted:
        pair = choose(luck)
        facts = _facts(pair, luck)
        if facts in seen:
            continue
        seen.add(facts)
        rules = build_slice(law=book.law, agreements=(pair.agreement,), between=pair.between, at=AT)
        is_permitted = decide(facts=facts, rules=rules).headline == DISCLOSED
        if len(found[is_permitted]) < (permitted if is_permitted else count - permitted):
            found[is_permitted].append((pair, facts))
    asks = found[True] + found[False]
    luck.shuffle(asks)
    return asks


def _facts(pair: Pair, luck: Random) -> Facts:
    catalogue = load_catalogue()
    shown = [code for code in sorted(catalogue.evidence) if not code.startswith(_LATER)]
    is_ordinary = luck.random() < 0.5  # noqa: PLR2004 - half of the asks are in order, the rest at random
    met = _HELD | _TRAINED if is_ordinary else frozenset(luck.sample(sorted(_HELD | _TRAINED), 6))
    met |= frozenset(luck.sample(shown, 6))
    unmet = frozenset(luck.sample(shown, 3)) - met
    category = luck.choice(_CATEGORIES)
    return Facts(
        act="disclose",
        sender=Party(pair.between.sender, "local", "AZ", _SENDER_POWERS),
        receiver=Party(pair.between.receiver, "federal", "", _RECEIVER_POWERS),
        purpose=_PURPOSES[0] if is_ordinary else luck.choice(_PURPOSES),
        category=category,
        asked=catalogue.group(_elements(category, luck)),
        marks=frozenset() if is_ordinary else frozenset(luck.sample(_MARKS, luck.randint(0, 2))),
        met=met,
        unmet=unmet,
    )


def _elements(category: str, luck: Random) -> tuple[str, ...]:
    catalogue = load_catalogue()
    open_elements = [code for code in sorted(catalogue.elements) if catalogue.may_ask(category, code)]
    while True:
        chosen = tuple(luck.sample(open_elements, ELEMENTS))
        if len({catalogue.class_of(code) for code in chosen}) >= _FEWEST_CLASSES:
            return chosen
