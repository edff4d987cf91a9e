"""The form in which a reading is looked over: each term beside its words, what was typed, what is wrong with it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Final

from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from comity.doors.web.agreements.doubts import said_doubt
from comity.doors.web.agreements.words import ROLES, SAID_IN_THE_TEXT, UNITS, said_value
from comity.standing.agreements.checking import CODE
from comity.standing.agreements.reading.catalogue import load_model, load_questions, load_terms
from comity.standing.agreements.reading.decided import (
    Decided,
    NoSuchValueError,
    is_countable,
    parse_value,
    unit_of,
)
from comity.standing.agreements.reading.found import Reading, Value
from comity.standing.agreements.vocabulary import PartyRole

HEAD: Final = {
    "code": _("Code"),
    "title": _("Title"),
    "starts": _("From"),
    "ends": _("Until"),
    "parties": _("Parties"),
}
KEEP, FIX, DROP = "keep", "fix", "drop"
_TITLE_MOST: Final = 300
Typed = Mapping[str, str]


@dataclass(slots=True)
class TermItem:
    """A term that was read. `choice`: what is decided, "" for nothing yet.

    `typed`: the value put in its place; `known`: the words its value is usually one of.
    """

    name: str
    label: str
    question: str
    value: str
    is_words: bool
    unit: str
    is_yes: bool
    known: list[str]
    section: str
    page: int
    line: int
    words: str
    doubt: str
    choice: str
    typed: str
    fault: str = ""


@dataclass(slots=True)
class PartyItem:
    """A party as the document names it, and the agency it is."""

    name: str
    said: str
    role: str
    doubt: str
    typed: str
    fault: str = ""


@dataclass(slots=True)
class ClauseItem:
    """A clause the gate could enforce. One that permits is taken over only where somebody says so."""

    name: str
    id: str
    words: str
    why: str
    permits: bool
    is_taken: bool


@dataclass(slots=True)
class Look:
    """The whole form; `faults` by field of its head."""

    doubtful: list[TermItem]
    sure: list[TermItem]
    parties: list[PartyItem]
    clauses: list[ClauseItem]
    head: dict[str, str]
    faults: dict[str, str] = field(default_factory=dict)

    @property
    def is_good(self) -> bool:
        """Tell whether nothing is wrong with what was typed."""
        return not self.wrong

    @property
    def wrong(self) -> list[tuple[str, str]]:
        """Where something is wrong and what, for the summary at the top: id of the field, words."""
        found = [(name, f"{HEAD[name]}: {said}") for name, said in self.faults.items()]
        found += [(one.name, f"{one.said}: {one.fault}") for one in self.parties if one.fault]
        return found + [(one.name, f"{one.label}: {one.fault}") for one in (*self.doubtful, *self.sure) if one.fault]


def look_of(reading: Reading, typed: Typed, *, language: str) -> Look:
    """Return the form with what was typed; a term that is not doubtful is kept where nobody says otherwise."""
    terms, questions = load_terms(), load_questions()
    items = []
    for place, one in enumerate(reading.provisions):
        term, name = terms[one.term], f"term-{place}"
        items.append(
            TermItem(
                name=name,
                label=term.names[language],
                question=questions[term.question][language],
                value=said_value(one.value, unit_of(one)),
                is_words=term.unit in SAID_IN_THE_TEXT,
                unit=str(UNITS.get(term.unit, "")),
                is_yes=term.unit == "yes",
                known=[one.value for one in term.sayings if isinstance(one.value, str)],
                section=one.section,
                page=one.page,
                line=one.line,
                words=one.words,
                doubt=said_doubt(one.doubt),
                choice=typed.get(name, "" if one.doubt or not is_countable(one) else KEEP),
                typed=typed.get(f"{name}-value", ""),
            )
        )
    parties = [
        PartyItem(
            name=f"party-{place}",
            said=party.name,
            role=str(ROLES[PartyRole(party.role)]),
            doubt=said_doubt(party.doubt),
            typed=typed.get(f"party-{place}", party.code if CODE.fullmatch(party.code) else ""),
        )
        for place, party in enumerate(reading.parties)
    ]
    clauses = [
        ClauseItem(
            name=(name := f"clause-{place}"),
            id=str(one.clause.get("id", "")),
            words=one.words,
            why=said_doubt(one.why),
            permits=one.permits,
            is_taken=name in typed if typed else not one.permits,
        )
        for place, one in enumerate(reading.clauses)
    ]
    head = {name: typed.get(name, "") for name in ("code", "title", "starts", "ends")}
    local = next((party.name for party in reading.parties if party.role != "federal"), "")
    head["title"] = head["title"] or f"{local} {load_model(reading.model).names['en']} agreement".strip()
    return Look(
        doubtful=[one for one, read in zip(items, reading.provisions, strict=True) if read.doubt],
        sure=[one for one, read in zip(items, reading.provisions, strict=True) if not read.doubt],
        parties=parties,
        clauses=clauses,
        head=head,
    )


def decide(reading: Reading, look: Look, *, known: Mapping[str, str]) -> Decided | None:
    """Return what was decided; None where something is wrong, which `look` then says. `known`: names by agency code."""
    code, title = look.head["code"].strip(), look.head["title"].strip()
    if not CODE.fullmatch(code):
        look.faults["code"] = gettext("Small letters, digits and hyphens, a letter first: for example pinal-tfm-2027.")
    if not title or not title.isprintable() or len(title) > _TITLE_MOST:
        look.faults["title"] = gettext("One line of text.")
    starts_at, ends_at = _day(look, "starts"), _day(look, "ends")
    if starts_at is None and "starts" not in look.faults:
        look.faults["starts"] = gettext("The day the last party signed, or the day that the text names.")
    if starts_at and ends_at and ends_at <= starts_at:
        look.faults["ends"] = gettext("It ends after it begins.")
    parties = _parties(look, known)
    values = _values(reading, look)
    if not look.is_good or starts_at is None:
        return None
    clauses = [place for place, one in enumerate(look.clauses) if one.is_taken]
    return Decided(code, title, starts_at, ends_at, parties, values, clauses)


def _day(look: Look, name: str) -> datetime | None:
    text = look.head[name].strip()
    if not text:
        return None
    try:
        return datetime.combine(date.fromisoformat(text), time(), timezone.get_current_timezone())
    except ValueError:
        look.faults[name] = gettext("This is no day: write it as 2027-03-01.")
        return None


def _parties(look: Look, known: Mapping[str, str]) -> dict[int, str]:
    found: dict[int, str] = {}
    for place, one in enumerate(look.parties):
        code = one.typed.strip()
        if not code:
            continue
        if code not in known:
            one.fault = gettext("The directory has no agency with this code.")
        elif code in found.values():
            one.fault = gettext("This agency is already another party.")
        else:
            found[place] = code
    if len(found) < len(("one", "another")) and not any(one.fault for one in look.parties):
        look.faults["parties"] = gettext("An agreement has at least two parties: name their codes.")
    return found


def _values(reading: Reading, look: Look) -> dict[int, tuple[Value, str]]:
    """Return the terms that are in, and say beside each what is wrong or not decided yet."""
    terms, items = load_terms(), {one.name: one for one in (*look.doubtful, *look.sure)}
    found: dict[int, tuple[Value, str]] = {}
    for place, read in enumerate(reading.provisions):
        item, term = items[f"term-{place}"], terms[read.term]
        if item.choice == KEEP and is_countable(read):
            found[place] = (read.value, unit_of(read))
        elif item.choice == KEEP:
            item.fault = gettext("It is counted in %(unit)s: correct it, or leave it out.") % {"unit": item.unit}
        elif item.choice == FIX:
            try:
                found[place] = (parse_value(item.typed, term=term), term.unit)
            except NoSuchValueError:
                item.fault = _needed(term.unit)
        elif item.choice != DROP:
            item.fault = gettext("Say whether it is right, correct it, or leave it out.")
    return found


def _needed(unit: str) -> str:
    match unit:
        case "yes":
            return gettext("Choose yes or no.")
        case "word" | "date":
            return gettext("Write one line of text.")
        case "list":
            return gettext("Write the items with commas between them.")
        case _:
            return gettext("Write a whole number.")
