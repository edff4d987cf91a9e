"""What clauses would permit and the law forbids, found before anybody signs. Pure.

A clause is asked about as a friendly record would be: unmarked, with every evidence anybody could show. What the law
refuses even then it refuses always; what it holds for counsel even then is always held. Asked again without what only
the holder records, it says what it lets go by exception. No clause changes that, so the law is asked twice for each way
two agencies can share, and every clause is looked up in what it said: none is left out.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from itertools import product
from typing import Final

from msgspec import structs

from comity.spine.policy.decide import COUNSEL_MANDATE, decide
from comity.spine.policy.decision import HoldForCounsel, Refuse
from comity.spine.policy.facts import Facts, Party
from comity.spine.policy.rules import Rule
from comity.spine.policy.slices import RuleSlice, make_slice, rules_between
from comity.standing.agreements.terms import Pair, Share, Terms
from comity.standing.law.catalogue import Catalogue
from comity.standing.law.catalogue import Source as ShownBy

_ACT: Final = "disclose"
_Alike = tuple[Party, Party]
"""A pair as the law sees it: without the codes it does not name."""
_Reason = tuple[tuple[str, ...], bool, tuple[str, ...]]
"""Why the law keeps something back: ids of its rules, whether counsel decides, unless which evidence is shown."""
_Bars = Mapping[str, _Reason]
"""By sensitivity class, where the law keeps it back: why."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """That law keeps back what a clause lets go.

    `is_held`: counsel decides each time; `unless`: codes of evidence that the rules look for and the holder alone can
    record, without any of which it does not leave; neither: it never leaves. `rules`: ids of the law's rules;
    `elements` of the clause that they keep back, between which pair, for what: of several such ways the first.
    """

    clause: str
    rules: tuple[str, ...]
    is_held: bool
    unless: tuple[str, ...]
    elements: tuple[str, ...]
    pair: tuple[str, str]
    purpose: str
    category: str


@dataclass(frozen=True, slots=True)
class Weighing:
    """Clauses, their parties (by code) and the law of a day: all that `find_conflicts` needs, read beforehand."""

    terms: Terms
    parties: Mapping[str, Party]
    law: tuple[Rule, ...]
    day: date


def find_conflicts(weighing: Weighing, catalogue: Catalogue) -> tuple[Conflict, ...]:
    """Return what the law in force on the day keeps back of what `share` clauses permit, by clause; each reason once.

    A pair one of which is not among the parties is left out (the terms are refused for it elsewhere).
    """
    law = _LawAlone(weighing, catalogue)
    found: dict[tuple[str, _Reason], Conflict] = {}
    for clause in weighing.terms.clauses:
        if isinstance(clause, Share):
            for one in _kept_back(clause, law, catalogue):
                found.setdefault((one.clause, (one.rules, one.is_held, one.unless)), one)
    return tuple(found[key] for key in sorted(found))


class _LawAlone:
    """What the law says of everything a category holds, between two agencies for a purpose: asked once each.

    Agencies of one kind, state and powers are alike to a law that does not name them: it can compare their codes with
    one another only, and the two of a pair always differ.
    """

    def __init__(self, weighing: Weighing, catalogue: Catalogue) -> None:
        self._law = [rule for rule in weighing.law if rule.in_force_on(weighing.day)]
        self._shown = frozenset(catalogue.evidence) - catalogue.evidence_from(ShownBy.SETTING) - {COUNSEL_MANDATE}
        self._recorded = catalogue.evidence_from(ShownBy.HOLDER) | catalogue.evidence_from(ShownBy.RECORD)
        texts = "\n".join(rule.text for rule in self._law)
        self._alike = {
            code: party if f'"{code}"' in texts or " like " in texts else structs.replace(party, code="")
            for code, party in weighing.parties.items()
        }
        self._parties = weighing.parties
        of_class = {catalogue.class_of(code): code for code in catalogue.elements}
        self._asked = {
            name: tuple((one, (of_class[one],)) for one in sorted(category.classes) if one in of_class)
            for name, category in catalogue.categories.items()
        }
        self._slices: dict[_Alike, RuleSlice] = {}
        self._said: dict[tuple[_Alike, str, str], _Bars] = {}

    def one_of_each(self, pairs: Iterable[Pair]) -> Iterable[tuple[_Alike, Pair]]:
        """Return the first of the pairs that are alike, of those whose parties are known."""
        found: dict[_Alike, Pair] = {}
        for sender, receiver in pairs:
            if sender in self._alike and receiver in self._alike:
                found.setdefault((self._alike[sender], self._alike[receiver]), (sender, receiver))
        return found.items()

    def bars(self, alike: _Alike, pair: Pair, purpose: str, category: str) -> _Bars:
        way = alike, purpose, category
        if way not in self._said:
            sender, receiver = (self._parties[code] for code in pair)
            facts = Facts(_ACT, sender, receiver, purpose, category, self._asked[category], met=self._shown)
            unrecorded = replace(facts, met=self._shown - self._recorded)
            law = self._between(alike)
            self._said[way] = _bars_of(unrecorded, law, self._recorded) | _bars_of(facts, law)
        return self._said[way]

    def _between(self, alike: _Alike) -> RuleSlice:
        if alike not in self._slices:
            states = frozenset(party.state for party in alike)
            self._slices[alike] = make_slice(rules_between(self._law, sender="", receiver="", states=states))
        return self._slices[alike]


def _bars_of(facts: Facts, law: RuleSlice, recorded: Collection[str] = ()) -> dict[str, _Reason]:
    """Return what the law keeps back on these facts; `recorded`: the evidence that is the holder's to record."""
    bars: dict[str, _Reason] = {}
    for name, outcome in decide(facts=facts, rules=law).outcomes:
        if isinstance(outcome, Refuse) and outcome.rules:
            bars[name] = (outcome.rules, False, tuple(one for one in outcome.missing if one in recorded))
        elif isinstance(outcome, HoldForCounsel) and outcome.rules:
            bars[name] = (outcome.rules, True, ())
    return bars


def _kept_back(clause: Share, law: _LawAlone, catalogue: Catalogue) -> Iterator[Conflict]:
    asked = {
        category: catalogue.group(tuple(one for one in clause.elements if catalogue.may_ask(category, one)))
        for category in clause.categories
    }
    for (alike, pair), purpose, category in product(law.one_of_each(clause.pairs), clause.purposes, clause.categories):
        if asked[category]:
            bars = law.bars(alike, pair, purpose, category)
            for (rules, is_held, unless), elements in _by_reason(bars, asked[category]):
                yield Conflict(clause.id, rules, is_held, unless, elements, pair, purpose, category)


def _by_reason(bars: _Bars, asked: Iterable[tuple[str, tuple[str, ...]]]) -> Iterable[tuple[_Reason, tuple[str, ...]]]:
    """Return the elements that are kept back, by why."""
    found: dict[_Reason, tuple[str, ...]] = {}
    for name, elements in asked:
        if name in bars:
            found[bars[name]] = tuple(sorted({*found.get(bars[name], ()), *elements}))
    return found.items()
