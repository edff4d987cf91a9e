"""Recognition errors, figures and numbers of sections, undone word by word; and persons left out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reading_given import agreement_with, all_words, read

from comity.standing.agreements.reading.catalogue import load_model, load_questions, load_terms
from comity.standing.agreements.reading.found import Model
from comity.standing.agreements.reading.headings import known_headings
from comity.standing.agreements.reading.numbers import ROMANS, repaired, roman_of
from comity.standing.agreements.reading.recognize import VOCABULARY, normalize
from comity.standing.agreements.reading.synthetic import make_agreement


@pytest.mark.parametrize(
    ("written", "matched"),
    [
        ("tennination", "termination"),
        ("to perfonn functions ofan officer", "to perform functions of an officer"),
        ("thisMOA", "this moa"),
        ("by ICE 0r the LEA", "by ice or the lea"),
        ("inLEAjail/correctional", "in lea jail correctional"),
        ("OHS and FOO", "dhs and fod"),
        ("autholi zed", "authorized"),
        ("inunigration", "immigration"),
        ("U.S. citizens", "us citizens"),
        ("8 U.S.C. § 1357", "8 usc 1357"),
        ("ninety (90) days", "90 days"),
        ("forty-eight (48) hours", "48 hours"),
        ("one hundred eighty days", "180 days"),
        ("70-percent", "70 percent"),
        ("7O%", "70 percent"),
        ("l2 months", "12 months"),
        ("I hour", "1 hours"),
        ("48hours", "48 hours"),
        ("4 8 hours", "48 hours"),
        ("the LEA' s rules", "the lea rules"),
    ],
)
def test_a_recognition_error_is_undone_for_matching(written, matched):
    assert normalize(written).text == matched


def test_two_figures_for_the_same_are_both_kept():
    (figure,) = [word.figure for word in normalize("sixty (90) days").words if word.figure]
    assert (figure.value, figure.other) == (60, 90)


def test_sentences_end_where_they_end():
    normal = normalize("See 8 U.S.C. 1357. The LEA ends it. No. 107 stays.")
    assert [normal.text[start:end].strip() for start, end in normal.sentences()] == [
        "see 8 usc 1357",
        "the lea ends it",
        "no 107 stays",
    ]


@given(st.sampled_from(sorted(VOCABULARY)))
def test_a_known_word_is_never_changed_to_another(word):
    assert all(not found.repaired for found in normalize(word).words)


@given(st.text(max_size=200))
def test_words_stand_where_they_say(text):
    normal = normalize(text)
    places = [(word.start, word.end) for word in normal.words]
    assert all(0 <= start <= end <= len(text) for start, end in places)
    assert [start for start, _ in places] == sorted(start for start, _ in places)


@pytest.mark.parametrize(
    ("written", "value"),
    [("Vlll", 8), ("lI", 2), ("XVlll", 18), ("1V", 4), ("XVHI", 18), ("IV", 4), ("lX", 9), ("of", None), ("DD", None)],
)
def test_a_roman_number_is_read_as_scans_show_it(written, value):
    assert roman_of(written) == value


def test_numbers_misread_between_their_neighbors_are_put_right():
    assert [value for value, _ in repaired([1, 2, 2, 4, None, 6])] == [1, 2, 3, 4, 5, 6]
    assert [bool(doubt) for _, doubt in repaired([1, 2, 2, 4, None, 6])] == [False, False, True, False, True, False]


@given(st.integers(1, len(ROMANS)))
def test_numbers_in_their_order_are_never_doubted(last):
    assert repaired(list(range(1, last + 1))) == [(value, "") for value in range(1, last + 1)]


CONTACTS = """For the LEA:
Sheriff Quentin Abernathy
Quentin Abernathy, Public Information Officer
Mary Law
Cedar County Sheriff's Office
41 West Example Street, Somewhere, AZ 85999
(928) 555-0142 qabernathy@example.org
Name: Quentin Abernathy
For ICE:
Field Office Director"""
SECRETS = ("Quentin", "Abernathy", "Mary", "41 West", "85999", "555-0142", "example.org")


@pytest.mark.parametrize("heading", ["POINTS OF CONTACT", "PUBLIC INFORMATION POINTS OF CONTACT"])
def test_persons_of_contact_never_leave_a_reading(heading):
    reading = read(agreement_with(heading, CONTACTS))
    told = "\n".join(all_words(reading))
    assert [secret for secret in SECRETS if secret in told] == []
    assert "Field Office Director" in told
    assert "person" in {unplaced.why for unplaced in reading.unplaced}


def test_persons_who_sign_never_leave_a_reading():
    words = "This MOA takes effect when signed by both parties.\nBy signing this MOA each party accepts its terms.\n\n\
For the LEA:            For ICE:\n/s/ Q. Abernathy\nQuentin Abernathy      Mary Somebody\nSheriff     Acting Director"
    heading = "EFFECTIVE DATE, SUSPENSION, AND TERMINATION OF THIS MOA"
    told = "\n".join(all_words(read(agreement_with(heading, words))))
    assert "Abernathy" not in told
    assert "Somebody" not in told


def test_a_person_named_in_a_sentence_is_left_out():
    words = "Complaints go to Sheriff Quentin Abernathy at (928) 555-0142 or qabernathy@example.org and to the ICE OPR."
    told = "\n".join(all_words(read(agreement_with("COMPLAINT PROCEDURE", words))))
    assert [secret for secret in SECRETS if secret in told] == []


def test_models_and_terms_name_only_what_the_catalogue_has():
    for model in Model:
        text = load_model(model)
        assert {*text.terms, *(code for terms in text.since.values() for code in terms)} <= set(load_terms())
        assert {heading for heading, _ in text.sections} <= set(known_headings())
    for term in load_terms().values():
        assert term.question in load_questions()
        assert term.sections <= set(known_headings())
        assert set(term.names) == {"en", "es"}


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("Town of St. Albans Police Department", "Town of St. Albans Police Department"),
        ("Larkin C0unty Sheriff's Office", "Larkin County Sheriff's Office"),
        ("City of Pineb-\nrook Police Department", "City of Pinebrook Police Department"),
    ],
)
def test_the_name_of_a_party_is_whole(written, name):
    given_text = make_agreement(1, model=Model.TFM)
    (party,) = [
        party for party in read(given_text.text.replace(given_text.agency, written)).parties if party.role != "federal"
    ]
    assert party.name == name
