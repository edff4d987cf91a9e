"""Rules as the gate holds them: one Cedar policy each, with its authority beside it."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import Any, Final

import cedarpy

from comity.kernel.canonical import Json, canonical, plain
from comity.kernel.digest import sha256

ENGINE: Final = "cedar-4/cedarpy-4"
"""Named in every decision; a replay under another engine says so."""


class Kind(StrEnum):
    """What a rule does when its condition holds."""

    PERMIT = "permit"
    FORBID = "forbid"
    MANDATE = "mandate"
    REQUIRE = "require"
    WARN = "warn"


class BrokenRuleError(ValueError):
    """A rule's text does not parse, lacks an annotation, or says something the gate cannot hold."""


@dataclass(frozen=True)
class Rule:
    """One rule.

    `jurisdiction` is `us`, `us-az`, … for law and `agreement` for a clause. `needs` lists, per alternative, the
    evidence codes that would satisfy the rule. `classes` None means every sensitivity class; `elements` None means
    every element (an allow-list otherwise). `pair` (sender, receiver) and `state` say where the rule can matter: the
    text itself must hold the same condition, slicing only saves work. Without slots, so that what every ask asks of
    a rule is found once.
    """

    id: str
    kind: Kind
    cite: str
    says: str
    text: str
    jurisdiction: str
    source: str
    starts_on: date | None
    ends_on: date | None
    obligations: tuple[str, ...] = ()
    needs: tuple[tuple[str, ...], ...] = ()
    classes: frozenset[str] | None = None
    elements: frozenset[str] | None = None
    pair: tuple[str, str] | None = None

    @cached_property
    def approvals(self) -> tuple[str, ...]:
        """The functions of the posts that must approve, from obligations `approval:<function>`."""
        return tuple(o.partition(":")[2] for o in self.obligations if o.startswith("approval:"))

    @cached_property
    def needed(self) -> frozenset[str]:
        """The evidence codes of every alternative of `needs`."""
        return frozenset(code for group in self.needs for code in group)

    @cached_property
    def is_state_level(self) -> bool:
        """Tell whether a state, not the federal government or an agreement, makes the rule."""
        return self.jurisdiction.startswith("us-")

    def in_force_on(self, day: date) -> bool:
        """Tell whether the rule is dated to apply on `day`; the end day is the first day it does not."""
        return (self.starts_on is None or self.starts_on <= day) and (self.ends_on is None or day < self.ends_on)

    def as_plain(self) -> dict[str, Json]:
        """Return everything the rule is as JSON values; `rule_from_plain` reads it back."""
        return {
            "cite": self.cite,
            "classes": plain(self.classes),
            "elements": plain(self.elements),
            "ends_on": plain(self.ends_on),
            "id": self.id,
            "jurisdiction": self.jurisdiction,
            "kind": str(self.kind),
            "needs": plain(self.needs),
            "obligations": plain(self.obligations),
            "pair": plain(self.pair),
            "says": self.says,
            "source": self.source,
            "starts_on": plain(self.starts_on),
            "text": self.text,
        }

    def digest(self) -> str:
        """Return hex of SHA-256 over everything the rule is: text, annotations, allow-list."""
        return sha256(canonical(self.as_plain())).hex()


def rule_from_plain(value: Mapping[str, Any]) -> Rule:
    """Return the rule that `Rule.as_plain` wrote; raise `BrokenRuleError` for anything else."""
    try:
        pair = value["pair"]
        return Rule(
            id=str(value["id"]),
            kind=Kind(value["kind"]),
            cite=str(value["cite"]),
            says=str(value["says"]),
            text=str(value["text"]),
            jurisdiction=str(value["jurisdiction"]),
            source=str(value["source"]),
            starts_on=_day(value["starts_on"] or ""),
            ends_on=_day(value["ends_on"] or ""),
            obligations=tuple(value["obligations"]),
            needs=tuple(tuple(group) for group in value["needs"]),
            classes=None if value["classes"] is None else frozenset(value["classes"]),
            elements=None if value["elements"] is None else frozenset(value["elements"]),
            pair=None if pair is None else (pair[0], pair[1]),
        )
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise BrokenRuleError(f"a stored rule lacks or misstates {error}") from error


_REQUIRED: Final = ("id", "kind", "cite", "says", "obligations", "from", "to", "source")
_KNOWN: Final = {*_REQUIRED, "needs"}
_EFFECTS: Final = {Kind.FORBID: "forbid"}


def parse_pack(text: str, *, jurisdiction: str) -> tuple[Rule, ...]:
    """Return the rules of a Cedar pack in the order written.

    Raises `BrokenRuleError` naming the rule when the text does not parse, an annotation is missing or unknown, an id
    stands twice, or the effect does not fit the kind (only `forbid` forbids; the other kinds are written `permit`).
    """
    try:
        parsed: Mapping[str, Any] = json.loads(cedarpy.policies_to_json_str(text))
    except ValueError as error:
        raise BrokenRuleError(f"pack `{jurisdiction}` does not parse: {error}") from error
    if parsed.get("templates"):
        raise BrokenRuleError(f"pack `{jurisdiction}` holds a template; write the rule out")
    policies = sorted(parsed["staticPolicies"].items(), key=lambda item: int(item[0].removeprefix("policy")))
    rules = tuple(_rule(policy, jurisdiction) for _, policy in policies)
    refuse_doubles(rules)
    return rules


def _rule(policy: Mapping[str, Any], jurisdiction: str) -> Rule:
    notes: dict[str, str] = policy.get("annotations") or {}
    name = notes.get("id", "(without id)")
    missing = [note for note in _REQUIRED if note not in notes]
    unknown = sorted(set(notes) - _KNOWN)
    if missing or unknown:
        raise BrokenRuleError(f"rule `{name}`: annotations missing {missing}, unknown {unknown}")
    try:
        kind = Kind(notes["kind"])
        starts_on, ends_on = _day(notes["from"]), _day(notes["to"])
    except ValueError as error:
        raise BrokenRuleError(f"rule `{name}`: {error}") from error
    if policy["effect"] != _EFFECTS.get(kind, "permit"):
        raise BrokenRuleError(f"rule `{name}`: a `{kind}` is not written `{policy['effect']}`")
    return Rule(
        id=name,
        kind=kind,
        cite=notes["cite"],
        says=notes["says"],
        text=_text_of(policy),
        jurisdiction=jurisdiction,
        source=notes["source"],
        starts_on=starts_on,
        ends_on=ends_on,
        obligations=tuple(notes["obligations"].split()),
        needs=tuple(tuple(group.split()) for group in notes.get("needs", "").split("|") if group.strip()),
        classes=classes_of(policy, name),
    )


def _mentions_resource(part: object) -> bool:
    match part:
        case {"Var": "resource"}:
            return True
        case dict():
            return any(_mentions_resource(value) for value in part.values())
        case list():
            return any(_mentions_resource(value) for value in part)
        case _:
            return False


def _text_of(policy: Mapping[str, Any]) -> str:
    """Return one policy as Cedar text, in the engine's own form."""
    alone = {"staticPolicies": {"policy0": policy}, "templates": {}, "templateLinks": []}
    return str(cedarpy.policies_from_json_str(json.dumps(alone)))


def classes_of(policy: Mapping[str, Any], name: str) -> frozenset[str] | None:
    """Return the sensitivity classes a policy (the engine's JSON) is scoped to; None: open to every class.

    Raises `BrokenRuleError` for any scope but an open one and `resource == …`, and for a policy that names a class
    elsewhere: the gate sorts what holds by these classes.
    """
    if _mentions_resource(policy["conditions"]):
        raise BrokenRuleError(f"rule `{name}`: names a sensitivity class outside its scope")
    match policy["resource"]:
        case {"op": "All"}:
            return None
        case {"op": "==", "entity": {"type": "Comity::Class", "id": str(one)}}:
            return frozenset({one})
        case _:
            raise BrokenRuleError(f'rule `{name}`: its resource must be open or `== Comity::Class::"…"`')


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def refuse_doubles(rules: Iterable[Rule]) -> None:
    """Raise `BrokenRuleError` for a rule id that stands twice."""
    seen: set[str] = set()
    for rule in rules:
        if rule.id in seen:
            raise BrokenRuleError(f"rule `{rule.id}` stands twice")
        seen.add(rule.id)
