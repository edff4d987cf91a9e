"""A clause that permits what law forbids is named before anybody signs."""

from dataclasses import replace
from datetime import date

from agreements_given import SHARE, terms_of

from comity.spine.policy.facts import Party
from comity.spine.policy.rules import Kind
from comity.standing.agreements.conflicts import find_conflicts
from comity.standing.agreements.demo.load import list_demo
from comity.standing.agreements.terms import read_terms
from comity.standing.law.catalogue import load_catalogue
from comity.standing.law.packs import load_rules

DAY = date(2026, 11, 22)
POLICE = frozenset({"law_enforcement", "criminal_justice"})
PARTIES = {
    "pima-so": Party("pima-so", "local", "AZ", POLICE),
    "cache-so": Party("cache-so", "local", "UT", POLICE),
    "los-angeles-so": Party("los-angeles-so", "neighboring_state", "CA", POLICE),
    "ice-ero-phoenix": Party("ice-ero-phoenix", "federal", "", POLICE | {"dhs", "immigration_enforcement"}),
}


def conflicts(*clauses, law=None):
    return find_conflicts(
        read_terms(terms_of(*clauses)),
        parties=PARTIES,
        law=load_rules() if law is None else law,
        day=DAY,
        catalogue=load_catalogue(),
    )


def test_a_clause_that_the_law_lets_be_has_no_conflict() -> None:
    assert conflicts(SHARE) == ()


def test_face_comparisons_for_civil_immigration_in_utah_are_named_with_the_rule() -> None:
    clause = {
        **SHARE, "id": "faces", "from": ["cache-so"], "purposes": ["civil_immigration"], "categories": ["face"],
        "elements": ["face_match", "person_name"],
    }  # fmt: skip
    found = conflicts(SHARE, clause)
    assert {(one.clause, one.elements, one.is_held) for one in found} == {("faces", ("face_match",), False)}
    assert any("law-44" in rule for one in found for rule in one.rules)


def test_what_evidence_can_satisfy_is_no_conflict() -> None:
    clause = {
        **SHARE, "id": "release", "from": ["los-angeles-so"], "purposes": ["civil_immigration"],
        "elements": ["release_date"],
    }  # fmt: skip
    assert conflicts(clause) == ()


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
        found = find_conflicts(
            read_terms(demo.terms), parties=parties, law=load_rules(), day=DAY, catalogue=load_catalogue()
        )
        assert [one for one in found if not one.is_held] == [], demo.code
