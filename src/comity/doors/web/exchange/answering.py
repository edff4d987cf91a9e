"""A task to answer: what is asked, what the asker wrote for whoever answers, and what the record holds."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time
from http import HTTPStatus
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from comity.coordination.exchange.ask import Fault
from comity.coordination.exchange.commands.answer import AnswerFaultError, HolderAnswer, answer_request
from comity.coordination.exchange.commands.open_words import ANSWERS, open_private
from comity.coordination.exchange.reload import Reloaded, reload_ask
from comity.coordination.exchange.rules import LONGEST_TEXT
from comity.doors.ring import key_ring
from comity.doors.web.drafts import forget_draft
from comity.doors.web.exchange.addresses import task_address
from comity.doors.web.exchange.asked_part import asked_part
from comity.doors.web.exchange.task_page import FOOTING, REFUSALS, acts_on, head_of, refuse, to_task, typed_for
from comity.doors.web.exchange.task_words import CAME_TO, label
from comity.doors.web.page import page, show
from comity.doors.web.permissions import Permission
from comity.doors.web.staff import Staff
from comity.spine.tasks.selectors import TaskView
from comity.spine.tenancy.transaction import reading
from comity.standing.law.catalogue import Catalogue, Source, Word, load_catalogue

FOUND, NONE = "found", "none"
_CODE: Final = 64
_ORIGIN_MISSING: Final = _("Name the agency that shared this record with yours: you marked it as shared in.")
_ORIGIN_UNKNOWN: Final = _("No agency of the directory has this code.")
_HIDING: Final = _(
    "A record marked so must not be known to exist, and asks for this kind of record are answered openly. Answer that"
    " there is no record."
)
_BEYOND: Final = _("This was not asked for: leave it out.")


class AnswerForm(forms.Form):
    """What the record holds of each element asked for, how it is marked, and what the holder attests of it."""

    found = forms.ChoiceField(
        label=_("What did you find?"),
        choices=[(FOUND, _("A record")), (NONE, _("No record"))],
        error_messages={"required": _("Say whether there is a record.")},
    )
    origin = forms.CharField(
        label=_("Shared in by"), required=False, max_length=_CODE,
        help_text=_("Only for a record that came from another agency: that agency's code in the directory."),
    )  # fmt: skip
    validated_on = forms.DateField(
        label=_("Last validated on"), required=False, widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("When the record was last found to be right; it counts for intelligence. Empty: never."),
    )  # fmt: skip
    subject_handle = forms.UUIDField(
        label=_("Subject's handle"), required=False,
        help_text=_("From your own file, when this person was disclosed about before. Empty: a new one is issued."),
    )  # fmt: skip

    def __init__(self, asked: Reloaded, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - Django's own arguments
        super().__init__(*args, **kwargs)
        known, self.asked = load_catalogue(), asked
        for code in asked.named.ask.elements:
            self.fields[f"value_{code}"] = _value_field(known, code)
        for code in known.marks:
            self.fields[f"mark_{code}"] = _box(known.marks, code)
        for code in _attestable(known):
            self.fields[f"evidence_{code}"] = _box(known.evidence, code)

    def group(self, prefix: str) -> Iterator[forms.BoundField]:
        """Yield the fields whose names begin so."""
        return (self[name] for name in self.fields if name.startswith(prefix))

    @property
    def values(self) -> list[forms.BoundField]:
        """The fields of the elements."""
        return list(self.group("value_"))

    @property
    def marks(self) -> list[forms.BoundField]:
        """The boxes of the marks."""
        return sorted(self.group("mark_"), key=lambda one: str(one.label).casefold())

    @property
    def evidence(self) -> list[forms.BoundField]:
        """The boxes of what a holder attests."""
        return sorted(self.group("evidence_"), key=lambda one: str(one.label).casefold())

    @property
    def has_more(self) -> bool:
        """Whether anything beyond the values is filled in, or wrong."""
        rest = [*self.marks, *self.evidence, self["origin"], self["validated_on"], self["subject_handle"]]
        return any(one.value() or one.errors for one in rest)

    def clean(self) -> dict[str, Any]:
        """Refuse values beside "no record", and a record without a value."""
        given = super().clean() or self.cleaned_data
        values = [given.get(one.name) for one in self.values]
        if given.get("found") == NONE and any(values):
            self.add_error("found", _("You typed what a record holds. Empty those fields, or say that there is one."))
        if given.get("found") == FOUND and not any(values) and not self.errors:
            self.add_error("found", _("Type what the record holds of at least one element, or say that there is none."))
        return given

    def answer(self) -> HolderAnswer:
        """Return what the exchange judges."""
        given = self.cleaned_data
        if given["found"] == NONE:
            return HolderAnswer(None)
        return HolderAnswer(
            values={code: given[f"value_{code}"] for code in self._asked_codes() if given[f"value_{code}"]},
            marks=tuple(self._checked("mark_")),
            evidence=tuple(self._checked("evidence_")),
            subject_handle=given["subject_handle"],
            origin=given["origin"].strip(),
            validated_at=_midnight(given["validated_on"]),
        )

    def add_fault(self, fault: Fault) -> None:
        """Put what the exchange found wrong beside its field."""
        if fault.field == "origin":
            self.add_error("origin", _ORIGIN_UNKNOWN if self.cleaned_data.get("origin") else _ORIGIN_MISSING)
        elif fault.field == "marks":
            for code in load_catalogue().hiding_marks & set(self._checked("mark_")):
                self.add_error(f"mark_{code}", _HIDING)
        else:
            self.add_error(None, _BEYOND if fault.field == "values" else f"{fault.message}; {fault.remedy}")

    def _asked_codes(self) -> tuple[str, ...]:
        return self.asked.named.ask.elements

    def _checked(self, prefix: str) -> Iterator[str]:
        return (name.removeprefix(prefix) for name, on in self.cleaned_data.items() if name.startswith(prefix) and on)


def show_answer(request: HttpRequest, staff: Staff, task: TaskView, *, form: AnswerForm | None = None) -> HttpResponse:
    """Show what is asked and the form to answer it; what the asker wrote only after that was recorded."""
    with reading(staff.actor) as cursor:
        asked, head = reload_ask(cursor, task.subject_id), head_of(cursor, staff, task)
    private = None
    if request.method == "POST" and head.is_open:
        try:
            private = open_private(task_id=task.id, by=staff.actor, now=staff.now, keys=key_ring())
        except REFUSALS as error:
            return refuse(request, task, error)
    if form is None:
        form = AnswerForm(asked, initial=typed_for(request, staff, task))
    context = {
        "head": head,
        "asked": asked_part(asked),
        "private": private,
        "form": form,
        "here": task_address(task.id),
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return show(request, "exchange/task_answer.html", context, status)


@page(Permission.TASK_ANSWER, FOOTING, methods=("GET", "POST"))
@acts_on(ANSWERS)
def answer(request: HttpRequest, staff: Staff, task: TaskView) -> HttpResponse:
    """Answer in full, in part, or that there is no record; the gate then judges what was found."""
    with reading(staff.actor) as cursor:
        asked = reload_ask(cursor, task.subject_id)
    form = AnswerForm(asked, request.POST)
    if not form.is_valid():
        return show_answer(request, staff, task, form=form)
    try:
        status = answer_request(
            task_id=task.id, answer=form.answer(), by=staff.actor, now=staff.now, keys=key_ring()
        )  # fmt: skip
    except AnswerFaultError as error:
        for fault in error.faults:
            form.add_fault(fault)
        return show_answer(request, staff, task, form=form)
    except REFUSALS as error:
        return refuse(request, task, error)
    forget_draft(account=staff.account, page=task_address(task.id))
    messages.success(request, _("Your answer is recorded.") + " " + str(CAME_TO.get(status, status)))
    return to_task(task)


def _value_field(known: Catalogue, code: str) -> forms.CharField:
    kind = label(known.classes, known.elements[code].sensitivity_class)
    helped = str(_("Decided as: %(kind)s. Leave it empty when the record does not hold it.")) % {"kind": kind}
    return forms.CharField(label=label(known.elements, code), required=False, max_length=LONGEST_TEXT, help_text=helped)


def _box(words: Mapping[str, Word], code: str) -> forms.BooleanField:
    return forms.BooleanField(label=words[code].label(get_language() or "en"), required=False)


def _attestable(known: Catalogue) -> list[str]:
    return sorted(known.evidence_from(Source.HOLDER) | known.evidence_from(Source.RECORD))


def _midnight(day: date | None) -> datetime | None:
    """Return when a day began where the post's agency is."""
    return None if day is None else timezone.make_aware(datetime.combine(day, time()))
