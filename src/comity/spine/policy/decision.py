"""What the gate answers: one outcome per sensitivity class, in a closed union."""

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import msgspec

from comity.kernel.canonical import Json


class Permit(msgspec.Struct, frozen=True):
    """The elements go at once, on the authority of `rules`."""

    elements: tuple[str, ...]
    rules: tuple[str, ...]


class NeedsApproval(msgspec.Struct, frozen=True):
    """The elements go once a post of each function in `approvers` has approved."""

    elements: tuple[str, ...]
    rules: tuple[str, ...]
    approvers: tuple[str, ...]


class HoldForCounsel(msgspec.Struct, frozen=True):
    """A mandate meets a state's bar: counsel of the holder decides which prevails."""

    elements: tuple[str, ...]
    rules: tuple[str, ...]
    mandates: tuple[str, ...]


class Refuse(msgspec.Struct, frozen=True):
    """Nothing of the class goes. `reason` is `forbidden`, `evidence_missing`, `unmatched` or `error`.

    `missing` lists evidence codes nobody showed, `unmet` those shown to be false; showing the missing ones is the
    way forward. No rule in `rules` means that nothing permits it.
    """

    reason: str
    rules: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    unmet: tuple[str, ...] = ()


Outcome = Permit | NeedsApproval | HoldForCounsel | Refuse

DISCLOSED: Final = "disclosed"
NEEDS_APPROVAL: Final = "needs_approval"
HELD: Final = "held"
REFUSED: Final = "refused"
HEADLINES: Final = (DISCLOSED, NEEDS_APPROVAL, HELD, REFUSED)
"""An ask is headed by the first of these that occurs among its classes."""


def headline_of(outcome: Outcome) -> str:
    """Return the word for one outcome."""
    match outcome:
        case Permit():
            return DISCLOSED
        case NeedsApproval():
            return NEEDS_APPROVAL
        case HoldForCounsel():
            return HELD
        case Refuse():
            return REFUSED


@dataclass(frozen=True)
class Decision:
    """The whole answer: an outcome per class, duties that follow, warnings, and under which rules it was made.

    Without slots, so that what is asked of it again and again is found once.
    """

    outcomes: tuple[tuple[str, Outcome], ...]
    duties: tuple[str, ...]
    warnings: tuple[str, ...]
    ruleset: str
    engine: str

    @cached_property
    def headline(self) -> str:
        """Return the first of disclosed, needs approval, held, refused that occurs."""
        words = {headline_of(outcome) for _, outcome in self.outcomes}
        return next((word for word in HEADLINES if word in words), REFUSED)

    @cached_property
    def permitted(self) -> frozenset[str]:
        """Return the elements that go at once."""
        return frozenset(e for _, outcome in self.outcomes if isinstance(outcome, Permit) for e in outcome.elements)

    @property
    def rules(self) -> tuple[str, ...]:
        """Every rule that determined an outcome, a duty or a warning, each once, sorted."""
        named = {rule for _, outcome in self.outcomes for rule in rules_of(outcome)}
        return tuple(sorted(named | set(self.duties) | set(self.warnings)))

    def as_plain(self) -> Json:
        """Return the decision as canonical JSON values."""
        return {
            "duties": [*self.duties],
            "engine": self.engine,
            "headline": self.headline,
            "outcomes": {name: outcome_plain(outcome) for name, outcome in self.outcomes},
            "ruleset": self.ruleset,
            "warnings": [*self.warnings],
        }


def rules_of(outcome: Outcome) -> tuple[str, ...]:
    """Return the rules that determined the outcome, mandates included."""
    match outcome:
        case HoldForCounsel(rules=rules, mandates=mandates):
            return rules + mandates
        case _:
            return outcome.rules


def outcome_plain(outcome: Outcome) -> dict[str, Json]:
    """Return one outcome as JSON values; `outcome` is its word."""
    rules: Json = [*outcome.rules]
    match outcome:
        case Permit(elements):
            return {"outcome": DISCLOSED, "elements": [*elements], "rules": rules}
        case NeedsApproval(elements, _, approvers):
            return {"outcome": NEEDS_APPROVAL, "elements": [*elements], "rules": rules, "approvers": [*approvers]}
        case HoldForCounsel(elements, _, mandates):
            return {"outcome": HELD, "elements": [*elements], "rules": rules, "mandates": [*mandates]}
        case Refuse(reason, _, missing, unmet):
            return {"outcome": REFUSED, "reason": reason, "rules": rules, "missing": [*missing], "unmet": [*unmet]}
