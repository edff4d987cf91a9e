"""The rules that can matter between two agencies, compiled for the engine once and held ready."""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from threading import Lock
from typing import Any, Final

import cedarpy

from comity.kernel.canonical import canonical
from comity.kernel.digest import sha256
from comity.spine.policy.facts import Facts
from comity.spine.policy.mentions import Mentioned, join_mentioned, mentioned_in
from comity.spine.policy.narrow import can_apply, known_of, read_conditions
from comity.spine.policy.rules import Kind, Rule

SCHEMA: Final = cedarpy.Schema.from_str(files("comity.spine.policy").joinpath("gate.cedarschema").read_text())

MAIN: Final = frozenset({Kind.PERMIT, Kind.FORBID})
MANDATES: Final = frozenset({Kind.MANDATE})
DUTIES: Final = frozenset({Kind.REQUIRE, Kind.WARN})
_KINDS_OF_ASK: Final = 4_096

Conditions = tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class CompiledSet:
    """A policy set and, by position, the rule each policy is. `policies` None: no rule, nothing to ask.

    `ids` are the rules' and name the set: within one slice, sets with the same ids are the same.
    """

    policies: cedarpy.PolicySet | None
    rules: tuple[Rule, ...]
    ids: tuple[str, ...]

    def rules_behind(self, reasons: Iterable[str]) -> tuple[Rule, ...]:
        """Return the rules behind the engine's `policyN` names, ordered by rule id."""
        named = (self.rules[int(reason.removeprefix("policy"))] for reason in reasons)
        return tuple(sorted(named, key=lambda rule: rule.id))


@dataclass(frozen=True)
class RuleSlice:
    """The rules in force for one pair of agencies. `digest` names exactly these rules; `by_id` finds them.

    A slice is never changed once made.
    """

    rules: tuple[Rule, ...]
    digest: str
    by_id: Mapping[str, Rule]
    named: Mapping[frozenset[Kind], frozenset[str]]
    conditions: Mapping[str, Conditions]
    _narrowed: dict[tuple[object, ...], "NarrowedSlice"] = field(default_factory=dict, compare=False)
    _compiled: dict[tuple[str, ...], CompiledSet] = field(default_factory=dict, compare=False)

    def narrowed(self, facts: Facts) -> "NarrowedSlice":
        """Return the rules that can apply to asks of this kind: same parties, purpose, category and marks."""
        key = (facts.sender, facts.receiver, facts.purpose, facts.category, facts.marks)
        found = self._narrowed.get(key)
        if found is None:
            known = known_of(facts)
            chosen = tuple(rule for rule in self.rules if can_apply(self.conditions[rule.id], known))
            mentioned = join_mentioned(mentioned_in(self.conditions[rule.id]) for rule in chosen)
            found = NarrowedSlice(self, chosen, mentioned)
            if len(self._narrowed) >= _KINDS_OF_ASK:
                self._narrowed.clear()
            self._narrowed[key] = found
        return found

    def compiled(self, rules: tuple[Rule, ...]) -> CompiledSet:
        """Return these of its rules as the engine takes them, compiled when first asked."""
        key = tuple(rule.id for rule in rules)
        found = self._compiled.get(key)
        if found is None:
            text = "\n".join(rule.text for rule in rules)
            made = CompiledSet(cedarpy.PolicySet.from_str(text) if rules else None, rules, key)
            found = self._compiled.setdefault(key, made)
        return found


@dataclass(frozen=True, slots=True)
class NarrowedSlice:
    """The rules of a slice that can apply to one kind of ask, and what they speak of.

    INVARIANT: leaving out rules that cannot apply gives the same answer as the full set (property test).
    """

    whole: RuleSlice
    rules: tuple[Rule, ...]
    mentioned: Mentioned
    _sets: dict[tuple[frozenset[Kind], str], CompiledSet] = field(default_factory=dict, compare=False)

    def compiled(self, kinds: frozenset[Kind], sensitivity_class: str) -> CompiledSet:
        """Return the set of `kinds` for the class. Classes with the same rules share one set, and so one answer."""
        name = sensitivity_class if sensitivity_class in self.whole.named[kinds] else ""
        found = self._sets.get((kinds, name))
        if found is None:
            chosen = (r for r in self.rules if r.kind in kinds and (r.classes is None or name in r.classes))
            found = self._sets.setdefault((kinds, name), self.whole.compiled(tuple(chosen)))
        return found


def make_slice(rules: Iterable[Rule]) -> RuleSlice:
    """Return the slice of `rules`, ordered by id, with its digest over each rule's own digest."""
    ordered = tuple(sorted(rules, key=lambda rule: rule.id))
    named = {
        kinds: frozenset(name for rule in ordered if rule.kind in kinds for name in rule.classes or ())
        for kinds in (MAIN, MANDATES, DUTIES)
    }
    read = read_conditions(rule.text for rule in ordered) if ordered else []
    conditions = {rule.id: tuple(found) for rule, found in zip(ordered, read, strict=True)}
    digest = sha256(canonical({rule.id: rule.digest() for rule in ordered})).hex()
    by_id = {rule.id: rule for rule in ordered}
    return RuleSlice(rules=ordered, digest=digest, by_id=by_id, named=named, conditions=conditions)


def rules_between(rules: Iterable[Rule], *, sender: str, receiver: str, states: frozenset[str]) -> tuple[Rule, ...]:
    """Return the rules that can matter between two agencies (codes).

    `states` holds the two-letter states of sender, receiver and the record's origin. Law of the United States always
    stays, a state's when the state is involved, a clause when it is between exactly these two.
    """
    jurisdictions = {"us", *(f"us-{state.lower()}" for state in states if state)}
    return tuple(
        rule for rule in rules if (rule.pair == (sender, receiver) if rule.pair else rule.jurisdiction in jurisdictions)
    )


class SliceCache:
    """The slices used last, by a key that names pair, law and agreements; the oldest leaves when full."""

    def __init__(self, size: int = 512) -> None:
        self._size = size
        self._kept: OrderedDict[object, RuleSlice] = OrderedDict()
        self._lock = Lock()

    def get(self, key: object, make: Callable[[], RuleSlice]) -> RuleSlice:
        """Return the slice kept under `key`, or make and keep it."""
        found = self._kept.get(key)
        if found is None:
            found = make()
        with self._lock:
            found = self._kept.setdefault(key, found)
            self._kept.move_to_end(key)
            if len(self._kept) > self._size:
                self._kept.popitem(last=False)
        return found
