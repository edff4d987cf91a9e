"""May I, now? The answer by type, on a page whose address is the question."""

from urllib.parse import urlencode

import pytest
from web_people import words_of


def asked(person, **given):
    question = {
        "way": "share",
        "other": "hsi-arizona",
        "purpose": "criminal_investigation",
        "category": "case",
        "element": ["vehicle_description"],
    }
    return person.get(f"/console/may/?{urlencode(question | given, doseq=True)}")


@pytest.mark.parametrize(
    ("given", "heading", "said"),
    [
        ({}, "Yes", "clause cases"),
        ({"element": ["home_address"]}, "After approval", "waits for approval"),
        ({"purpose": "civil_immigration", "category": "face", "element": ["face_match"]}, "No", "stays"),
    ],
)
def test_the_answer_stands_above_its_reasons(house, given, heading, said):
    page = words_of(asked(house.inside(), **given))
    assert f"May I, now? {heading}" in page
    assert said in page
    assert page.index("Why") < page.index("Ask another question")


def test_the_same_is_asked_by_the_one_who_would_be_told(house):
    page = words_of(asked(house.inside("hsi-arizona"), way="ask", other="az-dps"))
    assert "May I, now? Yes" in page
    assert "Arizona Department of Public Safety" in page


def test_nothing_is_recorded_and_no_record_is_looked_at(house):
    person = house.inside()
    before = house.node.look("SELECT (SELECT count(*) FROM ledger_pending), (SELECT count(*) FROM exchange_ask)")
    asked(person)
    assert (
        house.node.look("SELECT (SELECT count(*) FROM ledger_pending), (SELECT count(*) FROM exchange_ask)") == before
    )


def test_what_the_kind_of_record_does_not_hold_and_words_nobody_knows_are_said(house):
    person = house.inside()
    assert "custody_status" in words_of(asked(person, element=["custody_status"]))
    assert "nonsense" in words_of(asked(person, purpose="nonsense"))
    for given in ({"other": "az-dps"}, {"other": "nowhere"}, {"element": []}, {"category": "nonsense"}):
        answer = asked(person, **given)
        assert answer.status_code == 200
        assert "Why" not in words_of(answer)


def test_what_a_record_holds_is_listed_for_its_kind(house):
    page = house.inside().get("/console/may/?category=face").content.decode()
    assert 'value="face_match"' in page
    assert 'value="vehicle_description"' not in page
