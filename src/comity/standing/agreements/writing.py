"""An agreement written from a template: numbered clauses, fields filled in, and what of them is enforced. Pure.

What comes out is the file that `comity agreement draft` reads; a person reads it first.
"""

import re
import textwrap
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any, Final

from comity.kernel.time import Period
from comity.standing.agreements.filling import (
    FillingError,
    Given,
    Value,
    agencies_at,
    chosen_clauses,
    filled_values,
)
from comity.standing.agreements.template_parts import PLACE, PartyPlace, Template, Templates, one_line
from comity.standing.agreements.toml_text import toml_block, toml_lines

LINE: Final = 112
_CODE: Final = re.compile(r"[a-z][a-z0-9-]{1,62}")
_ONE: Final = re.compile(r"\b1 (minute|hour|day|month|year|minuto|hora|día|año|mese)s(')?")
"""What one of something is called, in both languages."""
_WHOLE: Final = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class _Filled:
    """A template with everything it needs; `values` by placeholder, `agencies` by place."""

    template: Template
    templates: Templates
    chosen: tuple[str, ...]
    agencies: Mapping[str, tuple[str, ...]]
    values: Mapping[str, Value]


def usual_choice(template: Template) -> frozenset[str]:
    """Return the optional clauses a template has unless they are left out."""
    return frozenset(one.id for one in template.clauses if one.take == "on")


def as_usual(template: Template, *, templates: Templates, language: str = "en") -> dict[str, Value]:
    """Return what a template's placeholders are where nobody says; a field without default is its label in brackets."""
    fields = templates.fields_of(template)
    usual: dict[str, Value] = {
        name: templates.default_of(template, name) or f"[{field.label.said(language)}]"
        for name, field in fields.items()
    }
    return {**usual, **_sides(template)}


def write_from_template(
    template: Template,
    *,
    templates: Templates,
    code: str,
    title: str,
    parties: Mapping[str, Collection[str]],
    fields: Mapping[str, Given],
    choose: Collection[str],
    period: Period,
) -> str:
    """Return the TOML of an agreement. `parties`: agency codes by place; `choose`: exactly the optional clauses wanted.

    Fields that are not given have the template's default. Raises `FillingError` for the first thing that does not fit.
    """
    if not _CODE.fullmatch(code):
        raise FillingError("code", code, "is no code", "use small letters, digits and hyphens: `pinal-tfm-2027`")
    if not title.strip() or not title.isprintable():
        raise FillingError("title", "", "is empty or holds line ends", "give one line of text")
    agencies = agencies_at(template, parties=parties)
    chosen = chosen_clauses(template, choose=choose)
    wanted = templates.fields_of(template, chosen)
    everyone = tuple(one for place in agencies.values() for one in place)
    values = filled_values(template, templates=templates, wanted=wanted, given=fields, parties=everyone, period=period)
    values |= _built_in(template, templates, chosen, period)
    filled = _Filled(template, templates, chosen, agencies, values)
    return _toml(filled, code=code, title=title.strip(), period=period)


def _built_in(template: Template, templates: Templates, chosen: Sequence[str], period: Period) -> dict[str, Value]:
    found: dict[str, Value] = {**_sides(template)}
    if period.ends_at is not None:
        return found | {"ends_on": period.ends_at}
    ending = [code for code in chosen if "{ends_on}" in templates.clauses[code].text]
    if ending:
        raise FillingError("period", "", f"has no end, which the clause `{ending[0]}` needs", "give its end")
    return found


def _sides(template: Template) -> dict[str, str]:
    sides = {"first": template.sides.first, "second": template.sides.second}
    return sides | {name.title(): side[:1].upper() + side[1:] for name, side in sides.items()}


def said_instant(at: datetime) -> str:
    """Return an instant in words, in UTC: `the start of January 1, 2030 (UTC)`."""
    at = at.astimezone(UTC)
    day = said(at.date())
    return f"the start of {day} (UTC)" if at.time() == time() else f"{at:%H:%M} UTC on {day}"


def said(value: Value) -> str:
    """Return a value as a text has it."""
    if isinstance(value, datetime):
        return said_instant(value)
    return f"{value:%B} {value.day}, {value.year}" if isinstance(value, date) else str(value)


def filled_in(text: str, *, values: Mapping[str, Value]) -> str:
    """Return the text in one line with its placeholders filled; one nobody gave stays in braces."""
    filled = PLACE.sub(lambda found: said(values[found[1]]) if found[1] in values else found[0], one_line(text))
    return _ONE.sub(_one, filled)


def _one(found: re.Match[str]) -> str:
    word = found[1].removesuffix("e") if found[1] == "mese" else found[1]
    return f"1 {word}'s" if found[2] else f"1 {word}"


def enforced(
    template: Template,
    clause: str,
    *,
    templates: Templates,
    agencies: Mapping[str, Sequence[str]],
    values: Mapping[str, Value],
) -> list[dict[str, Any]]:
    """Return the enforceable clauses of a clause, in the vocabulary of `terms`, between the agencies given.

    One whose sender or receiver is a place without agencies is left out.
    """
    sides: dict[str, list[str]] = {"first": [], "second": []}
    for place in template.parties:
        sides[place.side] += agencies.get(place.name, ())
    places: Mapping[str, Sequence[str]] = {**{one.name: () for one in template.parties}, **agencies, **sides}
    found = []
    for term in (*templates.clauses[clause].terms, *template.proposals(clause)):
        one = {
            name: list(places.get(value, (value,))) if name in {"from", "to"} else _term_value(value, values)
            for name, value in term.items()
        }
        if one.get("from") and one.get("to"):
            found.append(one)
    return found


def _term_value(value: object, values: Mapping[str, Value]) -> object:
    whole = _WHOLE.fullmatch(value) if isinstance(value, str) else None
    return values[whole[1]] if whole else value


def _toml(filled: _Filled, *, code: str, title: str, period: Period) -> str:
    template, templates = filled.template, filled.templates
    terms = [
        term
        for clause in filled.chosen
        for term in enforced(template, clause, templates=templates, agencies=filled.agencies, values=filled.values)
    ]
    roles = {one.name: one.role.value for one in template.parties}
    head: dict[str, object] = {"code": code, "title": title, "kind": template.kind.value, "starts_at": period.starts_at}
    head |= {"ends_at": period.ends_at} if period.ends_at else {}
    parts = [
        "\n".join(_remarks(filled)),
        toml_lines(head),
        toml_block("text", "\n\n".join(_paragraphs(filled, title, period))),
        "[parties]\n" + toml_lines({one: roles[name] for name, codes in filled.agencies.items() for one in codes}),
        *("[[clauses]]\n" + toml_lines(term) for term in terms),
        *("[[provisions]]\n" + toml_lines(one) for one in _provisions(filled)),
    ]
    return "\n\n".join(parts) + "\n"


def _remarks(filled: _Filled) -> Iterator[str]:
    """Yield the lines above the agreement: for whoever edits the file, not part of what is agreed."""
    clauses = filled.templates.clauses
    yield f"# Written from the template `{filled.template.code}`. Counsel reads it before it is offered."
    if filled.template.reviews:
        yield f"# May have to be recorded before signature: {', '.join(filled.template.reviews)}."
    open_law = [str(place) for place, code in enumerate(filled.chosen, start=1) if clauses[code].contested]
    if open_law:
        yield f"# The law is contested at {', '.join(open_law)}; the text takes the strict side."


def _paragraphs(filled: _Filled, title: str, period: Period) -> Iterator[str]:
    yield title
    for side in ("first", "second"):
        places = [one for one in filled.template.parties if one.side == side and one.name in filled.agencies]
        yield _wrapped(f"“{_bare(getattr(filled.template.sides, side))}” means {_named(places, filled.agencies)}.")
    ending = f"to {said_instant(period.ends_at)}" if period.ends_at else "until it is ended"
    yield _wrapped(f"In force from {said_instant(period.starts_at)} {ending}.")
    for place, code in enumerate(filled.chosen, start=1):
        yield _wrapped(_section(place, code, filled))


def _named(places: Sequence[PartyPlace], agencies: Mapping[str, Sequence[str]]) -> str:
    named = [f"{code} ({place.label.en})" for place in places for code in agencies[place.name]]
    return named[0] if len(named) == 1 else f"each of {', '.join(named[:-1])} and {named[-1]}"


def _bare(side: str) -> str:
    return side.removeprefix("the ")


def _section(place: int, code: str, filled: _Filled) -> str:
    clause = filled.templates.clauses[code]
    terms = enforced(filled.template, code, templates=filled.templates, agencies=filled.agencies, values=filled.values)
    named = ", ".join(f"`{term['id']}`" for term in terms)
    ending = f" (Enforced: {named}.)" if named else ""
    return f"{place} {clause.title.en}. {filled_in(clause.text, values=filled.values)}{ending}"


def _provisions(filled: _Filled) -> Iterator[dict[str, object]]:
    for place, code in enumerate(filled.chosen, start=1):
        for one in filled.templates.clauses[code].provisions:
            value = _term_value(one.value, filled.values)
            yield {
                "term": one.term,
                "value": list(value)
                if isinstance(value, tuple)
                else value
                if isinstance(value, int)
                else said_value(value),
                "unit": one.unit,
                "section": str(place),
                "words": filled_in(one.words, values=filled.values),
            }


def said_value(value: object) -> str:
    """Return a provision's value that is no number: a word, or a day or instant (UTC) as ISO has it."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return value.isoformat() if isinstance(value, date) else str(value)


def _wrapped(text: str) -> str:
    return textwrap.fill(text, LINE, break_long_words=False, break_on_hyphens=False)
