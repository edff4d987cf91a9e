"""Writing an agreement: from a template or by hand, checked, kept as a draft, offered to the other parties."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from comity.doors.web.agreements.acts import why_not
from comity.doors.web.agreements.doing import Doing, do_on_page
from comity.doors.web.agreements.filling_form import TemplateForm, file_of
from comity.doors.web.agreements.refusals import REFUSED, Refusal, refusal_of
from comity.doors.web.agreements.subject import FOOTING, Subject, clauses_of, find
from comity.doors.web.agreements.written import (
    NEW,
    WritingForm,
    clauses_in_words,
    first_values,
    flaws_of,
    put_at_fields,
    raw_of,
    values_of_file,
)
from comity.doors.web.drafts import forget_draft, keep_draft, typed_before
from comity.doors.web.page import Footing, Proof, Words, page, show
from comity.doors.web.permissions import Permission
from comity.doors.web.staff import Staff
from comity.standing.agreements.checking import Written, written_of
from comity.standing.agreements.commands import draft_agreement, offer_agreement, revise_draft
from comity.standing.agreements.drafts import DraftFacts
from comity.standing.agreements.facts import VersionFacts
from comity.standing.agreements.filling import FillingError
from comity.standing.agreements.template_parts import Template
from comity.standing.agreements.template_said import template_said
from comity.standing.agreements.templates import load_templates
from comity.standing.law.catalogue import load_catalogue

_FOOTING = Footing(
    readers=_("Your agency alone: a draft is seen by nobody else before it is offered."),
    ground=_("Each agency writes its own drafts; nobody is bound by one."),
    record=_("That a draft was written is an entry of the ledger, not what it says."),
)
_BOTH = ("GET", "POST")


@dataclass(frozen=True, slots=True)
class Checked:
    """What a look at a text came to: the agreement where nothing is wrong, its clauses in plain words."""

    written: Written | None
    clauses: list[object]


@page(Permission.AGREEMENT_DRAFT, _FOOTING)
def choose(request: HttpRequest, staff: Staff) -> HttpResponse:  # noqa: ARG001 - a page is given who is at it
    """Choose what to begin with: a template, or a text of one's own."""
    language, known = get_language() or "en", load_templates()
    rows = [(one.code, one.title.said(language), one.about.said(language)) for one in known.templates.values()]
    return show(request, "agreements/choose.html", {"templates": sorted(rows, key=lambda row: row[1])})


@page(Permission.AGREEMENT_DRAFT, _FOOTING, methods=_BOTH)
def fill(request: HttpRequest, staff: Staff, template: str) -> HttpResponse:
    """Fill in a template; what comes out stands in the form for texts, to be read and changed."""
    known = load_templates()
    chosen = known.templates.get(template)
    if chosen is None:
        raise Http404(template)
    language = get_language() or "en"
    form = TemplateForm(chosen, known, language, request.POST or None)
    form.begin(typed_before(request, staff.account), own=staff.agency.code, role=staff.agency.kind.value)
    if request.method == "POST" and form.is_valid():
        try:
            text = file_of(chosen, known, form)
        except FillingError as error:
            form.put(error)
        else:
            there = reverse("console:agreement-write")
            typed = QueryDict(mutable=True)
            typed.update({name: str(value) for name, value in values_of_file(text).items()})
            if keep_draft(account=staff.account, page=there, typed=typed):
                forget_draft(account=staff.account, page=request.path)
                return redirect(there)
            form.add_error(None, _("The text is too long for a form: write it with the command line."))
    context = {"form": form, "said": template_said(chosen, templates=known, language=language), "sides": _sides(chosen)}
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors or request.method == "POST" else HTTPStatus.OK
    return show(request, "agreements/fill.html", context, status)


def _sides(template: Template) -> tuple[str, str]:
    return template.sides.first, template.sides.second


@page(Permission.AGREEMENT_DRAFT, _FOOTING, methods=_BOTH)
def write(request: HttpRequest, staff: Staff) -> HttpResponse:
    """Write a new agreement by hand, or look over what a template gave."""
    form = WritingForm(request.POST if request.method == "POST" else None, initial=typed_before(request, staff.account))
    checked, refusal = _checked(form, staff), None
    if checked and checked.written and request.POST.get("act") == "save":
        written = checked.written
        try:
            draft_agreement(
                by=staff.actor, now=staff.now, code=written.code, title=written.title, kind=written.kind,
                parties=written.parties, text=written.text, terms=written.terms, period=written.period,
            )  # fmt: skip
        except REFUSED as error:
            refusal = refusal_of(error)
        else:
            return _saved(request, staff, written.code)
    return _show(request, form, checked, refusal, {})


@page(Permission.AGREEMENT_DRAFT, _FOOTING, methods=_BOTH)
def draft(request: HttpRequest, staff: Staff, code: str) -> HttpResponse:
    """Write the next text of an agreement that is there: go on with a draft, a counter-offer, a new version."""
    found = find(staff, code)
    present = _present(found)
    before: dict[str, object] = {**(typed_before(request, staff.account) or present)}
    given = request.POST.copy() if request.method == "POST" else None
    if given is not None:
        given.update({name: str(present[name]) for name in NEW if name not in given})
    form = WritingForm(given, initial=before | {name: present[name] for name in NEW})
    for name in NEW:
        form.fields[name].disabled = True
    checked, refusal, why = _checked(form, staff), None, why_not("agreement-draft", found)
    if checked and checked.written and request.POST.get("act") == "save":
        written = checked.written
        try:
            revise_draft(
                by=staff.actor, now=staff.now, agreement_id=found.agreement.id, title=written.title,
                text=written.text, terms=written.terms, period=written.period,
            )  # fmt: skip
        except REFUSED as error:
            refusal = refusal_of(error)
        else:
            return _saved(request, staff, code)
    return _show(request, form, checked, refusal, {"agreement": found.agreement, "found": found, "why": why})


@page(Permission.AGREEMENT_DRAFT, FOOTING, methods=_BOTH, proof=Proof.LATELY)
def offer(request: HttpRequest, staff: Staff, code: str) -> HttpResponse:
    """Offer the draft of the post's agency to the other parties."""
    found = find(staff, code)

    def run(_given: Mapping[str, object]) -> Words:
        offer_agreement(by=staff.actor, now=staff.now, agreement_id=found.agreement.id)
        return _("Your draft is offered: every party reads it now.")

    effect = (
        _("Your draft becomes a version that nobody changes any more; every party reads it from now on."),
        _("What was reviewed, confirmed and signed of an earlier offer lapses: the parties do it again for this one.")
        if found.on_offer
        else _("Nobody is bound by it before it was reviewed, confirmed and signed by every party."),
        _("What is in force stays in force as it is.") if found.in_force else "",
    )
    draft = found.draft
    more = {"draft": draft, "clauses": _clauses(draft, found) if draft else []}
    doing = Doing(
        "agreement-offer", _("Offer your draft"), effect, _("Offer it"), run,
        is_done=request.method == "POST" and draft is None and found.on_offer is not None, more=more,
    )  # fmt: skip
    return do_on_page(request, found, doing)


def _clauses(draft: DraftFacts, found: Subject) -> list[object]:
    try:
        return list(clauses_of(draft, found.names))  # type: ignore[arg-type] # a draft's terms are read alike
    except REFUSED:
        return []


def _present(found: Subject) -> dict[str, object]:
    """Return what the next text begins with: one's own draft, else the newest version."""
    base: DraftFacts | VersionFacts | None = found.draft or found.newest
    agreement = found.agreement
    return first_values(
        code=agreement.code,
        kind=agreement.kind.value,
        parties={party.agency_code: party.role.value for party in agreement.parties},
        title=base.title if base else agreement.title,
        text=base.text.strip() if base else "",
        terms=base.terms if base else {},
        period=base.period if base else None,
    )


def _checked(form: forms.Form, staff: Staff) -> Checked | None:
    """Return what a look at the form came to, its problems put beside its fields; None for a form not sent yet."""
    if not form.is_bound:
        return None
    if not form.is_valid():
        return Checked(None, [])
    raw, unreadable = raw_of(form.cleaned_data)
    broken = {one.field for one in unreadable}
    flaws = [*unreadable, *(one for one in flaws_of(raw, staff) if one.field not in broken)]
    put_at_fields(form, flaws, raw)
    return Checked(None if flaws else written_of(raw), list(clauses_in_words(raw)))


def _saved(request: HttpRequest, staff: Staff, code: str) -> HttpResponse:
    forget_draft(account=staff.account, page=request.path)
    messages.success(request, _("The draft is kept. Nobody else sees it before you offer it."))
    return redirect("console:agreement", code=code)


def _show(
    request: HttpRequest, form: forms.Form, checked: Checked | None, refusal: Refusal | None, more: dict[str, object]
) -> HttpResponse:
    problems = sum(len(errors) for errors in form.errors.values()) if form.is_bound else 0
    context = {
        "form": form,
        "checked": checked,
        "is_good": bool(checked and checked.written and not refusal),
        "problems": problems,
        "refusal": refusal,
        "known": _known_words(),
        **more,
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if problems or refusal else HTTPStatus.OK
    return show(request, "agreements/write.html", context, status)


def _known_words() -> list[tuple[Words, list[tuple[str, str]]]]:
    """Return the codes that a clause may use, each with what it is called, by what they are."""
    known, language = load_catalogue(), get_language() or "en"
    groups = (
        (_("purposes"), known.purposes), (_("categories"), known.categories), (_("elements"), known.elements),
        (_("marks"), known.marks),
    )  # fmt: skip
    return [(name, sorted((one.code, one.label(language)) for one in words.values())) for name, words in groups]
