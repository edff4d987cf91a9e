"""What is given for a template, checked against it: agencies at places, clauses chosen, fields filled in. Pure."""

import re
from collections.abc import Collection, Mapping
from datetime import UTC, date, datetime, time
from typing import Final

from comity.kernel.time import Period
from comity.standing.agreements.template_parts import Field, Template, Templates

LONGEST: Final = 300
"""Characters of a text that is filled in."""
_AGENCY: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")

Given = str | int | date
Value = str | int | date


class FillingError(ValueError):
    """What was given does not fit the template. `part` is `party`, `field`, `clause`, `period`, `code` or `title`."""

    def __init__(self, part: str, name: str, message: str, remedy: str) -> None:
        self.part, self.name, self.message, self.remedy = part, name, message, remedy
        super().__init__(f"{part} `{name}` {message}; {remedy}" if name else f"{part} {message}; {remedy}")


def agencies_at(template: Template, *, parties: Mapping[str, Collection[str]]) -> dict[str, tuple[str, ...]]:
    """Return the agencies at each place of the template that has any; raises `FillingError`."""
    _check_names(template, parties)
    places = {one.name: one for one in template.parties}
    for place in places.values():
        count = len(parties.get(place.name, ()))
        if not place.least <= count <= place.most:
            bounds = f"{place.least} to {place.most}" if place.least != place.most else str(place.least)
            raise FillingError("party", place.name, f"has {count} agencies, not {bounds}", f"it is: {place.label.en}")
    for side in ("first", "second"):
        own = [one for one in template.parties if one.side == side]
        if not any(parties.get(one.name) for one in own):
            names = " or ".join(f"`{one.name}`" for one in own)
            raise FillingError("party", "", f"no agency is {getattr(template.sides, side)}", f"give one as {names}")
    return {name: tuple(parties[name]) for name in places if parties.get(name)}


def _check_names(template: Template, parties: Mapping[str, Collection[str]]) -> None:
    places = {one.name: one.label.en for one in template.parties}
    for name, codes in parties.items():
        if name not in places:
            known = ", ".join(f"`{place}` ({label})" for place, label in places.items())
            raise FillingError("party", name, "is no place of this template", f"use one of: {known}")
        for one in codes:
            if not _AGENCY.fullmatch(one):
                raise FillingError("party", name, f"`{one}` is no agency's code", "`comity directory list` shows them")
    every = [one for codes in parties.values() for one in codes]
    for one in every:
        if every.count(one) > 1:
            raise FillingError("party", one, "stands twice", "give each agency one place")


def chosen_clauses(template: Template, *, choose: Collection[str]) -> tuple[str, ...]:
    """Return the clauses of the text in order: the required ones and those chosen; raises `FillingError`."""
    optional = [one.id for one in template.clauses if one.take != "required"]
    for code in choose:
        if code in {one.id for one in template.clauses} - set(optional):
            raise FillingError("clause", code, "is always in this template", "leave it out of the choice")
        if code not in optional:
            raise FillingError("clause", code, "is none of this template", f"choose from: {', '.join(optional)}")
    return tuple(one.id for one in template.clauses if one.take == "required" or one.id in choose)


def filled_values(
    template: Template,
    *,
    templates: Templates,
    wanted: Mapping[str, Field],
    given: Mapping[str, Given],
    parties: Collection[str],
    period: Period,
) -> dict[str, Value]:
    """Return the value of each field that is wanted, by name: what is given, else its default. Raises `FillingError`.

    Days lie within `period`, agencies are among `parties`.
    """
    every = templates.fields_of(template)
    for name in given:
        if name not in wanted:
            unused = name in every
            message = "belongs to a clause that was not chosen" if unused else "is no field of this template"
            known = ", ".join(wanted) or "there are none"
            raise FillingError("field", name, message, "choose the clause" if unused else f"the fields are: {known}")
    found: dict[str, Value] = {}
    for name, field in wanted.items():
        value = given.get(name, templates.default_of(template, name))
        if value is None:
            raise FillingError("field", name, f"must be given: {field.label.en}", field.help.en)
        found[name] = _value(name, field, value, parties=parties, period=period)
    return found


def _value(name: str, field: Field, given: Given, *, parties: Collection[str], period: Period) -> Value:
    """Return the value as its type; raises `FillingError`."""
    if field.number is not None:
        return _number(name, field, given)
    if field.type == "date":
        return _day(name, given, period)
    text = str(given).strip()
    if field.type == "agency" and text not in parties:
        raise FillingError("field", name, f"`{text}` is no party", f"name one of: {', '.join(sorted(parties))}")
    if not text or len(text) > LONGEST or not text.isprintable() or {"{", "}"} & set(text):
        remedy = f"give one line of at most {LONGEST} characters without braces"
        raise FillingError("field", name, "is no line of text", remedy)
    return text


def _number(name: str, field: Field, given: Given) -> int:
    number = field.number
    if number is None:  # pragma: no cover - asked of numbers only
        raise TypeError(f"`{name}` is no number")
    text = str(given).strip()
    if not re.fullmatch(r"[0-9]{1,9}", text):
        raise FillingError("field", name, f"`{text}` is no whole number", f"it counts {number.unit}")
    if not number.least <= int(text) <= number.most:
        bounds = f"give {number.least} to {number.most} ({number.unit})"
        raise FillingError("field", name, f"`{text}` is out of range", bounds)
    return int(text)


def _day(name: str, given: Given, period: Period) -> date:
    try:
        day = given if isinstance(given, date) else date.fromisoformat(str(given).strip())
    except ValueError:
        raise FillingError("field", name, f"`{given}` is no day", "write it as `2027-03-01`") from None
    if not period.contains(datetime.combine(day, time(23, 59), UTC)):
        raise FillingError("field", name, f"`{day}` is outside the period", "choose a day within the period")
    return day
