"""What stays back is gone from the public text, whatever else is withheld beside it; the rest is as it was signed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.accountability.publication.withholding import (
    NoSuchPassageError,
    Withheld,
    paragraphs_of,
    public_text,
)

TEXT = "1 Purpose. To share.\n\n2 Contact. Call desk seven at 555-0100,\nor desk eight at 555-0100.\n \n3 End.\n"
CITED = {"A05": "A.R.S. 39-121", "F16": "5 U.S.C. 552a"}


def kept(*passages: tuple[int, str]) -> str:
    return kept_by(*((paragraph, words, "A05") for paragraph, words in passages))


def kept_by(*passages: tuple[int, str, str]) -> str:
    held = [Withheld(paragraph, words, authority, "az-dps") for paragraph, words, authority in passages]
    return public_text(TEXT, withheld=held, citations=CITED)


def test_nothing_withheld_is_the_text_as_it_was_signed():
    assert kept() == TEXT
    assert paragraphs_of(TEXT)[1].startswith("2 Contact")
    assert len(paragraphs_of(TEXT)) == 3


def test_a_whole_paragraph_leaves_its_authority_in_its_place():
    assert kept((2, "")) == "1 Purpose. To share.\n\n[withheld: A.R.S. 39-121]\n \n3 End.\n"


def test_words_are_taken_wherever_they_stand_in_the_paragraph_and_however_their_lines_break():
    assert "555-0100" not in kept((2, "555-0100"))
    assert kept((2, "555-0100")).count("[withheld: A.R.S. 39-121]") == 2
    assert "at [withheld: A.R.S. 39-121] desk eight" in kept((2, "555-0100, or"))


def test_passages_that_overlap_go_together():
    told = kept((2, "desk seven at 555-0100"), (2, "555-0100"))
    assert "desk seven" not in told
    assert "555-0100" not in told
    assert "Call [withheld: A.R.S. 39-121],\nor desk eight at [withheld: A.R.S. 39-121]." in told


@pytest.mark.parametrize(
    ("passages", "shown"),
    [
        (((2, "desk seven", "F16"), (2, "seven at 555-0100", "A05")), "[withheld: 5 U.S.C. 552a; A.R.S. 39-121],\n"),
        (((2, "seven at 555-0100", "A05"), (2, "desk seven", "F16")), "[withheld: 5 U.S.C. 552a; A.R.S. 39-121],\n"),
        (((2, "Call desk seven at", "A05"), (2, "desk", "F16")), "[withheld: A.R.S. 39-121; 5 U.S.C. 552a] 555-0100"),
        (((2, "desk", "A05"), (2, "desk", "F16")), "Call [withheld: A.R.S. 39-121; 5 U.S.C. 552a] seven"),
        (((2, "desk seven at", "A05"), (2, "seven", "F16"), (2, "at 555", "A05")), "39-121; 5 U.S.C. 552a]-0100"),
        (((2, "", "A05"), (2, "desk seven", "F16")), "share.\n\n[withheld: A.R.S. 39-121; 5 U.S.C. 552a]\n \n3"),
        (((2, "desk", "A05"), (2, " seven", "F16")), "Call [withheld: A.R.S. 39-121] [withheld: 5 U.S.C. 552a] at"),
    ],
)
def test_every_authority_that_keeps_back_some_of_what_goes_together_is_shown_once(passages, shown):
    assert shown in kept_by(*passages)


@pytest.mark.parametrize("passage", [(0, ""), (4, ""), (-1, ""), (1, "555-0100"), (1, " "), (3, "Purpose")])
def test_what_is_not_in_the_text_cannot_be_withheld(passage):
    with pytest.raises(NoSuchPassageError):
        kept(passage)


@given(
    parts=st.lists(
        st.text(alphabet="abc 1.,", min_size=1, max_size=40).map(str.strip).filter(bool), min_size=1, max_size=6
    ),
    data=st.data(),
)
def test_no_withheld_words_are_left_in_their_paragraph(parts, data):
    text = "\n\n".join(parts) + "\n"
    at = data.draw(st.integers(0, len(parts) - 1))
    first = data.draw(st.integers(0, len(parts[at]) - 1))
    last = data.draw(st.integers(first + 1, len(parts[at])))
    chosen = " ".join(parts[at][first:last].split())
    if not chosen:
        return
    told = public_text(text, withheld=[Withheld(at + 1, chosen, "A05", "x")], citations={"A05": "#"})
    left = paragraphs_of(told)[at].split("[withheld: #]")
    assert not any(chosen in piece for piece in left)
    assert paragraphs_of(told)[:at] == tuple(parts[:at])
    assert paragraphs_of(told)[at + 1 :] == tuple(parts[at + 1 :])
