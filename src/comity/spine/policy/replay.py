"""Decide recorded facts again: under the same rules nothing may change, under others the differences are listed."""

from dataclasses import dataclass

from comity.spine.policy.decide import decide
from comity.spine.policy.decision import Decision, outcome_plain
from comity.spine.policy.facts import Facts
from comity.spine.policy.slices import RuleSlice


@dataclass(frozen=True, slots=True)
class Difference:
    """One class whose recorded outcome is not the one found now. JSON values of `outcome_plain`."""

    sensitivity_class: str
    recorded: object
    found: object


def replay(*, facts: Facts, rules: RuleSlice, recorded: object) -> tuple[Difference, ...]:
    """Return how a fresh decision differs from `recorded` (the `outcomes` of `Decision.as_plain`), sorted by class.

    A class that only one of the two knows is a difference with None on the other side.
    """
    found = outcomes_plain(decide(facts=facts, rules=rules))
    then = recorded if isinstance(recorded, dict) else {}
    return tuple(
        Difference(name, then.get(name), found.get(name))
        for name in sorted({*then, *found})
        if then.get(name) != found.get(name)
    )


def outcomes_plain(decision: Decision) -> dict[str, object]:
    """Return the outcomes of a decision as the JSON values that are recorded."""
    return {name: outcome_plain(outcome) for name, outcome in decision.outcomes}
