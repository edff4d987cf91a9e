"""A task to approve, or to decide as counsel: exactly what will leave, shown once that is recorded, and the verdict."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from comity.coordination.exchange.commands.answer import AnswerFaultError, Verdict, decide_waiting
from comity.coordination.exchange.commands.open_draft import WITH_DRAFT, open_draft
from comity.coordination.exchange.commands.open_words import open_reason
from comity.coordination.exchange.reload import reload_ask
from comity.coordination.exchange.rules import LONGEST_TEXT
from comity.doors.ring import key_ring
from comity.doors.web.drafts import forget_draft
from comity.doors.web.exchange.addresses import task_address
from comity.doors.web.exchange.asked_part import asked_part, why_part
from comity.doors.web.exchange.task_page import FOOTING, REFUSALS, Head, acts_on, head_of, refuse, to_task, typed_for
from comity.doors.web.exchange.task_words import CAME_TO, element_labels
from comity.doors.web.page import Proof, page, show
from comity.doors.web.permissions import Permission
from comity.doors.web.staff import Staff
from comity.spine.tasks.selectors import TaskView
from comity.spine.tasks.verdict import DigestChangedError
from comity.spine.tasks.vocabulary import Kind
from comity.spine.tenancy.transaction import reading

_RELEASED, _REFUSED = _("Your release is recorded."), _("Your refusal is recorded.")
_TOO_LONG: Final = _("This is too long. Shorten it.")


class VerdictForm(forms.Form):
    """Release or refuse exactly what has `digest`; who refuses says why."""

    verdict = forms.ChoiceField(
        choices=[(one.value, one.value) for one in Verdict],
        error_messages={"required": _("Release or refuse."), "invalid_choice": _("Release or refuse.")},
    )
    digest = forms.CharField(required=False, widget=forms.HiddenInput)
    reason = forms.CharField(
        label=_("Your reason"), required=False, max_length=LONGEST_TEXT, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Needed to refuse. It is sealed and stays in your agency; the asker never reads it."),
    )  # fmt: skip

    def clean_reason(self) -> str:
        """Ask for a reason of a refusal."""
        reason: str = self.cleaned_data["reason"].strip()
        if not reason and self.cleaned_data.get("verdict") == Verdict.REFUSE:
            raise forms.ValidationError(_("Say why you refuse: whoever reviews this later must understand it."))
        return reason


def show_approval(
    request: HttpRequest, staff: Staff, task: TaskView, *, form: VerdictForm | None = None
) -> HttpResponse:
    """Show what is asked and why it waits; what will leave only after that it was opened is recorded."""
    with reading(staff.actor) as cursor:
        found, head = reload_ask(cursor, task.subject_id), head_of(cursor, staff, task)
        why = why_part(cursor, found, now=staff.now) if head.is_open else ()
    opened: dict[str, object] = {}
    if request.method == "POST":
        try:
            opened = _opened(staff, task, head)
        except REFUSALS as error:
            return refuse(request, task, error)
    form = form or VerdictForm(initial=typed_for(request, staff, task) | {"digest": task.digest})
    context = {
        "head": head,
        "asked": asked_part(found),
        "why": why,
        "is_counsel": task.kind is Kind.COUNSEL,
        "form": form,
        "here": task_address(task.id),
        **opened,
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return show(request, "exchange/task_approval.html", context, status)


@page(Permission.TASK_APPROVE, FOOTING, methods=("GET", "POST"), proof=Proof.LATELY)
@acts_on(WITH_DRAFT)
def decide(request: HttpRequest, staff: Staff, task: TaskView) -> HttpResponse:
    """Release or refuse what waits; the gate decides again with the verdict as evidence."""
    form = VerdictForm(request.POST)
    if not form.is_valid():
        return show_approval(request, staff, task, form=form)
    verdict = Verdict(form.cleaned_data["verdict"])
    try:
        status = decide_waiting(
            task_id=task.id,
            verdict=verdict,
            digest=form.cleaned_data["digest"],
            reason=form.cleaned_data["reason"],
            by=staff.actor,
            now=staff.now,
            keys=key_ring(),
        )
    except AnswerFaultError:
        form.add_error("reason", _TOO_LONG)
        return show_approval(request, staff, task, form=form)
    except DigestChangedError as error:
        return refuse(request, task, error)  # what was typed stays in the draft, if it was kept
    except REFUSALS as error:
        _forget(staff, task)
        return refuse(request, task, error)
    _forget(staff, task)
    done = _RELEASED if verdict is Verdict.RELEASE else _REFUSED
    messages.success(request, f"{done} {CAME_TO.get(status, status)}")
    return to_task(task)


def _opened(staff: Staff, task: TaskView, head: Head) -> dict[str, object]:
    """Open what will leave, or of a task that is decided the reason that was given; each is recorded first."""
    if not head.is_open:
        return {"reason": open_reason(task_id=task.id, by=staff.actor, now=staff.now, keys=key_ring())}
    draft = open_draft(task_id=task.id, by=staff.actor, now=staff.now, keys=key_ring())
    return {"leaves": _lines(draft)}


def _lines(draft: Mapping[str, str]) -> list[tuple[str, str]]:
    return sorted(zip(element_labels(draft), draft.values(), strict=True), key=lambda one: one[0].casefold())


def _forget(staff: Staff, task: TaskView) -> None:
    forget_draft(account=staff.account, page=task_address(task.id))
