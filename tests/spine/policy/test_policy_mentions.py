"""What rules speak of, whichever way they say it."""

import pytest

from comity.spine.policy.mentions import join_mentioned, mentioned_in
from comity.spine.policy.narrow import read_policies

POLICY = "permit (principal, action, resource) when {{ {0} }};"


def mentioned(condition: str) -> object:
    return mentioned_in(read_policies([POLICY.format(condition)])[0]["conditions"])


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ('principal.purpose == "customs"', {"purpose": None}),
        ('"customs" != principal.purpose', {"purpose": None}),
        ('["a", "b"].contains(principal.purpose)', {"purpose": None}),
        ('principal.met.contains("warrant")', {"met": {"warrant"}}),
        ('principal.met.containsAll(["a", "b"]) || !principal.met.contains("c")', {"met": {"a", "b", "c"}}),
        ('principal.met.containsAny(["a"]) && principal.unmet.contains("b")', {"met": {"a"}, "unmet": {"b"}}),
        ('principal.met == ["a"]', {"met": None}),
        ('principal.met.contains("a") && principal.met == ["b"]', {"met": None}),
        ('principal.met == ["b"] && principal.met.contains("a")', {"met": None}),
        ("principal.met.isEmpty()", {"met": None}),
        ("principal.met.contains(principal.purpose)", {"met": None, "purpose": None}),
        ("principal.met.containsAll(principal.marks)", {"met": None, "marks": None}),
        ('["a", "b"].containsAll(principal.met)', {"met": None}),
        ("principal has origin", {"origin": None}),
        ('if principal.origin == "" then principal.met.contains("a") else false', {"origin": None, "met": {"a"}}),
        ('principal.purpose like "civil*"', {"purpose": None}),
        ("true", {}),
    ],
)
def test_everything_a_condition_can_depend_on_is_mentioned(condition: str, expected: object) -> None:
    assert mentioned(condition) == expected


def test_several_rules_mention_what_any_of_them_does() -> None:
    several = [{"met": frozenset({"a"})}, {"met": frozenset({"b"}), "origin": None}, {"unmet": None}]
    assert join_mentioned(several) == {"met": {"a", "b"}, "origin": None, "unmet": None}
    assert join_mentioned([{"met": None}, {"met": frozenset({"a"})}]) == {"met": None}
