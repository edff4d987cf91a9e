"""The law as the public reads it: rules in plain words, what they rest on, cases, and what was in force when."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from comity.accountability.publication.law_facts import LawShown, PublicAuthority, PublicRule
from comity.accountability.publication.law_selectors import (
    get_public_law,
    list_public_cases,
    list_public_laws,
    list_public_tables,
)
from comity.accountability.publication.selectors import as_public
from comity.doors.lists import Choice, Column, Filter, asked_of, csv_of, page_of
from comity.doors.portal.shown import shown
from comity.doors.portal.words import HEADLINES, LAW_KINDS, OF_CODE, PLACES


@dataclass(frozen=True, slots=True)
class RuleRow:
    """A rule as a line of the list, in the reader's language."""

    id: str
    kind: str
    kind_label: str
    place: str
    place_label: str
    says: str
    forward: str
    cite: str


@dataclass(frozen=True, slots=True)
class TableRow:
    """A decision table as a line of the list. `says`: what its first rule says."""

    name: str
    says: str
    cases: int


_COLUMNS: Final[tuple[Column[RuleRow], ...]] = (
    Column("id", _("Rule"), lambda row: row.id),
    Column("place", _("Law of"), lambda row: row.place_label),
    Column("kind", _("It"), lambda row: row.kind_label),
    Column("says", _("In plain words"), lambda row: row.says),
    Column("cite", _("Citation"), lambda row: row.cite),
)
_AUTHORITIES: Final[tuple[Column[PublicAuthority], ...]] = (
    Column("citation", _("Citation"), lambda row: row.citation),
    Column("code", _("Code"), lambda row: row.code),
    Column("effect", _("What it does"), lambda row: row.effect),
)
_TABLES: Final[tuple[Column[TableRow], ...]] = (
    Column("name", _("Table"), lambda row: row.name),
    Column("says", _("In plain words"), lambda row: row.says),
    Column("cases", _("Cases"), lambda row: row.cases),
)


@require_safe
def rules(request: HttpRequest) -> HttpResponse:
    """List the rules in force today."""
    filters = (
        Filter("of", _("Law of"), tuple(Choice(code, label) for code, label in PLACES.items())),
        Filter("kind", _("Kind"), tuple(Choice(code, label) for code, label in LAW_KINDS.items())),
    )
    asked = asked_of(request, columns=_COLUMNS, filters=filters, sort="id")
    with as_public() as now:
        law, history = get_public_law(now), list_public_laws(now)
    known = law.rules if law else ()
    today = now.date()
    rows = [
        _row(one)
        for one in known
        if (one.starts_on is None or one.starts_on <= today) and (one.ends_on is None or today < one.ends_on)
    ]
    found = page_of(
        rows, asked=asked, columns=_COLUMNS, filters=filters,
        matches=lambda row, chosen: chosen.get("of", row.place) == row.place
        and chosen.get("kind", row.kind) == row.kind,
    )  # fmt: skip
    if asked.is_csv:
        return csv_of("rules", found.rows, _COLUMNS)
    return shown(request, "law.html", {"found": found, "law": law, "history": history, "here": "rules"})


@require_safe
def rule(request: HttpRequest, rule_id: str) -> HttpResponse:
    """Show one rule: what it says, what can be done, what it rests on."""
    law = _law()
    one = next((known for known in law.rules if known.id == rule_id), None)
    if one is None:
        raise Http404(rule_id)
    context = {
        "row": _row(one),
        "rule": one,
        "authorities": [law.authorities[code] for code in one.sources if code in law.authorities],
        "tables": [name for name, tried in list_public_tables().items() if one.id in tried],
        "law": law,
    }
    return shown(request, "rule.html", context)


@require_safe
def authorities(request: HttpRequest) -> HttpResponse:
    """List what the rules rest on."""
    filters = (Filter("of", _("Law of"), tuple(Choice(code, label) for code, label in OF_CODE.items())),)
    asked = asked_of(request, columns=_AUTHORITIES, filters=filters, sort="code")
    with as_public() as now:
        law = get_public_law(now)
    found = page_of(
        law.authorities.values() if law else (), asked=asked, columns=_AUTHORITIES, filters=filters,
        matches=lambda row, chosen: chosen.get("of", row.code[:1]) == row.code[:1],
    )  # fmt: skip
    if asked.is_csv:
        return csv_of("authorities", found.rows, _AUTHORITIES)
    return shown(request, "authorities.html", {"found": found, "law": law, "here": "authorities"})


@require_safe
def authority(request: HttpRequest, authority_code: str) -> HttpResponse:
    """Show one authority and the rules that rest on it."""
    law = _law()
    one = law.authorities.get(authority_code)
    if one is None:
        raise Http404(authority_code)
    resting = [_row(known) for known in law.rules if one.code in known.sources]
    return shown(request, "authority.html", {"authority": one, "rules": resting, "of": OF_CODE.get(one.code[:1], "")})


@require_safe
def tables(request: HttpRequest) -> HttpResponse:
    """List the decision tables."""
    asked = asked_of(request, columns=_TABLES, sort="name")
    with as_public() as now:
        law = get_public_law(now)
    says = {one.id: _said(one.says) for one in law.rules} if law else {}
    rows = [
        TableRow(name, next((says[one] for one in tried if one in says), ""), len(list_public_cases(name, "en")))
        for name, tried in list_public_tables().items()
    ]
    found = page_of(rows, asked=asked, columns=_TABLES)
    if asked.is_csv:
        return csv_of("tables", found.rows, _TABLES)
    return shown(request, "tables.html", {"found": found, "law": law, "here": "tables"})


@require_safe
def table(request: HttpRequest, table_name: str) -> HttpResponse:
    """Show the cases of one decision table."""
    tried = list_public_tables().get(table_name)
    if tried is None:
        raise Http404(table_name)
    with as_public() as now:
        law = get_public_law(now)
    says = {one.id: _said(one.says) for one in law.rules} if law else {}
    rows = [
        (one, HEADLINES[one.headline], [(rule_id, rule_id in says) for rule_id, names in one.applies.items() if names])
        for one in list_public_cases(table_name, get_language() or "en")
    ]
    context = {"name": table_name, "rows": rows, "rules": [(one, says.get(one, "")) for one in tried]}
    return shown(request, "table.html", context)


def _law() -> LawShown:
    with as_public() as now:
        law = get_public_law(now)
    if law is None:
        raise Http404("no law")
    return law


def _row(one: PublicRule) -> RuleRow:
    return RuleRow(
        id=one.id,
        kind=one.kind,
        kind_label=str(LAW_KINDS.get(one.kind, one.kind)),
        place=one.place,
        place_label=str(PLACES.get(one.place, one.place)),
        says=_said(one.says),
        forward=_said(one.forward),
        cite=one.cite,
    )


def _said(words: Mapping[str, str]) -> str:
    return words.get(get_language() or "en", words.get("en", ""))
