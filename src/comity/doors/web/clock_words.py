"""How a due date came about, in words: the clock's own steps, one sentence each."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Final

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from comity.spine.clocks.rules import Step

_CALENDARS: Final[Mapping[str, str]] = {"az": "Arizona", "ut": "Utah"}
_CLOSED: Final[Mapping[str, Promise]] = {
    "weekend": gettext_lazy("weekend"),
    "Christmas Day": gettext_lazy("Christmas Day"),
    "Columbus Day": gettext_lazy("Columbus Day"),
    "Dr. Martin Luther King Jr. / Civil Rights Day": gettext_lazy("Martin Luther King Jr. Day"),
    "Independence Day": gettext_lazy("Independence Day"),
    "Juneteenth National Independence Day": gettext_lazy("Juneteenth"),
    "Labor Day": gettext_lazy("Labor Day"),
    "Lincoln/Washington Presidents' Day": gettext_lazy("Presidents' Day"),
    "Martin Luther King Jr. Day": gettext_lazy("Martin Luther King Jr. Day"),
    "Memorial Day": gettext_lazy("Memorial Day"),
    "New Year's Day": gettext_lazy("New Year's Day"),
    "Pioneer Day": gettext_lazy("Pioneer Day"),
    "Thanksgiving Day": gettext_lazy("Thanksgiving Day"),
    "Veterans Day": gettext_lazy("Veterans Day"),
    "Washington and Lincoln Day": gettext_lazy("Washington and Lincoln Day"),
}
_OBSERVED: Final = " (observed)"


def story_of(steps: Sequence[Step]) -> list[str]:
    """Return how a due date came about, a sentence a step; days in a row that do not count are one sentence."""
    told: list[str] = []
    passed: list[str] = []
    for one in steps:
        if one.step == "not_counted":
            passed.append(f"{_day(one.on)} ({_closed(one.note)})")
            continue
        if passed:
            told.append(_("Not counted: %(days)s.") % {"days": ", ".join(passed)})
            passed = []
        told.append(_sentence(one))
    return told


def _sentence(one: Step) -> str:
    match one.step:
        case "started":
            return _("It began on %(at)s and has %(term)s.") % {"at": _moment(one.at), "term": _term(one.note)}
        case "last_day":
            return _("The last day is %(day)s; it is due at the midnight that ends it.") % {"day": _day(one.on)}
        case "moved_on":
            words = {"day": _day(one.on), "why": _closed(one.note)}
            return _("%(day)s is no working day (%(why)s): the next one counts.") % words
        case "due":
            return _("Due: %(at)s") % {"at": _moment(one.at)}
        case "paused":
            return _("It stood still from here on: %(at)s") % {"at": _moment(one.at)}
        case "resumed":
            return _("It ran on from here on: %(at)s") % {"at": _moment(one.at)}
        case "overdue_when_paused":
            return _("It was overdue already when it was stopped.")
        case "extended":
            return _("It was given %(term)s more.") % {"term": _term(one.note)}
        case "stopped":
            return _("It ended: %(at)s") % {"at": _moment(one.at)}
        case other:
            return other


def _term(note: str | None) -> str:
    """Return a term as `10 business_days, ut` in words."""
    term, _sep, code = (note or "").partition(", ")
    number, _sep, unit = term.partition(" ")
    if not number.isdigit():
        return term
    count = int(number)
    words = {
        "hours": ngettext("%(n)d hour", "%(n)d hours", count),
        "weekday_hours": ngettext("%(n)d hour on weekdays", "%(n)d hours on weekdays", count),
        "business_days": ngettext("%(n)d working day", "%(n)d working days", count),
        "days": ngettext("%(n)d day", "%(n)d days", count),
        "months": ngettext("%(n)d month", "%(n)d months", count),
    }.get(unit, "%(n)d " + unit) % {"n": count}
    if unit == "hours" or code not in _CALENDARS:
        return words
    return _("%(term)s by the calendar of %(state)s") % {"term": words, "state": _CALENDARS[code]}


def _closed(note: str | None) -> str:
    name = note or ""
    words = str(_CLOSED.get(name.removesuffix(_OBSERVED), name))
    return _("%(holiday)s, observed") % {"holiday": words} if name.endswith(_OBSERVED) else words


def _day(text: str | None) -> str:
    return date_format(date.fromisoformat(text), "DATE_FORMAT") if text else ""


def _moment(text: str | None) -> str:
    return date_format(timezone.localtime(datetime.fromisoformat(text)), "DATETIME_FORMAT") if text else ""
