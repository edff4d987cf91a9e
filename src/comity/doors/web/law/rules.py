"""The law in force, in plain words: every rule with its citation."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from comity.doors.lists import Choice, Column, Filter, asked_of, csv_of, page_of
from comity.doors.web.law.words import FOOTING, KINDS, PLACES, law_now, tongue
from comity.doors.web.page import page, show
from comity.doors.web.permissions import Permission
from comity.doors.web.staff import Staff
from comity.spine.policy.rules import Rule
from comity.spine.tenancy.transaction import reading
from comity.standing.law.approvals import list_rule_approvals
from comity.standing.law.catalogue import load_catalogue
from comity.standing.law.explain import get_rule_text
from comity.standing.law.facts import Law
from comity.standing.law.tables import load_decisions


@dataclass(frozen=True, slots=True)
class RuleRow:
    """A rule as a line of the list."""

    id: str
    kind: str
    place: str
    says: str
    cite: str
    starts_on: date | None
    ends_on: date | None

    @property
    def kind_label(self) -> str:
        """The kind in words."""
        return str(KINDS.get(self.kind, self.kind))

    @property
    def place_label(self) -> str:
        """Whose law it is."""
        return str(PLACES.get(self.place, self.place))


_COLUMNS: Final[tuple[Column[RuleRow], ...]] = (
    Column("id", _("Rule"), lambda row: row.id),
    Column("place", _("Law of"), lambda row: row.place_label),
    Column("kind", _("It"), lambda row: row.kind_label),
    Column("says", _("In plain words"), lambda row: row.says),
    Column("cite", _("Citation"), lambda row: row.cite),
)


def _filters() -> tuple[Filter, ...]:
    return (
        Filter("of", _("Law of"), tuple(Choice(code, label) for code, label in PLACES.items())),
        Filter("kind", _("Kind"), tuple(Choice(code, label) for code, label in KINDS.items())),
    )


@page(Permission.RULE_READ, FOOTING)
def rules(request: HttpRequest, staff: Staff) -> HttpResponse:
    """List the rules in force."""
    asked = asked_of(request, columns=_COLUMNS, filters=_filters(), sort="id")
    law = law_now(staff)
    rows = () if law is None else tuple(_row(rule, law) for rule in law.rules_on(staff.now.date()))
    found = page_of(rows, asked=asked, columns=_COLUMNS, filters=_filters(), matches=_matches)
    if asked.is_csv:
        return csv_of("rules", found.rows, _COLUMNS)
    return show(request, "rules.html", {"found": found, "law": law, "here": "rules"})


@page(Permission.RULE_READ, FOOTING)
def rule(request: HttpRequest, staff: Staff, rule_id: str) -> HttpResponse:
    """Show one rule: what it says, what it looks for, what it rests on, how it reads to the engine."""
    law = law_now(staff)
    one = None if law is None else law.by_id().get(rule_id)
    if law is None or one is None:
        raise Http404(rule_id)
    language = tongue()
    words = get_rule_text(one.says, language, texts=law.texts)
    known = load_catalogue().evidence
    needs = [[known[code].label(language) if code in known else code for code in group] for group in one.needs]
    with reading(staff.actor):
        approval = list_rule_approvals(law).get(one.id)
    authorities = [found for code in one.source.split() if (found := law.authorities.get(code.strip(",")))]
    context = {
        "row": _row(one, law),
        "rule": one,
        "words": words,
        "needs": needs,
        "authorities": authorities,
        "approval": approval,
        "tables": [name for name, table in load_decisions().items() if one.id in table.rules],
    }
    return show(request, "rule.html", context)


def _row(one: Rule, law: Law) -> RuleRow:
    words = get_rule_text(one.says, tongue(), texts=law.texts)
    return RuleRow(one.id, one.kind.value, one.jurisdiction, words.says, one.cite, one.starts_on, one.ends_on)


def _matches(row: RuleRow, chosen: Mapping[str, str]) -> bool:
    return chosen.get("of", row.place) == row.place and chosen.get("kind", row.kind) == row.kind
