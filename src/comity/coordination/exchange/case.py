"""One ask decided."""

from dataclasses import dataclass

from comity.coordination.exchange.ask import AWAITING_ANSWER
from comity.coordination.exchange.facts import Named, RecordFacts, Standing
from comity.spine.policy.decision import REFUSED, Decision, HoldForCounsel, NeedsApproval, Permit
from comity.spine.policy.facts import Facts
from comity.spine.policy.slices import RuleSlice
from comity.standing.law.facts import Law


@dataclass(frozen=True, slots=True)
class Case:
    """An ask, what stands between its parties, the record if one is lodged, the facts, rules and decision."""

    named: Named
    standing: Standing
    record: RecordFacts | None
    facts: Facts
    decision: Decision
    rules: RuleSlice
    law: Law

    @property
    def waiting(self) -> tuple[str, ...]:
        """The elements that wait for approval or counsel, sorted."""
        return tuple(
            sorted(
                element
                for _, outcome in self.decision.outcomes
                if isinstance(outcome, NeedsApproval | HoldForCounsel)
                for element in outcome.elements
            )
        )

    @property
    def is_held(self) -> bool:
        """Tell whether counsel must say which of a mandate and a state's bar prevails."""
        return any(isinstance(outcome, HoldForCounsel) for _, outcome in self.decision.outcomes)

    @property
    def next_post(self) -> str:
        """The function of the post that must decide next, "" for none: counsel first, then approvers by name."""
        if self.is_held:
            return "counsel"
        return min(
            (f for _, o in self.decision.outcomes if isinstance(o, NeedsApproval) for f in o.approvers), default=""
        )

    @property
    def basis(self) -> tuple[str, ...]:
        """The rules on which what goes at once may go, sorted."""
        return tuple(sorted({rule for _, o in self.decision.outcomes if isinstance(o, Permit) for rule in o.rules}))

    @property
    def wants_values(self) -> bool:
        """Tell whether the record's values are needed: something goes, or waits to be looked at before it goes."""
        return self.record is not None and bool(self.decision.permitted or self.waiting)

    @property
    def status(self) -> str:
        """The word the ask is answered with: by record its headline; by type refused, or passed on to the holder."""
        if self.record is None and self.decision.headline != REFUSED:
            return AWAITING_ANSWER
        return self.decision.headline
