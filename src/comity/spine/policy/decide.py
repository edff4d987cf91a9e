"""The gate: facts and a slice of rules in, a decision out. Pure: no clock, no database, no settings.

The engine is asked at most twice an ask: which rules hold and, where one forbids, which others do. What that means for
each class is read here. Fail closed: the engine skips a `forbid` that errs and would then allow; here any diagnostic
refuses.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import Final, Self

import cedarpy
import msgspec

from comity.spine.policy.decision import Decision, HoldForCounsel, NeedsApproval, Outcome, Permit, Refuse
from comity.spine.policy.facts import Facts
from comity.spine.policy.rules import ENGINE, Kind, Rule
from comity.spine.policy.slices import SCHEMA, CompiledSet, NarrowedSlice, RuleSlice

COUNSEL_MANDATE: Final = "counsel_mandate"
"""Evidence code: counsel of the holder found that the mandate prevails over the state's bar."""
APPROVED: Final = "approved_"
"""Prefix of evidence codes: `approved_privacy_officer` and so on, set by a recorded verdict only."""

_IT: Final = {"type": "Comity::Ask", "id": "it"}
_ASKED: Final = {"type": "Comity::Asked", "id": "it"}
_FORBIDS: Final = frozenset({Kind.FORBID})
_MANDATES: Final = frozenset({Kind.MANDATE})
_LETS_GO: Final = frozenset({Kind.PERMIT, Kind.MANDATE})
_REQUIRES: Final = frozenset({Kind.REQUIRE})
_WARNS: Final = frozenset({Kind.WARN})
_GRANTS: Final = _LETS_GO | _REQUIRES | _WARNS
_ERRED: Final = re.compile(r"error while evaluating policy `(policy\d+)`")


class _Held(msgspec.Struct, frozen=True):
    """Rules that hold, ordered by id, and rules the engine could not weigh; `scoped`: some are of one class only."""

    rules: Sequence[Rule]
    erred: Sequence[Rule]
    scoped: bool

    @classmethod
    def make(cls, rules: Sequence[Rule], erred: Sequence[Rule] = ()) -> Self:
        """Return these rules, having looked whether one of them is scoped."""
        return cls(rules, erred, bool([rule for rule in (*rules, *erred) if rule.classes is not None]))

    def of_class(self, name: str) -> "_Held":
        """Return what bears on one class: rules open to all and those scoped to it."""
        if not self.scoped:
            return self
        return _Held(_of_class(self.rules, name), _of_class(self.erred, name), scoped=False)

    def only(self, kinds: frozenset[Kind]) -> "_Held":
        """Return what was said of rules of these kinds."""
        return _Held.make(self.of(kinds), [rule for rule in self.erred if rule.kind in kinds])

    def of(self, kinds: frozenset[Kind]) -> list[Rule]:
        """Return the rules of these kinds that hold."""
        return [rule for rule in self.rules if rule.kind in kinds]

    def has_erred(self, kinds: frozenset[Kind]) -> bool:
        """Tell whether a rule of these kinds could not be weighed."""
        return bool(self.erred) and any(rule.kind in kinds for rule in self.erred)


_NOTHING: Final = _Held.make(())


def _of_class(rules: Sequence[Rule], name: str) -> list[Rule]:
    return [rule for rule in rules if rule.classes is None or name in rule.classes]


class Answers:
    """What the engine said, by exactly what it was asked: for whoever decides very many asks, most of them alike.

    The engine is a function of rules and facts. Emptied when full.
    """

    def __init__(self, size: int = 100_000) -> None:
        self._size = size
        self._said: dict[tuple[str, str, CompiledSet], _Held | None] = {}

    def ask(self, act: str, compiled: CompiledSet, handed: "_Handed") -> _Held | None:
        """Return what the engine says (`_ask`), asking it once."""
        key = (act, handed.text, compiled)
        if key not in self._said:
            if len(self._said) >= self._size:
                self._said.clear()
            self._said[key] = _ask(act, compiled, handed)
        return self._said[key]


def decide(*, facts: Facts, rules: RuleSlice, answers: "Answers | None" = None) -> Decision:
    """Decide every sensitivity class of the ask; with `answers` the engine is not asked the same twice.

    Returns one `Permit`, `NeedsApproval`, `HoldForCounsel` or `Refuse` per class, with the rules behind each, then
    the duties and warnings that follow from what may leave. Never raises for facts or rules: an engine error is a
    refusal of the class with reason `error`.
    """
    weighed = _weigh(facts, rules.narrowed(facts), _ask if answers is None else answers.ask)
    if weighed is None:
        return Decision(tuple((name, Refuse("error")) for name, _ in facts.asked), (), (), rules.digest, ENGINE)
    forbids, grants = weighed
    if grants is None and not forbids.scoped:  # one bar for all: what it says is the same for every class
        barred = Refuse("error") if forbids.erred else _refused(forbids.rules, facts)
        return Decision(tuple([(name, barred) for name, _ in facts.asked]), (), (), rules.digest, ENGINE)
    grants = grants or _NOTHING
    outcomes: list[tuple[str, Outcome]] = []
    duties: set[str] = set()
    warnings: set[str] = set()
    for name, elements in facts.asked:
        granting = grants.of_class(name)
        outcome = _decide_class(facts, elements, forbids.of_class(name), granting)
        if not isinstance(outcome, Refuse):
            duties.update(rule.id for rule in granting.of(_REQUIRES))
            warnings.update(rule.id for rule in granting.of(_WARNS))
        outcomes.append((name, outcome))
    return Decision(tuple(outcomes), tuple(sorted(duties)), tuple(sorted(warnings)), rules.digest, ENGINE)


def _decide_class(facts: Facts, elements: tuple[str, ...], forbids: _Held, grants: _Held) -> Outcome:
    """Weigh what forbids, then what grants; then a required approval turns a permit into a wait for it."""
    if forbids.erred:
        return Refuse("error")
    if forbids.rules:
        outcome = _barred(facts, elements, forbids.rules, grants)
    elif grants.has_erred(_LETS_GO):
        return Refuse("error")
    else:
        outcome = _granted(elements, grants.of(_LETS_GO), facts.met)
    if isinstance(outcome, Refuse):
        return outcome
    if grants.has_erred(_REQUIRES | _WARNS):
        return Refuse("error")
    required = grants.of(_REQUIRES)
    if not required:
        return outcome
    approvers = {function for rule in required for function in _open_approvals(rule, facts.met)}
    return _waiting(outcome, approvers, _ids(required)) if approvers else outcome


def _granted(elements: tuple[str, ...], rules: Sequence[Rule], met: frozenset[str]) -> Outcome:
    """Keep what the allow-lists of permits and mandates hold; free grants go at once, the rest waits for approval."""
    relevant = [r for r in rules if elements and (r.elements is None or not r.elements.isdisjoint(elements))]
    free = [rule for rule in relevant if not _open_approvals(rule, met)]
    if free:
        return Permit(_allowed(elements, free), _ids(free))
    if not relevant:
        return Refuse("unmatched")
    approvers = {function for rule in relevant for function in _open_approvals(rule, met)}
    return NeedsApproval(_allowed(elements, relevant), _ids(relevant), tuple(sorted(approvers)))


def _barred(facts: Facts, elements: tuple[str, ...], forbids: Sequence[Rule], grants: _Held) -> Outcome:
    """Refuse what is forbidden; only a state's bar that meets a mandate is held for counsel."""
    if not _may_yield(forbids):
        return _refused(forbids, facts)
    mandates = grants.of(_MANDATES)
    if not mandates and not grants.has_erred(_MANDATES):
        return _refused(forbids, facts)
    if grants.has_erred(_LETS_GO):
        return Refuse("error")
    if COUNSEL_MANDATE in facts.met:
        return _granted(elements, mandates, facts.met)
    return HoldForCounsel(elements, _ids(forbids), _ids(mandates))


def _may_yield(forbids: Sequence[Rule]) -> bool:
    """Tell whether a mandate can come up against these: a state's bars alone, not federal law or an agreement."""
    return all(rule.is_state_level for rule in forbids)


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
    needed = frozenset[str]().union(*(rule.needed for rule in forbids)) - facts.met
    unmet = needed & facts.unmet
    missing = needed - unmet
    reason = "evidence_missing" if missing and not unmet and all(rule.needs for rule in forbids) else "forbidden"
    return Refuse(reason, _ids(forbids), tuple(sorted(missing)), tuple(sorted(unmet)))


def _allowed(elements: tuple[str, ...], rules: Iterable[Rule]) -> tuple[str, ...]:
    lists = [rule.elements for rule in rules]
    if None in lists:
        return elements
    allowed = frozenset[str]().union(*(one for one in lists if one is not None))
    return tuple([element for element in elements if element in allowed])


def _open_approvals(rule: Rule, met: frozenset[str]) -> tuple[str, ...]:
    return tuple([function for function in rule.approvals if APPROVED + function not in met])


def _ids(rules: Iterable[Rule]) -> tuple[str, ...]:
    return tuple([rule.id for rule in rules])


def _weigh(facts: Facts, rules: NarrowedSlice, ask: "_Asking") -> tuple[_Held, _Held | None] | None:
    """Ask the engine which rules hold; return those that forbid and all the rest.

    Where a forbid holds the engine tells of no other rule: it is asked again without them, unless every class is
    barred for good (then None stands for the rest). Returns None when the engine will not take the ask.
    """
    handed = _handed(facts, rules)
    if handed is None:
        return None
    found = ask(facts.act, rules.every, handed)
    if found is None:
        return None
    forbids, others = found.only(_FORBIDS), found.only(_GRANTS)
    if not forbids.rules:
        return forbids, others
    if all(_is_final(forbids.of_class(name), has_mandates=rules.has_mandates) for name, _ in facts.asked):
        return forbids, None
    grants = ask(facts.act, rules.grants, handed)
    return None if grants is None else (forbids, grants)


def _is_final(forbids: _Held, *, has_mandates: bool) -> bool:
    """Tell whether a class is refused whatever else holds."""
    return bool(forbids.erred) or (bool(forbids.rules) and not (has_mandates and _may_yield(forbids.rules)))


def _ask(act: str, compiled: CompiledSet, handed: "_Handed") -> _Held | None:
    """Ask the engine which rules of one set hold; None when it will not say, or not of which rule it complains."""
    entities = handed.entities
    if entities is None:
        return None
    if compiled.policies is None:
        return _NOTHING
    request = {
        "principal": _IT,
        "action": {"type": "Comity::Action", "id": act},
        "resource": _ASKED,
        "context": "{}",
    }
    answer = cedarpy.is_authorized(request, compiled.policies, entities, schema=SCHEMA)
    if answer.decision is cedarpy.Decision.NoDecision:
        return None
    told = [_ERRED.match(error) for error in answer.diagnostics.errors]
    names = [one[1] for one in told if one is not None]
    if len(names) != len(told):
        return None
    return _Held.make(compiled.rules_named(answer.diagnostics.reasons), compiled.rules_named(names))


class _Handed:
    """What the engine is handed of an ask, as text and, once it is asked, as it reads it (None: it will not)."""

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def entities(self) -> cedarpy.Entities | None:
        try:
            return cedarpy.Entities.from_json_str(self.text)
        except ValueError:
            return None


_Asking = Callable[[str, CompiledSet, _Handed], _Held | None]


def _handed(facts: Facts, rules: NarrowedSlice) -> _Handed | None:
    """Hand the engine what the rules speak of, once per ask; None for what cannot be said.

    What is asked for is in its classes, so that a rule scoped to one of them holds; classes no rule names are left
    out. `attributes_of` always gives every attribute the schema names and no other (a test compares the two), so the
    engine's own check of them, a third of the cost, would find nothing; each request is still checked.
    """
    given = attributes_of(facts)
    try:
        attributes = {name: _narrowed(given[name], codes) for name, codes in rules.mentioned.items()}
        parents = [{"type": "Comity::Class", "id": name} for name in rules.classes]
        entities = [{"uid": _IT, "attrs": attributes, "parents": []}]
        if parents:
            entities.append({"uid": _ASKED, "attrs": {}, "parents": parents})
        return _Handed(msgspec.json.encode(entities, order="deterministic").decode())
    except (KeyError, ValueError):
        return None


def _narrowed(value: str | frozenset[str], codes: frozenset[str] | None) -> str | frozenset[str]:
    return value if codes is None or isinstance(value, str) else value & codes


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
