"""Settings: every unsettled point has one, its default is strict, and nobody but counsel of the node can show it."""

from dataclasses import replace
from importlib.resources import files
from types import MappingProxyType

import pytest

from comity.spine.policy.narrow import can_apply
from comity.spine.policy.rules import Kind
from comity.spine.policy.slices import make_slice
from comity.standing.law.catalogue import Source, load_catalogue
from comity.standing.law.packs import load_authorities, load_rules
from comity.standing.law.settings import (
    POINTS,
    BrokenSettingsError,
    UnknownSettingError,
    evidence_of,
    load_settings,
    read_settings,
    settings_problems,
)


def shipped() -> str:
    return files("comity.standing.law").joinpath("settings.toml").read_text("utf-8")


def problems(settings=None, rules=None):
    return settings_problems(
        settings or load_settings(),
        rules=rules or load_rules(),
        catalogue=load_catalogue(),
        authorities=load_authorities(),
    )


def changed(name, **changes):
    return MappingProxyType({**load_settings(), name: replace(load_settings()[name], **changes)})


def test_every_point_has_a_setting_and_every_default_is_strict():
    assert {one.point for one in load_settings().values()} == POINTS
    assert all(one.default in {"off", "strict"} and one.default == one.values[0] for one in load_settings().values())


def test_the_shipped_settings_have_no_problem():
    assert problems() == ()


def test_every_setting_says_in_both_languages_what_it_governs():
    for one in load_settings().values():
        assert one.label("en") != one.label("es")
        assert one.governs("en") != one.governs("es")


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (changed("status_law_wider", bears_on=("law-29-contact",)), "rule `law-29-release` reads setting"),
        (changed("home_entry", bears_on=("law-28",)), "which does not read it"),
        (changed("home_entry", bears_on=("law-999",)), "bears on the unknown rule `law-999`"),
        (changed("home_entry", sources=("F99",)), "unknown authority `F99`"),
        (changed("benefits_records", bears_on=()), "evidence `setting_benefits_records` is of no setting"),
        (changed("home_entry", bears_on=("law-28",)), "evidence `setting_home_entry` is not one of a setting"),
    ],
)
def test_settings_and_rules_that_do_not_speak_of_the_same_are_told(settings, message):
    assert any(message in problem for problem in problems(settings))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('default = "off"', 'default = "on"', "its default `on` is not strict"),
        ('values = ["off", "on"]', 'values = ["on", "off"]', "its default `off` is not strict and its first value"),
        ('values = ["off", "on"]', "values = []", "`values` is not as expected"),
        ('values = ["off", "on"]', 'values = ["off", "off"]', "`values` is not as expected"),
        ("point = 1\n", 'point = "one"\n', "`point` is not as expected"),
        ("point = 1\n", "point = 2\n", "not each of"),
        ("point = 1\n", "", "does not have exactly"),
        ('values = ["strict"]\ndefault = "strict"\nsources = ["F26"]\nbears_on = []',
         'values = ["strict"]\ndefault = "strict"\nsources = ["F26"]\nbears_on = ["law-28"]',
         "nothing to switch"),
    ],
)  # fmt: skip
def test_a_setting_that_does_not_fit_is_refused(old, new, message):
    assert old in shipped()
    with pytest.raises(BrokenSettingsError, match=message):
        read_settings(shipped().replace(old, new, 1))


def test_nothing_is_met_while_nobody_chose_and_what_is_switched_on_is():
    settings = load_settings()
    assert evidence_of(settings, {}) == frozenset()
    assert evidence_of(settings, dict.fromkeys(settings, "off") | _notes("strict")) == frozenset()
    assert evidence_of(settings, {"dmv_remote_access": "on", "mass_influx": "on"}) == {"setting_dmv_remote_access"}


def _notes(value):
    return {name: value for name, one in load_settings().items() if one.is_note}


@pytest.mark.parametrize("chosen", [{"home_entry": "on"}, {"weather": "on"}, {"dmv_remote_access": "sometimes"}])
def test_a_choice_nobody_knows_is_refused(chosen):
    with pytest.raises(UnknownSettingError):
        evidence_of(load_settings(), chosen)


def test_no_rule_is_stricter_for_a_setting_that_is_on():
    """A setting stands only where it satisfies a rule that refuses: switching one on never adds a bar or a permit."""
    codes = load_catalogue().evidence_from(Source.SETTING)
    for rule in load_rules():
        when, _, unless = rule.text.partition("} unless {")
        assert not any(code in when for code in codes), rule.id
        if any(code in unless for code in codes):
            assert rule.kind is Kind.FORBID


def test_only_codes_of_settings_begin_like_one():
    known = load_catalogue()
    assert {code for code in known.evidence if code.startswith("setting_")} == known.evidence_from(Source.SETTING)


def test_no_state_bars_a_federal_agency_from_giving_its_own_record():
    """Point 25: a state's command to a federal officer warns, never blocks."""
    rules = [rule for rule in load_rules() if rule.is_state_level and rule.kind is Kind.FORBID]
    own_record = {"sender_kind": "federal", "sender_state": "", "origin": "", "origin_state": ""}
    conditions = make_slice(rules).conditions
    assert len(rules) > 5
    assert [rule.id for rule in rules if can_apply(conditions(rule.id), own_record)] == []
