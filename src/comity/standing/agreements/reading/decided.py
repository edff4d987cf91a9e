"""A reading and what a person decided about it, as an agreement to be checked, drafted or written to a file. Pure.

Nothing is taken over that nobody decided: a term is in only with a value, a clause only where it was chosen.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from comity.standing.agreements.reading.catalogue import Term, load_model, load_terms
from comity.standing.agreements.reading.found import Provision, Reading, Value
from comity.standing.agreements.toml_text import toml_block, toml_lines

LONGEST_WORD: Final = 200
MOST: Final = 1_000_000
_SIDES: Final = ("from", "to")


class NoSuchValueError(ValueError):
    """What was typed is no value of the term's unit; the message is the unit."""


@dataclass(frozen=True, slots=True)
class Decided:
    """What a person decided. `values`: by place of the provision, with its unit; `clauses`: places of those taken over.

    `parties`: agency code by place of the party; one that is not there is left out.
    """

    code: str
    title: str
    starts_at: datetime
    ends_at: datetime | None
    parties: Mapping[int, str]
    values: Mapping[int, tuple[Value, str]]
    clauses: Collection[int]


def unit_of(one: Provision) -> str:
    """Return the unit a provision was read in: its own, or that of its term."""
    return one.unit or load_terms()[one.term].unit


def is_countable(one: Provision) -> bool:
    """Tell whether the unit it was read in is that of the catalogue; offering refuses any other."""
    return unit_of(one) == load_terms()[one.term].unit


def parse_value(text: str, *, term: Term) -> Value:
    """Return what a person typed as a value of the term; raises `NoSuchValueError`."""
    text = text.strip()
    match term.unit:
        case "yes" if text in {"yes", "no"}:
            return text == "yes"
        case "word" | "date" if 0 < len(text) <= LONGEST_WORD and text.isprintable():
            return text
        case "list":
            items = tuple(sorted({one.strip() for one in text.split(",") if one.strip()}))
            if items and all(len(one) <= LONGEST_WORD and one.isprintable() for one in items):
                return items
        case "yes" | "word" | "date":
            pass
        case _ if text.isascii() and text.isdigit() and len(text) <= len(str(MOST)) and int(text) <= MOST:
            return int(text)
    raise NoSuchValueError(term.unit)


def agreement_of(reading: Reading, decided: Decided) -> dict[str, object]:
    """Return the agreement as `checking.list_flaws` and `checking.written_of` take it."""
    model = load_model(reading.model)
    codes: dict[str, list[str]] = {}
    for place, code in decided.parties.items():
        codes.setdefault(reading.parties[place].code, []).append(code)
    whole: dict[str, object] = {
        "code": decided.code,
        "title": decided.title,
        "kind": model.kind,
        "starts_at": decided.starts_at,
        "parties": {code: reading.parties[place].role for place, code in decided.parties.items()},
        "text": reading.text,
        "clauses": [
            _between(reading.clauses[place].clause, codes) for place in sorted(decided.clauses)
        ],
        "provisions": [
            {
                "term": (one := reading.provisions[place]).term,
                "value": list(value) if isinstance(value, tuple) else value,
                "unit": unit,
                "section": one.section,
                "words": one.words,
            }
            for place, (value, unit) in sorted(decided.values.items())
        ],
    }  # fmt: skip
    return whole | ({"ends_at": decided.ends_at} if decided.ends_at else {})


def file_of(reading: Reading, whole: Mapping[str, object]) -> str:
    """Return the agreement of `agreement_of` as the TOML file that `comity agreement draft` takes."""
    head = {name: whole[name] for name in ("code", "title", "kind", "starts_at", "ends_at") if name in whole}
    parts = [
        f"# Read from a document with the SHA-256 digest {reading.digest};\n# a person decided about every term.",
        toml_lines(head),
        toml_block("text", reading.text.rstrip("\n")),
    ]
    match whole:
        case {"parties": dict(parties), "clauses": list(clauses), "provisions": list(provisions)}:
            parts.append("[parties]\n" + toml_lines(parties))
            parts += ["[[clauses]]\n" + toml_lines(one) for one in clauses]
            parts += ["[[provisions]]\n" + toml_lines(one) for one in provisions]
    return "\n\n".join(parts) + "\n"


def _between(clause: Mapping[str, object], codes: Mapping[str, list[str]]) -> dict[str, object]:
    """Return a clause between the codes a person named, in the place of those that were read."""
    found = dict(clause)
    for side in _SIDES:
        read = found.get(side)
        if isinstance(read, list | tuple):
            found[side] = sorted({code for one in read for code in codes.get(str(one), ())})
    return found
