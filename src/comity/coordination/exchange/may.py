"""May I, now? A decision by type in one word and one sentence. Pure."""

from collections.abc import Collection
from enum import StrEnum

from comity.coordination.exchange.way_forward import load_hints
from comity.spine.policy.decision import Decision, HoldForCounsel, NeedsApproval, Refuse
from comity.standing.law.catalogue import load_catalogue


class May(StrEnum):
    """What a decision by type comes to, as a whole."""

    YES = "yes"
    IF_SHOWN = "if_shown"
    """All of it may go, where the holder's record shows the evidence named."""
    AFTER_APPROVAL = "after_approval"
    """Nothing of it is refused, and some of it waits for a post of the holder."""
    AFTER_COUNSEL = "after_counsel"
    """Nothing of it is refused, and some of it counsel decides: a mandate meets a state's bar."""
    IN_PART = "in_part"
    NO = "no"


def may_of(decision: Decision, evidence: Collection[str] = ()) -> May:
    """Return what the outcomes of all classes come to; a decision without a class is none to act on: no.

    `evidence`: what has to be shown for it beside.
    """
    outcomes = [outcome for _, outcome in decision.outcomes]
    refused = sum(isinstance(one, Refuse) for one in outcomes)
    if refused == len(outcomes):
        return May.NO
    if refused:
        return May.IN_PART
    if any(isinstance(one, HoldForCounsel) for one in outcomes):
        return May.AFTER_COUNSEL
    if any(isinstance(one, NeedsApproval) for one in outcomes):
        return May.AFTER_APPROVAL
    return May.IF_SHOWN if evidence else May.YES


def approvers_of(decision: Decision) -> tuple[str, ...]:
    """Return the functions of the posts whose approval some class waits for, sorted."""
    waiting = (outcome for _, outcome in decision.outcomes if isinstance(outcome, NeedsApproval))
    return tuple(sorted({function for outcome in waiting for function in outcome.approvers}))


def say_may(decision: Decision, *, holder: str, asker: str, language: str, evidence: Collection[str] = ()) -> str:
    """Return the answer in a sentence; agencies by code, `evidence` by code."""
    approvers = ", ".join(function.replace("_", " ") for function in approvers_of(decision))
    said = load_hints(language)[f"may_{may_of(decision, evidence)}"]
    return said.format(holder=holder, asker=asker, approvers=approvers)


def say_counted_on(evidence: Collection[str], *, language: str) -> tuple[str, ...]:
    """Return the sentence that names evidence the holder would have to have recorded; none for none."""
    words = load_catalogue().evidence
    named = "; ".join(words[code].label(language) for code in evidence)
    return (load_hints(language)["may_counts_on_evidence"].format(evidence=named),) if evidence else ()
