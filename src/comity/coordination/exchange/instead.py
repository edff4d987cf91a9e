"""Other rules in the place of those a decision was made under: a release of the law, or a version of an agreement.

Pure but for what it keeps. What decisions were made from stays as recorded, but for the evidence that Comity itself
finds in agreements: a version that is tried changes that as it would if it were in force.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final, Protocol

from comity.coordination.exchange.facts import OF_COVER, OF_FORCE
from comity.spine.policy.again import Replaced, make_replaced
from comity.spine.policy.facts import Facts
from comity.spine.policy.narrow import can_apply
from comity.spine.policy.rules import Kind, Rule
from comity.spine.policy.slices import RuleSlice, make_slice, rules_between
from comity.standing.agreements.candidate import Candidate
from comity.standing.agreements.compile import JURISDICTION
from comity.standing.agreements.terms import Pair
from comity.standing.law.facts import Law

_KEPT: Final = 1024


class Instead(Protocol):
    """Rules to be tried in the place of those recorded."""

    def replaced(self, before: RuleSlice, facts: Facts) -> Replaced | None:
        """Return the rules of then with those to be tried; None where they do not bear on the decision."""

    def adapted(self, facts: Facts, rules: Replaced) -> Facts:
        """Return the facts as they would be under the rules tried."""


@dataclass(frozen=True, slots=True)
class _Kept:
    """What was made last, by key; the oldest leaves when full."""

    made: OrderedDict[object, Replaced] = field(default_factory=OrderedDict)

    def get(self, key: object, make: Callable[[], Replaced]) -> Replaced:
        found = self.made.get(key)
        if found is None:
            found = self.made[key] = make()
            if len(self.made) > _KEPT:
                self.made.popitem(last=False)
        else:
            self.made.move_to_end(key)
        return found


@dataclass(frozen=True, slots=True)
class LawInstead:
    """A release of the law in the place of the law of then; clauses of agreements stay. Rules dated to `day` apply."""

    law: Law
    day: date
    kept: _Kept = field(default_factory=_Kept)

    def replaced(self, before: RuleSlice, facts: Facts) -> Replaced | None:
        """Return the rules of then with the release's between the same two."""
        states = frozenset({facts.sender.state, facts.receiver.state, facts.origin_state} - {""})
        pair = (facts.sender.code, facts.receiver.code)

        def make() -> Replaced:
            law = rules_between(self.law.rules, sender=pair[0], receiver=pair[1], states=states)
            clauses = [rule for rule in before.rules if rule.jurisdiction == JURISDICTION]
            return _made(before, [*(rule for rule in law if rule.in_force_on(self.day)), *clauses])

        return self.kept.get((before.digest, states), make)

    def adapted(self, facts: Facts, rules: Replaced) -> Facts:
        """Return the facts: no law changes them."""
        del rules
        return facts


@dataclass(frozen=True, slots=True)
class VersionInstead:
    """A version of an agreement in the place of any earlier one; law and other agreements stay."""

    candidate: Candidate
    day: date
    kept: _Kept = field(default_factory=_Kept)

    def replaced(self, before: RuleSlice, facts: Facts) -> Replaced | None:
        """Return the rules of then with the version's clauses; None where it neither takes nor brings any."""
        pair = (facts.sender.code, facts.receiver.code)

        def make() -> Replaced:
            rules = self.candidate.in_place(before.rules, pair=pair, day=self.day)
            return _made(before, rules.values(), counted=frozenset(self.candidate.same_quotas.values()))

        found = self.kept.get((before.digest, pair), make)
        bears = found.after is not before or pair in self.candidate.pairs
        return found if bears else None

    def adapted(self, facts: Facts, rules: Replaced) -> Facts:
        """Return the facts with what the version changes of the evidence found in agreements, and of known counters.

        An agreement between the two, and a clause that covers what is asked for, are met or unmet as they would be.
        """
        pair = (facts.sender.code, facts.receiver.code)
        now = {code: self._in_force(rules.after, pair) for code in OF_FORCE}
        then = dict.fromkeys(OF_FORCE, any(rule.pair == pair for rule in rules.before.rules))
        now |= dict.fromkeys(OF_COVER, _is_covered(rules.after, facts))
        then |= dict.fromkeys(OF_COVER, _is_covered(rules.before, facts))
        changed = {code: holds for code, holds in now.items() if holds != then[code]}
        used = frozenset(new for old, new in self.candidate.same_quotas.items() if old in facts.exhausted)
        if not changed and not used:
            return facts
        met = facts.met.difference(changed) | {code for code, holds in changed.items() if holds}
        unmet = facts.unmet.difference(changed) | {code for code, holds in changed.items() if not holds}
        return replace(facts, met=met, unmet=unmet, exhausted=facts.exhausted | used)

    def _in_force(self, rules: RuleSlice, pair: Pair) -> bool:
        return pair in self.candidate.pairs or any(rule.pair == pair for rule in rules.rules)


def _made(before: RuleSlice, rules: Iterable[Rule], *, counted: frozenset[str] = frozenset()) -> Replaced:
    ordered = tuple(sorted(rules, key=lambda rule: rule.id))
    after = before if ordered == before.rules else make_slice(ordered)
    return make_replaced(before, after, counted=counted)


def _is_covered(rules: RuleSlice, facts: Facts) -> bool:
    """Tell whether a clause would let something asked for go, by purpose, category and element alone."""
    pair = (facts.sender.code, facts.receiver.code)
    known = {"sender": pair[0], "receiver": pair[1], "purpose": facts.purpose, "category": facts.category}
    asked = {element for _, elements in facts.asked for element in elements}
    return any(
        rule.kind is Kind.PERMIT
        and rule.pair == pair
        and (rule.elements is None or not rule.elements.isdisjoint(asked))
        and can_apply(rules.conditions(rule.id), known)
        for rule in rules.rules
    )
