"""What rules speak of, read from their own text: the engine need not be handed anything else of an ask.

Handing over an attribute costs the engine more than weighing a rule. INVARIANT: what is left out changes no answer
(property test against an independent evaluator); an attribute left out by mistake would be an engine error, a refusal.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from comity.spine.policy.narrow import term

Mentioned = Mapping[str, frozenset[str] | None]
"""Attributes of the ask that rules speak of. For a set of which they only ask whether it contains given codes, these;
None: the attribute as a whole."""


def mentioned_in(conditions: Iterable[Mapping[str, Any]]) -> Mentioned:
    """Return what conditions (as the engine reads them) speak of."""
    found: dict[str, frozenset[str] | None] = {}
    for condition in conditions:
        _collect(condition["body"], found)
    return found


def join_mentioned(several: Iterable[Mentioned]) -> Mentioned:
    """Return what any of several speaks of."""
    found: dict[str, frozenset[str] | None] = {}
    for one in several:
        for name, codes in one.items():
            _mention(found, name, codes)
    return found


def _collect(part: object, found: dict[str, frozenset[str] | None]) -> None:
    if isinstance(part, list):
        for inner in part:
            _collect(inner, found)
    elif isinstance(part, dict):
        for operator, operand in part.items():
            _collect_operation(operator, operand, found)


def _collect_operation(operator: str, operand: object, found: dict[str, frozenset[str] | None]) -> None:
    match operator, operand:
        case "contains" | "containsAny" | "containsAll", {"left": left, "right": right}:
            name, codes = _attribute(left), _codes(right)
            if name is not None and codes is not None:
                _mention(found, name, codes)
            else:
                _collect([left, right], found)
        case "." | "has", {"left": {"Var": "principal"}, "attr": str(name)}:
            _mention(found, name, None)
        case _:
            _collect(operand, found)


def _mention(found: dict[str, frozenset[str] | None], name: str, codes: frozenset[str] | None) -> None:
    before = found.get(name, frozenset())
    found[name] = None if before is None or codes is None else before | codes


def _attribute(part: Mapping[str, Any]) -> str | None:
    match part:
        case {".": {"left": {"Var": "principal"}, "attr": str(name)}}:
            return name
        case _:
            return None


def _codes(part: Mapping[str, Any]) -> frozenset[str] | None:
    """Return the literal codes of a part; None when it depends on the ask."""
    match term(part, {}):
        case str() as one:
            return frozenset({one})
        case frozenset() as several:
            return several
        case _:
            return None
