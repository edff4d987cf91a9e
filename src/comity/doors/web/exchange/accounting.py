"""The accounting of disclosures: asked for by handle, opened by the privacy officer from a task, never browsed."""

from http import HTTPStatus
from typing import Final

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from comity.coordination.exchange.commands.account import OPENING, open_accounting, request_accounting
from comity.doors.ring import key_ring
from comity.doors.web.drafts import forget_draft, typed_before
from comity.doors.web.exchange.queue import show_list
from comity.doors.web.exchange.task_page import REFUSALS, acts_on, refuse
from comity.doors.web.exchange.task_words import category_label, element_labels, purpose_label
from comity.doors.web.page import NOT_RECORDED, Footing, page, show
from comity.doors.web.permissions import Permission
from comity.doors.web.staff import Staff
from comity.spine.tasks.selectors import TaskView
from comity.spine.tasks.vocabulary import Kind

ASKED_FOR: Final = frozenset({Kind.REDRESS, Kind.CORRECTION})
_GROUND: Final = _("5 U.S.C. 552a(c): every disclosure is accounted for, and the person may have the account.")
_LISTED: Final = Footing(
    readers=_("The privacy officer of your agency."), ground=_GROUND, record=NOT_RECORDED
)  # fmt: skip
_OPENED: Final = Footing(
    readers=_("The privacy officer of your agency, from an open task alone."),
    ground=_GROUND,
    record=_("That you opened it was recorded in the ledger before you saw it, each time."),
)
_ASKING: Final = Footing(
    readers=_("Posts that take requests of persons: records, liaison, privacy."),
    ground=_GROUND,
    record=_("The request is in the ledger; the handle is not."),
)


class HandleForm(forms.Form):
    """Whose accounting is asked for."""

    subject_handle = forms.UUIDField(
        label=_("Subject's handle"),
        help_text=_("From your own file of the person; nothing here finds one by a name or a number."),
        error_messages={"invalid": _("This is no handle: one looks like 0b5f3a1c-2d4e-4f6a-8b9c-0d1e2f3a4b5c.")},
    )


@page(Permission.ACCOUNTING_READ, _LISTED)
def accountings(request: HttpRequest, staff: Staff) -> HttpResponse:
    """List the tasks from which an accounting opens; no handle, no person."""
    return show_list(request, staff, template="exchange/accountings.html", name="accounting-requests", kinds=ASKED_FOR)


@page(Permission.ACCOUNTING_ASK, _ASKING, methods=("GET", "POST"))
def ask(request: HttpRequest, staff: Staff) -> HttpResponse:
    """Ask for the accounting of one subject; answered alike whether or not anything was disclosed."""
    if request.method == "POST":
        form = HandleForm(request.POST)
        if form.is_valid():
            handle = form.cleaned_data["subject_handle"]
            request_accounting(subject_handle=handle, by=staff.actor, now=staff.now, keys=key_ring())
            forget_draft(account=staff.account, page=request.path)
            messages.success(request, _("Your privacy officer has a task now, and opens the accounting from it."))
            return redirect("console:exchange-accounting-ask")
    else:
        form = HandleForm(initial=typed_before(request, staff.account))
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return show(request, "exchange/accounting_ask.html", {"form": form}, status)


@page(Permission.ACCOUNTING_READ, _OPENED, methods=("GET", "POST"))
@acts_on(OPENING)
def open_one(request: HttpRequest, staff: Staff, task: TaskView) -> HttpResponse:
    """Show every disclosure your agency made about the subject of a task, the oldest first."""
    try:
        rows = open_accounting(task_id=task.id, by=staff.actor, now=staff.now, keys=key_ring())
    except REFUSALS as error:
        return refuse(request, task, error)
    lines = [
        (row, element_labels(row.nature), purpose_label(row.purpose), category_label(row.category)) for row in rows
    ]
    response = show(request, "exchange/accounted.html", {"lines": lines, "task": task})
    response["Cache-Control"] = "no-store"
    return response
