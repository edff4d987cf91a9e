"""What every page of a task shares: whose it is, what it says at its head, and what it answers to a refusal."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import wraps
from http import HTTPStatus
from typing import Final
from uuid import UUID

from django.contrib import messages
from django.db.backends.utils import CursorWrapper
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from comity.coordination.exchange.commands.account import NoAccountingTaskError, NotPrivacyOfficerError
from comity.coordination.exchange.commands.answer import NotAwaitingError
from comity.coordination.exchange.commands.conclude import UnknownConclusionError
from comity.coordination.exchange.commands.open_words import NoReasonError
from comity.coordination.exchange.commands.retention import UnknownReasonError
from comity.coordination.exchange.holders import NobodyInPostError
from comity.coordination.exchange.reload import AskNotVisibleError
from comity.coordination.exchange.selectors import get_task_of
from comity.doors.web.desk_reading import KINDS
from comity.doors.web.drafts import read_draft, typed_before
from comity.doors.web.exchange.addresses import task_address
from comity.doors.web.exchange.task_words import STATES, VERDICTS, function_label
from comity.doors.web.page import Footing, show
from comity.doors.web.posts import title_of
from comity.doors.web.staff import Staff
from comity.spine.tasks.selectors import TaskView, VerdictView, get_task, get_verdicts
from comity.spine.tasks.states import OPEN
from comity.spine.tasks.verdict import (
    AlreadyDecidedError,
    AskerMayNotDecideError,
    DigestChangedError,
    NotAssignedError,
    TaskClosedError,
    TaskNotVisibleError,
)
from comity.spine.tasks.vocabulary import Capacity, Kind
from comity.spine.tenancy.transaction import reading
from comity.spine.vault.holds import HoldNotVisibleError
from comity.spine.vault.seal import ItemNotVisibleError
from comity.standing.directory.selectors import list_posts
from comity.standing.law.selectors import NoLawInForceError

TaskAnswer = Callable[[HttpRequest, Staff, TaskView], HttpResponse]
Answer = Callable[..., HttpResponse]

FOOTING: Final = Footing(
    readers=_("The post that is asked, and whoever acts for it. Other posts of your agency are told whose it is."),
    ground=_("The task names what it rests on: the law in force and the agreement between the two agencies."),
    record=_("That you open personal values is in the ledger before you see them; so is what you decide."),
)
SAID: Final[Mapping[type[Exception], Promise]] = {
    AlreadyDecidedError: _("Nothing was recorded: this was decided already. How it was decided stands below."),
    TaskClosedError: _("Nothing was recorded: nobody needs to decide this any more."),
    NotAwaitingError: _("Nothing was recorded: the ask does not wait for this any more. Look at how it stands below."),
    DigestChangedError: _("Nothing was recorded: you decided about something else than what waits here. Look again."),
    AskerMayNotDecideError: _("Nothing was recorded: who asked does not decide. Another post must."),
    NotAssignedError: _("Nothing was recorded: another post decides this."),
    NobodyInPostError: _(
        "Nothing was recorded: nobody holds this post, not even acting. Have your agency's directory name a holder."
    ),
    UnknownConclusionError: _("Nothing was recorded: choose how it ended."),
    UnknownReasonError: _("Nothing was recorded: choose one of the reasons that count."),
    NoReasonError: _("No reason was given with this decision."),
    NoAccountingTaskError: _("No accounting opens from this task: it is closed, or about something else."),
    NotPrivacyOfficerError: _("An accounting is opened by your agency's privacy officer and by nobody else."),
    HoldNotVisibleError: _("Nothing was recorded: your post has no such hold, or it is released already."),
    ItemNotVisibleError: _("This is not kept any more: its time ran out and it was purged. The proof of it stays."),
    AskNotVisibleError: _("This ask is not for your agency."),
    NoLawInForceError: _("Nothing was decided: no law is in force. Counsel of this node puts a release in force."),
}
"""What a command refuses, and what to do now."""
REFUSALS: Final = tuple(SAID)


def said(error: Exception) -> str:
    """Return what to tell of a refusal."""
    return str(next(SAID[kind] for kind in type(error).__mro__ if kind in SAID))


def of_own_task(kinds: Collection[Kind] = tuple(Kind)) -> Callable[[TaskAnswer], Answer]:
    """Give a page the task its address names; another post's is told whose it is, another agency's is not there."""

    def declare(view: TaskAnswer) -> Answer:
        @wraps(view)
        def answer(request: HttpRequest, staff: Staff, task_id: UUID) -> HttpResponse:
            with reading(staff.actor) as cursor:
                found = _own(cursor, staff, task_id)
            if not isinstance(found, TaskView):
                return show(request, "exchange/anothers.html", found, HTTPStatus.FORBIDDEN)
            if found.kind not in kinds:
                return redirect(task_address(found.id))
            return view(request, staff, found)

        return answer

    return declare


def acts_on(kinds: Collection[Kind]) -> Callable[[TaskAnswer], Answer]:
    """Give a form the task it acts on; who comes without the form, as after a lock, is led to the task's page."""

    def declare(view: TaskAnswer) -> Answer:
        @wraps(view)
        def answer(request: HttpRequest, staff: Staff, task: TaskView) -> HttpResponse:
            return view(request, staff, task) if request.method == "POST" else to_task(task)

        return of_own_task(kinds)(answer)

    return declare


def _own(cursor: CursorWrapper, staff: Staff, task_id: UUID) -> TaskView | dict[str, object]:
    """Return the task, or what to say of one that is another post's; raises `Http404`."""
    try:
        return get_task_of(cursor, task_id, post=staff.post, kinds=tuple(Kind), now=staff.now)
    except TaskNotVisibleError:
        pass
    try:
        task = get_task(cursor, task_id)
    except TaskNotVisibleError:
        raise Http404(task_id) from None
    if task.not_before > staff.now:
        raise Http404(task_id)
    return {"function": function_label(task.function)}


@dataclass(frozen=True, slots=True)
class Head:
    """What a task's page says at its head; `verdict` and what belongs to it only where there is one."""

    task: TaskView
    kind: Promise
    function: str
    state: Promise
    is_open: bool
    is_overdue: bool
    verdict: Promise | str
    decided_by: str
    is_acting: bool
    has_reason: bool


def head_of(cursor: CursorWrapper, staff: Staff, task: TaskView) -> Head:
    """Return the head of a task's page."""
    given = get_verdicts(cursor, [task.id]).get(task.id)
    return Head(
        task=task,
        kind=KINDS[task.kind],
        function=function_label(task.function),
        state=STATES[task.state],
        is_open=task.state == OPEN,
        is_overdue=task.state == OPEN and task.due_at is not None and task.due_at <= staff.now,
        verdict=VERDICTS.get(given.verdict, given.verdict) if given else "",
        decided_by=_title(given) if given else "",
        is_acting=given is not None and given.capacity is Capacity.ACTING,
        has_reason=given is not None and given.reason_item_id is not None,
    )


def _title(given: VerdictView) -> str:
    post = list_posts([given.post_id]).get(given.post_id)
    return title_of(post) if post else ""


def to_task(task: TaskView) -> HttpResponse:
    """Lead to a task's page."""
    return redirect(task_address(task.id))


def refuse(request: HttpRequest, task: TaskView, error: Exception) -> HttpResponse:
    """Tell why nothing was done, on the task's page."""
    messages.error(request, said(error))
    return to_task(task)


def typed_for(request: HttpRequest, staff: Staff, task: TaskView) -> dict[str, str]:
    """Return what was typed on a task's page before; also when it opens what is sealed, and with it the form."""
    if request.method != "POST":
        return typed_before(request, staff.account)
    kept = read_draft(account=staff.account, page=task_address(task.id)) or {}
    return {name: values[0] for name, values in kept.items() if values}
