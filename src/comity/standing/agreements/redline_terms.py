"""What changed between the terms of two versions, clause by clause and provision by provision, field by field. Pure.

Terms come as they are stored. One that cannot be read is compared all the same; it only has no sentence. That a
provision stands in a section of another number is no change of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from comity.standing.agreements.explain import clause_sentence
from comity.standing.agreements.terms import SCHEMA, UnknownTermError, read_terms

_Said = tuple[str, Mapping[str, str]]
"""In which language, with which names of agencies by code."""
_KEYS: Final = {"clauses": "id", "provisions": "term"}
_NUMBERING: Final = {"clauses": frozenset[str](), "provisions": frozenset({"section"})}


class Fate(StrEnum):
    """What became of a clause or a provision."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field, as it was and as it is; None where it is not stated."""

    name: str
    old: object
    new: object


@dataclass(frozen=True, slots=True)
class TermChange:
    """A clause or provision (`part` is `clauses` or `provisions`) that is not as it was.

    `old` and `new` say it in plain words, "" where it is not there or cannot be read.
    """

    part: str
    key: str
    fate: Fate
    fields: tuple[FieldChange, ...]
    old: str
    new: str


def redline_terms(
    old: Mapping[str, object],
    new: Mapping[str, object],
    *,
    language: str = "en",
    names: Mapping[str, str] | None = None,
) -> tuple[TermChange, ...]:
    """Return what changed, clauses first, in the order of the new terms; what was removed stands last in its part.

    `names`: what agencies are called, by code; a code that is not there stands for itself.
    """
    found: list[TermChange] = []
    for part in _KEYS:
        before, after = _rows(old, part), _rows(new, part)
        for key in (*after, *(key for key in before if key not in after)):
            one, other = before.get(key), after.get(key)
            if one != other:
                change = _change(part, key, one, other, (language, names or {}))
                found += [] if {field.name for field in change.fields} == _NUMBERING[part] else [change]
    return tuple(found)


def _rows(terms: Mapping[str, object], part: str) -> dict[str, Mapping[str, object]]:
    """Return the rows of a part by key; a key that comes again is counted: `retention_days`, `retention_days (2)`."""
    stored = terms.get(part, ())
    found: dict[str, Mapping[str, object]] = {}
    for row in stored if isinstance(stored, Sequence) else ():
        if isinstance(row, Mapping):
            key = name = str(row.get(_KEYS[part], ""))
            count = 1
            while key in found:
                count += 1
                key = f"{name} ({count})"
            found[key] = row
    return found


def _change(
    part: str, key: str, old: Mapping[str, object] | None, new: Mapping[str, object] | None, said: _Said
) -> TermChange:
    one, other = old or {}, new or {}
    fate = Fate.ADDED if old is None else Fate.REMOVED if new is None else Fate.CHANGED
    fields = tuple(
        FieldChange(name, one.get(name), other.get(name))
        for name in dict.fromkeys((*one, *other))
        if one.get(name) != other.get(name)
    )
    say = _sentence if part == "clauses" else _provision
    return TermChange(part, key, fate, fields, say(old, said), say(new, said))


def _sentence(clause: Mapping[str, object] | None, said: _Said) -> str:
    if clause is None:
        return ""
    try:
        [read] = read_terms({"schema": SCHEMA, "clauses": [clause]}).clauses
    except UnknownTermError:
        return ""
    language, names = said
    return clause_sentence(read, language=language, names=names)


def _provision(provision: Mapping[str, object] | None, said: _Said) -> str:
    del said  # the words are the agreement's own
    if provision is None:
        return ""
    words = provision.get("words")
    place = f" ({provision['section']})" if provision.get("section") else ""
    return (
        f"“{words}”{place}" if words else f"{provision.get('term')}: {provision.get('value')} {provision.get('unit')}"
    )
