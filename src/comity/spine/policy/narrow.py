"""Which rules cannot apply, whatever the evidence: read from their own text, so that the engine need not look at them.

Three-valued: a condition over what is fixed for a kind of ask (parties, purpose, category, marks) is true or false,
anything else is unknown. A rule is left out only when a `when` is false or an `unless` is true for certain.
INVARIANT: leaving it out changes no answer (property test against the full set and an independent evaluator).
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final

import cedarpy

from comity.spine.policy.facts import Facts

Known = Mapping[str, str | frozenset[str]]
"""Attributes of the ask that are fixed for a kind of ask, by the name rules use."""

VARIABLE: Final = object()
"""What depends on more than is fixed."""


def known_of(facts: Facts) -> dict[str, str | frozenset[str]]:
    """Return what is fixed for asks of this kind: everything but evidence, quotas and the record's origin."""
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
    }


def read_policies(texts: Iterable[str]) -> list[Mapping[str, Any]]:
    """Return each policy as the engine reads it, in the order of `texts`."""
    parsed = json.loads(cedarpy.policies_to_json_str("\n".join(texts)))["staticPolicies"]
    return [parsed[f"policy{number}"] for number in range(len(parsed))]


def can_apply(conditions: Iterable[Mapping[str, Any]], known: Known) -> bool:
    """Tell whether a rule with these conditions may apply to an ask of which `known` holds."""
    for condition in conditions:
        value = _value(condition["body"], known)
        if value is (condition["kind"] != "when"):
            return False
    return True


def _value(part: Mapping[str, Any], known: Known) -> bool | None:
    """Return whether an expression is true, false, or not to be told (None)."""
    ((operator, operand),) = part.items()
    match operator:
        case "&&":
            sides = (_value(operand["left"], known), _value(operand["right"], known))
            return False if False in sides else None if None in sides else True
        case "||":
            sides = (_value(operand["left"], known), _value(operand["right"], known))
            return True if True in sides else None if None in sides else False
        case "!":
            inner = _value(operand["arg"], known)
            return None if inner is None else not inner
        case "==" | "!=" | "contains" | "containsAny" | "containsAll":
            return _compared(operator, term(operand["left"], known), term(operand["right"], known))
        case _:
            return None


def _compared(operator: str, left: object, right: object) -> bool | None:
    if left is VARIABLE or right is VARIABLE:
        return None
    match operator, left, right:
        case "==", _, _:
            return left == right
        case "!=", _, _:
            return left != right
        case "contains", frozenset(), str():
            return right in left
        case "containsAny", frozenset(), frozenset():
            return not left.isdisjoint(right)
        case "containsAll", frozenset(), frozenset():
            return left >= right
        case _:
            return None


def term(part: Mapping[str, Any], known: Known) -> object:
    """Return a literal, a set of literals or a known attribute; `VARIABLE` for anything else."""
    match part:
        case {"Value": str(text)}:
            return text
        case {"Set": list(items)} if all(isinstance(item.get("Value"), str) for item in items):
            return frozenset(item["Value"] for item in items)
        case {".": {"left": {"Var": "principal"}, "attr": str(name)}} if name in known:
            return known[name]
        case _:
            return VARIABLE
