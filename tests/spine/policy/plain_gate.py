"""The gate once more, in plain Python, from the rules as JSON and the design's words: no engine, no slices.

Written from `docs` and Cedar's published semantics, not from `spine.policy.decide`, so that the two can disagree.
"""

import json
from functools import cache

import cedarpy

LIMIT = 2**63


class ErredError(Exception):
    """An expression has no value."""


def attributes_of(facts):
    sender, receiver = facts.sender, facts.receiver
    return {
        "sender": sender.code,
        "sender_kind": sender.kind,
        "sender_state": sender.state,
        "sender_powers": set(sender.powers),
        "receiver": receiver.code,
        "receiver_kind": receiver.kind,
        "receiver_state": receiver.state,
        "receiver_powers": set(receiver.powers),
        "purpose": facts.purpose,
        "category": facts.category,
        "marks": set(facts.marks),
        "origin": facts.origin,
        "origin_state": facts.origin_state,
        "met": set(facts.met),
        "unmet": set(facts.unmet),
        "exhausted": set(facts.exhausted),
    }


@cache
def policy_of(text):
    (policy,) = json.loads(cedarpy.policies_to_json_str(text))["staticPolicies"].values()
    return policy


def added(left, right):
    if not -LIMIT <= left + right < LIMIT:
        raise ErredError
    return left + right


BINARY = {
    "==": lambda left, right: left == right,
    "!=": lambda left, right: left != right,
    "contains": lambda left, right: right in left,
    "containsAny": lambda left, right: bool(left & right),
    "containsAll": lambda left, right: right <= left,
    ">": lambda left, right: left > right,
    "+": added,
}


def value_of(body, ask):
    ((operator, parts),) = body.items()
    if operator in BINARY:
        return BINARY[operator](value_of(parts["left"], ask), value_of(parts["right"], ask))
    if operator == "&&":
        return value_of(parts["left"], ask) and value_of(parts["right"], ask)
    if operator == "||":
        return value_of(parts["left"], ask) or value_of(parts["right"], ask)
    leaves = {
        "Value": lambda: parts,
        "Set": lambda: {value_of(part, ask) for part in parts},
        ".": lambda: ask[parts["attr"]],
        "!": lambda: not value_of(parts["arg"], ask),
    }
    return leaves[operator]()


def holds(rule, facts, name):
    """Tell whether one rule's scope and conditions hold for a class; raise `ErredError`."""
    policy = policy_of(rule.text)
    if policy["action"]["entity"]["id"] != facts.act:
        return False
    scope = policy["resource"].get("entity", {}).get("id")
    if scope is not None and scope != name:
        return False
    ask = attributes_of(facts)
    return all(value_of(part["body"], ask) is (part["kind"] == "when") for part in policy["conditions"])


def decide_class(rules, facts, name, elements):
    """Return (word, elements, rules, other): what design.md says of one sensitivity class."""
    that_hold, broken = {}, set()
    for rule in rules:
        try:
            if holds(rule, facts, name):
                that_hold.setdefault(rule.kind.value, []).append(rule)
        except ErredError:
            broken.add(rule.kind.value)
    first = main(that_hold, broken, facts, elements)
    if first[0] == "refused" or not broken & {"require", "warn"}:
        return first if first[0] in {"refused", "held"} else with_approvals(first, that_hold.get("require", []), facts)
    return ("refused", "error")


def main(that_hold, broken, facts, elements):
    permits, forbids, mandates = (that_hold.get(kind, []) for kind in ("permit", "forbid", "mandate"))
    if "forbid" in broken:
        return ("refused", "error")
    if not forbids:
        return ("refused", "error") if broken & {"permit", "mandate"} else grant([*permits, *mandates], elements, facts)
    if not all(rule.jurisdiction.startswith("us-") for rule in forbids):
        return refusal(forbids, facts)
    if not mandates and "mandate" not in broken:
        return refusal(forbids, facts)
    if broken & {"permit", "mandate"}:
        return ("refused", "error")
    if "counsel_mandate" in facts.met:
        return grant(mandates, elements, facts)
    return ("held", set(elements), {r.id for r in forbids}, {r.id for r in mandates})


def with_approvals(granted, required, facts):
    _, elements, because, approvers = granted
    asked = {function for rule in required for function in waits_for(rule, facts)}
    if not asked:
        return granted
    return ("needs_approval", elements, because | {rule.id for rule in required}, asked | approvers)


def waits_for(rule, facts):
    named = [o.split(":", 1)[1] for o in rule.obligations if o.startswith("approval:")]
    return {function for function in named if "approved_" + function not in facts.met}


def grant(rules, elements, facts):
    def kept(some):
        return {e for e in elements if any(rule.elements is None or e in rule.elements for rule in some)}

    useful = [rule for rule in rules if kept([rule])]
    free = [rule for rule in useful if not waits_for(rule, facts)]
    if free:
        return ("disclosed", kept(free), {rule.id for rule in free}, set())
    if not useful:
        return ("refused", "unmatched")
    return (
        "needs_approval",
        kept(useful),
        {rule.id for rule in useful},
        {function for rule in useful for function in waits_for(rule, facts)},
    )


def refusal(forbids, facts):
    needed = {code for rule in forbids for group in rule.needs for code in group} - set(facts.met)
    unmet = needed & set(facts.unmet)
    return ("refused", {rule.id for rule in forbids}, needed - unmet, unmet)
