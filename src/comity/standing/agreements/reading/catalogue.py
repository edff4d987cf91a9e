"""The catalogue of terms and the models, read from their files: patterns with their macros written out."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any, Final

from comity.standing.agreements.reading.found import Model, Value

_MACROS: Final = (
    (
        "{span}",
        (
            r"(?P<n>\d+) (?:calendar |business |working |consecutive |full |additional |or more )*"
            r"(?P<unit>minutes|hours|days|weeks|months|years)\b"
        ),
    ),
    ("{n}", r"(?P<n>\d+)"),
    ("{lea}", r"(?:the )?(?:lea|agency|sheriff|chief officer of the lea)"),
    ("{ice}", r"(?:the )?(?:ice|dhs|federal government)"),
    ("{moa}", r"(?:moa|mou|agreement|memorandum)"),
)
_WINDOW: Final = re.compile(r"\{w(\d+)\}")


@dataclass(frozen=True, slots=True)
class Saying:
    """One way a term is said. `value` where the words themselves are the value, else the figure they hold."""

    pattern: re.Pattern[str]
    value: Value | None = None


@dataclass(frozen=True, slots=True)
class Term:
    """A term of the catalogue. `sections` are the headings it is expected under; `items`, of a list, by their code."""

    code: str
    names: Mapping[str, str]
    unit: str
    question: str
    sections: frozenset[str]
    sayings: tuple[Saying, ...]
    items: Mapping[str, tuple[Saying, ...]]
    only: re.Pattern[str] | None
    never: re.Pattern[str] | None
    units: tuple[str, ...]
    is_within: bool
    is_exact: bool
    takes_first: bool


@dataclass(frozen=True, slots=True)
class ModelText:
    """What a model holds: its sections with their numbers, its terms with their values, the signs it is known by."""

    model: Model
    kind: str
    names: Mapping[str, str]
    source: str
    signs: tuple[re.Pattern[str], ...]
    sections: tuple[tuple[str, str], ...]
    is_numbered: bool
    terms: Mapping[str, Value]
    since: Mapping[str, Mapping[str, Value]]


@lru_cache(maxsize=1)
def load_terms() -> Mapping[str, Term]:
    """Return the terms by code, in the order of the file."""
    return {code: _term(code, one) for code, one in _stored("provisions.toml")["terms"].items()}


@lru_cache(maxsize=1)
def load_questions() -> Mapping[str, Mapping[str, str]]:
    """Return the questions terms answer, in English and Spanish."""
    questions: Mapping[str, Mapping[str, str]] = _stored("provisions.toml")["questions"]
    return questions


@lru_cache(maxsize=3)
def load_model(model: Model) -> ModelText:
    """Return what a model holds."""
    stored = _stored(f"models/{model.value}.toml")
    return ModelText(
        model=model,
        kind=stored["kind"],
        names={"en": stored["en"], "es": stored["es"]},
        source=stored["source"],
        signs=tuple(_compiled(sign) for sign in stored["signs"]),
        sections=tuple((heading, number) for heading, number in stored["sections"]),
        is_numbered=stored.get("numbered", True),
        terms={code: _value(value) for code, value in stored["terms"].items()},
        since={
            on: {code: _value(value) for code, value in terms.items()} for on, terms in stored.get("since", {}).items()
        },
    )


def _stored(name: str) -> dict[str, Any]:
    return tomllib.loads(files(__package__).joinpath(name).read_text("utf-8"))


def _term(code: str, one: Mapping[str, Any]) -> Term:
    says = tuple(Saying(_compiled(pattern), True if one["unit"] == "yes" else None) for pattern in one.get("say", []))
    fixed = tuple(Saying(_compiled(pattern), value) for value, pattern in one.get("as", []))
    items = {item: tuple(Saying(_compiled(p), item) for p in ways) for item, ways in one.get("items", {}).items()}
    return Term(
        code=code,
        names={"en": one["en"], "es": one["es"]},
        unit=one["unit"],
        question=one["question"],
        sections=frozenset(one["sections"]),
        sayings=says + fixed,
        items=items,
        only=_compiled(one["only"]) if "only" in one else None,
        never=_compiled(one["never"]) if "never" in one else None,
        units=tuple(one.get("units", (one["unit"],))),
        is_within=one.get("within", False),
        is_exact=one.get("exact", False),
        takes_first=one.get("first", False),
    )


def _compiled(pattern: str) -> re.Pattern[str]:
    for macro, written in _MACROS:
        pattern = pattern.replace(macro, written)
    return re.compile(r"\b(?:" + _WINDOW.sub(r"(?:\\S+ ){0,\1}?", pattern) + ")")


def _value(value: object) -> Value:
    match value:
        case list():
            return tuple(sorted(str(one) for one in value))
        case bool() | int() | str():
            return value
        case _:
            raise TypeError(f"`{value!r}` is no value of a term; write a figure, a word, true or a list")
