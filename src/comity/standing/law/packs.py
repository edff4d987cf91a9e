"""What ships with the package: rule packs, plain-words texts, authorities. Read once, never changed while running."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Final

from comity.spine.policy.rules import Rule, parse_pack
from comity.standing.law.catalogue import LANGUAGES

PACKS: Final = ("us", "us-az", "us-ut", "us-ca")
"""Jurisdictions with a pack, in the order they are read."""

CLAUSE, NOTHING, ERROR = "clause", "nothing", "error"
"""Text keys for what no rule of a pack says: a clause without words of its own, nothing matched, an engine error."""


class BrokenTextsError(ValueError):
    """A texts file is malformed or the two languages do not hold the same keys."""


@dataclass(frozen=True, slots=True)
class Words:
    """One key in one language: what the rule says, and what can be done now."""

    says: str
    forward: str


Texts = Mapping[str, Mapping[str, Words]]
"""Language to key to words; every language holds the same keys."""


TAGS: Final = frozenset(
    {
        "complaints",
        "delegation",
        "funding",
        "joint_operations",
        "oversight",
        "privacy",
        "retention",
        "sharing",
    }
)
"""What an authority may bear on."""
_ALLOWED: Final = {"mark": frozenset({"K", "S"}), "confidence": frozenset({"H", "L", "M"})}
_TEXTS: Final = ("citation", "effect", "starts_on", "ends_on", "mark", "confidence")


class BrokenAuthoritiesError(ValueError):
    """An authority lacks something or says something nobody knows; the message names it."""


@dataclass(frozen=True, slots=True)
class Authority:
    """What a rule rests on. `mark` S: its text was read, K: general knowledge; `confidence` H, M or L.

    `tags` are of `TAGS`, in the order written; none of a release that was stored before there were any.
    """

    code: str
    citation: str
    effect: str
    starts_on: date | None
    ends_on: date | None
    mark: str
    confidence: str
    tags: tuple[str, ...] = ()


def read_rules(packs: Mapping[str, str]) -> tuple[Rule, ...]:
    """Parse packs (jurisdiction to Cedar text), ordered by id; raises `BrokenRuleError`."""
    return tuple(
        sorted((rule for name, text in packs.items() for rule in parse_pack(text, jurisdiction=name)), key=_by_id)
    )


def _by_id(rule: Rule) -> str:
    return rule.id


def read_texts(sources: Mapping[str, str]) -> Texts:
    """Parse texts (language to TOML); raises `BrokenTextsError` unless every language holds the same keys."""
    texts = {language: _words(language, tomllib.loads(source)) for language, source in sources.items()}
    keys = {language: set(words) for language, words in texts.items()}
    every = set().union(*keys.values())
    for language, known in keys.items():
        if every - known:
            raise BrokenTextsError(f"texts `{language}` lack {sorted(every - known)}")
    return MappingProxyType(texts)


def _words(language: str, raw: Mapping[str, object]) -> Mapping[str, Words]:
    read: dict[str, Words] = {}
    for key, row in raw.items():
        match row:
            case {"says": str(says), "forward": str(forward), **rest} if says and forward and not rest:
                read[key] = Words(says, forward)
            case _:
                raise BrokenTextsError(f"text `{key}` in `{language}` is not exactly `says` and `forward`")
    return MappingProxyType(read)


def read_authorities(source: str) -> Mapping[str, Authority]:
    """Parse authorities (TOML) by code; raises `BrokenAuthoritiesError` naming what does not fit."""
    return MappingProxyType({code: _authority(code, row) for code, row in tomllib.loads(source).items()})


def _authority(code: str, row: object) -> Authority:
    if not isinstance(row, dict):
        raise BrokenAuthoritiesError(f"authority `{code}` is not a table")
    unknown, lacking = sorted(set(row) - {*_TEXTS, "tags"}), sorted(set(_TEXTS) - set(row))
    if unknown or lacking:
        raise BrokenAuthoritiesError(f"authority `{code}` has the unknown keys {unknown} and lacks {lacking}")
    for key in _TEXTS:
        if not isinstance(row[key], str) or not (row[key] or key.endswith("_on")):
            raise BrokenAuthoritiesError(f"authority `{code}`: `{key}` is not a text")
    for key, allowed in _ALLOWED.items():
        if row[key] not in allowed:
            raise BrokenAuthoritiesError(f"authority `{code}`: {key} `{row[key]}` is none of {sorted(allowed)}")
    return Authority(
        code=code,
        citation=row["citation"],
        effect=row["effect"],
        starts_on=_day(code, row["starts_on"]),
        ends_on=_day(code, row["ends_on"]),
        mark=row["mark"],
        confidence=row["confidence"],
        tags=_tags(code, row.get("tags", [])),
    )


def _tags(code: str, tags: object) -> tuple[str, ...]:
    if not isinstance(tags, list):
        raise BrokenAuthoritiesError(f"authority `{code}`: `tags` is not a list")
    unknown = [tag for tag in tags if not isinstance(tag, str) or tag not in TAGS]
    if unknown or len(set(tags)) < len(tags):
        raise BrokenAuthoritiesError(f"authority `{code}`: tags {tags} must be different ones of {sorted(TAGS)}")
    return tuple(tags)


def _day(code: str, text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise BrokenAuthoritiesError(f"authority `{code}`: `{text}` is not a day such as `2025-01-29`") from None


def _shipped(name: str) -> str:
    return files("comity.standing.law").joinpath(name).read_text("utf-8")


@cache
def shipped_packs() -> Mapping[str, str]:
    """Return the packs of the package: jurisdiction to Cedar text."""
    return MappingProxyType({name: _shipped(f"packs/{name}.cedar") for name in PACKS})


@cache
def shipped_text_sources() -> Mapping[str, str]:
    """Return the texts of the package: language to TOML."""
    return MappingProxyType({language: _shipped(f"texts/{language}.toml") for language in LANGUAGES})


@cache
def shipped_authority_source() -> str:
    """Return the authorities of the package: TOML."""
    return _shipped("authorities.toml")


@cache
def load_rules() -> tuple[Rule, ...]:
    """Return the rules of the package's packs, ordered by id."""
    return read_rules(shipped_packs())


@cache
def load_texts() -> Texts:
    """Return the package's texts."""
    return read_texts(shipped_text_sources())


@cache
def load_authorities() -> Mapping[str, Authority]:
    """Return the package's authorities by code."""
    return read_authorities(shipped_authority_source())
