"""The gate once more, in plain Python, from the rules as JSON and the design's words: no engine, no slices.

Written from `docs` and Cedar's published semantics, not from `spine.policy.decide`, so that the two can disagree.
"""

import json
from functools import cache

import cedarpy

LIMIT = 2**63


class Erred(Exception):
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


def value_of(body, ask):
    ((operator, parts),) = body.items()
    match operator:
        case "Value":
            return parts
        case "Set":
            return {value_of(part, ask) for part in parts}
        case ".":
            if parts["left"] != {"Var": "principal"}:
                raise Erred
            return ask[parts["attr"]]
        case "!":
            return not value_of(parts["arg"], ask)
        case "&&":
            return value_of(parts["left"], ask) and value_of(parts["right"], ask)
        case "||":
            return value_of(parts["left"], ask) or value_of(parts["right"], ask)
    left, right = value_of(parts["left"], ask), value_of(parts["right"], ask)
    match operator:
        case "==":
            return left == right
        case "!=":
            return left != right
        case "contains":
            return right in left
        case "containsAny":
            return bool(left & right)
        case "containsAll":
            return right <= left
        case "+":
            if not -LIMIT <= left + right < LIMIT:
                raise Erred
            return left + right
        case ">":
            return left > right
        case _:
            raise AssertionError(operator)


def holds(rule, facts, name):
    """Tell whether one rule's scope and conditions hold for a class; raise `Erred`."""
    policy = policy_of(rule.text)
    if policy["action"]["entity"]["id"] != facts.act:
        return False
    scope = policy["resource"].get("entity", {}).get("id")
    if scope is not None and scope != name:
        return False
    ask = attributes_of(facts)
    for condition in policy["conditions"]:
        if value_of(condition["body"], ask) is not (condition["kind"] == "when"):
            return False
    return True


def decide_class(rules, facts, name, elements):
    """Return (word, elements, rules, other): what design.md says of one sensitivity class."""
    of_kind = {kind: [] for kind in ("permit", "forbid", "mandate", "require", "warn")}
    broken = set()
    for rule in rules:
        try:
            if holds(rule, facts, name):
                of_kind[rule.kind.value].append(rule)
        except Erred:
            broken.add(rule.kind.value)
    permits, forbids, mandates = of_kind["permit"], of_kind["forbid"], of_kind["mandate"]
    if broken & {"permit", "forbid"}:
        return ("refused", "error")
    granting = permits
    if forbids or not permits:
        if broken & {"mandate"}:
            return ("refused", "error")
        if not forbids and not mandates:
            return ("refused", "unmatched")
        if forbids and (not mandates or any(not rule.jurisdiction.startswith("us-") for rule in forbids)):
            return refusal(forbids, facts)
        if forbids and "counsel_mandate" not in facts.met:
            word = ("held", set(elements), {r.id for r in forbids}, {r.id for r in mandates})
            return ("refused", "error") if broken else word
        granting = mandates
    granted = grant(granting, elements, facts)
    if granted[0] == "refused":
        return granted
    if broken:
        return ("refused", "error")
    asked = {f for rule in of_kind["require"] for f in waits_for(rule, facts)}
    if asked:
        approvers = asked | (granted[3] if granted[0] == "needs_approval" else set())
        return ("needs_approval", granted[1], granted[2] | {r.id for r in of_kind["require"]}, approvers)
    return granted


def waits_for(rule, facts):
    named = [o.split(":", 1)[1] for o in rule.obligations if o.startswith("approval:")]
    return {function for function in named if "approved_" + function not in facts.met}


def grant(rules, elements, facts):
    def kept(some):
        return {e for e in elements if any(rule.elements is None or e in rule.elements for rule in some)}

    free = [rule for rule in rules if not waits_for(rule, facts)]
    if kept(free):
        return ("disclosed", kept(free), {rule.id for rule in free}, set())
    if not kept(rules):
        return ("refused", "unmatched")
    return (
        "needs_approval",
        kept(rules),
        {rule.id for rule in rules},
        {function for rule in rules for function in waits_for(rule, facts)},
    )


def refusal(forbids, facts):
    needed = {code for rule in forbids for group in rule.needs for code in group} - set(facts.met)
    unmet = needed & set(facts.unmet)
    return ("refused", {rule.id for rule in forbids}, needed - unmet, unmet)
