"""What clauses would permit and the law forbids, found before anybody signs. Pure.

A clause is asked about as a friendly record would be: unmarked, with every evidence anybody could show. What the law
refuses even then it refuses always; what it holds for counsel even then is always held.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import islice, product
from typing import Final

from comity.spine.policy.decide import COUNSEL_MANDATE, decide
from comity.spine.policy.decision import HoldForCounsel, Refuse
from comity.spine.policy.facts import Facts, Party
from comity.spine.policy.rules import Kind, Rule
from comity.spine.policy.slices import make_slice, rules_between
from comity.standing.agreements.compile import JURISDICTION, Source, compile_terms
from comity.standing.agreements.terms import Share, Terms
from comity.standing.law.catalogue import Catalogue
from comity.standing.law.catalogue import Source as ShownBy

_MOST_WAYS: Final = 200
"""Of a clause with very many pairs, purposes and categories only so many ways are looked at."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """That law keeps back what a clause lets go. `is_held`: counsel decides each time, else it never leaves.

    `rules`: ids of the law's rules; `elements` of the clause that they keep back, between which pair, for what.
    """

    clause: str
    rules: tuple[str, ...]
    is_held: bool
    elements: tuple[str, ...]
    pair: tuple[str, str]
    purpose: str
    category: str


def find_conflicts(
    terms: Terms, *, parties: Mapping[str, Party], law: Iterable[Rule], day: date, catalogue: Catalogue
) -> tuple[Conflict, ...]:
    """Return what the law in force on `day` keeps back of what `share` clauses permit, by clause; each reason once.

    `parties` by code; a pair one of which is not among them is left out (the terms are refused for it elsewhere).
    """
    compiled = compile_terms(terms, source=Source("draft", "draft", 1))
    shown = frozenset(catalogue.evidence) - catalogue.evidence_from(ShownBy.SETTING) - {COUNSEL_MANDATE}
    rules = [rule for rule in law if rule.in_force_on(day)]
    found: dict[tuple[str, tuple[str, ...], bool], Conflict] = {}
    for clause in terms.clauses:
        if not isinstance(clause, Share):
            continue
        for pair, purpose, category in islice(product(clause.pairs, clause.purposes, clause.categories), _MOST_WAYS):
            elements = tuple(one for one in clause.elements if catalogue.may_ask(category, one))
            if not elements or not parties.keys() >= set(pair):
                continue
            sender, receiver = parties[pair[0]], parties[pair[1]]
            states = frozenset({sender.state, receiver.state} - {""})
            bearing = rules_between(rules, sender=sender.code, receiver=receiver.code, states=states)
            facts = Facts("disclose", sender, receiver, purpose, category, catalogue.group(elements), met=shown)
            granted = [rule for rule in compiled.between[pair] if rule.kind is Kind.PERMIT]
            for one in _kept_back(facts, [*bearing, *granted], clause.id):
                found.setdefault((one.clause, one.rules, one.is_held), one)
    return tuple(found[key] for key in sorted(found))


def _kept_back(facts: Facts, rules: list[Rule], clause: str) -> Iterable[Conflict]:
    by_id = {rule.id: rule for rule in rules}
    decision = decide(facts=facts, rules=make_slice(by_id.values()))
    asked = dict(facts.asked)
    for name, outcome in decision.outcomes:
        if not isinstance(outcome, Refuse | HoldForCounsel):
            continue
        ours = tuple(rule for rule in outcome.rules if by_id[rule].jurisdiction != JURISDICTION)
        if ours:
            yield Conflict(
                clause=clause,
                rules=ours,
                is_held=isinstance(outcome, HoldForCounsel),
                elements=asked[name],
                pair=(facts.sender.code, facts.receiver.code),
                purpose=facts.purpose,
                category=facts.category,
            )
