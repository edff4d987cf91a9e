"""Synthetic agreements through a scanner that spoils them: how much is still found. Figures are measured, not hoped."""

import pytest
from reading_given import agreement_with, measure, one, read

from comity.standing.agreements.reading.found import FIGURE_REPAIRED, Model
from comity.standing.agreements.reading.reading import read_agreement
from comity.standing.agreements.reading.synthetic import CLEAN, HEAVY, MODERATE, make_agreement, scan


@pytest.mark.parametrize("model", list(Model))
def test_a_clean_text_is_read_whole(model):
    count = measure(range(8), model, CLEAN)
    assert (count.sections_found, count.terms_found) == (count.sections, count.terms)
    assert (count.sections_added, count.values_wrong, count.models) == (0, 0, count.texts)


@pytest.mark.parametrize("model", list(Model))
def test_a_usual_scan_loses_little(model):
    count = measure(range(100, 112), model, MODERATE)
    assert count.sections_found >= 0.97 * count.sections
    assert count.sections_added <= 0.01 * count.sections
    assert count.terms_found >= 0.97 * count.terms
    assert count.values_wrong <= 0.01 * count.terms
    assert count.models == count.texts


@pytest.mark.parametrize("model", list(Model))
def test_a_bad_scan_loses_some_and_invents_little(model):
    count = measure(range(200, 208), model, HEAVY)
    assert count.sections_found >= 0.95 * count.sections
    assert count.terms_found >= 0.92 * count.terms
    assert count.values_wrong <= 0.02 * count.terms


def test_the_same_bytes_give_the_same_reading():
    content = scan(make_agreement(5, model=Model.WSO), 5, noise=HEAVY).encode()
    assert read_agreement(content) == read_agreement(content)


def test_a_changed_value_is_read_and_told_as_a_difference():
    words = "Authorization may be revoked at any time by ICE or the LEA. Such revocation requires notification to the \
other party within 72 hours."
    reading = read(agreement_with("CERTIFICATION AND AUTHORIZATION", words))
    assert one(reading, "revocation_notice_hours").value == 72
    told = [d for d in reading.differences if d.what == "revocation_notice_hours"]
    assert [(d.change, d.model_value, d.document_value) for d in told] == [("changed", "48 hours", "72 hours")]


def test_two_values_of_one_term_are_both_told_and_doubted_first():
    words = "Complaints are resolved within 90 days. A complaint shall be resolved within 30 days."
    reading = read(agreement_with("COMPLAINT PROCEDURE", words))
    found = [p for p in reading.provisions if p.term == "complaint_resolution_days"]
    assert sorted(p.value for p in found) == [30, 90]
    assert all(p.doubt and p.confidence < 0.5 for p in found)
    assert reading.provisions[: len(reading.doubtful)] == reading.doubtful


def test_a_figure_that_differs_from_its_words_is_doubted():
    reading = read(agreement_with("COMPLAINT PROCEDURE", "A complaint is resolved within ninety (60) days."))
    found = one(reading, "complaint_resolution_days")
    assert found.value == 90
    assert "60" in found.doubt


def test_a_figure_repaired_from_a_scan_is_doubted():
    reading = read(agreement_with("COMPLAINT PROCEDURE", "A complaint is resolved within 9O days."))
    found = one(reading, "complaint_resolution_days")
    assert (found.value, found.confidence) == (90, FIGURE_REPAIRED)
    assert found.doubt


def test_a_section_left_out_is_missing_and_one_added_is_told():
    text = make_agreement(1, model=Model.TFM).text.replace(
        "APPENDIX A", "XIX. STATE ADDENDUM\n\nThe LEA keeps body camera footage for 180 days.\n\nAPPENDIX A", 1
    )
    reading = read(text.replace("XVI. CIVIL RIGHTS STANDARDS\n\n", ""))
    assert "civil_rights" in {m.what for m in reading.missing if m.kind == "section"}
    assert ("XIX", "added") in {(d.section, d.change) for d in reading.differences}
    assert one(reading, "body_cameras").section == "XIX"


def test_headings_run_into_sentences_are_found():
    given = make_agreement(3, model=Model.JEM)
    flat = " ".join(given.text.split())
    found = {section.heading for section in read(flat).sections}
    assert {"purpose", "authority", "modification", "duration"} <= found


def test_a_clause_that_permits_is_always_doubtful_and_restricts_nothing():
    reading = read(make_agreement(1, model=Model.TFM).text)
    permits = {clause.clause["kind"]: (clause.permits, clause.doubtful) for clause in reading.clauses}
    assert permits == {"onward": (False, False), "share": (True, True)}
    assert all(set(clause.clause["from"]) | set(clause.clause["to"]) == {"LEA", "ICE"} for clause in reading.clauses)
