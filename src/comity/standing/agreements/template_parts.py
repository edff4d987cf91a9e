"""What templates of agreements are made of. Pure.

A template is an ordered choice of clauses with proposals for what is shared; clauses, fields and sources are shared by
all templates. Sources: law.md section 3, `MOA-CLAUSES`.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import Meta, Struct

from comity.standing.agreements.terms import CLAUSE_ID, Unit
from comity.standing.agreements.vocabulary import AgreementKind, PartyRole

BUILT_IN: Final = frozenset({"first", "First", "second", "Second", "ends_on"})
"""Placeholders that are no field: the two sides, at the start of a sentence or within it, and the last day."""
PLACE: Final = re.compile(r"\{(\w*)\}")

Code = Annotated[str, Meta(pattern=CLAUSE_ID, max_length=64)]
Some = Annotated[str, Meta(min_length=1, pattern=r"\S")]
Review = Literal["attorney_determination", "interlocal_approval", "privacy_assessment", "tribal_council"]
FieldType = Literal["text", "days", "date", "agency", "count"]
Side = Literal["first", "second"]


class BrokenTemplateError(ValueError):
    """A file of the templates does not fit. The message names file and key and what would be right."""


class Both(Struct, frozen=True, forbid_unknown_fields=True):
    """A text in both languages."""

    en: Some
    es: Some

    def said(self, language: str) -> str:
        """Return the text; every language but `es` reads English."""
        return self.es if language == "es" else self.en


class Number(Struct, frozen=True, forbid_unknown_fields=True):
    """What a number counts, between which bounds it lies, and what it is where nobody says."""

    unit: Unit
    least: int
    most: int
    default: int


class Field(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Something to fill in. `number` for `days` and `count`, and for nothing else."""

    type: FieldType
    label: Both
    help: Both
    number: Number | None = None


class Provision(Struct, frozen=True, forbid_unknown_fields=True):
    """What a clause lays down, as a figure or word, and the words of its text that say so."""

    term: Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]*$", max_length=64)]
    value: bool | int | Some | tuple[Some, ...]
    unit: Unit
    words: Some


class ClauseText(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A clause of the catalogue. `contested`: the law is open, the text takes the strict side and says counsel decides.

    `terms` are enforceable clauses with sides or party names for `from` and `to`.
    """

    title: Both
    text: Some
    summary: Both
    sources: Annotated[tuple[str, ...], Meta(min_length=1)]
    protective: bool = False
    contested: bool = False
    terms: tuple[dict[str, Any], ...] = ()
    provisions: tuple[Provision, ...] = ()


class PartyPlace(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A place for parties: `name` is what is written before `=`, `role` what they are to the agreement."""

    name: Code
    role: PartyRole
    side: Side
    label: Both
    least: Annotated[int, Meta(ge=0)] = 0
    most: Annotated[int, Meta(ge=1)]


class Sides(Struct, frozen=True, forbid_unknown_fields=True):
    """What the text calls each side, with its article."""

    first: Some
    second: Some


class Taken(Struct, frozen=True, forbid_unknown_fields=True):
    """That a template has a clause: always, unless left out (`on`), or when asked for (`off`)."""

    id: Code
    take: Literal["required", "on", "off"] = "required"


class Template(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One template. `reviews` are words only: what may have to be recorded before signature. `defaults` by field."""

    code: Code
    title: Both
    about: Both
    kind: AgreementKind
    sources: Annotated[tuple[str, ...], Meta(min_length=1)]
    reviews: tuple[Review, ...]
    sides: Sides
    parties: Annotated[tuple[PartyPlace, ...], Meta(min_length=2)]
    clauses: Annotated[tuple[Taken, ...], Meta(min_length=1)]
    defaults: dict[str, int | str] = {}
    terms: tuple[dict[str, Any], ...] = ()

    def proposals(self, clause: str) -> tuple[dict[str, Any], ...]:
        """Return what the template proposes to enforce beside the clause's own terms; `clause` itself is left out."""
        own = (term for term in self.terms if term["clause"] == clause)
        return tuple({name: value for name, value in term.items() if name != "clause"} for term in own)


@dataclass(frozen=True, slots=True)
class Templates:
    """Everything of the folder, by code; `sources` maps a key of docs/sources.md to its citation."""

    templates: Mapping[str, Template]
    clauses: Mapping[str, ClauseText]
    fields: Mapping[str, Field]
    sources: Mapping[str, str]

    def clauses_of(self, template: Template) -> Mapping[str, ClauseText]:
        """Return the template's clauses in its order."""
        return {taken.id: self.clauses[taken.id] for taken in template.clauses}

    def fields_of(self, template: Template, chosen: Collection[str] | None = None) -> Mapping[str, Field]:
        """Return what is to be filled in for the chosen clauses, or for all of them, in the order of the text."""
        found: dict[str, Field] = {}
        for taken in template.clauses:
            if chosen is None or taken.id in chosen:
                terms = template.proposals(taken.id)
                names = (*placeholders(self.clauses[taken.id]), *_places(terms))
                found |= {name: self.fields[name] for name in names if name not in BUILT_IN}
        return found

    def default_of(self, template: Template, name: str) -> int | str | None:
        """Return what a field is where nobody says: the template's, else its own; None where it must be given."""
        number = self.fields[name].number
        return template.defaults.get(name, number.default if number else None)


def one_line(text: str) -> str:
    """Return the text with every run of white space as one space."""
    return " ".join(text.split())


def placeholders(clause: ClauseText) -> tuple[str, ...]:
    """Return the names in braces of everything a clause says, each once, in the order of its text."""
    return tuple(dict.fromkeys(_places(msgspec.to_builtins(clause))))


def _places(value: object) -> Iterator[str]:
    match value:
        case str():
            yield from PLACE.findall(value)
        case Mapping():
            for name in sorted(value, key=lambda key: key != "text"):
                yield from _places(value[name])
        case list() | tuple():
            for one in value:
                yield from _places(one)
