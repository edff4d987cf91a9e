"""Asks by type: composed here from the exchange's parts until it has a command of its own for it."""

from datetime import datetime

import msgspec

from comity.coordination.exchange.case import Case
from comity.coordination.exchange.deciding import preview_asks
from comity.coordination.exchange.facts import Named
from comity.coordination.exchange.gather import name_ask, read_roster
from comity.coordination.exchange.rules import faults_of
from comity.doors.api.answers import ClassOutcome, Status, field_problems
from comity.doors.api.bodies import PreviewBody
from comity.doors.api.problems import Problem, unprocessable
from comity.kernel.canonical import plain
from comity.spine.keys.ring import KeyRing
from comity.spine.policy.decision import outcome_plain
from comity.spine.tenancy.actor import Actor
from comity.spine.tenancy.transaction import reading
from comity.standing.law.catalogue import load_catalogue
from comity.standing.law.explain import explain
from comity.standing.law.facts import Law
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


def preview(*, body: PreviewBody, by: Actor, now: datetime, keys: KeyRing) -> Preview | Problem:
    """Decide an ask by type: nothing is recorded, locked or counted, and no record is looked at."""
    ask = body.as_ask()
    faults = faults_of(ask, load_catalogue())
    if faults:
        return unprocessable(field_problems(faults))
    with reading(by) as cursor:
        named = name_ask(ask, read_roster([ask], by), keys)
        if not isinstance(named, Named):
            return unprocessable(field_problems(named))
        [case] = preview_asks(cursor, [named], now)
        law = get_current_law(now)
    return _preview(case, law, body.language.value)


def _preview(case: Case, law: Law, language: str) -> Preview:
    lines = explain(decision=case.decision, rules=case.rules.rules, language=language, texts=law.texts)
    return Preview(
        headline=case.decision.headline,
        classes={name: msgspec.convert(plain(outcome_plain(o)), ClassOutcome) for name, o in case.decision.outcomes},
        reasons=tuple(
            Explained(
                sensitivity_class=line.sensitivity_class,
                outcome=line.outcome,
                rule=line.rule_id,
                citation=line.citation,
                says=line.words,
                missing=line.missing,
                unmet=line.unmet,
                approvers=line.approvers,
                forward=line.forward,
            )
            for line in lines
        ),
    )
