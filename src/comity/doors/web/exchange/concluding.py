"""Tasks that ask for no answer and no release: a notice, a person's request, a dead letter; and how each ends."""

from collections.abc import Mapping
from typing import Final

from django.contrib import messages
from django.db.backends.utils import CursorWrapper
from django.http import HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from comity.coordination.exchange.commands.conclude import CONCLUSIONS, conclude_task
from comity.coordination.exchange.kept import find_undelivered
from comity.coordination.exchange.queue import read_notice
from comity.coordination.exchange.why import Behind
from comity.doors.ring import key_ring
from comity.doors.web.exchange.asked_part import rule_line
from comity.doors.web.exchange.task_page import FOOTING, REFUSALS, acts_on, head_of, refuse, said, to_task
from comity.doors.web.exchange.task_words import ABOUT, category_label, element_labels, purpose_label
from comity.doors.web.page import page, show
from comity.doors.web.permissions import Permission
from comity.doors.web.staff import Staff
from comity.spine.tasks.selectors import TaskView
from comity.spine.tasks.vocabulary import Kind
from comity.spine.tenancy.transaction import reading
from comity.standing.directory.selectors import list_agencies_by_code
from comity.standing.law.selectors import get_current_law

WAYS: Final[Mapping[str, tuple[Promise, Promise]]] = {
    "notice_taken": (_("We have taken notice"), _("Your agency knows, and has passed it on where it must.")),
    "answered": (_("Answered"), _("The person was given what they asked for.")),
    "corrected": (_("Corrected"), _("The record was corrected.")),
    "refused": (_("Refused"), _("The person was told why, and how to appeal.")),
    "withdrawn_by_person": (_("Withdrawn by the person"), _("They ask for it no longer.")),
    "send_again": (_("Send it again"), _("It goes on its way once more; if it fails again, you are asked again.")),
    "told_otherwise": (_("Told in another way"), _("The recipient has it by another way that your agency recorded.")),
    "given_up": (_("Give it up"), _("The recipient does not get it. The record says so.")),
}
"""What ends such a task, in words, and what each means."""
_ORDER: Final = tuple(WAYS)


def show_conclusion(request: HttpRequest, staff: Staff, task: TaskView) -> HttpResponse:
    """Show what a task is about and how it may end; no value of a record."""
    with reading(staff.actor) as cursor:
        head = head_of(cursor, staff, task)
        try:
            about = _about(cursor, staff, task)
        except REFUSALS as error:
            about = {"gone": said(error)}
    ways = [(code, *WAYS[code]) for code in sorted(CONCLUSIONS[task.kind], key=_ORDER.index)]
    context = {
        "head": head,
        "ways": ways,
        "kind": task.kind.value,
        "may_account": staff.may(Permission.ACCOUNTING_READ),
        **about,
    }
    return show(request, "exchange/task_conclusion.html", context)


@page(Permission.TASK_CONCLUDE, FOOTING, methods=("GET", "POST"))
@acts_on(CONCLUSIONS.keys())
def conclude(request: HttpRequest, staff: Staff, task: TaskView) -> HttpResponse:
    """Say how a task ended; it is said once."""
    try:
        conclude_task(
            task_id=task.id,
            verdict=request.POST.get("verdict", ""),
            digest=request.POST.get("digest", ""),
            by=staff.actor,
            now=staff.now,
            keys=key_ring(),
        )
    except REFUSALS as error:
        return refuse(request, task, error)
    messages.success(request, _("Recorded: this task is done."))
    return to_task(task)


def _about(cursor: CursorWrapper, staff: Staff, task: TaskView) -> dict[str, object]:
    """Return what the task is about, by its kind; raises what the vault raises of a notice that is gone."""
    if task.kind is Kind.NOTICE:
        return {"notice": _notice(cursor, staff, task)}
    if task.kind is not Kind.DEAD_LETTER:
        return {}
    found = find_undelivered(cursor, task.subject_id)
    if found is None:
        return {}
    return {
        "undelivered": found,
        "purpose": purpose_label(found.purpose),
        "category": category_label(found.category),
        "elements": element_labels(found.elements),
    }


def _notice(cursor: CursorWrapper, staff: Staff, task: TaskView) -> dict[str, object]:
    told, law = read_notice(cursor, task, keys=key_ring()), get_current_law(staff.now)
    names = list_agencies_by_code([told["asker"], told["holder"], told["origin"]])
    known = law.by_id()

    def name(code: str) -> str:
        return names[code].name if code in names else code

    return {
        "about": ABOUT.get(told["about"], told["about"]),
        "asker": name(told["asker"]),
        "holder": name(told["holder"]),
        "origin": name(told["origin"]),
        "purpose": purpose_label(told["purpose"]),
        "category": category_label(told["category"]),
        "elements": element_labels(_words(told["elements"])),
        "rules": [rule_line(Behind(code, known.get(code)), law) for code in _words(told["rules"])],
    }


def _words(joined: str) -> list[str]:
    return [one for one in joined.split(", ") if one]
