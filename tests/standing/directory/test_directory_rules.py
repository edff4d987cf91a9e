"""Names of agencies are compared without what the lists add or leave out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.standing.directory.rules import (
    AGENCY_COLUMNS,
    PARTICIPANT_COLUMNS,
    AgencyRow,
    Finding,
    ParticipantRow,
    names_of,
    normalize,
    normalize_county,
    read_agency,
    read_participant,
)

cells = st.one_of(
    st.text(max_size=12), st.sampled_from(["AZ", "ARIZONA", "AZ0120100", "City", "Task Force Model", "FS"])
)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Pinal County Sheriff's Office", "pinal county sheriff"),
        ("Utah Department of Corrections", "utah of corrections"),
        ("St. George Police Department", "saint george police"),
        ("Department of Wildlife & Fisheries", "of wildlife and fisheries"),
        ("SHERIFF\N{RIGHT SINGLE QUOTATION MARK}S OFFICE", "sheriff"),
    ],
)
def test_two_writings_of_one_name_are_equal(one, other):
    assert normalize(one) == normalize(other)


@pytest.mark.parametrize(
    ("county", "bare"),
    [("Santa Cruz County", "santa cruz"), ("Caddo Parish", "caddo"), ("NOT SPECIFIED", ""), ("", "")],
)
def test_a_county_is_compared_without_its_kind(county, bare):
    assert normalize_county(county) == bare


def test_a_listed_county_agency_is_known_as_its_sheriff():
    assert "pinal county sheriff" in names_of("Pinal", "Pinal", "County")
    assert "mesa police" in names_of("Mesa", "Mesa", "City")


@given(text=st.text(max_size=40))
def test_normalizing_twice_changes_nothing(text):
    assert normalize(normalize(text)) == normalize(text)


@given(row=st.fixed_dictionaries(dict.fromkeys(AGENCY_COLUMNS, cells)))
def test_any_line_of_agencies_is_a_row_or_a_refusal(row):
    verdict = read_agency(2, row, home_states=frozenset({"AZ"}))
    assert isinstance(verdict, AgencyRow | Finding)
    if isinstance(verdict, AgencyRow):
        assert verdict.name
        assert len(verdict.ori) == 9
        assert "\x00" not in verdict.name + verdict.listed_county


@given(row=st.fixed_dictionaries(dict.fromkeys(PARTICIPANT_COLUMNS, cells)))
def test_any_line_of_participants_is_a_row_or_a_refusal(row):
    assert isinstance(read_participant(2, row), ParticipantRow | Finding)
