"""The rules that can matter between two agencies, compiled for the engine once and held ready."""

from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from importlib.resources import files
from threading import Lock
from typing import Any, Final

import cedarpy

from comity.kernel.canonical import canonical
from comity.kernel.digest import sha256
from comity.spine.policy.facts import Facts
from comity.spine.policy.mentions import Mentioned, join_mentioned
from comity.spine.policy.narrow import known_of
from comity.spine.policy.rules import BrokenRuleError, Kind, Rule, refuse_doubles
from comity.spine.policy.texts import RuleText, compile_texts, read_texts

SCHEMA: Final = cedarpy.Schema.from_str(files("comity.spine.policy").joinpath("gate.cedarschema").read_text())

_KINDS_OF_ASK: Final = 2_048


@dataclass(frozen=True, slots=True, eq=False)
class CompiledSet:
    """A policy set and, by position, the rule each policy is, ordered by id.

    `policies` None: no rule, nothing to ask. One set is no other, whatever is in them.
    """

    policies: cedarpy.PolicySet | None
    rules: tuple[Rule, ...]

    def rules_named(self, names: Iterable[str]) -> tuple[Rule, ...]:
        """Return the rules the engine calls `policyN`, ordered by rule id."""
        return tuple([self.rules[number] for number in sorted(int(name[6:]) for name in names)])


@dataclass(frozen=True)
class RuleSlice:
    """The rules in force for one pair of agencies. `digest` names exactly these rules; `by_id` finds them.

    A slice is never changed once made.
    """

    rules: tuple[Rule, ...]
    digest: str
    by_id: Mapping[str, Rule]
    texts: Mapping[str, RuleText]
    classes: frozenset[str]
    _applicable: dict[tuple[object, ...], tuple[Rule, ...]] = field(default_factory=dict, compare=False)
    _narrowed: dict[tuple[object, ...], "NarrowedSlice"] = field(default_factory=dict, compare=False)
    _compiled: dict[tuple[str, ...], CompiledSet] = field(default_factory=dict, compare=False)

    def narrowed(self, facts: Facts) -> "NarrowedSlice":
        """Return the rules that can apply to asks of this kind: same parties, purpose, category, marks and classes.

        `classes`, those that some rule is scoped to, are all that tells classes apart.
        """
        kind = (facts.sender, facts.receiver, facts.purpose, facts.category, facts.marks)
        asked = self.classes.intersection([name for name, _ in facts.asked])
        found = self._narrowed.get((kind, asked))
        if found is None:
            applicable = self._applicable.get(kind)
            if applicable is None:
                known = known_of(facts)
                applicable = tuple([rule for rule in self.rules if self.texts[rule.id].can_apply(known)])
            chosen = tuple(rule for rule in applicable if rule.classes is None or rule.classes & asked)
            found = NarrowedSlice(
                whole=self,
                rules=chosen,
                mentioned=join_mentioned(self.texts[rule.id].mentioned for rule in chosen),
                classes=tuple(sorted(asked)),
            )
            if len(self._narrowed) >= _KINDS_OF_ASK:
                for kept in (self._applicable, self._narrowed, self._compiled):
                    kept.clear()
            self._applicable[kind] = applicable
            found = self._narrowed.setdefault((kind, asked), found)
        return found

    def conditions(self, rule_id: str) -> Sequence[Mapping[str, Any]]:
        """Return the conditions of a rule as the engine's JSON."""
        return self.texts[rule_id].conditions

    def compiled(self, rules: tuple[Rule, ...]) -> CompiledSet:
        """Return these of its rules as the engine takes them; kinds of asks with the same rules share one set."""
        key = tuple(rule.id for rule in rules)
        found = self._compiled.get(key)
        if found is None:
            made = CompiledSet(compile_texts(self.texts[rule.id] for rule in rules) if rules else None, rules)
            found = self._compiled.setdefault(key, made)
        return found


@dataclass(frozen=True)
class NarrowedSlice:
    """The rules of a slice that can apply to one kind of ask, and what they speak of.

    `classes`: the classes asked for that rules are scoped to. Without slots: what every ask needs is found once.
    INVARIANT: leaving out rules that cannot apply gives the same answer as the full set (property test).
    """

    whole: RuleSlice
    rules: tuple[Rule, ...]
    mentioned: Mentioned
    classes: tuple[str, ...]

    @cached_property
    def every(self) -> CompiledSet:
        """All of them as the engine takes them."""
        return self.whole.compiled(self.rules)

    @cached_property
    def grants(self) -> CompiledSet:
        """Those that do not forbid, which the engine knows as permits: it tells of them while no forbid holds."""
        return self.whole.compiled(tuple(rule for rule in self.rules if rule.kind is not Kind.FORBID))

    @cached_property
    def has_mandates(self) -> bool:
        """Tell whether a state's bar can meet a mandate at all."""
        return any(rule.kind is Kind.MANDATE for rule in self.rules)


def make_slice(rules: Iterable[Rule]) -> RuleSlice:
    """Return the slice of `rules`, ordered by id, with its digest over each rule's own digest.

    Raises `BrokenRuleError` when an id stands twice, a rule's text is not scoped to the classes the rule is of, or its
    effect does not fit its kind: the gate sorts by the one and the engine weighs the other.
    """
    ordered = tuple(sorted(rules, key=lambda rule: rule.id))
    refuse_doubles(ordered)
    texts = read_texts(rule.text for rule in ordered)
    for rule, text in zip(ordered, texts, strict=True):
        if text.classes(rule.id) != rule.classes or (text.policy["effect"] == "forbid") != (rule.kind is Kind.FORBID):
            raise BrokenRuleError(f"rule `{rule.id}`: its text is of other classes or of another effect than the rule")
    named = {rule.id: text for rule, text in zip(ordered, texts, strict=True)}
    digest = sha256(canonical({rule.id: rule.digest() for rule in ordered})).hex()
    by_id = {rule.id: rule for rule in ordered}
    classes = frozenset(name for rule in ordered for name in rule.classes or ())
    return RuleSlice(rules=ordered, digest=digest, by_id=by_id, texts=named, classes=classes)


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

    def get(self, key: object) -> RuleSlice | None:
        """Return the slice kept under `key`, None where there is none."""
        with self._lock:
            found = self._kept.get(key)
            if found is not None:
                self._kept.move_to_end(key)
        return found

    def keep(self, key: object, made: RuleSlice) -> RuleSlice:
        """Keep the slice under `key`; return it, or the one another thread kept there first."""
        with self._lock:
            found = self._kept.setdefault(key, made)
            self._kept.move_to_end(key)
            if len(self._kept) > self._size:
                self._kept.popitem(last=False)
        return found
