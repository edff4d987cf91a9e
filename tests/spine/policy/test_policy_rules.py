"""A pack that cannot be held is refused when it is read, naming the rule and what is wrong with it."""

from datetime import date

import pytest

from comity.spine.policy.rules import BrokenRuleError, Kind, parse_pack

NOTES = {
    "id": "law-1",
    "kind": "permit",
    "cite": "c",
    "says": "s",
    "obligations": "",
    "from": "",
    "to": "",
    "source": "F02",
}
BODY = 'permit (principal, action == Comity::Action::"disclose", resource);'


def pack(body=BODY, *, without=(), **changed):
    notes = {name: value for name, value in {**NOTES, **changed}.items() if name not in without}
    return "".join(f'@{name}("{value}") ' for name, value in notes.items()) + body


def parse(*args, **changes):
    return parse_pack(pack(*args, **changes), jurisdiction="us")


def test_a_rule_is_read_with_everything_it_says():
    (rule,) = parse(
        'forbid (principal, action == Comity::Action::"disclose", resource == Comity::Class::"status");',
        kind="forbid",
        obligations="approval:counsel log approval:liaison",
        needs="a b | c",
        **{"from": "2026-01-01", "to": "2027-01-01"},
    )
    assert rule.kind is Kind.FORBID
    assert rule.approvals == ("counsel", "liaison")
    assert rule.needs == (("a", "b"), ("c",))
    assert rule.classes == {"status"}
    assert (rule.starts_on, rule.ends_on) == (date(2026, 1, 1), date(2027, 1, 1))
    assert not rule.is_state_level


def test_a_rule_is_in_force_from_its_first_day_until_the_day_before_its_end():
    (rule,) = parse(**{"from": "2026-01-01", "to": "2027-01-01"})
    days = [date(2025, 12, 31), date(2026, 1, 1), date(2026, 12, 31), date(2027, 1, 1)]
    assert [rule.in_force_on(day) for day in days] == [False, True, True, False]


@pytest.mark.parametrize("name", sorted(NOTES))
def test_a_missing_annotation_is_named(name):
    with pytest.raises(BrokenRuleError, match=f"missing \\['{name}'\\]"):
        parse(without=(name,))


def test_an_unknown_annotation_is_named():
    with pytest.raises(BrokenRuleError, match=r"rule `law-1`: annotations missing \[\], unknown \['mood'\]"):
        parse(mood="good")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"kind": "perhaps"}, "rule `law-1`: 'perhaps'"),
        ({"from": "soon"}, "rule `law-1`"),
        ({"to": "2026-02-30"}, "rule `law-1`"),
        ({"kind": "forbid"}, "a `forbid` is not written `permit`"),
    ],
)
def test_a_kind_or_date_that_means_nothing_is_named(changes, said):
    with pytest.raises(BrokenRuleError, match=said):
        parse(**changes)


@pytest.mark.parametrize("kind", ["permit", "mandate", "require", "warn"])
def test_only_a_forbid_forbids(kind):
    with pytest.raises(BrokenRuleError, match=f"a `{kind}` is not written `forbid`"):
        parse(BODY.replace("permit", "forbid"), kind=kind)


@pytest.mark.parametrize(
    "body",
    [
        BODY.replace("resource)", 'resource in Comity::Class::"status")'),
        BODY.replace("resource)", "resource is Comity::Class)"),
        BODY.replace("resource)", 'resource == Comity::Ask::"it")'),
    ],
)
def test_a_scope_the_gate_cannot_slice_by_is_refused(body):
    with pytest.raises(BrokenRuleError, match="its resource must be open"):
        parse(body)


@pytest.mark.parametrize("when", ['resource == Comity::Class::"status"', '!(resource in Comity::Class::"status")'])
def test_a_class_outside_the_scope_is_refused(when):
    with pytest.raises(BrokenRuleError, match="names a sensitivity class outside its scope"):
        parse(BODY.replace(";", f" when {{ {when} }};"))


@pytest.mark.parametrize("text", ["permit", "permit (principal, action, resource)", "}", "@id permit;", "\x00"])
def test_text_that_does_not_parse_is_refused(text):
    with pytest.raises(BrokenRuleError, match="pack `us` does not parse"):
        parse_pack(text, jurisdiction="us")


def test_an_id_that_stands_twice_is_refused():
    with pytest.raises(BrokenRuleError, match="rule `law-1` stands twice"):
        parse_pack(pack() + pack(), jurisdiction="us")


def test_a_template_is_refused():
    with pytest.raises(BrokenRuleError):
        parse_pack(pack(BODY.replace("principal,", "principal == ?principal,")), jurisdiction="us")


def test_an_empty_pack_holds_nothing():
    assert parse_pack("", jurisdiction="us") == ()


def test_rules_keep_the_order_they_are_written_in():
    text = "".join(pack(id=f"law-{number}") for number in range(12))
    assert [rule.id for rule in parse_pack(text, jurisdiction="us")] == [f"law-{number}" for number in range(12)]


def test_a_rules_text_reads_back_as_the_same_rule():
    (rule,) = parse(needs="a | b")
    (again,) = parse_pack(rule.text, jurisdiction="us")
    assert again == rule
    assert again.digest() == rule.digest()
