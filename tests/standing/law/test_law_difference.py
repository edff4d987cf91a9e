"""What changed between two releases, named part by part."""

import pytest
import small_law as small
from hypothesis import given
from hypothesis import strategies as st

from comity.standing.law.difference import How, Part, difference_of
from comity.standing.law.rules import shipped_release

BASE = small.release(small.rule("law-1"), small.rule("law-2"))


def changed(*rules: str, **words: str):
    after = small.release(*rules, small.rule("law-2"), **words)
    [change] = difference_of(BASE, after).rules
    return change


def test_a_release_does_not_differ_from_itself_nor_by_its_form():
    shipped = shipped_release()
    assert difference_of(shipped, shipped).is_empty
    assert difference_of(BASE, small.release("// a remark\n" + small.rule("law-2"), small.rule("law-1"))).is_empty


@pytest.mark.parametrize(
    ("change", "part"),
    [
        ({"cite": "8 U.S.C. 1644"}, Part("cite", "8 U.S.C. 1373", "8 U.S.C. 1644")),
        ({"until": "2027-01-01"}, Part("to", "", "2027-01-01")),
        ({"since": ""}, Part("from", "1996-09-30", "")),
        ({"needs": "court_order"}, Part("needs", "", "court_order")),
        ({"obligations": "log minimize"}, Part("obligations", "log", "log minimize")),
        ({"kind": "warn"}, Part("kind", "permit", "warn")),
        ({"source": "F03"}, Part("source", "F02", "F03")),
    ],
)
def test_each_thing_said_of_a_rule_is_a_part_of_its_own(change, part):
    assert changed(small.rule("law-1", **change)).parts == (part,)


def test_a_rules_text_is_compared_without_what_is_said_above_it():
    found = changed(small.rule("law-1", when='principal.receiver_powers.contains("doj")', cite="another"))
    assert found.changed == ("cite", "text")
    assert '"doj"' in found.parts[1].after
    assert "@" not in found.parts[1].after


def test_the_classes_a_rule_is_about_are_named_beside_its_text():
    assert changed(small.rule("law-1", scope="")).changed == ("classes", "text")


def test_words_are_compared_in_each_language():
    found = changed(small.rule("law-1"), law_1="something else")
    assert found.parts == (Part("says.en", "what law-1 says", "something else"),)


def test_rules_that_come_and_go_are_named_so():
    after = small.release(small.rule("law-1"), small.rule("law-3"), keys=("law-1", "law-3"))
    found = difference_of(BASE, after)
    assert [(one.name, one.how) for one in found.rules] == [("law-2", How.REMOVED), ("law-3", How.ADDED)]
    assert (found.count(How.ADDED), found.count(How.REMOVED), found.count(How.CHANGED)) == (1, 1, 0)
    assert found.texts == ()


def test_words_that_no_rule_says_and_authorities_are_compared_too():
    authorities = small.authority("F02", ends_on="2028-01-01") + small.authority("F03")
    after = small.release(small.rule("law-1"), small.rule("law-2"), authorities=authorities, nothing="nothing fits")
    found = difference_of(BASE, after)
    assert [(one.name, one.how, one.changed) for one in found.texts] == [("nothing", How.CHANGED, ("says.en",))]
    assert [(one.name, one.how) for one in found.authorities] == [("F02", How.CHANGED), ("F03", How.ADDED)]
    assert found.authorities[0].parts == (Part("to", "", "2028-01-01"),)
    assert found.rules == ()


def test_without_a_law_in_force_everything_is_added():
    found = difference_of(None, BASE)
    assert {one.how for one in (*found.rules, *found.texts, *found.authorities)} == {How.ADDED}
    assert len(found.rules) == 2


RULES = st.dictionaries(
    st.sampled_from(["law-1", "law-2", "law-3"]),
    st.fixed_dictionaries(
        {"cite": st.sampled_from(["a", "b"]), "until": st.sampled_from(["", "2027-01-01"]), "kind": st.just("permit")}
    ),
    min_size=1,
)


@given(RULES, RULES)
def test_every_rule_with_another_digest_is_named_and_backwards_the_same_with_sides_changed(one, other):
    first, second = (
        small.release(*(small.rule(name, **row) for name, row in rules.items()), keys=("law-1", "law-2", "law-3"))
        for rules in (one, other)
    )
    there, back = difference_of(first, second), difference_of(second, first)
    names = first.rule_digests.keys() | second.rule_digests.keys()
    differing = {name for name in names if first.rule_digests.get(name) != second.rule_digests.get(name)}
    assert {change.name for change in there.rules} == differing
    turned = {How.ADDED: How.REMOVED, How.REMOVED: How.ADDED, How.CHANGED: How.CHANGED}
    assert [(change.name, turned[change.how]) for change in there.rules] == [(c.name, c.how) for c in back.rules]
    assert {(p.name, p.before, p.after) for c in there.rules for p in c.parts} == {
        (p.name, p.after, p.before) for c in back.rules for p in c.parts
    }
