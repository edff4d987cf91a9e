"""Why an ask came out as it did: law and clauses in plain words, as the asker may see them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import connection
from msgspec import structs

from comity.coordination.exchange.ask import NO_RECORD, Answered, Ask
from comity.coordination.exchange.asker_view import PERMITTED_BY_TYPE
from comity.coordination.exchange.way_forward import (
    TOLD,
    Counterpart,
    WayForward,
    get_counterpart,
    say_untold,
    ways_forward,
)
from comity.kernel.canonical import Json
from comity.spine.policy.decision import (
    DISCLOSED,
    NEEDS_APPROVAL,
    Decision,
    HoldForCounsel,
    NeedsApproval,
    Outcome,
    Permit,
    Refuse,
)
from comity.spine.policy.rules import ENGINE, Rule
from comity.spine.tenancy.actor import Actor
from comity.standing.agreements.explain import says
from comity.standing.agreements.facts import LiveAgreement
from comity.standing.agreements.rulebook import Between, build_slice
from comity.standing.agreements.selectors import explain_clause, list_live_agreements
from comity.standing.directory.facts import AgencyFacts
from comity.standing.directory.selectors import get_agency, list_agencies_by_code, list_agencies_by_ori
from comity.standing.law.explain import Explanation, explain
from comity.standing.law.facts import Law
from comity.standing.law.selectors import get_current_law

CLAUSE: Final = "agr-"


@dataclass(frozen=True, slots=True)
class _Clauses:
    rules: tuple[Rule, ...]
    agreements: tuple[LiveAgreement, ...]


@dataclass(frozen=True, slots=True)
class Why:
    """Why an ask came out as it did, and what would help with each refused class."""

    lines: tuple[Explanation, ...] = ()
    ways: tuple[WayForward, ...] = ()


@dataclass
class Explainer:
    """Explains answers to one agency. Reads what `by` may see, in the caller's transaction, once a holder.

    `asker_id`: the agency that would be answered, that of `by` if none.
    """

    by: Actor
    now: datetime
    language: str
    asker_id: UUID | None = None
    _law: Law | None = None
    _clauses: dict[str, _Clauses] = field(default_factory=dict)
    _counterparts: dict[str, Counterpart] = field(default_factory=dict)

    def of_answer(self, answered: Answered, ask: Ask) -> Why:
        """Explain a recorded answer; an answer that shows no classes has no reasons."""
        decision = decision_of(answered.classes)
        if decision is None:
            return Why()
        why = self.of_decision(decision, ask)
        waiting = _of_type(answered.classes)
        return replace(why, lines=tuple(_waits(x) if x.sensitivity_class in waiting else x for x in why.lines))

    def of_decision(self, decision: Decision, ask: Ask) -> Why:
        """Explain a decision, with the sentence of the clause where a clause decided, and what would help."""
        self._law = self._law or get_current_law(self.now)
        named = any(rule.startswith(CLAUSE) for rule in decision.rules)
        clauses = self._between(ask.holder) if named else _Clauses((), ())
        rules = (*self._law.rules, *clauses.rules)
        by_id = {rule.id: rule for rule in rules}
        lines = explain(decision=decision, rules=by_id, language=self.language, texts=self._law.texts)
        refused = {name: one for name, one in decision.outcomes if isinstance(one, Refuse)}
        told = (self._untold(self._with_clause(line, clauses), refused) for line in lines)
        return Why(tuple(told), self._ways(refused, ask.holder, rules))

    def _untold(self, line: Explanation, refused: Mapping[str, Refuse]) -> Explanation:
        """Say of a refusal whose rule the asker may not know only that it is one: not that nothing permits it."""
        refusal = refused.get(line.sensitivity_class)
        if refusal is None or refusal.reason in TOLD:
            return line
        words = say_untold(refusal.reason, self.language)
        return structs.replace(line, rule_id="", citation="", words=words, forward="")

    def _ways(self, refused: Mapping[str, Refuse], name: str, rules: Iterable[Rule]) -> tuple[WayForward, ...]:
        holder = _find(name) if refused else None
        if holder is None:
            return ()
        if name not in self._counterparts:
            with connection.cursor() as cursor:
                found = get_counterpart(cursor, holder=holder, asker_id=self.asker_id or self.by.agency_id, at=self.now)
            self._counterparts[name] = found
        law, between = self._law or get_current_law(self.now), self._counterparts[name]
        return ways_forward(
            refused=refused, law=law, rules=rules, holder=name, counterpart=between, language=self.language
        )

    def _with_clause(self, line: Explanation, clauses: _Clauses) -> Explanation:
        """Say what the clause behind a rule says: in short where it let something go, else the clause itself."""
        rule = next((rule for rule in clauses.rules if rule.id == line.rule_id), None)
        if rule is None:
            return line
        if line.outcome == DISCLOSED:
            return structs.replace(line, words=says(rule.says, language=self.language), forward="")
        words = explain_clause(rule_id=line.rule_id, agreements=clauses.agreements, language=self.language)
        forward = "" if line.outcome == NEEDS_APPROVAL else line.forward
        return structs.replace(line, words=words or says(rule.says, language=self.language), forward=forward)

    def _between(self, name: str) -> _Clauses:
        if name not in self._clauses:
            holder, asker = _find(name), get_agency(self.asker_id or self.by.agency_id)
            self._clauses[name] = self._read(holder, asker) if holder else _Clauses((), ())
        return self._clauses[name]

    def _read(self, holder: AgencyFacts, asker: AgencyFacts) -> _Clauses:
        pair = (holder.id, asker.id)
        with connection.cursor() as cursor:
            agreements = list_live_agreements(cursor, [pair])[pair]
        between = Between(holder.code, asker.code, holder.state, asker.state)
        law = self._law or get_current_law(self.now)
        found = build_slice(law=law, agreements=agreements, between=between, at=self.now)
        return _Clauses(tuple(rule for rule in found.rules if rule.id.startswith(CLAUSE)), agreements)


def _of_type(classes: Json) -> frozenset[str]:
    """Return the classes permitted by type while the holder has yet to answer."""
    shown = classes.items() if isinstance(classes, dict) else ()
    return frozenset(name for name, one in shown if isinstance(one, dict) and one.get("outcome") == PERMITTED_BY_TYPE)


def _waits(line: Explanation) -> Explanation:
    """Say that nothing has gone yet: what the type permits, the holder's answer decides."""
    return structs.replace(line, outcome=PERMITTED_BY_TYPE, forward="") if line.outcome == DISCLOSED else line


def _find(name: str) -> AgencyFacts | None:
    found = list_agencies_by_code([name]) or list_agencies_by_ori([name])
    return next(iter(found.values()), None)


def decision_of(classes: Json) -> Decision | None:
    """Return the decision that an answer shows its asker, None when it shows none.

    A class of which the record holds nothing has no reasons: it was permitted.
    """
    if not isinstance(classes, dict) or not classes:
        return None
    shown = {name: one for name, one in sorted(classes.items()) if isinstance(one, dict)}
    outcomes = tuple((name, _outcome(one)) for name, one in shown.items() if one.get("outcome") != NO_RECORD)
    return Decision(outcomes, (), (), "", ENGINE)


def _outcome(shown: Mapping[str, Json]) -> Outcome:
    elements, rules = _codes(shown, "elements"), _codes(shown, "rules")
    match shown.get("outcome"):
        case "disclosed" | "permitted_by_type":
            return Permit(elements, rules)
        case "needs_approval":
            return NeedsApproval(elements, rules, _codes(shown, "approvers"))
        case "held":
            return HoldForCounsel(elements, rules, _codes(shown, "mandates"))
        case _:
            reason = str(shown.get("reason", ""))
            return Refuse(reason, rules, _codes(shown, "missing"), _codes(shown, "unmet"))


def _codes(shown: Mapping[str, Json], name: str) -> tuple[str, ...]:
    value = shown.get(name)
    return tuple(str(code) for code in value) if isinstance(value, list) else ()
