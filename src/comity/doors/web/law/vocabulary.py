"""The words the law is written in: elements with their sensitivity classes, categories, purposes, marks, evidence."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from comity.doors.lists import Choice, Column, Filter, asked_of, csv_of, page_of
from comity.doors.web.law.words import STAFF_ALONE, tongue
from comity.doors.web.page import page, show
from comity.doors.web.permissions import Permission
from comity.doors.web.staff import Staff
from comity.standing.law.catalogue import Source, load_catalogue

PARTS: Final[Mapping[str, Promise]] = {
    "element": _("element"),
    "class": _("sensitivity class"),
    "category": _("kind of record"),
    "purpose": _("purpose"),
    "mark": _("mark"),
    "evidence": _("evidence"),
    "obligation": _("obligation"),
}
SOURCES: Final[Mapping[Source, Promise]] = {
    Source.ASKER: _("stated by who asks"),
    Source.HOLDER: _("recorded by who holds the record"),
    Source.RECORD: _("kept with the record"),
    Source.SYSTEM: _("found by Comity itself"),
    Source.SETTING: _("chosen by counsel of this node"),
}


@dataclass(frozen=True, slots=True)
class WordRow:
    """A word: what part it plays, its code and label, the class that decides it (elements), and what else it says."""

    part: str
    code: str
    label: str
    sensitivity_class: str
    more: str


_COLUMNS: Final[tuple[Column[WordRow], ...]] = (
    Column("label", _("Word"), lambda row: row.label),
    Column("code", _("Code"), lambda row: row.code),
    Column("part", _("What it is"), lambda row: str(PARTS[row.part])),
    Column("class", _("Decided with"), lambda row: row.sensitivity_class),
    Column("more", _("More"), lambda row: row.more),
)


def _filters() -> tuple[Filter, ...]:
    classes = load_catalogue().classes.values()
    return (
        Filter("part", _("What it is"), tuple(Choice(code, label) for code, label in PARTS.items())),
        Filter("class", _("Sensitivity class"), tuple(Choice(one.code, one.label(tongue())) for one in classes)),
    )


@page(Permission.RULE_READ, STAFF_ALONE)
def vocabulary(request: HttpRequest, staff: Staff) -> HttpResponse:  # noqa: ARG001 - the same for every post
    """List the words."""
    asked = asked_of(request, columns=_COLUMNS, filters=_filters(), sort="label")
    found = page_of(list(_rows()), asked=asked, columns=_COLUMNS, filters=_filters(), matches=_matches)
    if asked.is_csv:
        return csv_of("words", found.rows, _COLUMNS)
    shown = [(row, PARTS[row.part]) for row in found.rows]
    return show(request, "words.html", {"found": found, "rows": shown, "here": "words"})


def _rows() -> Iterator[WordRow]:
    known, language = load_catalogue(), tongue()
    classes = {code: one.label(language) for code, one in known.classes.items()}
    for element in known.elements.values():
        deciding = classes[element.sensitivity_class]
        yield WordRow("element", element.code, element.label(language), deciding, f"NIEM: {element.niem}")
    for code, label in classes.items():
        yield WordRow("class", code, label, label, "")
    for kind in known.categories.values():
        says = "; ".join(classes[code] for code in kind.classes)
        hides = str(_("every ask in it is answered on a fixed tick")) if kind.may_hide else ""
        yield WordRow("category", kind.code, kind.label(language), says, hides)
    for purpose in known.purposes.values():
        yield WordRow("purpose", purpose.code, purpose.label(language), "", "")
    for mark in known.marks.values():
        yield WordRow("mark", mark.code, mark.label(language), "", str(_("hides the record")) if mark.hides else "")
    for piece in known.evidence.values():
        yield WordRow("evidence", piece.code, piece.label(language), "", str(SOURCES[piece.source]))
    for duty in known.obligations.values():
        yield WordRow("obligation", duty.code, duty.label(language), "", "")


def _matches(row: WordRow, chosen: Mapping[str, str]) -> bool:
    wanted, said = chosen.get("class"), row.sensitivity_class.split("; ")
    is_in_class = wanted is None or load_catalogue().classes[wanted].label(tongue()) in said
    return chosen.get("part", row.part) == row.part and is_in_class
