"""Authorities: complete, listed among the sources with the same mark, refused when they say what nobody knows."""

import re
from pathlib import Path

import pytest

from comity.standing.law.packs import (
    TAGS,
    BrokenAuthoritiesError,
    load_authorities,
    load_rules,
    read_authorities,
)

SOURCES = Path(__file__).parents[3] / "docs" / "sources.md"
ONE = """
[F01]
citation = "c"
effect = "e"
starts_on = "2025-01-29"
ends_on = ""
tags = ["sharing"]
mark = "S"
confidence = "H"
"""


def listed() -> dict[str, str]:
    """Return the mark of each key in the list of sources."""
    rows = re.findall(r"^\| `([FAUCP]\d\d)` \|.* \| ([SK]-[HML]) \|$", SOURCES.read_text("utf-8"), re.MULTILINE)
    return dict(rows)


def test_every_authority_of_the_notes_is_there():
    numbered = (
        {f"F{n:02}" for n in range(1, 41)} | {f"A{n:02}" for n in range(1, 17)} | {f"U{n:02}" for n in range(1, 14)}
    )
    assert set(load_authorities()) == numbered | {"C01", "P01", "P02"}


def test_every_rule_cites_authorities_that_are_known():
    assert {source for rule in load_rules() for source in rule.source.split()} <= set(load_authorities())


def test_authorities_and_the_list_of_sources_say_the_same_of_how_surely_each_is_known():
    assert listed() == {one.code: f"{one.mark}-{one.confidence}" for one in load_authorities().values()}


def test_every_authority_says_what_it_bears_on_in_a_sentence_of_ours():
    for one in load_authorities().values():
        assert one.tags, one.code
        assert one.effect.endswith("."), one.code
        assert one.citation, one.code


def test_every_tag_is_used():
    assert {tag for one in load_authorities().values() for tag in one.tags} == TAGS


def test_bills_that_failed_and_a_crime_that_sleeps_are_said_to_be_no_law():
    assert load_authorities()["A16"].effect.startswith("Not law.")
    assert "Not in force" in load_authorities()["A11"].effect


def test_an_authority_stored_before_there_were_tags_reads_without():
    assert read_authorities(ONE.replace('tags = ["sharing"]\n', ""))["F01"].tags == ()


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('tags = ["sharing"]', 'tags = ["gossip"]', "must be different ones of"),
        ('tags = ["sharing"]', 'tags = ["sharing", "sharing"]', "must be different ones of"),
        ('tags = ["sharing"]', 'tags = [["sharing"]]', "must be different ones of"),
        ('tags = ["sharing"]', 'tags = "sharing"', "`tags` is not a list"),
        ('mark = "S"', 'mark = "R"', "mark `R` is none of"),
        ('confidence = "H"', 'confidence = "high"', "confidence `high` is none of"),
        ('confidence = "H"', "confidence = 1", "`confidence` is not a text"),
        ('citation = "c"', 'citation = ""', "`citation` is not a text"),
        ('effect = "e"\n', "", r"lacks \['effect'\]"),
        ('effect = "e"', 'effect = "e"\nauthor = "x"', r"unknown keys \['author'\]"),
        ("2025-01-29", "January", "`January` is not a day"),
        (ONE, "F01 = 3", "is not a table"),
    ],
)
def test_an_authority_that_does_not_fit_is_refused_by_name(old, new, message):
    assert old in ONE
    with pytest.raises(BrokenAuthoritiesError, match=rf"`F01`.*{message}"):
        read_authorities(ONE.replace(old, new))
