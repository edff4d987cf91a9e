"""Decision tables: cases with what the gate answers, as a lawyer reads and signs them."""

from dataclasses import dataclass
from typing import Final

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from comity.doors.lists import Choice, Column, Filter, asked_of, csv_of, page_of
from comity.doors.web.law.words import FOOTING, HEADLINES, KINDS, law_now, tongue
from comity.doors.web.page import page, show
from comity.doors.web.permissions import Permission
from comity.doors.web.staff import Staff
from comity.standing.law.explain import get_rule_text
from comity.standing.law.facts import Law
from comity.standing.law.tables import CaseSaid, Table, load_decisions, say_case

CASES: Final[dict[str, Promise]] = {
    "applies": _("applies"),
    "assessment": _("assessment"),
    "bar": _("barred"),
    "conflict": _("conflict"),
    "danger": _("danger to life"),
    "evidence missing": _("evidence missing"),
    "mandate": _("commanded"),
    "not concerned": _("not concerned"),
    "refused": _("refused"),
    "safeguard": _("safeguard"),
    "satisfied": _("satisfied"),
    "violated": _("violated"),
}


@dataclass(frozen=True, slots=True)
class TableRow:
    """A table as a line of the list. `says`: what its first rule says."""

    name: str
    rules: tuple[str, ...]
    says: str
    kind: str
    cases: int


_COLUMNS: Final[tuple[Column[TableRow], ...]] = (
    Column("name", _("Table"), lambda row: row.name),
    Column("says", _("In plain words"), lambda row: row.says),
    Column("rules", _("Rules it tries"), lambda row: ", ".join(row.rules)),
    Column("cases", _("Cases"), lambda row: row.cases),
)
_CASE_COLUMNS: Final[tuple[Column[CaseSaid], ...]] = (
    Column("situation", _("Situation"), lambda row: row.situation),
    Column("case", _("Case"), lambda row: str(CASES.get(row.case, row.case))),
    Column("sender", _("From"), lambda row: row.sender),
    Column("receiver", _("To"), lambda row: row.receiver),
    Column("purpose", _("Purpose"), lambda row: row.purpose),
    Column("elements", _("What"), lambda row: row.elements),
    Column("headline", _("What happens"), lambda row: str(HEADLINES[row.headline])),
)


@page(Permission.RULE_READ, FOOTING)
def tables(request: HttpRequest, staff: Staff) -> HttpResponse:
    """List the decision tables."""
    kinds = (Filter("kind", _("Kind"), tuple(Choice(code, label) for code, label in KINDS.items())),)
    asked = asked_of(request, columns=_COLUMNS, filters=kinds, sort="name")
    law = law_now(staff)
    rows = [_line(one, law) for one in load_decisions().values()]
    found = page_of(
        rows, asked=asked, columns=_COLUMNS, filters=kinds,
        matches=lambda row, chosen: chosen.get("kind", row.kind) == row.kind,
    )  # fmt: skip
    if asked.is_csv:
        return csv_of("tables", found.rows, _COLUMNS)
    return show(request, "tables.html", {"found": found, "law": law, "here": "tables"})


@page(Permission.RULE_READ, FOOTING)
def table(request: HttpRequest, staff: Staff, table_name: str) -> HttpResponse:
    """Show one decision table."""
    one = load_decisions().get(table_name)
    if one is None:
        raise Http404(table_name)
    law = law_now(staff)
    headlines = (Filter("headline", _("What happens"), tuple(Choice(code, said) for code, said in HEADLINES.items())),)
    asked = asked_of(request, columns=_CASE_COLUMNS, filters=headlines, sort="case")
    found = page_of(
        [say_case(row, tongue()) for row in one.rows], asked=asked, columns=_CASE_COLUMNS, filters=headlines,
        matches=lambda row, chosen: chosen.get("headline", row.headline) == row.headline,
    )  # fmt: skip
    if asked.is_csv:
        return csv_of(one.name, found.rows, _CASE_COLUMNS)
    known = set(law.by_id()) if law else set()
    context = {
        "found": found,
        "rows": [
            (row, CASES.get(row.case, row.case), HEADLINES[row.headline], [(r, r in known) for r in _naming(row)])
            for row in found.rows
        ],
        "table": one,
        "line": _line(one, law),
        "rules": [(rule, rule in known) for rule in one.rules],
    }
    return show(request, "table.html", context)


def _line(one: Table, law: Law | None) -> TableRow:
    first = next((law.by_id()[rule] for rule in one.rules if rule in law.by_id()), None) if law else None
    says = get_rule_text(first.says, tongue(), texts=law.texts).says if law and first else ""
    return TableRow(one.name, one.rules, says, first.kind.value if first else "", len(one.rows))


def _naming(row: CaseSaid) -> list[str]:
    """Return the rules of the table that the decision names."""
    return [rule for rule, applies in row.applies.items() if applies]
