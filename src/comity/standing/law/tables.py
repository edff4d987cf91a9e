"""Decision tables as a lawyer reads and signs them: which of their columns are rules, and what each says. Pure."""

import csv
import io
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Final

from comity.standing.law.catalogue import load_catalogue

APPLIES, DOES_NOT = "applies", "does not"
PARTIES: Final = "parties.csv"
"""The file beside the tables that says who the parties in them are."""
_FIRST, _LAST = "clause", "headline"

Tables = Mapping[str, frozenset[str]]
"""Rule id to the words its column holds in some row: `applies`, `does not`."""


class TableError(ValueError):
    """A file is no decision table; the message names it."""


@dataclass(frozen=True, slots=True)
class CaseSaid:
    """A case in words of one language, parts of one kind joined; "" where there is nothing to say.

    `case` and `headline` are the table's own words; `applies`: rule id to whether the decision names it.
    """

    case: str
    situation: str
    sender: str
    receiver: str
    purpose: str
    category: str
    elements: str
    marks: str
    origin: str
    met: str
    unmet: str
    is_permitted_otherwise: bool
    applies: Mapping[str, bool]
    headline: str


@dataclass(frozen=True, slots=True)
class Row:
    """A case of a table. Codes are of the catalogue; `origin`: "" or the party the record came from.

    `is_permitted_otherwise`: an agreement between the two permits everything. `applies`: rule id to whether the
    decision names it; `headline`: `disclosed`, `needs_approval`, `held` or `refused`.
    """

    case: str
    situation: str
    sender: str
    receiver: str
    purpose: str
    category: str
    elements: tuple[str, ...]
    marks: tuple[str, ...]
    origin: str
    met: tuple[str, ...]
    unmet: tuple[str, ...]
    is_permitted_otherwise: bool
    applies: Mapping[str, bool]
    headline: str


@dataclass(frozen=True, slots=True)
class Table:
    """A decision table: the rules it tries, and its cases."""

    name: str
    rules: tuple[str, ...]
    rows: tuple[Row, ...]


def read_tables(files: Mapping[str, str]) -> Tables:
    """Return what tables (file name to CSV) say of each rule; raises `TableError`.

    The columns between `clause` and `headline` are rules.
    """
    seen: dict[str, set[str]] = {}
    for name, text in sorted(files.items()):
        if name == PARTIES:
            continue
        reader = csv.DictReader(io.StringIO(text), strict=True)
        try:
            header = list(reader.fieldnames or ())
            first = header.index(_FIRST) + 1
            rules = header[first : header.index(_LAST, first)]
            for row in reader:
                for rule in rules:
                    seen.setdefault(rule, set()).add(row[rule] or "")
        except (ValueError, csv.Error):
            raise TableError(f"`{name}` is no decision table: it has no columns `{_FIRST}` … `{_LAST}`") from None
    return {rule: frozenset(words) for rule, words in seen.items()}


@cache
def load_decisions() -> Mapping[str, Table]:
    """Return the tables that ship with the package, by name, read once; a test runs each through the gate."""
    found = {
        one.name: one.read_text("utf-8")
        for one in files("comity.standing.law").joinpath("decisions").iterdir()
        if one.name.endswith(".csv") and one.name != PARTIES
    }
    return MappingProxyType({name.removesuffix(".csv"): _table(name, text) for name, text in sorted(found.items())})


def say_case(row: Row, language: str) -> CaseSaid:
    """Return a case in words; every language but `es` reads English."""
    known, words = load_catalogue(), _words()

    def party(name: str) -> str:
        found = words["parties"].get(name, {})
        return str(found.get(language, found.get("en", name)))

    return CaseSaid(
        case=row.case,
        situation=words["es"].get(row.situation, row.situation) if language == "es" else row.situation,
        sender=party(row.sender),
        receiver=party(row.receiver),
        purpose=known.purposes[row.purpose].label(language),
        category=known.categories[row.category].label(language),
        elements=", ".join(known.elements[code].label(language) for code in row.elements),
        marks="; ".join(known.marks[code].label(language) for code in row.marks),
        origin=party(row.origin) if row.origin else "",
        met="; ".join(known.evidence[code].label(language) for code in row.met),
        unmet="; ".join(known.evidence[code].label(language) for code in row.unmet),
        is_permitted_otherwise=row.is_permitted_otherwise,
        applies=row.applies,
        headline=row.headline,
    )


@cache
def _words() -> Mapping[str, Any]:
    return tomllib.loads(files("comity.standing.law").joinpath("decisions.toml").read_text("utf-8"))


def _table(name: str, text: str) -> Table:
    reader = csv.DictReader(io.StringIO(text), strict=True)
    header = list(reader.fieldnames or ())
    rules = tuple(header[header.index(_FIRST) + 1 : header.index(_LAST)])
    return Table(name.removesuffix(".csv"), rules, tuple(_row(row, rules) for row in reader))


def _row(row: Mapping[str, str], rules: Sequence[str]) -> Row:
    return Row(
        case=row["case"],
        situation=row["situation"],
        sender=row["sender"],
        receiver=row["receiver"],
        purpose=row["purpose"],
        category=row["category"],
        elements=tuple(row["elements"].split()),
        marks=tuple(row["marks"].split()),
        origin=row["origin"],
        met=tuple(row["met"].split()),
        unmet=tuple(row["unmet"].split()),
        is_permitted_otherwise=row[_FIRST] == "permits",
        applies=MappingProxyType({rule: row[rule] == APPLIES for rule in rules}),
        headline=row[_LAST],
    )
