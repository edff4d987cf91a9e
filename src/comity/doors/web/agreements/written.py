"""An agreement as somebody writes it in a form: read into what `checking` reads, every problem put at its field."""

import tomllib
from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import islice
from typing import Any, Final

from django import forms
from django.utils.timezone import get_current_timezone, localtime
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from comity.doors.web.agreements.act_words import KINDS
from comity.doors.web.agreements.subject import ClauseRead
from comity.doors.web.staff import Staff
from comity.kernel.time import Period
from comity.spine.tenancy.transaction import reading
from comity.standing.agreements.checking import Flaw, list_flaws, party_codes, readable_clauses
from comity.standing.agreements.explain import clause_sentence
from comity.standing.agreements.law_in_force import current_vocabulary
from comity.standing.agreements.terms import permits
from comity.standing.agreements.toml_text import toml_lines
from comity.standing.directory.selectors import list_agencies_by_code

MOST_FLAWS: Final = 50
LONGEST_TEXT: Final = 2_000_000
_CLOCK: Final = "%Y-%m-%dT%H:%M"
_PARTS: Final = ("clauses", "provisions")
NEW: Final = ("agreement", "kind", "parties")
"""Fields that are said once: a later text of the same agreement does not change them."""


class WritingForm(forms.Form):
    """An agreement: its head, its parties, its text, and what of it the gate enforces."""

    agreement = forms.CharField(
        label=_("Code"), max_length=63,
        help_text=_("How it is named everywhere: small letters, digits, hyphens, such as az-sharing-2027."),
    )  # fmt: skip
    title = forms.CharField(label=_("Title"), max_length=300)
    kind = forms.ChoiceField(
        label=_("Kind"), choices=[("", _("choose")), *((one.value, label) for one, label in KINDS.items())]
    )
    parties = forms.CharField(
        label=_("Parties"), max_length=100_000, widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
        help_text=_("One a line: the agency's code, =, what it is: federal, state, local, tribal or neighbor."),
    )  # fmt: skip
    starts_at = forms.DateTimeField(
        label=_("In force from"), input_formats=[_CLOCK, f"{_CLOCK}:%S"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=_CLOCK),
    )  # fmt: skip
    ends_at = forms.DateTimeField(
        label=_("Until"), required=False, input_formats=[_CLOCK, f"{_CLOCK}:%S"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=_CLOCK),
        help_text=_("Left empty, it stays in force until it is ended."),
    )  # fmt: skip
    text = forms.CharField(
        label=_("Text"), max_length=LONGEST_TEXT, widget=forms.Textarea(attrs={"rows": 16}),
        help_text=_("The agreement as it is to be signed, word for word."),
    )  # fmt: skip
    clauses = forms.CharField(
        label=_("What the gate enforces"), max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 14, "spellcheck": "false"}),
        help_text=_("Each clause as TOML below [[clauses]]; “Check it” says each in plain words."),
    )  # fmt: skip
    provisions = forms.CharField(
        label=_("What else the text lays down"), max_length=LONGEST_TEXT, required=False,
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false"}),
        help_text=_("Periods, numbers, days, as TOML below [[provisions]]; from a template they are filled in."),
    )  # fmt: skip


def raw_of(given: Mapping[str, Any]) -> tuple[dict[str, object], list[Flaw]]:
    """Return the agreement as `checking` reads one, and what could not even be read."""
    flaws: list[Flaw] = []
    raw: dict[str, object] = {
        "code": given["agreement"],
        "title": given["title"],
        "kind": given["kind"],
        "parties": _parties(given["parties"], flaws),
        "text": given["text"].replace("\r\n", "\n"),
        "starts_at": given["starts_at"],
        "ends_at": given["ends_at"],
    }
    for part in _PARTS:
        found = _items(part, given[part], flaws)
        raw |= {part: found} if part == "clauses" or found else {}
    return raw, flaws


def flaws_of(raw: Mapping[str, object], staff: Staff) -> list[Flaw]:
    """Return what offering would refuse, the first `MOST_FLAWS`."""
    with reading(staff.actor):
        known = list_agencies_by_code(party_codes(raw))
    shown = str(_("the directory"))
    return list(islice(list_flaws(raw, vocabulary=current_vocabulary(), agencies=known, listed=shown), MOST_FLAWS))


def put_at_fields(form: forms.Form, flaws: Iterable[Flaw], raw: Mapping[str, object]) -> None:
    """Put every problem beside the field it is in; of a clause, its name is said."""
    for one in flaws:
        head, _sep, rest = one.field.partition("[")
        field = head.partition(".")[0].split(",")[0]
        field = {"code": "agreement"}.get(field, field)
        place = _named(head, rest, raw) if rest else one.field.partition(".")[2]
        said = f"{one.message}; {one.remedy}".replace("`", "")
        form.add_error(field if field in form.fields else None, f"{place}: {said}" if place else said)


def clauses_in_words(raw: Mapping[str, object]) -> list[ClauseRead]:
    """Return the clauses that can be read, in plain words."""
    language = get_language() or "en"
    found = [one.clause for one in readable_clauses(raw)]
    return [ClauseRead(one.id, clause_sentence(one, language=language), permits(one)) for one in found]


def first_values(
    *,
    code: str,
    kind: str,
    parties: Mapping[str, str],
    title: str,
    text: str,
    terms: Mapping[str, object],
    period: Period | None,
) -> dict[str, object]:
    """Return a text that is there as the first values of the form."""
    return {
        "agreement": code,
        "title": title,
        "kind": kind,
        "parties": "\n".join(f"{name} = {role}" for name, role in parties.items()),
        "starts_at": _clock(period.starts_at if period else None),
        "ends_at": _clock(period.ends_at if period else None),
        "text": text,
        **{part: blocks(part, terms.get(part) or ()) for part in _PARTS},
    }


def values_of_file(text: str) -> dict[str, object]:
    """Return an agreement's file (TOML), as templates write one, as the first values of the form."""
    raw = tomllib.loads(text)
    return first_values(
        code=raw["code"],
        kind=raw["kind"],
        parties=raw["parties"],
        title=raw["title"],
        text=raw["text"].strip(),
        terms=raw,
        period=Period(raw["starts_at"], raw.get("ends_at")),
    )


def blocks(part: str, items: object) -> str:
    """Return clauses or provisions as TOML, one block each; what is at its default is left out."""
    rows = items if isinstance(items, list | tuple) else ()
    return "\n\n".join(f"[[{part}]]\n{toml_lines({k: v for k, v in one.items() if _is_said(k, v)})}" for one in rows)


def _is_said(name: str, value: object) -> bool:
    is_default = value == {"direction": "one_way", "onward": "consent"}.get(name)
    return value not in (None, [], (), "") and not is_default


def _clock(at: datetime | None) -> str:
    """Return an instant as a browser's clock has it; seconds only where there are any, so that none is lost."""
    if at is None:
        return ""
    return localtime(at, get_current_timezone()).strftime(f"{_CLOCK}:%S" if at.second else _CLOCK)


def _parties(lines: str, flaws: list[Flaw]) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in filter(None, map(str.strip, lines.splitlines())):
        code, _sep, role = (part.strip() for part in line.partition("="))
        if code in found:
            flaws.append(Flaw(f"parties.{code}", str(_("stands twice")), str(_("name each party once"))))
        found[code] = role
    return found


def _items(part: str, text: str, flaws: list[Flaw]) -> list[object]:
    """Return the blocks of one part; what is no TOML, or says another part, is a problem."""
    try:
        found = tomllib.loads(text.replace("\r\n", "\n"))
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        flaws.append(Flaw(part, f"{_('This is not TOML')}: {error}", str(_("write each below [[%s]]") % part)))
        return []
    remedy = str(_("write each below [[%s]]") % part)
    others = sorted(found.keys() - {part})
    flaws.extend(Flaw(part, f"{other} {_('does not belong here')}", remedy) for other in others)
    items = found.get(part, [])
    return items if isinstance(items, list) else [items]


def _named(head: str, rest: str, raw: Mapping[str, object]) -> str:
    """Return how a clause or provision with a problem is called: by its id, else by its place from 1."""
    number, _sep, inner = rest.partition("]")
    items = raw.get(head)
    place = int(number) if number.isdigit() else 0
    one = items[place] if isinstance(items, list) and place < len(items) else None
    name = one.get("id") if isinstance(one, dict) else None
    called = str(name) if name else str(place + 1)
    return f"{called} {inner.removeprefix('.')}".strip()
