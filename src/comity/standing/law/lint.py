"""Refuse a rule that speaks of something nobody knows. Pure.

Cedar's schema checks attribute names and types; a misspelled code (`"dsh"`) would pass it and never match. Here every
literal must be a word of the catalogue, and only operators that cannot err are let in.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import cedarpy

from comity.spine.policy.rules import BrokenRuleError, Rule, parse_pack
from comity.spine.policy.slices import SCHEMA
from comity.standing.law.catalogue import Argument, Catalogue, Source
from comity.standing.law.packs import Authority, Texts

ACTIONS: Final = frozenset({"disclose"})
_BINARY: Final = frozenset({"contains", "containsAny", "containsAll", "==", "!="})
_LOGICAL: Final = frozenset({"&&", "||"})
_STATE_ATTRIBUTES: Final = ("sender_state", "receiver_state", "origin_state")


class LintError(ValueError):
    """A pack may not be loaded; `problems` lists every reason, each naming its rule."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(self.problems))


Vocabulary = Mapping[str, frozenset[str]]
"""Attribute of an ask to the literals it may be compared with."""


def vocabulary(
    catalogue: Catalogue, *, agencies: frozenset[str] = frozenset(), clauses: frozenset[str] = frozenset()
) -> Vocabulary:
    """Return what each attribute may be compared with; law names no agency and no clause, so both are empty for it."""
    evidence = frozenset(catalogue.evidence)
    states = catalogue.states | {""}
    return {
        "sender": agencies,
        "sender_kind": catalogue.kinds,
        "sender_state": states,
        "sender_powers": catalogue.powers,
        "receiver": agencies,
        "receiver_kind": catalogue.kinds,
        "receiver_state": states,
        "receiver_powers": catalogue.powers,
        "purpose": frozenset(catalogue.purposes),
        "category": frozenset(catalogue.categories),
        "marks": frozenset(catalogue.marks),
        "origin": agencies | {""},
        "origin_state": states,
        "met": evidence,
        "unmet": evidence,
        "exhausted": clauses,
    }


@dataclass(frozen=True, slots=True)
class _Compared:
    """One comparison: the attributes on its sides and the literals it holds them against."""

    attributes: tuple[str, ...]
    literals: tuple[object, ...]


def lint_text(text: str, *, catalogue: Catalogue, words: Vocabulary) -> tuple[str, ...]:
    """Return the problems of Cedar policies: schema, unknown words, operators that are not allowed."""
    try:
        parsed = json.loads(cedarpy.policies_to_json_str(text))
    except ValueError as error:
        return (f"does not parse: {error}",)
    checked = cedarpy.validate_policies(text, SCHEMA)
    problems = [] if checked.validation_passed else [f"schema: {error}" for error in checked.errors]
    if parsed["templates"] or parsed["templateLinks"]:
        problems.append("holds a template, which would never be asked")
    for policy in parsed["staticPolicies"].values():
        name = (policy.get("annotations") or {}).get("id", "(without id)")
        problems += [f"rule `{name}`: {problem}" for problem in _policy_problems(policy, catalogue, words)]
    return tuple(problems)


def lint_rules(rules: Iterable[Rule], *, catalogue: Catalogue) -> tuple[str, ...]:
    """Return the problems of annotations that hold codes: obligations and needs."""
    return tuple(f"rule `{rule.id}`: {problem}" for rule in rules for problem in _note_problems(rule, catalogue))


def lint_packs(
    packs: Mapping[str, str], *, catalogue: Catalogue, texts: Texts, authorities: Mapping[str, Authority]
) -> tuple[str, ...]:
    """Return every problem of the packs (jurisdiction to text) of one release; none means they may be loaded."""
    problems: list[str] = []
    seen: dict[str, str] = {}
    for jurisdiction, text in packs.items():
        try:
            found, rules = _pack_problems(jurisdiction, text, catalogue)
        except RecursionError:
            found, rules = ["a rule is nested too deeply; write several"], ()
        found += lint_rules(rules, catalogue=catalogue)
        found += _reference_problems(rules, texts, authorities)
        found += [f"rule `{rule.id}` stands in pack `{seen[rule.id]}` too" for rule in rules if rule.id in seen]
        seen.update({rule.id: jurisdiction for rule in rules})
        problems += [f"packs/{jurisdiction}.cedar: {problem}" for problem in found]
    return tuple(problems)


def _pack_problems(jurisdiction: str, text: str, catalogue: Catalogue) -> tuple[list[str], tuple[Rule, ...]]:
    """Return what is wrong with a pack as text, and the rules of it that can be read."""
    found = list(lint_text(text, catalogue=catalogue, words=vocabulary(catalogue)))
    try:
        policies = json.loads(cedarpy.policies_to_json_str(text))["staticPolicies"]
    except ValueError:
        return found, ()
    found += ["holds no rule"] if not policies else []
    found += _state_problems(jurisdiction, policies, catalogue)
    try:
        return found, parse_pack(text, jurisdiction=jurisdiction)
    except ValueError:
        rules, broken = _read_singly(jurisdiction, policies)
        return found + broken, rules


def _read_singly(jurisdiction: str, policies: Mapping[str, Any]) -> tuple[tuple[Rule, ...], list[str]]:
    """Return the rules of a broken pack that can be read, and what is wrong with each of the others."""
    rules: dict[str, Rule] = {}
    broken: list[str] = []
    for policy in policies.values():
        name = (policy.get("annotations") or {}).get("id", "(without id)")
        alone = {"staticPolicies": {"policy0": policy}, "templates": {}, "templateLinks": []}
        try:
            (rule,) = parse_pack(str(cedarpy.policies_from_json_str(json.dumps(alone))), jurisdiction=jurisdiction)
        except BrokenRuleError as error:
            broken.append(str(error))
        except ValueError:
            broken.append(f"rule `{name}`: the engine cannot hold it; write several rules")
        else:
            if rule.id in rules:
                broken.append(f"rule `{rule.id}` stands twice")
            rules[rule.id] = rule
    return tuple(rules.values()), broken


def _policy_problems(policy: Mapping[str, Any], catalogue: Catalogue, words: Vocabulary) -> Iterator[str]:
    if policy["principal"] != {"op": "All"}:
        yield "its principal must be open: it speaks of every ask"
    action = policy["action"]
    if action.get("op") != "==" or action.get("entity", {}).get("id") not in ACTIONS:
        yield f"its action must be one of {sorted(ACTIONS)}"
    scope = policy["resource"].get("entity", {}).get("id")
    if scope is not None and scope not in catalogue.classes:
        yield f"unknown sensitivity class `{scope}`"
    for condition in policy["conditions"]:
        for found in _comparisons(condition["body"]):
            if isinstance(found, str):
                yield found
            else:
                yield from _unknown_words(found, words)


def _comparisons(body: Mapping[str, Any]) -> Iterator[_Compared | str]:
    """Walk one condition: yield each comparison, or what is not allowed."""
    ((operator, parts),) = body.items()
    if operator in _LOGICAL:
        yield from _comparisons(parts["left"])
        yield from _comparisons(parts["right"])
    elif operator == "!":
        yield from _comparisons(parts["arg"])
    elif operator in _BINARY:
        yield from _compared((parts["left"], parts["right"]))
    else:
        yield f"operator `{operator}` is not allowed"


def _compared(sides: tuple[Mapping[str, Any], ...]) -> Iterator[_Compared | str]:
    attributes: list[str] = []
    literals: list[object] = []
    for side in sides:
        match side:
            case {".": {"left": {"Var": "principal"}, "attr": str(name)}}:
                attributes.append(name)
            case {"Value": value}:
                literals.append(value)
            case {"Set": list(values)} if all(set(value) == {"Value"} for value in values):
                literals += [value["Value"] for value in values]
            case _:
                yield "only an attribute of the ask is compared, with a word, a set of words or another attribute"
                return
    if not attributes:
        yield "a comparison without an attribute of the ask"
        return
    yield _Compared(tuple(attributes), tuple(literals))


def _unknown_words(found: _Compared, words: Vocabulary) -> Iterator[str]:
    for attribute in found.attributes:
        known = words.get(attribute)
        if known is None:
            yield f"unknown attribute `{attribute}`"
            continue
        for literal in found.literals:
            if not isinstance(literal, str) or literal not in known:
                yield f"`{literal}` is not a word for `{attribute}`"


def _note_problems(rule: Rule, catalogue: Catalogue) -> Iterator[str]:
    for obligation in rule.obligations:
        verb, colon, argument = obligation.partition(":")
        known = catalogue.obligations.get(verb)
        if known is None or not _fits(known.argument, colon, argument, catalogue):
            yield f"unknown obligation `{obligation}`"
    for code in sorted({code for group in rule.needs for code in group} - set(catalogue.evidence)):
        yield f"needs the unknown evidence `{code}`"
    for code in sorted(rule.needed & catalogue.evidence_from(Source.SETTING)):
        yield f"needs `{code}`, which nobody can show: leave it to the text"
    for function in rule.approvals:
        if f"approved_{function}" not in catalogue.evidence:
            yield f"nothing could show the approval by `{function}`"


def _fits(argument: Argument, colon: str, value: str, catalogue: Catalogue) -> bool:
    match argument:
        case Argument.NONE:
            return not colon
        case Argument.DAYS | Argument.HOURS:
            return value.isascii() and value.isdigit() and int(value) > 0
        case Argument.FUNCTION:
            return value in catalogue.functions
        case Argument.WORD:
            return value in catalogue.words


def _reference_problems(rules: Iterable[Rule], texts: Texts, authorities: Mapping[str, Authority]) -> Iterator[str]:
    for rule in rules:
        for language, words in texts.items():
            if rule.says not in words:
                yield f"rule `{rule.id}`: no text `{rule.says}` in `{language}`"
        sources = rule.source.split()
        if not sources or not rule.cite:
            yield f"rule `{rule.id}`: no citation or no authority"
        for source in sources:
            if source not in authorities:
                yield f"rule `{rule.id}`: unknown authority `{source}`"


def _state_problems(jurisdiction: str, policies: Mapping[str, Any], catalogue: Catalogue) -> Iterator[str]:
    """Slicing only saves work: a state's rule must not hold without its own state."""
    if jurisdiction == "us":
        return
    state = jurisdiction.removeprefix("us-").upper()
    if not jurisdiction.startswith("us-") or state not in catalogue.states:
        yield f"no such jurisdiction as `{jurisdiction}`"
        return
    for policy in policies.values():
        name = (policy.get("annotations") or {}).get("id", "(without id)")
        bodies = [condition["body"] for condition in policy["conditions"] if condition["kind"] == "when"]
        if not any(_implies_state(body, state) for body in bodies):
            yield f"rule `{name}`: can hold without its state `{state}`"


def _implies_state(body: Mapping[str, Any], state: str) -> bool:
    match body:
        case {"&&": {"left": left, "right": right}}:
            return _implies_state(left, state) or _implies_state(right, state)
        case {"||": {"left": left, "right": right}}:
            return _implies_state(left, state) and _implies_state(right, state)
        case {"==": {"left": {".": {"attr": attribute}}, "right": {"Value": value}}}:
            return attribute in _STATE_ATTRIBUTES and value == state
        case _:
            return False
