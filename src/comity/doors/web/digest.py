"""The digest of a day: what came, what was done, what fell due, what is next; all that did not interrupt."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from comity.doors.lists import Column, csv_of
from comity.doors.web.desk_reading import KINDS, desk_of, read_falls_due
from comity.doors.web.exchange.addresses import task_address
from comity.doors.web.page import NOT_RECORDED, Footing, page, show
from comity.doors.web.permissions import Permission
from comity.doors.web.staff import Staff
from comity.spine.tasks.desk import DayOfTasks, get_day
from comity.spine.tasks.selectors import TaskView
from comity.spine.tasks.states import DONE, LAPSED, OPEN, WITHDRAWN
from comity.spine.tenancy.transaction import reading

_FOOTING: Final = Footing(
    readers=_("You alone, in this post: every post has a digest of its own."),
    ground=_("The tasks of your post; each names its own authority."),
    record=NOT_RECORDED,
)
STATES: Final[dict[str, Promise]] = {
    OPEN: _("open"),
    DONE: _("done"),
    WITHDRAWN: _("no longer asked"),
    LAPSED: _("nobody decided in time"),
}
_SHOWN: Final = 25
"""Of a part; the CSV has the rest."""
_PARTS: Final = (
    ("came", _("What came"), _("Nothing came.")),
    ("closed", _("What was done"), _("Nothing was done or withdrawn.")),
    ("fell_due", _("What fell due and was not done by then"), _("Nothing fell due.")),
    ("to_come", _("What is due in the week after"), _("Nothing is due yet.")),
)


@dataclass(frozen=True, slots=True)
class DigestRow:
    """A task in a part of the digest; `part` is its name in the CSV."""

    part: str
    kind: str
    what: Promise
    address: str
    opened_at: datetime
    due_at: datetime | None
    state: Promise
    closed_at: datetime | None


_COLUMNS: Final[tuple[Column[DigestRow], ...]] = (
    Column("part", _("Part"), lambda row: row.part),
    Column("kind", _("Kind"), lambda row: row.kind),
    Column("what", _("What"), lambda row: row.what),
    Column("opened", _("Since"), lambda row: row.opened_at.isoformat()),
    Column("due", _("Due"), lambda row: row.due_at.isoformat() if row.due_at else None),
    Column("state", _("State"), lambda row: row.state),
    Column("closed", _("Closed"), lambda row: row.closed_at.isoformat() if row.closed_at else None),
)


@page(Permission.DESK_READ, _FOOTING)
def digest(request: HttpRequest, staff: Staff) -> HttpResponse:
    """Show the digest of a day, today's unless the address says another."""
    today = timezone.localtime(staff.now).date()
    day = _day(request.GET.get("day", ""), today)
    starts_at, ends_at = _midnight(day), _midnight(day + timedelta(days=1))
    with reading(staff.actor) as cursor:
        found = get_day(cursor, desk_of(staff), starts_at=starts_at, ends_at=ends_at)
        falls_due = read_falls_due(cursor, staff)
    parts = [(name, title, empty, _rows(name, _of(found, name))) for name, title, empty in _PARTS]
    if request.GET.get("as") == "csv":
        return csv_of(f"digest-{day.isoformat()}", [row for *_named, rows in parts for row in rows], _COLUMNS)
    context = {
        "day": day,
        "is_today": day == today,
        "before": day - timedelta(days=1),
        "after": day + timedelta(days=1) if day < today else None,
        "parts": [(name, title, empty, rows[:_SHOWN], len(rows)) for name, title, empty, rows in parts],
        "is_full": found.is_full,
        "falls_due": falls_due,
    }
    return show(request, "digest.html", context)


def _of(found: DayOfTasks, name: str) -> Sequence[TaskView]:
    return {"came": found.came, "closed": found.closed, "fell_due": found.fell_due, "to_come": found.to_come}[name]


def _rows(part: str, tasks: Sequence[TaskView]) -> list[DigestRow]:
    return [
        DigestRow(
            part=part,
            kind=task.kind.value,
            what=KINDS[task.kind],
            address=task_address(task.id),
            opened_at=max(task.opened_at, task.not_before),
            due_at=task.due_at,
            state=STATES[task.state],
            closed_at=task.closed_at,
        )
        for task in tasks
    ]


def _day(text: str, today: date) -> date:
    """Return the day an address names; today for none, for one to come, and for what is no day."""
    try:
        return min(date.fromisoformat(text), today) if text else today
    except ValueError:
        return today


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), timezone.get_current_timezone())
