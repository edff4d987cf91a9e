"""The gate: facts and a slice of rules in, a decision out. Pure: no clock, no database, no settings.

The engine is asked twice an ask: which rules that forbid hold, and which of the others. What that means for each class
is read here. Fail closed: the engine skips a `forbid` that errs and would then allow; here any diagnostic refuses.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import cedarpy
import msgspec

from comity.spine.policy.decision import Decision, HoldForCounsel, NeedsApproval, Outcome, Permit, Refuse
from comity.spine.policy.facts import Facts
from comity.spine.policy.mentions import Mentioned
from comity.spine.policy.rules import ENGINE, Kind, Rule
from comity.spine.policy.slices import SCHEMA, NarrowedSlice, RuleSlice

COUNSEL_MANDATE: Final = "counsel_mandate"
"""Evidence code: counsel of the holder found that the mandate prevails over the state's bar."""
APPROVED: Final = "approved_"
"""Prefix of evidence codes: `approved_privacy_officer` and so on, set by a recorded verdict only."""

_IT: Final = {"type": "Comity::Ask", "id": "it"}
_DECIDING: Final = frozenset({Kind.PERMIT, Kind.FORBID, Kind.MANDATE})
_ERRED: Final = re.compile(r"error while evaluating policy `(policy\d+)`")


@dataclass(frozen=True, slots=True)
class _Weighed:
    """What the engine said: the rules that hold, by kind, and those it could not weigh."""

    forbids: Sequence[Rule]
    permits: Sequence[Rule]
    mandates: Sequence[Rule]
    required: Sequence[Rule]
    warned: Sequence[Rule]
    erred: Sequence[Rule]

    def of_class(self, name: str) -> "_Weighed":
        """Return what bears on one class: rules open to all and those scoped to it."""
        return _Weighed(
            _scoped(self.forbids, name),
            _scoped(self.permits, name),
            _scoped(self.mandates, name),
            _scoped(self.required, name),
            _scoped(self.warned, name),
            _scoped(self.erred, name),
        )


def _scoped(rules: Sequence[Rule], name: str) -> Sequence[Rule]:
    return [rule for rule in rules if rule.classes is None or name in rule.classes] if rules else rules


def decide(*, facts: Facts, rules: RuleSlice) -> Decision:
    """Decide every sensitivity class of the ask.

    Returns one `Permit`, `NeedsApproval`, `HoldForCounsel` or `Refuse` per class, with the rules behind each, then
    the duties and warnings that follow from what may leave. Never raises for facts or rules: an engine error is a
    refusal of the class with reason `error`.
    """
    weighed = _weigh(facts, rules.narrowed(facts))
    if weighed is None:
        return Decision(tuple((name, Refuse("error")) for name, _ in facts.asked), (), (), rules.digest, ENGINE)
    outcomes: list[tuple[str, Outcome]] = []
    duties: set[str] = set()
    warnings: set[str] = set()
    for name, elements in facts.asked:
        found = weighed.of_class(name)
        outcome = _decide_class(facts, found, elements)
        if not isinstance(outcome, Refuse):
            duties.update(rule.id for rule in found.required)
            warnings.update(rule.id for rule in found.warned)
        outcomes.append((name, outcome))
    return Decision(tuple(outcomes), tuple(sorted(duties)), tuple(sorted(warnings)), rules.digest, ENGINE)


def _decide_class(facts: Facts, found: _Weighed, elements: tuple[str, ...]) -> Outcome:
    """Weigh what forbids and what grants; then a required approval turns a permit into a wait for it."""
    if any(rule.kind in _DECIDING for rule in found.erred):
        return Refuse("error")
    if found.forbids:
        outcome = _barred(facts, elements, found.forbids, found.mandates)
    else:
        outcome = _granted(elements, [*found.permits, *found.mandates], facts.met)
    if isinstance(outcome, Refuse):
        return outcome
    if found.erred:
        return Refuse("error")
    approvers = {function for rule in found.required for function in _open_approvals(rule, facts.met)}
    return _waiting(outcome, approvers, _ids(found.required)) if approvers else outcome


def _granted(elements: tuple[str, ...], rules: Sequence[Rule], met: frozenset[str]) -> Outcome:
    """Keep what the allow-lists of permits and mandates hold; free grants go at once, the rest waits for approval."""
    relevant = [rule for rule in rules if _allowed(elements, [rule])]
    free = [rule for rule in relevant if not _open_approvals(rule, met)]
    if free:
        return Permit(_allowed(elements, free), _ids(free))
    if not relevant:
        return Refuse("unmatched")
    approvers = {function for rule in relevant for function in _open_approvals(rule, met)}
    return NeedsApproval(_allowed(elements, relevant), _ids(relevant), tuple(sorted(approvers)))


def _barred(facts: Facts, elements: tuple[str, ...], forbids: Sequence[Rule], mandates: Sequence[Rule]) -> Outcome:
    """Refuse what is forbidden; only a state's bar that meets a mandate is held for counsel."""
    if not mandates or not all(rule.is_state_level for rule in forbids):
        return _refused(forbids, facts)
    if COUNSEL_MANDATE in facts.met:
        return _granted(elements, mandates, facts.met)
    return HoldForCounsel(elements, _ids(forbids), _ids(mandates))


def _waiting(outcome: Outcome, approvers: set[str], ids: tuple[str, ...]) -> Outcome:
    match outcome:
        case Permit(elements, because):
            return NeedsApproval(elements, tuple(sorted({*because, *ids})), tuple(sorted(approvers)))
        case NeedsApproval(elements, because, others):
            return NeedsApproval(elements, tuple(sorted({*because, *ids})), tuple(sorted({*others, *approvers})))
        case HoldForCounsel() | Refuse():
            return outcome


def _refused(forbids: Sequence[Rule], facts: Facts) -> Refuse:
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


def _weigh(facts: Facts, rules: NarrowedSlice) -> _Weighed | None:
    """Ask the engine which rules hold: once what forbids, once all the rest; None when it will not take the ask."""
    entities = _entities(facts, rules.mentioned)
    if entities is None:
        return None
    request = {
        "principal": _IT,
        "action": {"type": "Comity::Action", "id": facts.act},
        "resource": _IT,
        "context": "{}",
    }
    holding: tuple[Rule, ...] = ()
    erred: tuple[Rule, ...] = ()
    for compiled in (rules.forbids, rules.grants):
        if compiled.policies is None:
            continue
        answer = cedarpy.is_authorized(request, compiled.policies, entities, schema=SCHEMA)
        if answer.decision is cedarpy.Decision.NoDecision:
            return None
        holding += compiled.rules_named(answer.diagnostics.reasons)
        if answer.diagnostics.errors:
            told = [_ERRED.match(error) for error in answer.diagnostics.errors]
            names = [one[1] for one in told if one is not None]
            if len(names) != len(told):
                return None
            erred += compiled.rules_named(names)
    by_kind: dict[Kind, list[Rule]] = {kind: [] for kind in Kind}
    for rule in holding:
        by_kind[rule.kind].append(rule)
    return _Weighed(
        by_kind[Kind.FORBID],
        by_kind[Kind.PERMIT],
        by_kind[Kind.MANDATE],
        by_kind[Kind.REQUIRE],
        by_kind[Kind.WARN],
        erred,
    )


def _entities(facts: Facts, mentioned: Mentioned) -> cedarpy.Entities | None:
    """Hand the engine what the rules speak of, once per ask; None when it will not take it.

    The ask is in every class it asks for, so a rule scoped to one of them holds. `attributes_of` always gives every
    attribute the schema names and no other (a test compares the two), so the engine's own check of them, a third of
    the cost, would find nothing; each request is still checked.
    """
    given = attributes_of(facts)
    try:
        attributes = {name: _narrowed(given[name], codes) for name, codes in mentioned.items()}
        parents = [{"type": "Comity::Class", "id": name} for name, _ in facts.asked]
        text = msgspec.json.encode([{"uid": _IT, "attrs": attributes, "parents": parents}]).decode()
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
