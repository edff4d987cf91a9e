"""The holder's queue: what waits for a post, the first due first; chosen, sorted and paged in the database."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.db.backends.utils import CursorWrapper
from django.http import HttpRequest, HttpResponse
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from comity.coordination.exchange.kept import KeptView, list_kept
from comity.coordination.exchange.queue import About, list_about, search_waiting_of
from comity.doors.lists import (
    PER_PAGE,
    Asked,
    Choice,
    Column,
    Filter,
    Heading,
    ListPage,
    asked_of,
    csv_of,
    headings_of,
)
from comity.doors.web.desk_reading import KINDS
from comity.doors.web.exchange.addresses import task_address
from comity.doors.web.exchange.task_words import category_label, element_labels, purpose_label
from comity.doors.web.known import hosted_agencies
from comity.doors.web.page import NOT_RECORDED, Footing, page, show
from comity.doors.web.permissions import Permission
from comity.doors.web.staff import Staff
from comity.spine.tasks import selectors as tasks
from comity.spine.tasks.selectors import TaskView
from comity.spine.tasks.vocabulary import Kind, Order
from comity.spine.tenancy.transaction import reading
from comity.standing.directory.facts import AgencyFacts

_MOST_ROWS: Final = 100_000
_CHUNK: Final = 10_000
_NOWHERE: Final = UUID(int=0)
_FOOTING: Final = Footing(
    readers=_("You alone, in this post: what waits for others is in their queues."),
    ground=_("Tasks are addressed to posts by the law and the agreements; each names its own authority."),
    record=NOT_RECORDED,
)
_SORTABLE: Final = {order.value for order in Order}


@dataclass(frozen=True, slots=True)
class QueueRow:
    """A task as a line: what is asked for, by whom and for what; never about whom."""

    task: TaskView
    about: About | None
    kept: KeptView | None
    asker: str
    is_overdue: bool

    @property
    def kind(self) -> str:
        """What is asked for."""
        return str(KINDS[self.task.kind])

    @property
    def address(self) -> str:
        """The task's page."""
        return task_address(self.task.id)

    @property
    def purpose(self) -> str:
        """What the ask is for."""
        return purpose_label(self.about.purpose) if self.about else ""

    @property
    def category(self) -> str:
        """From what kind of record."""
        found = self.about or self.kept
        return category_label(found.category) if found else ""

    @property
    def elements(self) -> str:
        """What of it."""
        found = self.about or self.kept
        return "; ".join(element_labels(found.elements)) if found else ""

    @property
    def due(self) -> str:
        """Until when, as the CSV says it."""
        return localtime(self.task.due_at).isoformat(timespec="minutes") if self.task.due_at else ""


_COLUMNS: Final[tuple[Column[QueueRow], ...]] = (
    Column("kind", _("What is asked of you"), lambda row: row.kind),
    Column("asker", _("Asked by"), lambda row: row.asker),
    Column("purpose", _("For"), lambda row: row.purpose),
    Column("category", _("From"), lambda row: row.category),
    Column("elements", _("What of it"), lambda row: row.elements),
    Column("due", _("Due"), lambda row: row.due),
    Column("overdue", _("Overdue"), lambda row: "yes" if row.is_overdue else "no"),
    Column("opened", _("Since"), lambda row: localtime(row.task.opened_at).isoformat(timespec="minutes")),
    Column("task", _("The task"), lambda row: str(row.task.id)),
)
_SHOWN: Final = ("kind", "asker", "category", "due", "opened")


@page(Permission.QUEUE_READ, _FOOTING)
def queue(request: HttpRequest, staff: Staff) -> HttpResponse:
    """List what waits for the post, of every kind."""
    return show_list(request, staff, template="exchange/queue.html", name="queue", kinds=tuple(Kind))


def show_list(request: HttpRequest, staff: Staff, *, template: str, name: str, kinds: Collection[Kind]) -> HttpResponse:
    """Show the open tasks of some kinds for the post as a list, or as CSV; the question is its address."""
    with reading(staff.actor) as cursor:
        agencies = hosted_agencies(staff)
        filters = _filters(kinds, agencies, staff)
        asked = asked_of(request, columns=_COLUMNS, filters=filters, sort=Order.DUE.value)
        found = search_waiting_of(
            cursor,
            post=staff.post,
            now=staff.now,
            choice=_choice(asked, kinds, agencies, staff),
            order=Order(asked.sort) if asked.sort in _SORTABLE else Order.DUE,
            is_descending=asked.is_descending,
            offset=0 if asked.is_csv else (asked.number - 1) * PER_PAGE,
            limit=_MOST_ROWS if asked.is_csv else PER_PAGE,
        )
        rows = _rows(cursor, found.tasks, agencies, staff)
    if asked.is_csv:
        return csv_of(name, rows, _COLUMNS)
    shown = ListPage(rows, found.total, asked, _headings(asked), filters)
    return show(request, template, {"found": shown, "is_cut": found.is_cut})


def _filters(kinds: Collection[Kind], agencies: Mapping[UUID, AgencyFacts], staff: Staff) -> tuple[Filter, ...]:
    several = tuple(Choice(kind.value, KINDS[kind]) for kind in kinds) if len(kinds) > 1 else ()
    others = sorted((one for one in agencies.values() if one.id != staff.agency.id), key=lambda one: one.name)
    partners = tuple(Choice(one.code, one.name) for one in others)
    return (
        *((Filter("kind", _("What"), several),) if several else ()),
        Filter("overdue", _("Due"), (Choice("yes", _("overdue only")),)),
        *((Filter("partner", _("Asked by"), partners),) if len(kinds) == len(Kind) else ()),
    )


def _choice(asked: Asked, kinds: Collection[Kind], agencies: Mapping[UUID, AgencyFacts], staff: Staff) -> tasks.Choice:
    chosen = asked.filters
    partner = next((one.id for one in agencies.values() if one.code == chosen.get("partner")), None)
    return tasks.Choice(
        kinds=[Kind(chosen["kind"])] if "kind" in chosen else kinds,
        due_by=staff.now if "overdue" in chosen else None,
        asker=partner,
        number=_number(asked.search),
    )


def _number(search: str) -> UUID | None:
    """Return the number looked for; words find nothing, since nobody and nothing is searched by words here."""
    if not search:
        return None
    try:
        return UUID(search)
    except ValueError:
        return _NOWHERE


def _rows(
    cursor: CursorWrapper, found: Sequence[TaskView], agencies: Mapping[UUID, AgencyFacts], staff: Staff
) -> list[QueueRow]:
    rows: list[QueueRow] = []
    for start in range(0, len(found), _CHUNK):
        part = found[start : start + _CHUNK]
        asks = list_about(cursor, [one.subject_id for one in part])
        items = [one.subject_id for one in part if one.kind is Kind.RETENTION]
        kept = list_kept(cursor, staff.agency.id, items) if items else {}
        rows += [_row(one, asks.get(one.subject_id), kept.get(one.subject_id), agencies, staff) for one in part]
    return rows


def _row(
    task: TaskView, about: About | None, kept: KeptView | None, agencies: Mapping[UUID, AgencyFacts], staff: Staff
) -> QueueRow:
    asker = agencies.get(about.asker_id) if about else None
    is_overdue = task.due_at is not None and task.due_at <= staff.now
    return QueueRow(task, about, kept, asker.name if asker else "", is_overdue)


def _headings(asked: Asked) -> tuple[Heading, ...]:
    """Return the headings shown; only what the database sorts by leads anywhere."""
    found = dict(zip((one.name for one in _COLUMNS), headings_of(asked, _COLUMNS), strict=True))
    return tuple(
        found[name] if name in _SORTABLE else Heading(found[name].label, "", "") for name in _SHOWN
    )  # fmt: skip
