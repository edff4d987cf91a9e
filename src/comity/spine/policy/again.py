"""Recorded facts decided again under other rules: what comes out otherwise, by which rule, what cannot be told. Pure.

What was asked for when the decision was made is all there is: where the other rules turn on evidence that the rules
of then did not speak of, nobody knows whether it could have been shown. Such a class is counted, not guessed.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Final, Literal

import msgspec

from comity.spine.policy.decide import Answers, decide
from comity.spine.policy.decision import Decision, NeedsApproval, Outcome, Refuse, headline_of, rules_of
from comity.spine.policy.facts import Facts
from comity.spine.policy.mentions import Mentioned, join_mentioned
from comity.spine.policy.slices import NarrowedSlice, RuleSlice

OWN_EVIDENCE: Final = ("approved_", "counsel_", "setting_")
"""How evidence begins that is met only by an act of the node's own: what was not done is known not to have been."""
QUOTA: Final = "quota:"
"""Before the rule of a clause with a quota, where nobody counted how often it would have been used that day."""

Part = Literal["outcome", "elements", "approvers"]
How = Literal["now", "gone"]


class Recorded(msgspec.Struct, frozen=True):
    """The outcome of one class as it was recorded (`decision.outcome_plain`)."""

    outcome: str
    rules: tuple[str, ...] = ()
    elements: tuple[str, ...] = ()
    approvers: tuple[str, ...] = ()
    mandates: tuple[str, ...] = ()

    @property
    def shape(self) -> "Shape":
        """What it means for those concerned, whatever rules it rests on."""
        return self.outcome, self.elements, self.approvers


Shape = tuple[str, tuple[str, ...], tuple[str, ...]]
"""Outcome, elements, approvers."""


class Ground(msgspec.Struct, frozen=True, order=True):
    """The rule that turned an outcome: one that applies `now`, or one that is `gone`. "": nothing permits it."""

    rule: str
    how: How


class Turn(msgspec.Struct, frozen=True):
    """One class that comes out otherwise. `was`, `now`: words of outcomes, "" where one side does not know the class.

    `part` says what differs; where it is not the outcome, `was` and `now` are the same word.
    """

    sensitivity_class: str
    was: str
    now: str
    part: Part
    grounds: tuple[Ground, ...]


class Again(msgspec.Struct, frozen=True):
    """What came of one decision.

    `missing`: what some class turns on now and nobody knows of then: evidence codes, and quotas (`quota:<rule>`).
    """

    turns: tuple[Turn, ...] = ()
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Replaced:
    """The rules of then and others in their place.

    `fresh`: rules that were not there, or otherwise; `gone`: rules that are there no more, or otherwise; `spoken`:
    the evidence codes that the rules of then speak of; `counted`: the clauses whose use that day was counted.
    """

    before: RuleSlice
    after: RuleSlice
    fresh: frozenset[str]
    gone: frozenset[str]
    spoken: frozenset[str]
    counted: frozenset[str]
    _unknown: dict[int, tuple[NarrowedSlice, frozenset[str], tuple[str, ...]]] = field(
        default_factory=dict, compare=False
    )

    def unknown(self, narrowed: NarrowedSlice) -> tuple[frozenset[str], tuple[str, ...]]:
        """Return of what the rules tried turn on for one kind of ask the evidence and quotas not spoken of then."""
        known = self._unknown.get(id(narrowed))
        if known is None or known[0] is not narrowed:
            asked = _evidence(narrowed.mentioned).union(*(rule.needed for rule in narrowed.rules)) - self.spoken
            codes = frozenset(code for code in asked if not code.startswith(OWN_EVIDENCE))
            quotas = tuple(sorted(frozenset(narrowed.mentioned.get("exhausted") or ()) - self.counted))
            known = self._unknown[id(narrowed)] = (narrowed, codes, quotas)
        return known[1:]


def make_replaced(before: RuleSlice, after: RuleSlice, *, counted: frozenset[str] = frozenset()) -> Replaced:
    """Return the two with what tells them apart, found once for all decisions made under `before`.

    `counted`: clauses that count as one of `before` did, whose counter is therefore known.
    """
    fresh = frozenset(name for name, rule in after.by_id.items() if before.by_id.get(name) != rule)
    gone = frozenset(name for name, rule in before.by_id.items() if after.by_id.get(name) != rule)
    said = join_mentioned(before.texts[rule.id].mentioned for rule in before.rules)
    needed = frozenset[str]().union(*(rule.needed for rule in before.rules))
    counted = counted.union(said.get("exhausted") or ())
    return Replaced(before, after, fresh, gone, _evidence(said) | needed, counted)


def decide_again(*, facts: Facts, rules: Replaced, recorded: Mapping[str, Recorded], answers: Answers) -> Again:
    """Decide recorded facts under `rules.after` and compare with what was recorded, class by class.

    Outcomes are compared by what they mean (outcome, elements, approvers), not by the rules they rest on. A class
    that turns on evidence nobody asked for then is told by the codes it turns on and is no turn. `answers`: those of
    the engine met before.
    """
    found = decide(facts=facts, rules=rules.after, answers=answers)
    open_classes = _undetermined(facts, rules, found, answers)
    outcomes = dict(found.outcomes)
    turns = tuple(
        turn
        for name in sorted({*recorded, *outcomes} - open_classes.keys())
        if (turn := _turned(name, recorded.get(name), outcomes.get(name), rules)) is not None
    )
    return Again(turns, tuple(sorted(frozenset[str]().union(*open_classes.values()))))


def _turned(name: str, was: Recorded | None, now: Outcome | None, rules: Replaced) -> Turn | None:
    before = was.shape if was else ("", (), ())
    after = shape_of(now) if now else ("", (), ())
    if before == after:
        return None
    part: Part = "outcome" if before[0] != after[0] else "elements" if before[1] != after[1] else "approvers"
    return Turn(name, before[0], after[0], part, _grounds(was, now, rules))


def shape_of(outcome: Outcome) -> Shape:
    """Return what an outcome means for those concerned, whatever rules it rests on."""
    elements = () if isinstance(outcome, Refuse) else outcome.elements
    return headline_of(outcome), elements, outcome.approvers if isinstance(outcome, NeedsApproval) else ()


def _grounds(was: Recorded | None, now: Outcome | None, rules: Replaced) -> tuple[Ground, ...]:
    """Name the rules that are new to the outcome; else those it rested on that are gone; else what it rests on."""
    named = rules_of(now) if now else ()
    fresh = [Ground(rule, "now") for rule in named if rule in rules.fresh]
    gone = [Ground(rule, "gone") for rule in (*was.rules, *was.mandates) if rule in rules.gone] if was else []
    return tuple(fresh or gone or [Ground(rule, "now") for rule in named] or [Ground("", "now")])


def _undetermined(facts: Facts, rules: Replaced, found: Decision, answers: Answers) -> dict[str, frozenset[str]]:
    """Return the classes that turn on what is not known, each with the codes it turns on.

    Each code is tried as shown and as shown to be false (a quota as used up), then all of them as shown.
    """
    codes, uncounted = rules.unknown(rules.after.narrowed(facts))
    if not codes and not uncounted:
        return {}
    unknown = sorted(codes - facts.met - facts.unmet)
    tries = [(code, replace(facts, met=facts.met | {code})) for code in unknown]
    tries += [(code, replace(facts, unmet=facts.unmet | {code})) for code in unknown]
    tries += [(QUOTA + rule, replace(facts, exhausted=facts.exhausted | {rule})) for rule in uncounted]
    turning: dict[str, frozenset[str]] = {}
    for code, tried in tries:
        for name in _differing(found, decide(facts=tried, rules=rules.after, answers=answers)):
            turning[name] = turning.get(name, frozenset()) | {code}
    if len(unknown) > 1:
        shown = replace(facts, met=facts.met.union(unknown))
        together = decide(facts=shown, rules=rules.after, answers=answers)
        turning |= {name: frozenset(unknown) for name in _differing(found, together) if name not in turning}
    return turning


def _differing(one: Decision, other: Decision) -> Collection[str]:
    pairs = zip(one.outcomes, other.outcomes, strict=True)
    return [name for (name, was), (_, now) in pairs if shape_of(was) != shape_of(now)]


def _evidence(mentioned: Mentioned) -> frozenset[str]:
    return frozenset[str]().union(*(mentioned.get(name) or () for name in ("met", "unmet")))
