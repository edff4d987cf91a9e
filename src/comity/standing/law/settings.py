"""What counsel of a node may switch where the law is unsettled, and what is never switched. Pure.

A rule reads a setting as evidence (`setting_<id>`) that nobody can show: it is met only where counsel switched it on,
so what is absent is always the strict reading.
"""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Final

from comity.spine.policy.rules import Rule
from comity.standing.law.catalogue import Catalogue, Source
from comity.standing.law.packs import Authority

STRICT: Final = frozenset({"off", "strict"})
"""What a default may be."""
PREFIX: Final = "setting_"
POINTS: Final = frozenset(range(1, 26))
"""The points of the law notes that are never built in; each has one setting."""
_LISTS: Final = ("values", "sources", "bears_on")


class BrokenSettingsError(ValueError):
    """A setting is malformed or its default is not the strict reading; the message names it."""


class UnknownSettingError(ValueError):
    """No such setting, or no such value of it; the message names both."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One point that is not built in.

    `values` are those it may have, `default` the first of them and strict. `bears_on` are the rules that read it.
    """

    id: str
    point: int
    en: str
    es: str
    governs_en: str
    governs_es: str
    values: tuple[str, ...]
    default: str
    sources: tuple[str, ...]
    bears_on: tuple[str, ...]

    @property
    def is_note(self) -> bool:
        """Tell whether there is nothing to switch."""
        return len(self.values) == 1

    @property
    def evidence(self) -> str:
        """The code that rules read, "" where none does."""
        return PREFIX + self.id if self.bears_on else ""

    def label(self, language: str) -> str:
        """Return what it says when switched on; every language but `es` reads English."""
        return self.es if language == "es" else self.en

    def governs(self, language: str) -> str:
        """Return what it decides; every language but `es` reads English."""
        return self.governs_es if language == "es" else self.governs_en


Settings = Mapping[str, Setting]
"""Settings by id, in the order written."""


def read_settings(source: str) -> Settings:
    """Parse settings (TOML) by id; raises `BrokenSettingsError` naming what does not fit."""
    settings = {name: _setting(name, row) for name, row in tomllib.loads(source).items()}
    points = sorted(one.point for one in settings.values())
    if points != sorted(POINTS):
        raise BrokenSettingsError(f"the points of the settings are {points}, not each of {sorted(POINTS)} once")
    return MappingProxyType(settings)


def _setting(name: str, row: object) -> Setting:
    expected = {one.name for one in fields(Setting)} - {"id"}
    if not isinstance(row, dict) or set(row) != expected:
        raise BrokenSettingsError(f"setting `{name}` does not have exactly {sorted(expected)}")
    for key, value in row.items():
        if not _fits(key, value):
            raise BrokenSettingsError(f"setting `{name}`: `{key}` is not as expected")
    known: dict[str, Any] = {key: tuple(value) if key in _LISTS else value for key, value in row.items()}
    setting = Setting(id=name, **known)
    if setting.default not in STRICT or setting.default != setting.values[0]:
        raise BrokenSettingsError(
            f"setting `{name}`: its default `{setting.default}` is not strict and its first value"
        )
    if setting.is_note and setting.bears_on:
        raise BrokenSettingsError(f"setting `{name}` bears on rules, but there is nothing to switch")
    return setting


def _fits(key: str, value: object) -> bool:
    if key == "point":
        return isinstance(value, int)
    if key not in _LISTS:
        return isinstance(value, str) and bool(value)
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        return False
    return len(set(value)) == len(value) and (bool(value) or key == "bears_on")


def settings_problems(
    settings: Settings, *, rules: Iterable[Rule], catalogue: Catalogue, authorities: Mapping[str, Authority]
) -> tuple[str, ...]:
    """Return where settings, rules, catalogue and authorities do not speak of the same; none means that they do."""
    texts = {rule.id: rule.text for rule in rules}
    found = [problem for one in settings.values() for problem in _problems(one, texts, authorities)]
    declared = {one.evidence for one in settings.values()} - {""}
    found += [
        f"evidence `{code}` is of no setting" for code in sorted(catalogue.evidence_from(Source.SETTING) - declared)
    ]
    found += [
        f"evidence `{code}` is not one of a setting in the catalogue"
        for code in sorted(declared - catalogue.evidence_from(Source.SETTING))
    ]
    return tuple(found)


def _problems(setting: Setting, texts: Mapping[str, str], authorities: Mapping[str, Authority]) -> Iterator[str]:
    for source in setting.sources:
        if source not in authorities:
            yield f"setting `{setting.id}`: unknown authority `{source}`"
    reading = {name for name, text in texts.items() if f'"{PREFIX}{setting.id}"' in text}
    for name in setting.bears_on:
        if name not in texts:
            yield f"setting `{setting.id}` bears on the unknown rule `{name}`"
        elif name not in reading:
            yield f"setting `{setting.id}` bears on rule `{name}`, which does not read it"
    for name in sorted(reading - set(setting.bears_on)):
        yield f"rule `{name}` reads setting `{setting.id}`, which does not say so"


def evidence_of(settings: Settings, chosen: Mapping[str, str]) -> frozenset[str]:
    """Return the evidence that is met where counsel chose these values (setting to value); the rest is strict.

    Raises `UnknownSettingError` for a setting nobody knows and for a value it does not have.
    """
    for name, value in chosen.items():
        if name not in settings or value not in settings[name].values:
            known = f"values {list(settings[name].values)}" if name in settings else f"settings {sorted(settings)}"
            raise UnknownSettingError(f"setting `{name}` with the value `{value}` is not among the {known}")
    switched = [settings[name] for name, value in chosen.items() if value != settings[name].default]
    return frozenset(one.evidence for one in switched) - {""}


@cache
def load_settings() -> Settings:
    """Return the package's settings by id."""
    return read_settings(files("comity.standing.law").joinpath("settings.toml").read_text("utf-8"))
