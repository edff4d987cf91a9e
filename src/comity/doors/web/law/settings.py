"""Settings: where the law is not settled, what counsel of the node chose and what is to come."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from comity.doors.lists import Choice, Column, Filter, asked_of, csv_of, page_of
from comity.doors.web.law.words import STAFF_ALONE, law_now, tongue
from comity.doors.web.page import page, show
from comity.doors.web.permissions import Permission
from comity.doors.web.staff import Staff
from comity.spine.tenancy.transaction import reading
from comity.standing.law.selectors import list_coming_settings, list_settings
from comity.standing.law.setting_facts import SettingFacts
from comity.standing.law.settings import Setting, load_settings

VALUES: Final[Mapping[str, Promise]] = {"off": _("off"), "on": _("on"), "strict": _("strict")}
HOW: Final[Mapping[str, Promise]] = {
    "chosen": _("chosen by counsel"),
    "default": _("not chosen: strict"),
    "fixed": _("nothing to choose"),
}


@dataclass(frozen=True, slots=True)
class SettingRow:
    """A setting, what it is on now, and what it is to be. `how`: a key of `HOW`."""

    setting: Setting
    says: str
    governs: str
    value: Promise | str
    how: str
    since: datetime | None
    reason: str
    coming: tuple[tuple[Promise | str, datetime], ...]
    rules: tuple[tuple[str, bool], ...]


_COLUMNS: Final[tuple[Column[SettingRow], ...]] = (
    Column("point", _("Point"), lambda row: row.setting.point),
    Column("says", _("What it says"), lambda row: row.says),
    Column("governs", _("What it decides"), lambda row: row.governs),
    Column("value", _("Now"), lambda row: str(row.value)),
    Column("since", _("Since"), lambda row: row.since),
)


@page(Permission.RULE_READ, STAFF_ALONE)
def settings(request: HttpRequest, staff: Staff) -> HttpResponse:
    """List the settings."""
    filters = (Filter("how", _("Chosen"), tuple(Choice(code, label) for code, label in HOW.items())),)
    asked = asked_of(request, columns=_COLUMNS, filters=filters, sort="point")
    law = law_now(staff)
    known = set(law.by_id()) if law else set()
    with reading(staff.actor):
        chosen, coming = list_settings(staff.now), list_coming_settings(staff.now)
    rows = [_row(one, chosen.get(one.id), coming, known) for one in load_settings().values()]
    found = page_of(
        rows, asked=asked, columns=_COLUMNS, filters=filters,
        matches=lambda row, wanted: wanted.get("how", row.how) == row.how,
    )  # fmt: skip
    if asked.is_csv:
        return csv_of("settings", found.rows, _COLUMNS)
    return show(request, "settings.html", {"found": found, "here": "settings", "how": HOW})


def _row(one: Setting, own: SettingFacts | None, coming: list[SettingFacts], known: set[str]) -> SettingRow:
    value = own.value if own else one.default
    return SettingRow(
        setting=one,
        says=one.label(tongue()),
        governs=one.governs(tongue()),
        value=VALUES.get(value, value),
        how="fixed" if one.is_note else "chosen" if own else "default",
        since=own.effective_at if own else None,
        reason=own.reason if own else "",
        coming=tuple((VALUES.get(to.value, to.value), to.effective_at) for to in coming if to.id == one.id),
        rules=tuple((rule, rule in known) for rule in one.bears_on),
    )
