"""An ask by type, explained: what would go, what would not, on which authority, and what would help."""

from datetime import datetime
from uuid import UUID

import msgspec

from comity.coordination.exchange.ask import Invalid
from comity.coordination.exchange.commands.preview import Previewed, preview_disclosures
from comity.doors.api.answers import Status, cite, field_problems
from comity.doors.api.bodies import PreviewBody
from comity.doors.api.forward import Teller, WayForward
from comity.doors.api.outcomes import ClassOutcome
from comity.doors.api.problems import Problem, unprocessable
from comity.spine.keys.ring import KeyRing
from comity.spine.policy.decision import outcome_plain
from comity.spine.tenancy.actor import Actor
from comity.standing.law.explain import explain
from comity.standing.law.selectors import get_current_law


class Explained(msgspec.Struct, frozen=True, kw_only=True):
    """Why one class comes out as it does, by one rule; `forward` says what can be done."""

    sensitivity_class: str
    outcome: str
    rule: str
    citation: str
    says: str
    missing: tuple[str, ...]
    unmet: tuple[str, ...]
    approvers: tuple[str, ...]
    forward: str


class Preview(msgspec.Struct, frozen=True, kw_only=True):
    """What would become of such an ask, as for an unmarked record that shows all it should."""

    headline: Status
    classes: dict[str, ClassOutcome]
    reasons: tuple[Explained, ...]
    ways_forward: tuple[WayForward, ...]


def preview(*, body: PreviewBody, by: Actor, now: datetime, keys: KeyRing) -> Preview | Problem:
    """Decide an ask by type: nothing is recorded, locked or counted, and no record is looked at."""
    [found] = preview_disclosures(asks=[body.as_ask()], by=by, now=now, keys=keys)
    if isinstance(found, Invalid):
        return unprocessable(field_problems(found.faults))
    return told(found, body=body, by=by, now=now)


def told(found: Previewed, *, body: PreviewBody, by: Actor, now: datetime, asker_id: UUID | None = None) -> Preview:
    """Return a decision by type as `by` is told of it, who asks for its own agency or for `asker_id`."""
    law, language = get_current_law(now), body.language.value
    classes = {name: msgspec.convert(outcome_plain(o), ClassOutcome) for name, o in found.decision.outcomes}
    teller = Teller(body.holder, law, language)
    ways = teller.in_full(classes, by=by, now=now, rules=found.rules.values(), asker_id=asker_id)
    lines = explain(decision=found.decision, rules=found.rules, language=language, texts=law.texts)
    return Preview(
        headline=found.decision.headline,
        classes=classes,
        ways_forward=ways,
        reasons=tuple(
            Explained(
                sensitivity_class=line.sensitivity_class,
                outcome=line.outcome,
                rule=line.rule_id,
                citation=line.citation or cite(line.rule_id, law),
                says=line.words,
                missing=line.missing,
                unmet=line.unmet,
                approvers=line.approvers,
                forward=line.forward,
            )
            for line in lines
        ),
    )
