"""The gate: facts and a slice of rules in, a decision out. Pure: no clock, no database, no settings.

Fail closed. The engine skips a `forbid` that errs and would then allow; here any diagnostic refuses.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

import cedarpy
import msgspec

from comity.spine.policy.decision import Decision, HoldForCounsel, NeedsApproval, Outcome, Permit, Refuse
from comity.spine.policy.facts import Facts
from comity.spine.policy.mentions import Mentioned
from comity.spine.policy.rules import ENGINE, Kind, Rule
from comity.spine.policy.slices import DUTIES, MAIN, MANDATES, SCHEMA, CompiledSet, NarrowedSlice, RuleSlice

COUNSEL_MANDATE: Final = "counsel_mandate"
"""Evidence code: counsel of the holder found that the mandate prevails over the state's bar."""
APPROVED: Final = "approved_"
"""Prefix of evidence codes: `approved_privacy_officer` and so on, set by a recorded verdict only."""

_IT: Final = {"type": "Comity::Ask", "id": "it"}


@dataclass(frozen=True, slots=True)
class _Answer:
    """What the engine said of one set: allowed or not, the rules behind it, whether it erred."""

    allowed: bool
    rules: tuple[Rule, ...]
    erred: bool


_SILENT: Final = _Answer(allowed=False, rules=(), erred=False)


@dataclass(frozen=True, slots=True)
class _Case:
    """One ask before the engine.

    Classes that share a rule set share its answer: rules name a class in their scope only (`parse_pack` refuses
    others), so the answer cannot depend on which of them is asked.
    """

    facts: Facts
    rules: NarrowedSlice
    entities: cedarpy.Entities
    answers: dict[tuple[str, ...], _Answer] = field(default_factory=dict)
    """By the ids of the rules asked: two threads may have made two objects of one set."""

    def ask(self, kinds: frozenset[Kind], name: str) -> _Answer:
        """Return what the engine says of the rules of `kinds` for the class."""
        compiled = self.rules.compiled(kinds, name)
        if compiled.policies is None:
            return _SILENT
        answer = self.answers.get(compiled.ids)
        if answer is None:
            answer = _evaluate(compiled, name, self.facts.act, self.entities)
            self.answers[compiled.ids] = answer
        return answer


def decide(*, facts: Facts, rules: RuleSlice) -> Decision:
    """Decide every sensitivity class of the ask.

    Returns one `Permit`, `NeedsApproval`, `HoldForCounsel` or `Refuse` per class, with the rules behind each, then
    the duties and warnings that follow from what may leave. Never raises for facts or rules: an engine error is a
    refusal of the class with reason `error`.
    """
    narrowed = rules.narrowed(facts)
    entities = _entities(facts, narrowed.mentioned)
    if entities is None:
        return Decision(tuple((name, Refuse("error")) for name, _ in facts.asked), (), (), rules.digest, ENGINE)
    case = _Case(facts, narrowed, entities)
    outcomes: list[tuple[str, Outcome]] = []
    duties: set[str] = set()
    warnings: set[str] = set()
    for name, elements in facts.asked:
        outcome = _decide_class(case, name, elements)
        if not isinstance(outcome, Refuse):
            outcome, required, warned = _with_duties(case, name, outcome)
            duties |= required
            warnings |= warned
        outcomes.append((name, outcome))
    return Decision(tuple(outcomes), tuple(sorted(duties)), tuple(sorted(warnings)), rules.digest, ENGINE)


def _decide_class(case: _Case, name: str, elements: tuple[str, ...]) -> Outcome:
    main, mandates = case.ask(MAIN, name), case.ask(MANDATES, name)
    if main.erred or mandates.erred:
        return Refuse("error")
    if main.allowed or not main.rules:
        return _granted(elements, main.rules + mandates.rules, case.facts.met)
    return _barred(case, elements, main.rules, mandates.rules)


def _granted(elements: tuple[str, ...], rules: tuple[Rule, ...], met: frozenset[str]) -> Outcome:
    """Keep what the allow-lists of permits and mandates hold; free grants go at once, the rest waits for approval."""
    relevant = [rule for rule in rules if _allowed(elements, [rule])]
    free = [rule for rule in relevant if not _open_approvals(rule, met)]
    if free:
        return Permit(_allowed(elements, free), _ids(free))
    if not relevant:
        return Refuse("unmatched")
    approvers = {function for rule in relevant for function in _open_approvals(rule, met)}
    return NeedsApproval(_allowed(elements, relevant), _ids(relevant), tuple(sorted(approvers)))


def _barred(case: _Case, elements: tuple[str, ...], forbids: tuple[Rule, ...], mandates: tuple[Rule, ...]) -> Outcome:
    """Refuse what is forbidden; only a state's bar that meets a mandate is held for counsel."""
    if not mandates or not all(rule.is_state_level for rule in forbids):
        return _refused(forbids, case.facts)
    if COUNSEL_MANDATE in case.facts.met:
        return _granted(elements, mandates, case.facts.met)
    return HoldForCounsel(elements, _ids(forbids), _ids(mandates))


def _with_duties(case: _Case, name: str, outcome: Outcome) -> tuple[Outcome, set[str], set[str]]:
    """Add what `require` and `warn` rules say; a required approval turns a permit into a wait for it."""
    answer = case.ask(DUTIES, name)
    if answer.erred:
        return Refuse("error"), set(), set()
    required = [rule for rule in answer.rules if rule.kind is Kind.REQUIRE]
    warned = {rule.id for rule in answer.rules if rule.kind is Kind.WARN}
    approvers = {function for rule in required for function in _open_approvals(rule, case.facts.met)}
    if approvers:
        outcome = _waiting(outcome, approvers, _ids(required))
    return outcome, {rule.id for rule in required}, warned


def _waiting(outcome: Outcome, approvers: set[str], ids: tuple[str, ...]) -> Outcome:
    match outcome:
        case Permit(elements, because):
            return NeedsApproval(elements, tuple(sorted({*because, *ids})), tuple(sorted(approvers)))
        case NeedsApproval(elements, because, others):
            return NeedsApproval(elements, tuple(sorted({*because, *ids})), tuple(sorted({*others, *approvers})))
        case HoldForCounsel() | Refuse():
            return outcome


def _refused(forbids: tuple[Rule, ...], facts: Facts) -> Refuse:
    """Name the evidence that would have satisfied the forbidding rules: missing, or shown to be false."""
    needed = {code for rule in forbids for group in rule.needs for code in group} - facts.met
    unmet = needed & facts.unmet
    missing = needed - unmet
    reason = "evidence_missing" if missing and not unmet and all(rule.needs for rule in forbids) else "forbidden"
    return Refuse(reason, _ids(forbids), tuple(sorted(missing)), tuple(sorted(unmet)))


def _allowed(elements: tuple[str, ...], rules: Iterable[Rule]) -> tuple[str, ...]:
    lists = [rule.elements for rule in rules]
    return tuple(e for e in elements if any(allowed is None or e in allowed for allowed in lists))


def _open_approvals(rule: Rule, met: frozenset[str]) -> tuple[str, ...]:
    return tuple(function for function in rule.approvals if APPROVED + function not in met)


def _ids(rules: Iterable[Rule]) -> tuple[str, ...]:
    return tuple(sorted(rule.id for rule in rules))


def _evaluate(compiled: CompiledSet, name: str, act: str, entities: cedarpy.Entities) -> _Answer:
    request = {
        "principal": _IT,
        "action": {"type": "Comity::Action", "id": act},
        "resource": {"type": "Comity::Class", "id": name},
        "context": "{}",
    }
    answer = cedarpy.is_authorized(request, compiled.policies, entities, schema=SCHEMA)
    if answer.diagnostics.errors or answer.decision is cedarpy.Decision.NoDecision:
        return _Answer(allowed=False, rules=(), erred=True)
    return _Answer(answer.allowed, compiled.rules_behind(answer.diagnostics.reasons), erred=False)


def _entities(facts: Facts, mentioned: Mentioned) -> cedarpy.Entities | None:
    """Hand the engine what the rules speak of, once per ask; None when it will not take it.

    `attributes_of` always gives every attribute the schema names and no other (a test compares the two), so the
    engine's own check of them, a third of the cost, would find nothing; each request is still checked.
    """
    given = attributes_of(facts)
    try:
        attributes = {name: _narrowed(given[name], codes) for name, codes in mentioned.items()}
        text = msgspec.json.encode([{"uid": _IT, "attrs": attributes, "parents": []}]).decode()
        return cedarpy.Entities.from_json_str(text)
    except (KeyError, ValueError):
        return None


def _narrowed(value: str | frozenset[str], codes: frozenset[str] | None) -> str | list[str]:
    if isinstance(value, str):
        return value
    return sorted(value if codes is None else value & codes)


def attributes_of(facts: Facts) -> dict[str, str | frozenset[str]]:
    """Return the attributes of the ask as rules see them, named as in `gate.cedarschema`."""
    sender, receiver = facts.sender, facts.receiver
    return {
        "sender": sender.code,
        "sender_kind": sender.kind,
        "sender_state": sender.state,
        "sender_powers": sender.powers,
        "receiver": receiver.code,
        "receiver_kind": receiver.kind,
        "receiver_state": receiver.state,
        "receiver_powers": receiver.powers,
        "purpose": facts.purpose,
        "category": facts.category,
        "marks": facts.marks,
        "origin": facts.origin,
        "origin_state": facts.origin_state,
        "met": facts.met,
        "unmet": facts.unmet,
        "exhausted": facts.exhausted,
    }
