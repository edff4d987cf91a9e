"""Coverage: every rule of the notes is accounted for, by rules that exist, code that exists, or an act to come."""

import re
from importlib import import_module
from importlib.resources import files

import pytest

from comity.standing.law.coverage import (
    EXPECTED,
    BrokenCoverageError,
    Where,
    coverage_problems,
    load_coverage,
    read_coverage,
)
from comity.standing.law.packs import load_rules


def shipped() -> str:
    return files("comity.standing.law").joinpath("coverage.toml").read_text("utf-8")


def test_every_rule_of_the_notes_has_an_entry():
    assert set(load_coverage()) == set(EXPECTED)
    assert len(EXPECTED) == len(set(EXPECTED)) == 52


def test_every_entry_names_rules_that_exist_and_every_rule_belongs_to_an_entry():
    assert coverage_problems(load_coverage(), [rule.id for rule in load_rules()]) == ()


def test_a_rule_nobody_covers_and_one_nobody_has_are_both_told():
    rules = {rule.id for rule in load_rules()} - {"law-28"} | {"law-99"}
    assert set(coverage_problems(load_coverage(), rules)) == {
        "coverage of `law-28` names the unknown rule `law-28`",
        "no coverage speaks of rule `law-99`",
    }


@pytest.mark.parametrize("one", [c for c in load_coverage().values() if c.where is Where.CODE], ids=lambda c: c.code)
def test_what_code_keeps_is_there(one):
    module, _, name = one.path.partition(":")
    assert callable(getattr(import_module(module), name))


def test_rules_of_a_number_belong_to_its_entry():
    """`law-30-permit` is of law-30: an entry may name rules of another, never leave its own to it."""
    own = {code: set(one.rules) for code, one in load_coverage().items()}
    for rule in load_rules():
        number = re.match(r"(?:law|xe)-\d+", rule.id)
        assert number, rule.id
        if number[0] in own:
            assert rule.id in own[number[0]], rule.id


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('where = "gate"\nrules = ["law-28"]', 'where = "gate"\nrules = []'),
        ('where = "gate"\nrules = ["law-28"]', 'where = "gate"\nrules = [28]'),
        ('where = "gate"\nrules = ["law-28"]', 'where = "nowhere"\nrules = ["law-28"]'),
        ('where = "gate"\nrules = ["law-28"]', 'where = "gate"\npath = "comity.a:b"'),
        ('where = "gate"\nrules = ["law-28"]', 'where = "later"\nwaits_for = ""'),
        ('path = "comity.spine.vault.purge:purge"', 'path = "os:remove"'),
        ("[law-28]", "[law-27]"),
    ],
)
def test_coverage_that_does_not_fit_is_refused(old, new):
    assert old in shipped()
    with pytest.raises(BrokenCoverageError):
        read_coverage(shipped().replace(old, new, 1))
