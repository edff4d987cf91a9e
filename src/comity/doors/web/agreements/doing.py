"""A page on which one act is done: its effect in words before, the reason asked, the way back after."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from comity.doors.web.agreements.acts import why_not
from comity.doors.web.agreements.refusals import REFUSED, refusal_of
from comity.doors.web.agreements.subject import Subject
from comity.doors.web.drafts import forget_draft
from comity.doors.web.page import show

Words = str | Promise
_NO: Final = HTTPStatus.UNPROCESSABLE_ENTITY


@dataclass(frozen=True, slots=True)
class Doing:
    """What a page does: `name` of its address, heading, what follows from it, the word on its button.

    `run` gets what was given and returns what is said afterwards. `is_done`: it was done before, perhaps by this very
    form sent twice. `is_grave`: what it does is not simply taken back.
    """

    name: str
    title: Words
    effect: Sequence[Words]
    button: Words
    run: Callable[[Mapping[str, object]], Words]
    form: forms.Form | None = None
    is_done: bool = False
    is_grave: bool = False
    more: Mapping[str, object] = field(default_factory=dict)
    template: str = "agreements/act.html"


def do_on_page(request: HttpRequest, found: Subject, doing: Doing) -> HttpResponse:
    """Show the page, or do what it says; a refusal is told with its reason, and what was typed stays."""
    code, refusal = found.agreement.code, None
    if request.method == "POST":
        if doing.is_done:
            return _done_before(request, code)
        if doing.form is None or doing.form.is_valid():
            try:
                told = doing.run({} if doing.form is None else doing.form.cleaned_data)
            except REFUSED as error:
                refusal = refusal_of(error)
            else:
                forget_draft(account=found.staff.account, page=request.path)
                messages.success(request, str(told))
                return redirect("console:agreement", code=code)
    return show_act(request, found, doing, refusal)


def show_act(request: HttpRequest, found: Subject, doing: Doing, refusal: object = None) -> HttpResponse:
    """Show the page of an act, why it cannot be done now, and what was refused."""
    is_wrong = bool(refusal or (doing.form is not None and doing.form.errors) or request.method == "POST")
    context = {
        "agreement": found.agreement,
        "found": found,
        "doing": doing,
        "form": doing.form,
        "refusal": refusal,
        "why": why_not(doing.name, found),
        **doing.more,
    }
    return show(request, doing.template, context, _NO if is_wrong else HTTPStatus.OK)


def _done_before(request: HttpRequest, code: str) -> HttpResponse:
    messages.info(request, _("This was done before; nothing more was recorded."))
    return redirect("console:agreement", code=code)
