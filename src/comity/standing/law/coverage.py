"""Which rule of our notes is kept where: by rules of the gate, by code, or not before the act it is about. Pure."""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Final

EXPECTED: Final = (
    *(f"law-{number}" for number in (*range(28, 54), 69)),
    *(f"xe-{number:02}" for number in (*range(1, 22), *range(27, 31))),
)
"""The rules of the notes on sharing and privacy; every one has an entry, and nothing else has."""
_PATH: Final = re.compile(r"comity(\.[a-z_]+)+:[A-Za-z_]+")


class Where(StrEnum):
    """What keeps a rule of the notes."""

    GATE = "gate"
    """Rules of the packs."""
    CODE = "code"
    """A function, whatever the rules say."""
    LATER = "later"
    """Nothing yet: it is about an act that does not exist."""


class BrokenCoverageError(ValueError):
    """An entry is malformed, missing or of nothing in the notes; the message names it."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """What keeps one rule of the notes.

    `rules` holds rule ids where it is the gate, `path` is `module:name` where it is code, `waits_for` the act where it
    is later; the other two are empty. `says` is one sentence.
    """

    code: str
    where: Where
    rules: tuple[str, ...]
    path: str
    waits_for: str
    says: str


def read_coverage(source: str) -> Mapping[str, Coverage]:
    """Parse coverage (TOML) by rule of the notes; raises `BrokenCoverageError`."""
    found = {code: _coverage(code, row) for code, row in tomllib.loads(source).items()}
    unknown, lacking = sorted(set(found) - set(EXPECTED)), sorted(set(EXPECTED) - set(found))
    if unknown or lacking:
        raise BrokenCoverageError(f"coverage has the unknown entries {unknown} and lacks {lacking}")
    return MappingProxyType(found)


def _coverage(code: str, row: object) -> Coverage:
    match row:
        case {"where": "gate", "rules": [*rules], "says": str(says), **rest} if rules and says and not rest:
            if all(isinstance(one, str) for one in rules):
                return Coverage(code, Where.GATE, tuple(rules), "", "", says)
        case {"where": "code", "path": str(path), "says": str(says), **rest} if says and not rest:
            if _PATH.fullmatch(path):
                return Coverage(code, Where.CODE, (), path, "", says)
        case {"where": "later", "waits_for": str(act), "says": str(says), **rest} if act and says and not rest:
            return Coverage(code, Where.LATER, (), "", act, says)
        case _:
            pass
    raise BrokenCoverageError(
        f"coverage of `{code}` is not `where`, `says` and one of: `rules` (gate), `path` (code), `waits_for` (later)"
    )


def coverage_problems(coverage: Mapping[str, Coverage], rule_ids: Iterable[str]) -> tuple[str, ...]:
    """Return where coverage and the rules of the packs differ: rules nobody has, and rules no entry speaks of."""
    return tuple(_differences(coverage, frozenset(rule_ids)))


def _differences(coverage: Mapping[str, Coverage], known: frozenset[str]) -> Iterator[str]:
    for one in coverage.values():
        for rule_id in one.rules:
            if rule_id not in known:
                yield f"coverage of `{one.code}` names the unknown rule `{rule_id}`"
    for rule_id in sorted(known - {rule_id for one in coverage.values() for rule_id in one.rules}):
        yield f"no coverage speaks of rule `{rule_id}`"


@cache
def load_coverage() -> Mapping[str, Coverage]:
    """Return the package's coverage by rule of the notes."""
    return read_coverage(files("comity.standing.law").joinpath("coverage.toml").read_text("utf-8"))
