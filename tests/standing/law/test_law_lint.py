"""Lint: a rule may speak only of what the catalogue knows, and only with operators that cannot err."""

import re

import pytest

from comity.spine.policy.rules import Kind
from comity.standing.law.catalogue import Source, load_catalogue
from comity.standing.law.lint import lint_packs, lint_text, vocabulary
from comity.standing.law.packs import load_authorities, load_rules, load_texts, shipped_packs

HEAD = '@id("law-1") @kind("forbid") @cite("c") @says("law-28") @obligations("{o}") @source("{s}") @from("") @to("")'
RULE = HEAD + '@needs("{n}")\nforbid (principal, action == Comity::Action::"disclose", resource{r}) when {{ {when} }};'


def rule(when='principal.purpose == "customs"', *, o="log", s="F02", n="court_order", r=""):
    return RULE.format(when=when, o=o, s=s, n=n, r=r)


def problems(text: str, jurisdiction: str = "us") -> tuple[str, ...]:
    return lint_packs(
        {jurisdiction: text}, catalogue=load_catalogue(), texts=load_texts(), authorities=load_authorities()
    )


def test_the_shipped_packs_have_no_problem():
    found = lint_packs(shipped_packs(), catalogue=load_catalogue(), texts=load_texts(), authorities=load_authorities())
    assert found == ()


def test_a_sound_rule_has_no_problem():
    assert problems(rule()) == ()


@pytest.mark.parametrize(
    ("when", "word"),
    [
        ('principal.purpose == "custom"', "`custom` is not a word for `purpose`"),
        ('principal.purpose != "custom"', "`custom` is not a word for `purpose`"),
        ('principal.category == "jails"', "`jails` is not a word for `category`"),
        ('principal.marks.contains("asilo")', "`asilo` is not a word for `marks`"),
        ('principal.marks.containsAny(["asylum", "x"])', "`x` is not a word for `marks`"),
        ('principal.met.containsAll(["court_order", "y"])', "`y` is not a word for `met`"),
        ('principal.unmet.contains("z")', "`z` is not a word for `unmet`"),
        ('principal.sender_kind == "city"', "`city` is not a word for `sender_kind`"),
        ('principal.receiver_state == "az"', "`az` is not a word for `receiver_state`"),
        ('principal.receiver_powers.contains("magic")', "`magic` is not a word for `receiver_powers`"),
        ('["customs", "fishing"].contains(principal.purpose)', "`fishing` is not a word for `purpose`"),
        ('!(principal.purpose == "fishing")', "`fishing` is not a word for `purpose`"),
        ('principal.purpose == "customs" || principal.category == "x"', "`x` is not a word for `category`"),
        ('principal.sender == "az-sheriff"', "`az-sheriff` is not a word for `sender`"),
        ('principal.exhausted.contains("agr-1")', "`agr-1` is not a word for `exhausted`"),
    ],
)
def test_a_word_nobody_knows_is_refused(when, word):
    assert any(word in problem for problem in problems(rule(when)))


@pytest.mark.parametrize(
    "when",
    [
        'principal.purpose like "cust*"',
        "1 + 1 == 2",
        "9223372036854775807 + 1 > 0",
        'if principal.purpose == "customs" then true else false',
        "true",
        "context has x",
        'principal has "purpose"',
        '"customs" == "customs"',
        "principal.met.isEmpty()",
    ],
)
def test_an_operator_that_could_err_or_hide_is_refused(when):
    assert problems(rule(when))


def test_an_unknown_attribute_is_refused_by_the_schema():
    assert any("schema" in problem for problem in problems(rule('principal.nationality == "x"')))


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"o": "shred"}, "unknown obligation `shred`"),
        ({"o": "retention"}, "unknown obligation `retention`"),
        ({"o": "retention:soon"}, "unknown obligation `retention:soon`"),
        ({"o": "approval:mayor"}, "unknown obligation `approval:mayor`"),
        ({"o": "approval:analyst"}, "nothing could show the approval by `analyst`"),
        ({"o": "notice:press"}, "unknown obligation `notice:press`"),
        ({"o": "log:twice"}, "unknown obligation `log:twice`"),
        ({"n": "good_will"}, "needs the unknown evidence `good_will`"),
        ({"s": "F99"}, "unknown authority `F99`"),
        ({"s": ""}, "no citation or no authority"),
        ({"r": ' == Comity::Class::"horoscope"'}, "unknown sensitivity class `horoscope`"),
    ],
)
def test_an_annotation_nobody_knows_is_refused(change, word):
    assert any(word in problem for problem in problems(rule(**change)))


def test_a_rule_without_words_is_refused():
    assert any(
        "no text `law-0`" in problem for problem in problems(rule().replace('@says("law-28")', '@says("law-0")'))
    )


def test_another_action_is_refused():
    assert problems(rule().replace('Action::"disclose"', 'Action::"delete"'))
    assert problems(rule().replace('action == Comity::Action::"disclose"', "action"))


@pytest.mark.parametrize(
    "when",
    [
        'principal.purpose == "customs"',
        'principal.sender_state == "UT"',
        'principal.sender_state != "AZ"',
        'principal.sender_state == "AZ" || principal.purpose == "customs"',
        '!(principal.sender_state == "AZ")',
    ],
)
def test_a_rule_of_a_state_may_not_hold_without_its_state(when):
    assert any("can hold without its state `AZ`" in problem for problem in problems(rule(when), "us-az"))


@pytest.mark.parametrize(
    "when",
    [
        'principal.sender_state == "AZ"',
        'principal.purpose == "customs" && principal.origin_state == "AZ"',
        'principal.sender_state == "AZ" || (principal.purpose == "customs" && principal.receiver_state == "AZ")',
    ],
)
def test_a_rule_of_a_state_that_holds_its_state_passes(when):
    assert problems(rule(when), "us-az") == ()


def test_an_unknown_jurisdiction_is_refused():
    assert any("no such jurisdiction" in problem for problem in problems(rule(), "us-xx"))


@pytest.mark.parametrize("principal", ["principal == ?principal", 'principal == Comity::Ask::"other"'])
def test_a_rule_that_would_never_be_asked_is_refused(principal):
    assert problems(rule().replace("(principal,", f"({principal},"))


def test_text_that_does_not_parse_is_refused_without_an_exception():
    assert any("does not parse" in problem for problem in problems("permit (principal;"))


def test_an_id_in_two_packs_is_refused():
    both = {"us": rule(), "us-az": rule('principal.sender_state == "AZ"')}
    found = lint_packs(both, catalogue=load_catalogue(), texts=load_texts(), authorities=load_authorities())
    assert any("stands in pack `us` too" in problem for problem in found)


def test_a_clause_may_name_its_agencies_and_law_may_not():
    text = rule('principal.sender == "az-sheriff" && principal.exhausted.contains("agr-1")')
    catalogue = load_catalogue()
    known = vocabulary(catalogue, agencies=frozenset({"az-sheriff"}), clauses=frozenset({"agr-1"}))
    assert lint_text(text, catalogue=catalogue, words=known) == ()
    assert lint_text(text, catalogue=catalogue, words=vocabulary(catalogue))


def test_what_satisfies_a_rule_is_named_in_its_needs():
    """The evidence in a refusal's text and the evidence it says it needs are the same, but for settings."""
    catalogue = load_catalogue()
    codes = set(catalogue.evidence) - catalogue.evidence_from(Source.SETTING)
    for found in load_rules():
        if found.kind is Kind.FORBID:
            unless = found.text.split("unless")[1:]
            spoken = set(re.findall(r'"([a-z_0-9]+)"', "".join(unless))) & codes
            unmet = set(re.findall(r'unmet\)\.contains\("([a-z_]+)"\)', found.text))
            assert {code for group in found.needs for code in group} == spoken | unmet, found.id


def test_a_rule_may_speak_of_a_setting_but_not_ask_for_one():
    when = 'principal.purpose == "customs" && principal.met.contains("setting_benefits_records")'
    assert problems(rule(when)) == ()
    found = problems(rule(n="court_order | setting_benefits_records"))
    assert any("needs `setting_benefits_records`, which nobody can show" in problem for problem in found)
