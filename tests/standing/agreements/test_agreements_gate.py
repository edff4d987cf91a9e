"""Clauses through the real gate: what they permit, what they refuse, what follows a record onward."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import cedarpy
import msgspec
import pytest
from agreements_given import NOW, SHARE, YEAR, ask, facts_of, live_of
from hypothesis import given
from hypothesis import strategies as st

from comity.spine.policy.decision import NeedsApproval, Permit, Refuse
from comity.spine.policy.rules import parse_pack
from comity.standing.agreements.compile import Source, UnsafeCodeError, compile_terms, parse_rule_id
from comity.standing.agreements.demo import list_demo
from comity.standing.agreements.explain import LANGUAGES, clause_sentence, load_texts
from comity.standing.agreements.facts import Hold
from comity.standing.agreements.law_in_force import current_vocabulary
from comity.standing.agreements.quotas import QuotaBook
from comity.standing.agreements.rulebook import Between, covered_elements
from comity.standing.agreements.terms import check_terms, read_terms

BACK = {"sender": "ice-ero-phoenix", "receiver": "pima-so"}
PAIR = {"from": ["pima-so"], "to": ["ice-ero-phoenix"]}


def test_the_allow_list_is_all_that_leaves() -> None:
    decision = ask(facts_of(elements=("person_name", "birth_date", "custody_status", "release_date")), live_of(SHARE))
    assert decision.permitted == {"person_name", "custody_status"}
    assert dict(decision.outcomes)["release"] == Refuse("unmatched")


def test_a_permit_cites_the_version_and_clause() -> None:
    decision = ask(facts_of(), live_of(SHARE, number=3))
    assert decision.rules == ("agr-mou-3-custody",)
    assert parse_rule_id(decision.rules[0]).clause == "custody"


@pytest.mark.parametrize(
    "changed", [{"purpose": "civil_immigration"}, {"category": "case"}, BACK, {"receiver": "hsi-arizona"}]
)
def test_another_purpose_category_direction_or_agency_is_not_covered(changed: dict[str, str]) -> None:
    assert ask(facts_of(**changed), live_of(SHARE)).headline == "refused"


def test_both_directions_are_covered_where_the_clause_says_so() -> None:
    assert ask(facts_of(**BACK), live_of({**SHARE, "direction": "both_ways"})).headline == "disclosed"


def test_an_excluded_subject_is_not_covered() -> None:
    agreement = live_of({**SHARE, "excluded": ["minor"]})
    assert ask(facts_of(marks=frozenset({"minor"})), agreement).headline == "refused"
    assert ask(facts_of(marks=frozenset({"ut_private"})), agreement).headline == "disclosed"


def test_an_exclusion_forbids_whatever_else_permits() -> None:
    exclude = {"id": "protected", "kind": "exclude", **PAIR, "marks": ["minor"], "classes": ["identity"]}
    decision = ask(facts_of(marks=frozenset({"minor"})), live_of(SHARE, exclude))
    assert dict(decision.outcomes)["identity"] == Refuse("forbidden", ("agr-mou-1-protected",))
    assert isinstance(dict(decision.outcomes)["custody"], Permit)


def test_training_is_asked_of_the_receiver() -> None:
    agreement = live_of({**SHARE, "training": ["receive_information"]})
    assert ask(facts_of(), agreement).headline == "refused"
    assert ask(facts_of(met=frozenset({"trained_receive_information"})), agreement).headline == "disclosed"


def test_a_training_clause_names_the_missing_evidence() -> None:
    training = {"id": "trained", "kind": "training", **PAIR, "functions": ["receive_information"]}
    outcome = dict(ask(facts_of(), live_of(SHARE, training)).outcomes)["identity"]
    assert outcome == Refuse("evidence_missing", ("agr-mou-1-trained",), ("trained_receive_information",))


def test_an_approval_makes_the_answer_wait() -> None:
    decision = ask(facts_of(), live_of({**SHARE, "approvals": ["records_supervisor"]}))
    assert all(isinstance(outcome, NeedsApproval) for _, outcome in decision.outcomes)
    clause = {"id": "boss", "kind": "approval", **PAIR, "functions": ["agency_head"], "classes": ["custody"]}
    outcomes = dict(ask(facts_of(), live_of(SHARE, clause)).outcomes)
    assert outcomes["custody"].approvers == ("agency_head",)
    assert isinstance(outcomes["identity"], Permit)


def test_retention_and_onward_stand_in_the_obligations() -> None:
    agreement = live_of(
        {**SHARE, "retention_days": 90, "onward": "never"}, {"id": "keep", "kind": "retention", **PAIR, "days": 30}
    )
    terms = read_terms(agreement.terms)
    rules = {r.id: r for r in compile_terms(terms, source=agreement.source).rules}
    assert rules["agr-mou-1-custody"].obligations == ("onward:never", "retention:90")
    assert ask(facts_of(), agreement).duties == ("agr-mou-1-keep",)
    assert rules["agr-mou-1-keep"].obligations == ("retention:30",)


def test_what_was_received_is_passed_on_with_consent_only() -> None:
    received = live_of(SHARE, code="first", hold=Hold.ONWARD)
    onward = live_of({**SHARE, "from": ["ice-ero-phoenix"], "to": ["hsi-arizona"]}, code="second")
    facts = facts_of(sender="ice-ero-phoenix", receiver="hsi-arizona", origin="pima-so")
    refused = dict(ask(facts, received, onward).outcomes)["identity"]
    assert refused == Refuse("evidence_missing", ("agr-first-1-custody.onward",), ("originator_consent",))
    assert ask(replace(facts, met=frozenset({"originator_consent"})), received, onward).headline == "disclosed"
    assert ask(replace(facts, marks=frozenset({"onward_free"})), received, onward).headline == "disclosed"
    assert ask(replace(facts, origin=""), received, onward).headline == "disclosed"


def test_never_onward_means_never_but_back_to_its_origin() -> None:
    received = live_of({**SHARE, "onward": "never"}, code="first", hold=Hold.ONWARD)
    onward = live_of({**SHARE, "from": ["ice-ero-phoenix"], "to": ["hsi-arizona", "pima-so"]}, code="second")
    facts = facts_of(sender="ice-ero-phoenix", receiver="hsi-arizona", origin="pima-so")
    consented = replace(facts, met=frozenset({"originator_consent"}), marks=frozenset({"onward_free"}))
    assert ask(consented, received, onward).headline == "refused"
    home = facts_of(sender="ice-ero-phoenix", receiver="pima-so", origin="pima-so")
    assert ask(home, received, onward).headline == "disclosed"


def test_a_limit_on_passing_on_outlives_its_agreement() -> None:
    ended = replace(live_of({**SHARE, "ends_on": "2026-02-01"}, code="first", hold=Hold.ONWARD), state="terminated")
    onward = live_of({**SHARE, "from": ["ice-ero-phoenix"], "to": ["hsi-arizona"]}, code="second")
    facts = facts_of(sender="ice-ero-phoenix", receiver="hsi-arizona", origin="pima-so")
    assert ask(facts, ended, onward).headline == "refused"


def test_a_clause_applies_on_its_days_and_an_agreement_in_its_period() -> None:
    agreement = live_of({**SHARE, "starts_on": "2026-03-02", "ends_on": "2026-03-03"})
    assert [ask(facts_of(), agreement, at=NOW + timedelta(days=n)).headline for n in (-1, 0, 1)] == [
        "refused", "disclosed", "refused",
    ]  # fmt: skip
    assert ask(facts_of(), live_of(SHARE), at=YEAR.ends_at).headline == "refused"
    assert ask(facts_of(), live_of(SHARE), at=YEAR.ends_at - timedelta(microseconds=1)).headline == "disclosed"
    assert ask(facts_of(), live_of(SHARE), at=datetime(2025, 12, 31, 23, tzinfo=UTC)).headline == "refused"


def test_an_unknown_stored_term_refuses_what_other_agreements_permit() -> None:
    unknown = live_of({**SHARE, "elements": ["shoe_size"]}, code="odd")
    decision = ask(facts_of(), live_of(SHARE), unknown)
    assert {outcome for _, outcome in decision.outcomes} == {Refuse("forbidden", ("agr-odd-1.unreadable",))}


def test_altered_terms_refuse_even_where_every_word_is_known() -> None:
    agreement = live_of(SHARE)
    wider = replace(
        agreement, terms=live_of({**SHARE, "elements": ["home_address"]}).terms, digest=agreement.digest[::-1]
    )
    decision = ask(facts_of(), wider)
    assert decision.rules == ("agr-mou-1.unreadable",)


def test_a_record_received_under_unreadable_terms_stays() -> None:
    odd = live_of({**SHARE, "elements": ["shoe_size"]}, code="odd", hold=Hold.ONWARD)
    onward = live_of({**SHARE, "from": ["ice-ero-phoenix"], "to": ["hsi-arizona"]}, code="second")
    facts = facts_of(sender="ice-ero-phoenix", receiver="hsi-arizona", origin="pima-so")
    assert ask(facts, odd, onward).rules == ("agr-odd-1.unreadable-onward",)
    assert ask(replace(facts, origin=""), odd, onward).headline == "disclosed"


@pytest.mark.parametrize("parties", [(), ("nobody-so",), ("hsi-arizona", "nobody-so")])
def test_a_record_received_under_terms_whose_parties_were_altered_stays(parties: tuple[str, ...]) -> None:
    received = live_of({**SHARE, "onward": "never"}, code="odd", hold=Hold.ONWARD)
    altered = replace(received, parties=parties)
    onward = live_of({**SHARE, "from": ["ice-ero-phoenix"], "to": ["hsi-arizona", "pima-so"]}, code="second")
    facts = facts_of(sender="ice-ero-phoenix", receiver="hsi-arizona", origin="pima-so")
    assert ask(facts, altered, onward).rules == ("agr-odd-1.unreadable-onward",)
    home = facts_of(sender="ice-ero-phoenix", receiver="pima-so", origin="pima-so")
    for lawful in (home, replace(facts, origin=""), replace(facts, origin="ice-ero-phoenix")):
        assert ask(lawful, altered, onward).headline == "disclosed"


def test_an_exhausted_quota_stops_its_clauses_and_no_other() -> None:
    limit = {"id": "limit", "kind": "quota", **PAIR, "clauses": ["custody"], "per_day": 2}
    other = {**SHARE, "id": "names", "elements": ["person_name"]}
    agreement = live_of(SHARE, limit, other)
    decision = ask(facts_of(exhausted=frozenset({"agr-mou-1-limit"})), agreement)
    assert decision.permitted == {"person_name"}
    assert decision.rules == ("agr-mou-1-names",)


def test_a_quota_book_counts_an_ask_once_for_each_limit_it_falls_under() -> None:
    book = QuotaBook(
        NOW.date(), {"agr-mou-1-a": 2, "agr-mou-1-b": 1}, {"agr-mou-1-a": frozenset({"agr-mou-1-a", "agr-mou-1-b"})},
        {"agr-mou-1-a": 0, "agr-mou-1-b": 0},
    )  # fmt: skip
    assert book.take(["agr-mou-1-a.custody", "agr-mou-1-a.identity"]) == {"agr-mou-1-b"}
    assert book.take(["agr-mou-1-a"]) == {"agr-mou-1-a", "agr-mou-1-b"}
    assert book.take(["law-28"]) == {"agr-mou-1-a", "agr-mou-1-b"}


def test_covered_elements_are_those_of_clauses_in_force() -> None:
    between = Between("pima-so", "ice-ero-phoenix", "AZ", "")
    asked = {
        "between": between,
        "purpose": "criminal_investigation",
        "category": "custody",
        "agreements": [live_of(SHARE)],
    }
    assert covered_elements(**asked, at=NOW) == {"person_name", "custody_status", "charge"}
    assert covered_elements(**asked, at=YEAR.ends_at) == frozenset()
    assert covered_elements(**{**asked, "purpose": "statistics"}, at=NOW) == frozenset()


def test_a_code_that_could_leave_its_quotes_is_never_written_into_a_rule() -> None:
    terms = read_terms(live_of(SHARE).terms)
    clause = msgspec.structs.replace(terms.clauses[0], purposes=('x"); permit(principal, action, resource',))
    unsafe = msgspec.structs.replace(terms, clauses=(clause,))
    with pytest.raises(UnsafeCodeError):
        compile_terms(unsafe, source=Source("mou", "Memorandum", 1))


@given(
    code=st.from_regex(r"[a-z][a-z0-9-]{1,20}", fullmatch=True),
    number=st.integers(1, 999),
    clause=st.from_regex(r"[a-z][a-z0-9]{0,5}(-[a-z][a-z0-9]{0,5}){0,3}", fullmatch=True),
    tail=st.sampled_from(["", ".custody", ".custody.pima-so.ice-ero-phoenix", ".onward"]),
)
def test_a_rule_id_names_one_clause_only(code: str, number: int, clause: str, tail: str) -> None:
    found = parse_rule_id(Source(code, "x", number).rule_id(clause) + tail)
    assert (found.code, found.number, found.clause) == (code, number, clause)


def test_ids_that_are_no_clauses_name_none() -> None:
    assert [parse_rule_id(name) for name in ("law-28", "xe-07", "agr-mou-1.unreadable")] == [None, None, None]


@pytest.mark.parametrize("demo", list_demo(), ids=lambda demo: demo.code)
def test_every_demo_agreement_compiles_to_rules_the_schema_accepts(demo: object) -> None:
    terms = read_terms(live_of(*demo.terms["clauses"]).terms)
    check_terms(terms, vocabulary=current_vocabulary(), parties=demo.parties)
    rules = compile_terms(terms, source=Source(demo.code, demo.title, 1)).rules
    assert len({rule.id for rule in rules}) == len(rules)
    assert {rule.says for rule in rules} <= set(load_texts("en"))
    for rule in rules:
        assert cedarpy.PolicySet.from_str(rule.text)
        notes = f'@id("x") @kind("{rule.kind}") @cite("") @says("") @obligations("") @from("") @to("") @source("")\n'
        assert parse_pack(notes + rule.text, jurisdiction="agreement")[0].classes == rule.classes


def test_both_languages_have_the_same_texts_and_explain_every_clause() -> None:
    assert set(load_texts("en")) == set(load_texts("es"))
    for demo in list_demo():
        for clause in read_terms(live_of(*demo.terms["clauses"]).terms).clauses:
            for language in LANGUAGES:
                assert "{" not in clause_sentence(clause, language=language)
