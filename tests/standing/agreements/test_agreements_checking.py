"""What is looked through before it is drafted: every flaw with its place, and nothing that offering would refuse."""

from datetime import UTC, datetime

import pytest
from agreements_given import SHARE
from hypothesis import given
from hypothesis import strategies as st

from comity.standing.agreements.checking import MOST_PAIRS, list_flaws, party_codes, readable_clauses, written_of
from comity.standing.agreements.law_in_force import current_vocabulary
from comity.standing.agreements.terms import check_terms, read_terms

PARTIES = {"pima-so": "local", "ice-ero-phoenix": "federal"}
GOOD = {
    "code": "mou",
    "title": "Memorandum",
    "kind": "sharing_mou",
    "starts_at": datetime(2026, 1, 1, tzinfo=UTC),
    "parties": PARTIES,
    "text": "  1 Purpose. ",
    "clauses": [dict(SHARE)],
}
SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text("ab0-_;`\0é", max_size=8)
JSON = st.recursive(
    SCALARS | st.sampled_from(["share", "pima-so", "person_name", "both_ways", "custody"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["id", "kind", "from", "to", "x", *SHARE]), inner, max_size=6)
    ),
    max_leaves=12,
)
CHANGES = st.dictionaries(st.sampled_from([*GOOD, "ends_at", "provisions"]), JSON, max_size=3)
CLAUSES = st.dictionaries(st.sampled_from([*SHARE, "onward", "training", "excluded", "starts_on"]), JSON, max_size=2)


def flaws_of(raw):
    return list(list_flaws(raw, vocabulary=current_vocabulary(), agencies=PARTIES, listed="the directory"))


def test_what_has_no_flaw_is_what_was_written():
    assert flaws_of(GOOD) == []
    written = written_of(GOOD)
    assert (written.code, written.text, written.period.ends_at) == ("mou", "1 Purpose.\n", None)
    assert [clause["id"] for clause in written.terms["clauses"]] == ["custody"]


def test_provisions_are_written_with_the_clauses():
    provision = {"term": "termination_notice_days", "value": 30, "unit": "days"}
    raw = GOOD | {"provisions": [provision]}
    assert flaws_of(raw) == []
    assert written_of(raw).terms["provisions"][0].items() >= provision.items()


def test_every_flaw_is_named_under_the_place_where_it_was_written():
    clauses = ["nothing", dict(SHARE), dict(SHARE) | {"elements": ["a", "person_name", "b"]}, {"kind": "give"}]
    found = [flaw.field for flaw in flaws_of(GOOD | {"clauses": clauses})]
    assert found == [
        "clauses[0]",
        "clauses[3].kind",
        "clauses[2].id",
        "clauses[2].elements[0]",
        "clauses[2].elements[2]",
    ]


@pytest.mark.parametrize("missing", sorted(GOOD))
def test_what_is_missing_is_named(missing):
    raw = {name: value for name, value in GOOD.items() if name != missing}
    assert flaws_of(raw)[0].field == missing


def test_agencies_without_end_are_not_paired():
    many = [f"agency-{number}" for number in range(1000)]
    assert len(many) ** 2 > MOST_PAIRS
    [flaw] = flaws_of(GOOD | {"clauses": [dict(SHARE) | {"from": many, "to": many}]})
    assert flaw.field == "clauses"


@given(changes=CHANGES, clause=CLAUSES)
def test_whatever_is_written_is_told_of_or_can_be_offered(changes, clause):
    raw = GOOD | {"clauses": [dict(SHARE) | clause]} | changes
    party_codes(raw)
    readable_clauses(raw)
    if not flaws_of(raw):
        written = written_of(raw)
        terms = read_terms(written.terms)
        check_terms(terms, vocabulary=current_vocabulary(), parties=written.parties)
        assert set(written.parties) == set(PARTIES)
