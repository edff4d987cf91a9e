"""Terms: a closed vocabulary, refused by path and with a remedy."""

import pytest
from agreements_given import SHARE, terms_of

from comity.standing.agreements.law_in_force import current_vocabulary
from comity.standing.agreements.terms import UnknownTermError, check_terms, plain_terms, read_terms

PARTIES = ("pima-so", "ice-ero-phoenix")
BAD = {
    "an element": (
        {**SHARE, "elements": ["person_nam"]},
        r"clauses\[0\]\.elements\[0\].*person_nam.*did you mean `person_name`",
    ),
    "a purpose": ({**SHARE, "purposes": ["curiosity"]}, r"clauses\[0\]\.purposes\[0\].*curiosity"),
    "a category": ({**SHARE, "categories": ["gossip"]}, r"clauses\[0\]\.categories\[0\].*gossip"),
    "a mark": ({**SHARE, "excluded": ["nice"]}, r"clauses\[0\]\.excluded\[0\].*nice"),
    "an approver": ({**SHARE, "approvals": ["barber"]}, r"clauses\[0\]\.approvals\[0\].*barber"),
    "a training": ({**SHARE, "training": ["juggle"]}, r"clauses\[0\]\.training\[0\].*juggle"),
    "an agency": ({**SHARE, "to": ["cia"]}, r"clauses\[0\]\.to\[0\].*cia.*parties"),
    "itself": ({**SHARE, "to": ["pima-so"]}, r"clauses\[0\].*same agency"),
    "a field": ({**SHARE, "watch": True}, r"clauses\[0\].*unknown field `watch`.*`retention_days`"),
    "a kind": ({**SHARE, "kind": "rank"}, r"clauses\[0\]\.kind.*`share`"),
    "an id": ({**SHARE, "id": "a-2"}, r"clauses\[0\]\.id"),
    "no element": ({**SHARE, "elements": []}, r"clauses\[0\]\.elements"),
    "a quota of none": ({**SHARE, "quota_per_day": 0}, r"clauses\[0\]\.quota_per_day"),
    "cedar": ({**SHARE, "elements": ['x"); permit(']}, r"clauses\[0\]\.elements\[0\]"),
    "dates": ({**SHARE, "starts_on": "2026-02-01", "ends_on": "2026-02-01"}, r"clauses\[0\]\.ends_on"),
    "a clause": (
        {
            "id": "limit",
            "kind": "quota",
            "from": ["pima-so"],
            "to": ["ice-ero-phoenix"],
            "clauses": ["x"],
            "per_day": 1,
        },
        r"clauses\[0\]\.clauses\[0\].*`x`",
    ),
    "a class": (
        {
            "id": "no",
            "kind": "exclude",
            "from": ["pima-so"],
            "to": ["ice-ero-phoenix"],
            "marks": ["minor"],
            "classes": ["x"],
        },
        r"clauses\[0\]\.classes\[0\].*`x`",
    ),
}


@pytest.mark.parametrize("what", BAD)
def test_a_term_outside_the_vocabulary_is_refused_by_its_path(what: str) -> None:
    clause, message = BAD[what]
    with pytest.raises(UnknownTermError, match=message):
        check_terms(read_terms(terms_of(clause)), vocabulary=current_vocabulary(), parties=PARTIES)


def test_two_clauses_with_one_id_are_refused() -> None:
    with pytest.raises(UnknownTermError, match=r"clauses\[1\]\.id.*twice"):
        check_terms(read_terms(terms_of(SHARE, SHARE)), vocabulary=current_vocabulary(), parties=PARTIES)


def test_terms_that_are_no_terms_are_refused() -> None:
    for value in (None, [], {"clauses": []}, {"schema": "comity/terms/2", "clauses": []}, {"schema": 1}):
        with pytest.raises(UnknownTermError):
            read_terms(value)


def test_terms_are_stored_with_every_default_and_read_back_alike() -> None:
    terms = read_terms(terms_of(SHARE))
    stored = plain_terms(terms)
    assert stored["clauses"][0]["onward"] == "consent"
    assert read_terms(stored) == terms


def test_a_clause_in_both_directions_is_about_both_pairs() -> None:
    [clause] = read_terms(terms_of({**SHARE, "direction": "both_ways"})).clauses
    assert clause.pairs == (("ice-ero-phoenix", "pima-so"), ("pima-so", "ice-ero-phoenix"))
