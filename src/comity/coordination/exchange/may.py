"""May I, now? A decision by type in one word and one sentence. Pure."""

from enum import StrEnum

from comity.coordination.exchange.way_forward import load_hints
from comity.spine.policy.decision import Decision, HoldForCounsel, NeedsApproval, Refuse


class May(StrEnum):
    """What a decision by type comes to, as a whole."""

    YES = "yes"
    AFTER_APPROVAL = "after_approval"
    """Nothing of it is refused, and some of it waits for a post of the holder."""
    AFTER_COUNSEL = "after_counsel"
    """Nothing of it is refused, and some of it counsel decides: a mandate meets a state's bar."""
    IN_PART = "in_part"
    NO = "no"


def may_of(decision: Decision) -> May:
    """Return what the outcomes of all classes come to; a decision without a class is none to act on: no."""
    outcomes = [outcome for _, outcome in decision.outcomes]
    refused = sum(isinstance(one, Refuse) for one in outcomes)
    if refused == len(outcomes):
        return May.NO
    if refused:
        return May.IN_PART
    if any(isinstance(one, HoldForCounsel) for one in outcomes):
        return May.AFTER_COUNSEL
    return May.AFTER_APPROVAL if any(isinstance(one, NeedsApproval) for one in outcomes) else May.YES


def approvers_of(decision: Decision) -> tuple[str, ...]:
    """Return the functions of the posts whose approval some class waits for, sorted."""
    waiting = (outcome for _, outcome in decision.outcomes if isinstance(outcome, NeedsApproval))
    return tuple(sorted({function for outcome in waiting for function in outcome.approvers}))


def say_may(decision: Decision, *, holder: str, asker: str, language: str) -> str:
    """Return the answer in a sentence; agencies by code."""
    approvers = ", ".join(function.replace("_", " ") for function in approvers_of(decision))
    return load_hints(language)[f"may_{may_of(decision)}"].format(holder=holder, asker=asker, approvers=approvers)
