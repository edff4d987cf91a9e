"""The two signed agreements that were read by hand: every section, every term, one by one."""

from typing import Final

import pytest
from reading_given import all_words, one, read, real_text

from comity.standing.agreements.reading.found import Model, Reading

KANSAS_SECTIONS: Final = """
I | PURPOSE | 1
II | AUTHORITY | 1
III | POLICY | 1
IV | TRAINING AND ASSIGNMENTS | 2
V | DESIGNATION OF AUTHORIZED FUNCTIONS | 2
VI | RESOLUTION OF LOCAL CHARGES | 3
VII | NOMINATION OF PERSONNEL | 3
VIII | TRAINING OF PERSONNEL | 4
IX | CERTIFICATION AND AUTHORIZATION | 4
X | COSTS AND EXPENDITURES | 4
XI | ICE SUPERVISION | 5
XII | REPORTING REQUIREMENTS | 6
XIII | RELEASE OF INFORMATION TO THIRD PARTIES | 6
XIV | LIABILITY AND RESPONSIBILITY | 7
XV | COMPLAINT PROCEDURES | 8
XVI | CIVIL RIGHTS STANDARDS | 8
XVII | MODIFICATION OF THIS MOA | 8
XVIII | EFFECTIVE DATE, SUSPENSION, AND TERMINATION OF THIS MOA | 8
Appendix A | POINTS OF CONTACT | 9
Appendix B | COMPLAINT PROCEDURE | 10
Appendix B.1 | Complaint Reporting Procedures | 10
Appendix B.2 | Review of Complaints | 11
Appendix B.3 | Complaint Resolution Procedures | 11
Appendix B.3.A | Referral of Complaints to LEA Internal Affairs Division | 11
Appendix B.3.B | Interim Action Pending Complaint Resolution | 11
Appendix B.3.C | Time Parameters for Resolution of Complaints | 11
Appendix B.3.D | Notification of Resolution of a Complaint | 12
Appendix C | PUBLIC INFORMATION POINTS OF CONTACT | 13
"""
KANSAS_TERMS: Final = {
    "approved_by": ("federal", "", "VII"),
    "assigned_to": ("ice_task_forces", "", "IV"),
    "authorization_years": (2, "years", "IX"),
    "background_check": (True, "", "VII"),
    "citizenship_required": (True, "", "VII"),
    "civil_rights_named": (("all_federal",), "list", "XVI"),
    "clearance_required": (True, "", "VII"),
    "color_of_federal_authority": (True, "", "XIV"),
    "complaint_addressee": (("internal_affairs", "opr"), "list", "Appendix B"),
    "complaint_notice": ("timely", "", "Appendix B"),
    "complaint_resolution_days": (90, "days", "Appendix B.3.C"),
    "complaint_results_reported": (True, "", "Appendix B.3.A"),
    "complaint_sources": ("anybody", "", "Appendix B.1"),
    "conflict_reported": (True, "", "XI"),
    "cooperation_with_reviews": (True, "", "XIV"),
    "costs_of_injury_by": ("local", "", "XIV"),
    "deconfliction_checks": (("address", "criminal_history", "vehicle", "wants_and_warrants"), "list", "XI"),
    "duration": ("until_ended", "", "XVIII"),
    "effective": ("signature_of_both", "", "XVIII"),
    "end_revokes": (True, "", "IX"),
    "equipment_paid_by": ("local", "", "X"),
    "exam_equivalent_to_ice": (True, "", "IV"),
    "experience_years": (2, "years", "VII"),
    "federal_policies_apply": (True, "", "XI"),
    "functions_delegated": (
        (
            "arrest_felony",
            "arrest_without_warrant_entry",
            "charging_documents",
            "custody",
            "detainers_and_i213",
            "interrogate",
            "oaths_and_evidence",
            "process_violators",
            "serve_arrest_warrants",
            "transport",
        ),
        "list",
        "V",
    ),
    "functions_place": ("field", "", "XI"),
    "ice_custody_after": ("sentence_served", "", "VI"),
    "information_control": ("federal", "", "XIII"),
    "instructors_paid_by": ("federal", "", "X"),
    "interim_removal": ("allowed", "", "Appendix B.3.B"),
    "interpreter_provided_by": ("local", "", "XVI"),
    "it_paid_by": ("federal", "", "X"),
    "liability_ftca": (True, "", "XIV"),
    "local_charges_first": (True, "", "VI"),
    "local_rules_kept": (True, "", "XI"),
    "media_approval_by": (("privacy_office", "public_affairs"), "list", "XIII"),
    "modification_by": ("both", "", "XVII"),
    "modification_in_writing": (True, "", "XVII"),
    "no_third_party_rights": (True, "", "XVIII"),
    "nondesignated_complaint_forward_to": ("opr", "", "Appendix B"),
    "other_supervision_by": ("local", "", "III"),
    "overtime_paid_by": ("local", "", "X"),
    "posters_languages": (("english", "others"), "list", "Appendix B.1"),
    "privacy_act": (True, "", "XIV"),
    "release_coordination": (True, "", "XIII"),
    "release_to_others_by": ("field_office", "", "XIII"),
    "removal_from_program_pending_complaint": ("required", "", "Appendix B"),
    "representation_doj": (True, "", "XIV"),
    "revocation_by": ("either", "", "IX"),
    "revocation_notice_hours": (48, "hours", "IX"),
    "salaries_paid_by": ("local", "", "X"),
    "same_day_transport": (True, "", "VI"),
    "state_records_excepted": (True, "", "XIII"),
    "statistics_kept_by": ("local", "", "XII"),
    "statistics_on_request": (True, "", "XII"),
    "supervised_by": ("federal", "", "XI"),
    "supervisor_contact": ("at_the_time_or_as_soon_as_practicable", "", "XI"),
    "supplies_paid_by": ("local", "", "X"),
    "suspension_allowed_by": ("either", "", "XVIII"),
    "suspension_grounds": (("misconduct", "violations"), "list", "XVIII"),
    "suspension_immediate_by": ("federal", "", "XVIII"),
    "suspension_notice_contents": (("length", "reasons", "response"), "list", "XVIII"),
    "suspension_pending_investigation": (True, "", "XVIII"),
    "termination_addressee": ("field_office", "", "XVIII"),
    "termination_by": ("either", "", "XVIII"),
    "termination_in_writing": (True, "", "XVIII"),
    "training_first": (True, "", "IV"),
    "training_formats": (("in_person", "online", "recorded", "virtual"), "list", "IV"),
    "training_topics": (
        (
            "authority",
            "civil_rights",
            "complaints",
            "consular_notice",
            "cultures",
            "detention",
            "force",
            "law",
            "liability",
            "terms",
        ),
        "list",
        "VIII",
    ),
    "travel_paid_by": ("federal", "", "X"),
    "update_training_after_months": (12, "months", "VIII"),
    "use_of_force_policy": ("federal", "", "XI"),
}
NAVAJO_SECTIONS: Final = """
I | PARTIES | 1
II | PURPOSE | 1
III | AUTHORITY | 1
IV | RESPONSIBILITIES | 1
IV.A | DESIGNATION OF AUTHORIZED FUNCTIONS | 1
IV.B | NOMINATION OF PERSONNEL | 1
IV.C | TRAINING OF PERSONNEL | 2
IV.D | CERTIFICATION AND AUTHORIZATION | 2
IV.E | COSTS AND EXPENDITURES | 3
IV.F | ICE SUPERVISION | 3
IV.G | INTERPRETATION SERVICES | 4
IV.H | LIABILITY AND RESPONSIBILITY | 4
IV.I | CIVIL RIGHTS STANDARDS | 5
V | REPORTING AND DOCUMENTATION | 5
V.A | COMPLAINT PROCEDURES | 5
V.B | COMMUNICATION | 5
V.C | RELEASE OF INFORMATION TO THIRD PARTIES | 6
VI | MODIFICATIONS TO THIS MOA | 6
VII | POINTS OF CONTACT | 6
VIII | EFFECTIVE DATE AND TERMINATION OF THIS MOA | 6
Appendix A | STANDARD OPERATING PROCEDURES (SOP) | 8
Appendix A: Authorized functions | Authorized Functions | 8
Appendix A: Additional supervisory and administrative responsibilities | \
Additional Supervisory and Administrative Responsibilities | 8
Appendix B | COMPLAINT PROCEDURE | 9
Appendix C | PUBLIC INFORMATION POINTS OF CONTACT | 10
"""
NAVAJO_TERMS: Final = {
    "approved_by": ("federal", "", "IV.B"),
    "authorization_letter": (True, "", "IV.D"),
    "background_check": (True, "", "IV.B"),
    "citizenship_claim_report_hours": (
        1,
        "hours",
        "Appendix A: Additional supervisory and administrative responsibilities",
    ),
    "citizenship_required": (True, "", "IV.B"),
    "civil_rights_named": (
        ("ada", "all_federal", "doj_guidance", "eo_13166", "section_504", "title_vi"),
        "list",
        "IV.I",
    ),
    "complaint_addressee": (("ice_officer", "opr"), "list", "Appendix B"),
    "complaint_notice_excludes": ("weekends", "", "Appendix B"),
    "complaint_notice_hours": (48, "hours", "Appendix B"),
    "complaint_results_reported": (True, "", "Appendix B"),
    "conflict_reported": (True, "", "IV.F"),
    "cooperation_with_reviews": (True, "", "IV.H"),
    "costs_of_injury_by": ("local", "", "IV.H"),
    "credentials_returned": (True, "", "IV.D"),
    "discipline_records": (True, "", "IV.B"),
    "duration": ("until_ended", "", "VIII"),
    "effective": ("signature_of_both", "", "VIII"),
    "end_revokes": (True, "", "IV.D"),
    "equipment_paid_by": ("local", "", "IV.E"),
    "exam_pass_percent": (70, "percent", "IV.C"),
    "exam_retakes": (1, "count", "IV.C"),
    "exigent_exception": (True, "", "VIII"),
    "federal_policies_apply": (True, "", "IV.F"),
    "first_review_months": (12, "months", "V.B"),
    "functions_delegated": (
        ("serve_arrest_warrants", "serve_removal_warrants"),
        "list",
        "Appendix A: Authorized functions",
    ),
    "functions_place": ("jail", "", "II"),
    "functions_when": ("scheduled_release", "", "II"),
    "hold_exception": ("paid_agreement", "", "Appendix A: Authorized functions"),
    "hold_hours": (48, "hours", "Appendix A: Authorized functions"),
    "ice_custody_after": ("local_release", "", "IV"),
    "information_control": ("federal", "", "V.C"),
    "instructors_paid_by": ("federal", "", "IV.E"),
    "interpreter_list": (True, "", "IV.G"),
    "interpreter_named_in_records": (True, "", "IV.G"),
    "interpreter_provided_by": ("local", "", "IV.G"),
    "leaver_notice_days": (90, "days", "IV.D"),
    "liability_ftca": (True, "", "IV.H"),
    "local_charges_first": (True, "", "IV"),
    "local_rules_kept": (True, "", "IV.F"),
    "media_approval_by": (("privacy_office", "public_affairs"), "list", "V.C"),
    "meeting_interval_months": (12, "months", "V.B"),
    "modification_by": ("both", "", "VI"),
    "modification_in_writing": (True, "", "VI"),
    "no_third_party_rights": (True, "", "VIII"),
    "nondesignated_complaint_forward_hours": (48, "hours", "Appendix B"),
    "nondesignated_complaint_forward_to": ("ice_officer", "", "Appendix B"),
    "other_supervision_by": ("local", "", "IV.F"),
    "overtime_paid_by": ("local", "", "IV.E"),
    "posters": (True, "", "Appendix B"),
    "posters_languages": (("english", "spanish"), "list", "Appendix B"),
    "privacy_act": (True, "", "IV.H"),
    "release_coordination": (True, "", "V.C"),
    "release_to_others_by": ("field_office", "", "V.C"),
    "released_when_over": (True, "", "Appendix A: Authorized functions"),
    "representation_doj": (True, "", "IV.H"),
    "revocation_by": ("federal", "", "IV.D"),
    "revocation_effect": ("immediately", "", "IV.D"),
    "revocation_in_writing": (True, "", "IV.D"),
    "salaries_paid_by": ("local", "", "IV.E"),
    "same_immunities": (True, "", "IV.H"),
    "service_notice": ("immediately", "", "Appendix A: Additional supervisory and administrative responsibilities"),
    "state_records_excepted": (True, "", "V.C"),
    "supervised_by": ("federal", "", "IV.F"),
    "supplies_paid_by": ("local", "", "IV.E"),
    "suspension_allowed_by": ("either", "", "VIII"),
    "suspension_notice_days": (90, "days", "VIII"),
    "termination_addressee": ("field_office", "", "VIII"),
    "termination_by": ("either", "", "VIII"),
    "termination_delivery": (("certified_mail", "personally", "registered_mail"), "list", "VIII"),
    "termination_effect_days": (90, "days", "VIII"),
    "termination_in_writing": (True, "", "VIII"),
    "termination_notice_by": ("either", "", "VIII"),
    "termination_notice_days": (90, "days", "VIII"),
    "training_first": (True, "", "IV.C"),
    "training_review_interval": (12, "months", "IV.C"),
    "transfer_within_hours": (48, "hours", "Appendix A"),
    "travel_orders": (True, "", "IV.E"),
    "travel_paid_by": ("local", "", "IV.E"),
}


@pytest.fixture(scope="module")
def kansas() -> Reading:
    return read(real_text("kansas-bureau-task-force-model"))


@pytest.fixture(scope="module")
def navajo() -> Reading:
    return read(real_text("navajo-county-az-warrant-service"))


def sections(reading: Reading) -> list[str]:
    return [f"{one.path} | {one.title} | {one.page}" for one in reading.sections]


@pytest.mark.real_data
def test_every_section_of_the_task_force_agreement_is_found(kansas):
    assert sections(kansas) == KANSAS_SECTIONS.strip().split("\n")
    assert [section.doubt for section in kansas.sections if section.doubt] == []


@pytest.mark.real_data
def test_every_section_of_the_warrant_service_agreement_is_found(navajo):
    assert sections(navajo) == NAVAJO_SECTIONS.strip().split("\n")
    assert [section.doubt for section in navajo.sections if section.doubt] == []


@pytest.mark.real_data
@pytest.mark.parametrize("term", KANSAS_TERMS)
def test_a_term_of_the_task_force_agreement_has_its_value_and_its_section(kansas, term):
    found = one(kansas, term)
    assert (found.value, found.unit, found.section) == KANSAS_TERMS[term]
    assert found.words
    assert found.doubt == ""


@pytest.mark.real_data
@pytest.mark.parametrize("term", NAVAJO_TERMS)
def test_a_term_of_the_warrant_service_agreement_has_its_value_and_its_section(navajo, term):
    found = one(navajo, term)
    assert (found.value, found.unit, found.section) == NAVAJO_TERMS[term]
    assert found.words
    assert found.doubt == ""


@pytest.mark.real_data
def test_no_term_is_read_that_the_agreements_do_not_state(kansas, navajo):
    assert {p.term for p in kansas.provisions} - {"points_of_contact"} == set(KANSAS_TERMS)
    assert {p.term for p in navajo.provisions} - {"points_of_contact"} == set(NAVAJO_TERMS)


@pytest.mark.real_data
def test_models_revisions_and_parties_are_told(kansas, navajo):
    assert (kansas.model, kansas.revised, kansas.model_doubt) == (Model.TFM, "02/12/2025", "")
    assert (navajo.model, navajo.revised, navajo.model_doubt) == (Model.WSO, "02/15/2025", "")
    assert [(p.name, p.role) for p in kansas.parties] == [
        ("U.S. Immigration and Customs Enforcement", "federal"),
        ("Kansas Bureau of Investigation", "state"),
    ]
    assert [(p.name, p.role) for p in navajo.parties] == [
        ("U.S. Immigration and Customs Enforcement", "federal"),
        ("Navajo County Sheriff's Office", "local"),
    ]


@pytest.mark.real_data
def test_an_early_copy_is_not_missing_what_the_model_got_later(kansas, navajo):
    assert kansas.missing == ()
    assert navajo.missing == ()
    assert kansas.differences == ()
    assert navajo.differences == ()


@pytest.mark.real_data
def test_a_reference_that_leads_nowhere_is_told(navajo):
    assert [(u.section, u.words) for u in navajo.unplaced if u.why == "reference"] == [("Appendix C", "Section V(D)")]


@pytest.mark.real_data
def test_the_person_named_as_contact_is_left_out(navajo):
    block = real_text("navajo").decode().split("For the LEA:")[-1].split("For ICE:")[0]
    lines = [line.strip() for line in block.split("\n") if line.strip()]
    assert len(lines) == 4
    told = "\n".join(all_words(navajo))
    assert [line for line in lines if line in told] == []
    assert [u.section for u in navajo.unplaced if u.why == "person"] == ["Appendix C"]


@pytest.mark.real_data
def test_offices_of_contact_are_told(kansas):
    offices = one(kansas, "points_of_contact").value
    assert "LEA: Kansas Bureau of Investigation" in offices
    assert "ICE: Office of Public Affairs" in offices


@pytest.mark.real_data
def test_words_quoted_stand_in_the_document(kansas, navajo):
    for reading, name in ((kansas, "kansas"), (navajo, "navajo")):
        flat = "".join(real_text(name).decode().split()).replace("-", "")
        for found in reading.provisions:
            for quote in found.words.split(" … "):
                bare = "".join(quote.removeprefix("•").split()).replace("-", "")
                assert bare in flat or (found.page > 0 and _spans_pages(bare, flat)), (found.term, quote)


def _spans_pages(bare: str, flat: str) -> bool:
    """Tell whether a quote runs over a page's end: both halves stand in the document."""
    return any(bare[:cut] in flat and bare[cut:] in flat for cut in range(1, len(bare)))
