"""The vocabulary of the gate, read once from `catalogue.toml`: elements, classes, categories, purposes, evidence."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Final, TypeVar

from comity.standing.directory.vocabulary import AgencyKind, PostFunction, Power

LANGUAGES: Final = ("en", "es")


class Source(StrEnum):
    """Who may show a piece of evidence."""

    ASKER = "asker"
    """Stated with the ask, by the post that asks."""
    HOLDER = "holder"
    """A recorded act of the holding agency."""
    RECORD = "record"
    """Kept with the record."""
    SYSTEM = "system"
    """Found by Comity itself; nobody is believed."""
    SETTING = "setting"
    """Switched on by counsel of the node (settings.toml); absent means the strict reading."""


class Argument(StrEnum):
    """What stands after the colon of an obligation."""

    NONE = "none"
    DAYS = "days"
    HOURS = "hours"
    FUNCTION = "function"
    WORD = "word"


class CatalogueError(ValueError):
    """The catalogue contradicts itself; the message names the entry."""


@dataclass(frozen=True, slots=True)
class Word:
    """A code with its label in each language."""

    code: str
    en: str
    es: str

    def label(self, language: str) -> str:
        """Return the label; every language but `es` reads English."""
        return self.es if language == "es" else self.en


@dataclass(frozen=True, slots=True)
class Element(Word):
    """One thing that may be disclosed, its NIEM name and the sensitivity class that decides it."""

    niem: str
    sensitivity_class: str


@dataclass(frozen=True, slots=True)
class Category(Word):
    """A kind of record. `may_hide`: it may hold records whose existence the law hides; `classes` may be asked in it."""

    may_hide: bool
    classes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Mark(Word):
    """What a record is marked as; one that `hides` is filed only in a category that may hide."""

    hides: bool


@dataclass(frozen=True, slots=True)
class Evidence(Word):
    """A code that may be met, unmet or missing, and who may show it."""

    source: Source


@dataclass(frozen=True, slots=True)
class Obligation(Word):
    """What a rule may oblige to, written `code` or `code:argument`."""

    argument: Argument


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Every word a rule, a clause or an ask may use, by code."""

    classes: Mapping[str, Word]
    elements: Mapping[str, Element]
    categories: Mapping[str, Category]
    purposes: Mapping[str, Word]
    marks: Mapping[str, Mark]
    evidence: Mapping[str, Evidence]
    obligations: Mapping[str, Obligation]
    states: frozenset[str]
    words: frozenset[str]
    kinds: frozenset[str]
    powers: frozenset[str]
    functions: frozenset[str]
    _evidence_from: Mapping[Source, frozenset[str]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Sort the evidence by who may show it, once: every ask looks."""
        sorted_out = {s: frozenset(one.code for one in self.evidence.values() if one.source is s) for s in Source}
        object.__setattr__(self, "_evidence_from", sorted_out)

    @property
    def hiding_marks(self) -> frozenset[str]:
        """Marks whose records must not be known to exist."""
        return frozenset(mark.code for mark in self.marks.values() if mark.hides)

    def class_of(self, element: str) -> str:
        """Return the sensitivity class of an element; raises `KeyError` for an unknown one."""
        return self.elements[element].sensitivity_class

    def group(self, elements: tuple[str, ...]) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """Return the elements by sensitivity class, both sorted: the form of `Facts.asked`."""
        found: dict[str, set[str]] = {}
        for element in elements:
            found.setdefault(self.class_of(element), set()).add(element)
        return tuple((name, tuple(sorted(found[name]))) for name in sorted(found))

    def may_ask(self, category: str, element: str) -> bool:
        """Tell whether an element belongs in a category."""
        return self.class_of(element) in self.categories[category].classes

    def may_file(self, category: str, marks: frozenset[str]) -> bool:
        """Tell whether a record with these marks may be lodged in a category."""
        return self.categories[category].may_hide or not (marks & self.hiding_marks)

    def evidence_from(self, source: Source) -> frozenset[str]:
        """Return the evidence codes that `source` may show."""
        return self._evidence_from[source]


W = TypeVar("W", bound=Word)

_RENAMED: Final = {"class": "sensitivity_class"}


def _read(kind: type[W], table: Mapping[str, Mapping[str, Any]]) -> Mapping[str, W]:
    expected = {one.name for one in fields(kind)}
    read: dict[str, W] = {}
    for code, row in table.items():
        values: dict[str, Any] = {
            "code": code,
            **{_RENAMED.get(name, name): _frozen(value) for name, value in row.items()},
        }
        if set(values) != expected:
            raise CatalogueError(f"`{code}` does not have exactly {sorted(expected - {'code'})}")
        read[code] = kind(**values)
    return MappingProxyType(read)


def _frozen(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value


def read_catalogue(text: str) -> Catalogue:
    """Read a catalogue from TOML; raises `CatalogueError` naming what does not fit."""
    raw = tomllib.loads(text)
    evidence = {code: {**row, "source": Source(row["source"])} for code, row in raw["evidence"].items()}
    obligations = {code: {**row, "argument": Argument(row["argument"])} for code, row in raw["obligations"].items()}
    catalogue = Catalogue(
        classes=_read(Word, raw["classes"]),
        elements=_read(Element, raw["elements"]),
        categories=_read(Category, raw["categories"]),
        purposes=_read(Word, raw["purposes"]),
        marks=_read(Mark, raw["marks"]),
        evidence=_read(Evidence, evidence),
        obligations=_read(Obligation, obligations),
        states=frozenset(raw["vocabulary"]["states"]),
        words=frozenset(raw["vocabulary"]["words"]),
        kinds=frozenset(kind.value for kind in AgencyKind),
        powers=frozenset(power.value for power in Power),
        functions=frozenset(function.value for function in PostFunction),
    )
    _check(catalogue)
    return catalogue


def _check(catalogue: Catalogue) -> None:
    for element in catalogue.elements.values():
        if element.sensitivity_class not in catalogue.classes:
            raise CatalogueError(f"element `{element.code}` has the unknown class `{element.sensitivity_class}`")
    for category in catalogue.categories.values():
        unknown = sorted(set(category.classes) - set(catalogue.classes))
        if unknown:
            raise CatalogueError(f"category `{category.code}` has the unknown classes {unknown}")
    approvals = {code.removeprefix("approved_") for code in catalogue.evidence if code.startswith("approved_")}
    if not approvals <= catalogue.functions:
        raise CatalogueError(f"approvals by unknown functions {sorted(approvals - catalogue.functions)}")


@cache
def load_catalogue() -> Catalogue:
    """Return the catalogue shipped with the package, read once."""
    return read_catalogue(files("comity.standing.law").joinpath("catalogue.toml").read_text("utf-8"))
