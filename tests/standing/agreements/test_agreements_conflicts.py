"""A clause that permits what law forbids is named before anybody signs."""

from dataclasses import replace
from datetime import date

import pytest
from agreements_given import SHARE, terms_of

from comity.spine.policy.decide import decide
from comity.spine.policy.facts import Party
from comity.spine.policy.rules import Kind, Rule
from comity.standing.agreements import conflicts as subject
from comity.standing.agreements.conflicts import Weighing, find_conflicts
from comity.standing.agreements.demo.load import list_demo
from comity.standing.agreements.terms import read_terms
from comity.standing.law.catalogue import Source, load_catalogue
from comity.standing.law.packs import load_rules

DAY = date(2026, 11, 22)
POLICE = frozenset({"law_enforcement", "criminal_justice"})
PARTIES = {
    "pima-so": Party("pima-so", "local", "AZ", POLICE),
    "cache-so": Party("cache-so", "local", "UT", POLICE),
    "los-angeles-so": Party("los-angeles-so", "neighboring_state", "CA", POLICE),
    "ice-ero-phoenix": Party("ice-ero-phoenix", "federal", "", POLICE | {"dhs", "immigration_enforcement"}),
}


def conflicts(*clauses, law=None, parties=None):
    rules = load_rules() if law is None else law
    return find_conflicts(
        Weighing(read_terms(terms_of(*clauses)), parties or PARTIES, tuple(rules), DAY), load_catalogue()
    )


def test_a_clause_that_the_law_lets_be_has_no_conflict() -> None:
    assert conflicts(SHARE) == ()


def test_face_comparisons_for_civil_immigration_in_utah_are_named_with_the_rule() -> None:
    clause = {
        **SHARE, "id": "faces", "from": ["cache-so"], "purposes": ["civil_immigration"], "categories": ["face"],
        "elements": ["face_match", "person_name"],
    }  # fmt: skip
    found = conflicts(SHARE, clause)
    assert {(one.clause, one.elements, one.is_held) for one in found} == {
        ("faces", ("face_match", "person_name"), False)
    }
    assert any("law-44" in rule for one in found for rule in one.rules)


def test_what_the_holder_has_to_record_is_told_with_the_evidence_and_no_other_bar() -> None:
    clause = {
        **SHARE, "id": "release", "from": ["los-angeles-so"], "purposes": ["civil_immigration"],
        "elements": ["release_date"],
    }  # fmt: skip
    [found] = conflicts(clause)
    assert (found.rules, found.is_held, found.elements) == (("xe-29-ca-release",), False, ("release_date",))
    assert "qualifying_conviction" in found.unless


def law_on_custody(needs: tuple[tuple[str, ...], ...]) -> list[Rule]:
    bar = next(rule for rule in load_rules() if rule.id == "xe-29-ca-release")
    head = 'principal, action == Comity::Action::"disclose", resource == Comity::Class::"custody"'
    shown = " || ".join("(" + " && ".join(f'principal.met.contains("{one}")' for one in group) + ")" for group in needs)
    text = f"forbid ({head}) when {{ !({shown}) }};"
    return [replace(bar, needs=needs, classes=frozenset({"custody"}), jurisdiction="us-az", text=text, starts_on=None)]


def test_what_the_asker_states_is_no_conflict() -> None:
    stated = min(load_catalogue().evidence_from(Source.ASKER))
    assert conflicts(SHARE, law=law_on_custody(((stated,),))) == ()


def test_of_the_evidence_a_rule_looks_for_only_what_the_holder_records_is_named() -> None:
    words = load_catalogue()
    stated, recorded = min(words.evidence_from(Source.ASKER)), min(words.evidence_from(Source.HOLDER))
    [found] = conflicts(SHARE, law=law_on_custody(((stated, recorded),)))
    assert (found.unless, found.is_held) == ((recorded,), False)
    assert conflicts(SHARE, law=law_on_custody(((stated,), (recorded,)))) == ()


def test_what_only_a_setting_shows_is_never_let_go() -> None:
    setting = min(load_catalogue().evidence_from(Source.SETTING))
    [found] = conflicts(SHARE, law=law_on_custody(((setting,),)))
    assert (found.unless, found.is_held) == ((), False)


def test_a_bar_of_a_state_that_meets_a_mandate_is_told_as_held() -> None:
    bar = next(rule for rule in load_rules() if rule.id == "xe-29-ca-release")
    mandate = next(rule for rule in load_rules() if rule.kind is Kind.MANDATE)
    where, names = 'principal.sender == "pima-so"', 'resource == Comity::Class::"custody"'
    head = 'principal, action == Comity::Action::"disclose"'
    law = (
        replace(bar, needs=(), classes=frozenset({"custody"}), text=f"forbid ({head}, {names}) when {{ {where} }};"),
        replace(mandate, classes=frozenset({"custody"}), text=f"permit ({head}, {names}) when {{ {where} }};"),
    )
    law = tuple(replace(rule, jurisdiction="us-az", starts_on=None) for rule in law)
    [found] = conflicts(SHARE, law=law)
    assert (found.is_held, found.rules, found.elements) == (True, (bar.id,), ("charge", "custody_status"))


def test_without_law_nothing_conflicts_and_a_party_nobody_knows_is_left_out() -> None:
    assert conflicts(SHARE, law=()) == ()
    assert conflicts({**SHARE, "from": ["nobody"]}) == ()


def test_the_demo_agreements_permit_nothing_that_the_law_always_forbids() -> None:
    from comity.standing.directory.demo import read_demo

    directory = read_demo()
    parties = {
        one.new.code: Party(one.new.code, one.new.kind.value, one.new.state, frozenset(one.new.powers))
        for one in directory.agencies
    }
    for demo in list_demo():
        weighing = Weighing(read_terms(demo.terms), parties, tuple(load_rules()), DAY)
        found = find_conflicts(weighing, load_catalogue())
        assert [one for one in found if not one.is_held and not one.unless] == [], demo.code


def wide(name: str, senders: list[str]) -> dict[str, object]:
    words = load_catalogue()
    return {
        **SHARE, "id": name, "from": senders, "purposes": sorted(words.purposes),
        "categories": sorted(words.categories), "elements": sorted(words.elements),
    }  # fmt: skip


def test_of_a_clause_with_very_many_ways_none_is_left_out() -> None:
    def told(found):
        return {(one.rules, one.is_held) for one in found}

    alone = told(conflicts(wide("all", ["cache-so"])))
    assert any("law-44" in rule for rules, _ in alone for rule in rules)
    assert alone <= told(conflicts(wide("all", ["los-angeles-so", "pima-so", "cache-so"])))


def test_agencies_that_are_alike_are_asked_about_once_and_one_the_law_names_by_itself() -> None:
    twins = {code: Party(code, "local", "AZ", POLICE) for code in ("apache-so", "mohave-so", "yuma-so")}
    bar = next(rule for rule in load_rules() if rule.id == "xe-29-ca-release")
    where = 'principal.sender == "mohave-so"'
    law = [
        replace(
            bar, needs=(), classes=None, jurisdiction="us-az", starts_on=None,
            text=f'forbid (principal, action == Comity::Action::"disclose", resource) when {{ {where} }};',
        )
    ]  # fmt: skip
    clause = {**SHARE, "from": sorted(twins)}
    [found] = conflicts(clause, law=law, parties=PARTIES | twins)
    assert (found.pair[0], found.elements) == ("mohave-so", ("charge", "custody_status", "person_name"))


@pytest.mark.parametrize("clauses", [1, 25])
def test_the_law_is_asked_as_often_for_many_wide_clauses_as_for_one(monkeypatch, clauses) -> None:
    asked = []
    monkeypatch.setattr(subject, "decide", lambda **given: asked.append(given["facts"]) or decide(**given))
    words = load_catalogue()
    ids = [f"wide-{'abcde'[one // 5]}{'abcde'[one % 5]}" for one in range(clauses)]
    found = conflicts(*(wide(name, ["pima-so", "cache-so"]) for name in ids))
    assert {one.clause for one in found} == set(ids)
    assert len(asked) <= 4 * len(words.purposes) * len(words.categories)
