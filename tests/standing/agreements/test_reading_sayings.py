"""Terms said in many ways, one row each of `said.csv`, in our own words; and what is not one of them."""

import csv
import re
import tomllib
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest
from reading_given import agreement_with, one, read

from comity.standing.agreements.reading import catalogue
from comity.standing.agreements.reading.found import Model
from comity.standing.agreements.reading.recognize import ORDINARY, VOCABULARY, normalize, repair

ROWS = list(csv.DictReader(Path(__file__).with_name("said.csv").read_text("utf-8").splitlines()))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['term']}: {row['words'][:40]}")
def test_a_term_is_found_however_it_is_said(row):
    found = one(read(agreement_with(row["heading"], row["words"], model=Model(row["model"]))), row["term"])
    value, _, unit = row["value"].removesuffix(" doubted").partition(" ")
    assert str(found.value) == {"yes": "True"}.get(value, value)
    assert unit in ("", found.unit)
    assert bool(found.doubt) == row["value"].endswith(" doubted")


def test_a_fixed_term_is_not_told_as_one_without_end():
    words = "This MOA remains in force for three years unless terminated earlier."
    terms = {p.term: p.value for p in read(agreement_with("DURATION AND TERMINATION OF THIS MOA", words,
                                                          model=Model.JEM)).provisions}  # fmt: skip
    assert terms["duration_years"] == 3
    assert "duration" not in terms


def patterns(held: object) -> Iterator[str]:
    match held:
        case str():
            yield held
        case list() | dict():
            for part in held.values() if isinstance(held, dict) else held:
                yield from patterns(part)


def test_every_whole_word_of_a_pattern_is_matched_as_it_is_written():
    stored = tomllib.loads(files(catalogue.__package__).joinpath("provisions.toml").read_text("utf-8"))
    for term in stored["terms"].values():
        ways = [*patterns(term.get("say", [])), *patterns([way for _, way in term.get("as", [])])]
        for way in (*ways, *patterns(term.get("items", {}))):
            plain = re.sub(r"\\[A-Za-z]", "*", re.sub(r"\{\w+\}|\(\?P<\w+>|\\b", " ", way))
            for word in re.findall(r"(?<![\w?}])[a-z]{4,}(?![\w?*\\(])", plain):
                met = normalize(word).text
                assert met.startswith(word) or re.search(rf"\b{met}\b", way), (word, met, way)


def test_ordinary_words_are_left_alone_and_are_none_of_the_field():
    assert not ORDINARY & VOCABULARY
    assert [word for word in ORDINARY if normalize(word).text != word] == []
    assert [word for word in ORDINARY if not repair(word)] == []
