"""Where a document is not as its model: sections and terms that are missing, added or of another value."""

from collections.abc import Iterator, Sequence
from typing import Final

from comity.standing.agreements.reading.catalogue import ModelText, load_terms
from comity.standing.agreements.reading.found import Difference, Missing, Provision, Section, Value
from comity.standing.agreements.reading.headings import known_headings

CONTACTS: Final = "points_of_contact"
"""Each copy has its own; no model says which."""
_TOP: Final = 1


def compare_sections(sections: Sequence[Section], model: ModelText) -> Iterator[Difference]:
    """Yield sections that are missing, added or renumbered, in the order of the model, then of the document."""
    by_heading: dict[str, Section] = {}
    for section in sections:
        by_heading.setdefault(section.heading, section)
    for heading, number in model.sections:
        found = by_heading.get(heading)
        name = known_headings()[heading].names["en"]
        if found is None:
            yield Difference("section", heading, "missing", f"{number} {name}".strip(), "", "")
        elif model.is_numbered and number and found.path != number:
            yield Difference("section", heading, "renumbered", number, found.path, found.path)
    expected = {heading for heading, _ in model.sections}
    for section in sections:
        is_own = section.level == _TOP and section.heading not in expected
        if is_own and model.is_numbered:
            yield Difference("section", section.heading or "unknown", "added", "", section.title, section.path)


def compare_provisions(provisions: Sequence[Provision], model: ModelText, *, revised: str) -> Iterator[Difference]:
    """Yield terms whose value is another than the model's, and terms the model does not state."""
    wanted = {**model.terms, **{code: value for terms in model.since.values() for code, value in terms.items()}}
    for one in provisions:
        if one.term == CONTACTS:
            continue
        value = told(one.value, one.unit)
        if one.term not in wanted:
            yield Difference("provision", one.term, "added", "", value, one.section)
        elif load_terms()[one.term].unit != "list" or isinstance(one.value, tuple):
            unit = load_terms()[one.term].unit
            if one.value != wanted[one.term] or (one.unit and one.unit != unit):
                yield Difference("provision", one.term, "changed", told(wanted[one.term], unit), value, one.section)
    for gone in find_missing(provisions, model, revised=revised):
        yield Difference("provision", gone.what, "missing", gone.model_value, "", "")


def find_missing(provisions: Sequence[Provision], model: ModelText, *, revised: str) -> Iterator[Missing]:
    """Yield the model's terms that the document does not state; a later revision's only where it is of that one."""
    stated = {one.term for one in provisions}
    wanted = dict(model.terms)
    for on, terms in model.since.items():
        if not revised or _day(revised) >= _day(on):
            wanted |= terms
    for code, value in wanted.items():
        if code not in stated:
            term = load_terms()[code]
            yield Missing("provision", code, term.names["en"], told(value, term.unit))


def missing_sections(sections: Sequence[Section], model: ModelText) -> Iterator[Missing]:
    """Yield the model's sections that the document does not have."""
    present = {section.heading for section in sections}
    for heading, number in model.sections:
        if heading not in present:
            yield Missing("section", heading, known_headings()[heading].names["en"], number)


def told(value: Value, unit: str) -> str:
    """Return a value in words."""
    match value:
        case bool():
            return "stated" if value else "not stated"
        case int():
            return str(value) if unit in ("count", "") else f"{value} {unit.removesuffix('s') if value == 1 else unit}"
        case tuple():
            return ", ".join(value)
        case str():
            return value


def _day(revised: str) -> tuple[str, str, str]:
    month, day, year = revised.split("/")
    return year, month, day
