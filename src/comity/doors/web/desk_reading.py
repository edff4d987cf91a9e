"""What a desk shows: read by selectors, put into groups, with the mark by which an open one knows that it changed."""

from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec
from django.db.backends.utils import CursorWrapper
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from comity.coordination.exchange.rules import functions_of
from comity.doors.ring import key_ring
from comity.doors.web.clock_words import story_of
from comity.doors.web.exchange.addresses import task_address
from comity.doors.web.staff import Staff
from comity.kernel.digest import sha256
from comity.spine.clocks.rules import Step
from comity.spine.clocks.selectors import ClockView, list_clocks
from comity.spine.tasks.desk import Desk, count_desk, list_desk, news_of
from comity.spine.tasks.interrupts import Told, list_told, tell, to_tell
from comity.spine.tasks.selectors import TaskCount, TaskView
from comity.spine.tasks.vocabulary import Kind, Level
from comity.spine.tenancy.actor import Duty
from comity.spine.tenancy.transaction import acting, read_together, reading
from comity.spine.vault.seal import open_sound_texts
from comity.standing.agreements.due import Due, DueKind, is_near
from comity.standing.agreements.mark import agreements_mark
from comity.standing.agreements.selectors import list_all_due
from comity.standing.directory.facts import HandoverFacts
from comity.standing.directory.selectors import handovers_mark, list_agencies, list_handovers

EACH: Final = 10
"""Tasks of a kind that a desk shows; the queue has the others."""
_HANDOVERS: Final = 20
_MOST_KEPT: Final = 500
_named: Final[dict[tuple[str, UUID], str]] = {}
_kept: Final[dict[Hashable, tuple[Due, ...]]] = {}
_MOST_COUNTED: Final = 1_000
KINDS: Final[dict[Kind, Promise]] = {
    Kind.APPROVAL: _("Approve what is to leave"),
    Kind.ANSWER: _("Answer an ask"),
    Kind.COUNSEL: _("Decide as counsel"),
    Kind.REVIEW: _("Review what was done in an emergency"),
    Kind.RETENTION: _("Review what is kept"),
    Kind.CORRECTION: _("Correct a record"),
    Kind.REDRESS: _("Answer a person's request"),
    Kind.NOTICE: _("Take note, or give notice"),
    Kind.DEAD_LETTER: _("Deliver what could not be delivered"),
}
GROUPS: Final[tuple[tuple[Promise, Promise, tuple[Kind, ...]], ...]] = (
    (_("Approvals"), _("Somebody's answer waits for your yes or no."), (Kind.APPROVAL,)),
    (_("Requests to answer"), _("Other agencies wait for what you find, or for your word that there is nothing."),
     (Kind.ANSWER,)),
    (_("For counsel"), _("One rule commands and another forbids; both agencies wait for which prevails."),
     (Kind.COUNSEL,)),
    (_("What persons wait for"), _("Requests of the people records are about."), (Kind.REDRESS, Kind.CORRECTION)),
    (_("Reviews"), _("What went out in an emergency, and what is kept beyond its term."),
     (Kind.REVIEW, Kind.RETENTION)),
    (_("To take note of"), _("Somebody must be told; you say that it was done."), (Kind.NOTICE,)),
    (_("To put right"), _("What could not be delivered by itself."), (Kind.DEAD_LETTER,)),
)  # fmt: skip
DUE: Final[dict[DueKind, Promise]] = {
    DueKind.END: _("its period ends"),
    DueKind.NOTICE_OVER: _("a notice runs out and it ends"),
    DueKind.FIRST_REVIEW: _("its first review"),
    DueKind.MEETING: _("its meeting"),
}
LEVELS: Final[dict[Level, Promise]] = {
    Level.NEW: _("new"),
    Level.NEAR: _("due within a day"),
    Level.OVERDUE: _("overdue"),
    Level.URGENT: _("urgent: it runs by the hour"),
}


@dataclass(frozen=True, slots=True)
class DeskLine:
    """A task as a line: what, where it leads ("" until its page is there), by when, and how that date came about.

    `waits`: the agency that asked and waits for it; "" where none did.
    """

    id: UUID
    what: Promise
    waits: str
    address: str
    opened_at: datetime
    due_at: datetime | None
    is_overdue: bool
    is_urgent: bool
    steps: Sequence[Step]

    @property
    def story(self) -> list[str]:
        """How the date came about, put into words where it is shown."""
        return story_of(self.steps)


@dataclass(frozen=True, slots=True)
class Group:
    """Tasks of a sort. `total`, `overdue`: of all, not of those shown; `is_more`: there are more than stand here."""

    name: Promise
    says: Promise
    lines: Sequence[DeskLine]
    total: int
    overdue: int

    @property
    def is_more(self) -> bool:
        """Whether there are more than are shown."""
        return self.total > len(self.lines)


@dataclass(frozen=True, slots=True)
class Interruption:
    """An interrupt not seen yet: the task, and what is new or worse about it."""

    id: UUID
    line: DeskLine
    level: Promise


@dataclass(frozen=True, slots=True)
class Left:
    """What was left at the post at the end of a shift; `note` None: it is gone, or there was none."""

    handover: HandoverFacts
    note: str | None
    tasks: Sequence[tuple[Promise | str, datetime | None, str]]
    is_own: bool


@dataclass(frozen=True, slots=True)
class Board:
    """A desk as it stands. `mark`: as long as it is the same, so is the desk."""

    mark: str
    groups: Sequence[Group]
    interruptions: Sequence[Interruption]
    held_back: int
    falls_due: Sequence[tuple[Due, Promise, str]]
    left: Sequence[Left]

    @property
    def total(self) -> int:
        """How many tasks are open."""
        return sum(group.total for group in self.groups)

    @property
    def overdue(self) -> int:
        """How many of them are overdue."""
        return sum(group.overdue for group in self.groups)

    @property
    def is_counted_up(self) -> bool:
        """Whether there may be more than was counted."""
        return any(group.total >= _MOST_COUNTED for group in self.groups)


def desk_of(staff: Staff) -> Desk:
    """Return whose desk it is."""
    return Desk(staff.agency.id, staff.post.id, functions_of(staff.post.function.value), staff.now)


def read_mark(staff: Staff) -> str:
    """Return the mark of a desk: one statement beside those that open and close the transaction."""
    with reading(staff.actor) as cursor:
        return _mark(cursor, staff)[0]


def read_desk(staff: Staff) -> Board:
    """Return the desk; what it interrupts for now is written down first, so that it interrupts for it once.

    An auditor has no tasks and writes nothing.
    """
    day = timezone.localtime(staff.now).date()
    board, tasks, told = _read(staff)
    if staff.actor.duty is Duty.AGENCY and to_tell(tasks, told=told, now=staff.now, day=day).now:
        with acting(staff.actor) as cursor:
            tell(cursor, tasks, by=staff.actor, now=staff.now, day=day)
        board, tasks, told = _read(staff)
    return board


def _read(staff: Staff) -> tuple[Board, list[TaskView], list[Told]]:
    desk = desk_of(staff)
    with reading(staff.actor) as cursor:
        mark, agreements = _mark(cursor, staff)  # first, so that what is read is never older than what it says
        tasks = list_desk(cursor, desk, each=EACH)
        counts = count_desk(cursor, desk)
        clocks = {one.subject_id: one for one in list_clocks(cursor, [task.id for task in tasks])} if tasks else {}
        names = _names(staff, {one for task in tasks for one in task.excluded_agency_ids})
        told = list_told(cursor, post_id=staff.post.id)
        falls_due = _falls_due(staff, agreements)
        left = read_left(cursor, staff)
    lines = {task.id: _line(task, clocks.get(task.id), names, staff.now) for task in tasks}
    day = timezone.localtime(staff.now).date()
    board = Board(
        mark=mark,
        groups=_groups(tasks, lines, counts),
        interruptions=_interruptions(told, lines),
        held_back=to_tell(tasks, told=told, now=staff.now, day=day).held_back,
        falls_due=_told_due(falls_due),
        left=[one for one in left if one.handover.taken_at is None],
    )
    return board, tasks, told


def read_left(cursor: CursorWrapper, staff: Staff) -> list[Left]:
    """Return what was left at the post, the newest first, with the words that are still kept."""
    found = list_handovers(cursor, post_id=staff.post.id, limit=_HANDOVERS)
    items = [one.note_item for one in found if one.note_item is not None]
    sealed = open_sound_texts(cursor, key_ring(), items).texts if items else {}
    notes = {item: msgspec.json.decode(text, type=dict[str, str])["note"] for item, text in sealed.items()}
    return [
        Left(
            one,
            notes.get(one.note_item) if one.note_item is not None else None,
            [(KINDS.get(Kind(kind), kind), due, task_address(task_id)) for task_id, kind, due in one.tasks],
            one.left_by == staff.account.officer_id,
        )
        for one in found
    ]


def read_falls_due(cursor: CursorWrapper, staff: Staff) -> list[tuple[Due, Promise, str]]:
    """Return what falls due within three months under the agreements of the post's agency."""
    return _told_due(_falls_due(staff, _mark(cursor, staff)[1]))


def _falls_due(staff: Staff, agreements: str) -> Sequence[Due]:
    """Return it; read once by a process for an agency, a day and a state of its agreements (`agreements_mark`)."""
    key = (staff.agency.id, staff.actor.duty, staff.now.date(), agreements)
    found = _kept.get(key)
    if found is None:
        if len(_kept) >= _MOST_KEPT:
            _kept.clear()
        found = _kept[key] = list_all_due(staff.now)
    return [one for one in found if staff.now < one.at and is_near(one, staff.now)]


def _names(staff: Staff, agency_ids: Collection[UUID]) -> dict[UUID, str]:
    """Return the names of agencies, each read once by a process until the directory changes."""
    missing = [one for one in agency_ids if (staff.directory_stamp, one) not in _named]
    if missing:
        if len(_named) + len(missing) > _MOST_KEPT:
            _named.clear()
            missing = list(agency_ids)
        _named.update({(staff.directory_stamp, one.id): one.name for one in list_agencies(missing).values()})
    return {one: _named[key] for one in agency_ids if (key := (staff.directory_stamp, one)) in _named}


def _told_due(found: Sequence[Due]) -> list[tuple[Due, Promise, str]]:
    return [(one, DUE[one.kind], reverse("console:agreement", args=[one.agreement])) for one in found]


def _mark(cursor: CursorWrapper, staff: Staff) -> tuple[str, str]:
    """Return the mark of the whole desk, and that of the agreements in it."""
    found = read_together(cursor, news_of(desk_of(staff)), agreements_mark(), handovers_mark(staff.post.id))
    said = (staff.directory_stamp, staff.post.id, timezone.localtime(staff.now).date(), found)
    return sha256(repr(said).encode()).hex()[:32], repr(found[1])


def _groups(tasks: Sequence[TaskView], lines: Mapping[UUID, DeskLine], counts: Mapping[Kind, TaskCount]) -> list[Group]:
    found = []
    for name, says, kinds in GROUPS:
        there = [counts[kind] for kind in kinds if kind in counts]
        if there:
            of_kinds = [task for task in tasks if task.kind in kinds]
            shown = {task.id for task in [*[one for one in of_kinds if one.is_urgent], *of_kinds[: EACH * len(kinds)]]}
            rows = [lines[task.id] for task in of_kinds if task.id in shown]
            found.append(Group(name, says, rows, sum(c.open for c in there), sum(c.overdue for c in there)))
    return found


def _interruptions(told: Iterable[Told], lines: Mapping[UUID, DeskLine]) -> list[Interruption]:
    """Return what was told and not seen yet, of tasks that are still on the desk, each once at its worst."""
    worst: dict[UUID, Told] = {}
    order = list(Level)
    for one in told:
        if one.seen_at is None and one.task_id in lines:
            former = worst.get(one.task_id)
            if former is None or order.index(one.level) > order.index(former.level):
                worst[one.task_id] = one
    found = sorted(worst.values(), key=lambda one: (not one.is_urgent, -order.index(one.level), one.told_at))
    return [Interruption(one.id, lines[one.task_id], LEVELS[one.level]) for one in found]


def _line(task: TaskView, clock: ClockView | None, names: Mapping[UUID, str], now: datetime) -> DeskLine:
    return DeskLine(
        id=task.id,
        what=KINDS[task.kind],
        waits=next((names[one] for one in task.excluded_agency_ids if one in names), ""),
        address=task_address(task.id),
        opened_at=max(task.opened_at, task.not_before),
        due_at=task.due_at,
        is_overdue=task.due_at is not None and task.due_at <= now,
        is_urgent=task.is_urgent,
        steps=clock.steps if clock is not None else (),
    )
