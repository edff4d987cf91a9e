"""Explanations: every outcome in plain words, in both languages, with what is missing and the way forward."""

import pytest

from comity.spine.policy.decide import decide
from comity.spine.policy.decision import Decision, Refuse
from comity.spine.policy.facts import Facts, Party
from comity.spine.policy.slices import make_slice
from comity.standing.law.explain import explain, get_rule_text
from comity.standing.law.packs import load_rules, load_texts
from comity.standing.law.rules import rule_digest

SHERIFF = Party("az-sheriff", "local", "AZ", frozenset({"law_enforcement", "criminal_justice"}))
ICE = Party("ice", "federal", "", frozenset({"law_enforcement", "dhs"}))


def decided(category, asked, **more):
    facts = Facts("disclose", SHERIFF, ICE, "civil_immigration", category, asked, **more)
    return decide(facts=facts, rules=make_slice(load_rules()))


def explained(decision, language="en"):
    return explain(decision=decision, rules={rule.id: rule for rule in load_rules()}, language=language)


def test_a_permit_names_its_authority():
    (line,) = explained(decided("status", (("status", ("immigration_status",)),)))
    assert (line.outcome, line.rule_id, line.citation) == ("disclosed", "law-28", "8 U.S.C. 1373(a)-(c), 1644")
    assert line.words == load_texts()["en"]["law-28"].says


def test_a_refusal_labels_what_each_rule_misses():
    decision = decided("intelligence", (("intelligence", ("intelligence_report",)),), unmet=frozenset({"validated"}))
    lines = {line.rule_id: line for line in explained(decision)}
    assert lines["xe-06"].missing == ("the ledger takes the record of this disclosure",)
    assert lines["law-36-overdue"].unmet == ("validated within five years",)
    assert lines["law-36-overdue"].missing == ()
    assert all(line.forward for line in lines.values())


def test_a_refusal_without_a_rule_says_that_nothing_permits_it():
    (line,) = explained(decided("custody", (("custody", ("charge",)),)))
    assert (line.rule_id, line.citation, line.words) == ("", "", load_texts()["en"]["nothing"].says)


def test_an_error_is_said_as_one():
    (line,) = explained(Decision((("status", Refuse("error")),), (), (), "r", "e"))
    assert line.words == load_texts()["en"]["error"].says


def test_approvers_are_named():
    met = frozenset({"victim_exception", "exception_reason"})
    lines = explained(decided("victim_protected", (("victim", ("victim_statement",)),), met=met))
    waiting = [line for line in lines if line.outcome == "needs_approval"]
    assert waiting
    assert {line.approvers for line in waiting} == {("privacy_officer",)}


def test_duties_and_warnings_are_told():
    decision = Decision((), ("law-40",), ("law-46",), "r", "e")
    assert [(line.rule_id, line.outcome) for line in explained(decision)] == [("law-40", "duty"), ("law-46", "warning")]


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_rule_can_be_said(language):
    for rule in load_rules():
        (line,) = explained(Decision((("x", Refuse("forbidden", (rule.id,))),), (), (), "r", "e"), language)
        assert line.words == load_texts()[language][rule.says].says


def test_spanish_labels_are_spanish():
    police = Party("az-police", "local", "AZ", frozenset({"law_enforcement"}))
    facts = Facts("disclose", SHERIFF, police, "public_records", "detainee_for_ice", (("custody", ("charge",)),))
    decision = decide(facts=facts, rules=make_slice(load_rules()))
    (line,) = explained(decision, "es")
    assert line.missing == ("consentimiento de la agencia de origen",)


def test_a_clause_without_words_of_its_own_gets_those_for_clauses():
    (line,) = explained(Decision((("x", Refuse("forbidden", ("agr-7",))),), (), (), "r", "e"))
    assert line.words == load_texts()["en"]["clause"].says
    assert get_rule_text("agr-7", "es") == load_texts()["es"]["clause"]


def test_an_unknown_language_reads_english():
    assert get_rule_text("law-28", "fr") == get_rule_text("law-28", "en")


def test_the_digest_counsel_approves_changes_with_one_word():
    rule = load_rules()[0]
    texts = {language: dict(words) for language, words in load_texts().items()}
    before = rule_digest(rule, texts)
    words = texts["es"][rule.says]
    texts["es"][rule.says] = type(words)(words.says, words.forward + " ")
    assert rule_digest(rule, texts) != before
