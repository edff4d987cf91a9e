"""What the rules rest on: every authority of the law in force, and one with the rules that name it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from comity.doors.lists import Choice, Column, Filter, asked_of, csv_of, page_of
from comity.doors.web.law.words import CONFIDENCES, FOOTING, KINDS, MARKS, OF_CODE, TAGS, law_now, tongue
from comity.doors.web.page import page, show
from comity.doors.web.permissions import Permission
from comity.doors.web.staff import Staff
from comity.spine.policy.rules import Rule
from comity.standing.law.explain import get_rule_text
from comity.standing.law.facts import Law
from comity.standing.law.packs import Authority


@dataclass(frozen=True, slots=True)
class AuthorityRow:
    """An authority as a line of the list. `rules`: how many rest on it."""

    authority: Authority
    rules: int

    @property
    def of(self) -> str:
        """Whose law it is."""
        return str(OF_CODE.get(self.authority.code[:1], ""))

    @property
    def tags(self) -> str:
        """What it bears on."""
        return ", ".join(str(TAGS[tag]) for tag in self.authority.tags)


_COLUMNS: Final[tuple[Column[AuthorityRow], ...]] = (
    Column("citation", _("Citation"), lambda row: row.authority.citation),
    Column("code", _("Code"), lambda row: row.authority.code),
    Column("of", _("Law of"), lambda row: row.of),
    Column("effect", _("What it does"), lambda row: row.authority.effect),
    Column("tags", _("Bears on"), lambda row: row.tags),
    Column("rules", _("Rules"), lambda row: row.rules),
)


def _filters() -> tuple[Filter, ...]:
    return (
        Filter("of", _("Law of"), tuple(Choice(code, label) for code, label in OF_CODE.items())),
        Filter("tag", _("Bears on"), tuple(Choice(code, label) for code, label in TAGS.items())),
    )


@page(Permission.RULE_READ, FOOTING)
def authorities(request: HttpRequest, staff: Staff) -> HttpResponse:
    """List the authorities of the law in force."""
    asked = asked_of(request, columns=_COLUMNS, filters=_filters(), sort="code")
    law = law_now(staff)
    known = law.authorities.values() if law else ()
    rows = [AuthorityRow(one, len(_resting(law, one.code))) for one in known if law]
    found = page_of(rows, asked=asked, columns=_COLUMNS, filters=_filters(), matches=_matches)
    if asked.is_csv:
        return csv_of("authorities", found.rows, _COLUMNS)
    return show(request, "authorities.html", {"found": found, "law": law, "here": "authorities"})


@page(Permission.RULE_READ, FOOTING)
def authority(request: HttpRequest, staff: Staff, authority_code: str) -> HttpResponse:
    """Show one authority: its effect, where that was read, and the rules that rest on it."""
    law = law_now(staff)
    one = law.authorities.get(authority_code) if law else None
    if law is None or one is None:
        raise Http404(authority_code)
    rules = [
        (rule.id, KINDS.get(rule.kind.value, ""), get_rule_text(rule.says, tongue(), texts=law.texts).says)
        for rule in _resting(law, one.code)
    ]
    context = {
        "row": AuthorityRow(one, len(rules)),
        "authority": one,
        "mark": MARKS.get(one.mark, one.mark),
        "confidence": CONFIDENCES.get(one.confidence, one.confidence),
        "rules": rules,
    }
    return show(request, "authority.html", context)


def _resting(law: Law, code: str) -> list[Rule]:
    """Return the rules of a law that name an authority, by id."""
    return [rule for rule in law.rules if code in {name.strip(",") for name in rule.source.split()}]


def _matches(row: AuthorityRow, chosen: Mapping[str, str]) -> bool:
    is_of = chosen.get("of", row.authority.code[:1]) == row.authority.code[:1]
    return is_of and ("tag" not in chosen or chosen["tag"] in row.authority.tags)
