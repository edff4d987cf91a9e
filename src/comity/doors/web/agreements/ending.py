"""Suspending an agreement, taking it up again, ending it: each says before what follows, and asks for the reason."""

from collections.abc import Mapping
from datetime import timedelta

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from comity.doors.web.agreements.act_words import ENDS, SUSPENSIONS
from comity.doors.web.agreements.doing import Doing, do_on_page
from comity.doors.web.agreements.subject import FOOTING, Subject, find
from comity.doors.web.drafts import typed_before
from comity.doors.web.page import Proof, Words, page
from comity.doors.web.permissions import Permission
from comity.doors.web.staff import Staff
from comity.spine.tenancy.transaction import reading
from comity.standing.agreements.commands import (
    resume_agreement,
    supersede_agreement,
    suspend_agreement,
    terminate_agreement,
    withdraw_notice,
)
from comity.standing.agreements.commands.terminate import AGREED_FOR
from comity.standing.agreements.facts import AgreementFacts
from comity.standing.agreements.notice import notice_days, waives_notice
from comity.standing.agreements.selectors import list_agreements
from comity.standing.agreements.states import IN_FORCE, SUPERSEDED, SUSPENDED, TERMINATED
from comity.standing.agreements.terms import read_terms
from comity.standing.agreements.vocabulary import EventKind, SuspensionReason, TerminationReason

_BOTH = ("GET", "POST")


class SuspendForm(forms.Form):
    """Why it rests."""

    reason = forms.ChoiceField(
        label=_("Why it is suspended"),
        choices=[("", _("choose")), *((one.value, label) for one, label in SUSPENSIONS.items())],
        help_text=_("The word is recorded and the parties read it. None of them says that somebody complained."),
    )


class EndForm(forms.Form):
    """Why it ends."""

    reason = forms.ChoiceField(
        label=_("Why it ends"), choices=[("", _("choose")), *((one.value, label) for one, label in ENDS.items())]
    )
    sure = forms.BooleanField(label=_("I have read what follows from this."))


class SupersedeForm(forms.Form):
    """What takes the place."""

    successor = forms.ChoiceField(
        label=_("The agreement that takes its place"),
        help_text=_("It is in force between at least the same parties."),
    )


@page(Permission.AGREEMENT_SUSPEND, FOOTING, methods=_BOTH, proof=Proof.LATELY)
def suspend(request: HttpRequest, staff: Staff, code: str) -> HttpResponse:
    """Suspend an agreement in force."""
    found = find(staff, code)

    def run(given: Mapping[str, object]) -> Words:
        reason = SuspensionReason(str(given["reason"]))
        suspend_agreement(by=staff.actor, now=staff.now, agreement_id=found.agreement.id, reason=reason)
        return _("The agreement is suspended: nothing leaves under it from now on.")

    effect = (
        _("From the moment this is recorded nothing leaves under this agreement; what is on its way is stopped."),
        _("What was received under it stays bound to its limits on passing on."),
        _("The head of your agency, and of no other, takes it up again."),
    )
    form = SuspendForm(request.POST if request.method == "POST" else None, initial=typed_before(request, staff.account))
    doing = Doing(
        "agreement-suspend", _("Suspend this agreement"), effect, _("Suspend it now"), run, form,
        is_done=found.state == SUSPENDED, is_grave=True,
    )  # fmt: skip
    return do_on_page(request, found, doing)


@page(Permission.AGREEMENT_END, FOOTING, methods=_BOTH, proof=Proof.LATELY)
def resume(request: HttpRequest, staff: Staff, code: str) -> HttpResponse:
    """Take a suspended agreement up again."""
    found = find(staff, code)

    def run(_given: Mapping[str, object]) -> Words:
        resume_agreement(by=staff.actor, now=staff.now, agreement_id=found.agreement.id)
        return _("The agreement is taken up again.")

    reason = found.agreement.suspended_reason
    effect = (
        _("It was suspended for: %(reason)s.") % {"reason": SUSPENSIONS[SuspensionReason(reason)]} if reason else "",
        _("From the moment this is recorded the gate follows it again, within its period."),
    )
    doing = Doing(
        "agreement-resume", _("Take this agreement up again"), effect, _("Take it up again now"), run,
        is_done=found.state == IN_FORCE and any(one.event is EventKind.RESUMED for one in found.events),
    )  # fmt: skip
    return do_on_page(request, found, doing)


@page(Permission.AGREEMENT_END, FOOTING, methods=_BOTH, proof=Proof.LATELY)
def end(request: HttpRequest, staff: Staff, code: str) -> HttpResponse:
    """End an agreement for good, or give the notice its text states."""
    found = find(staff, code)

    def run(given: Mapping[str, object]) -> Words:
        reason = TerminationReason(str(given["reason"]))
        at = terminate_agreement(by=staff.actor, now=staff.now, agreement_id=found.agreement.id, reason=reason)
        if at is None:
            return _("Your agency agrees to end it. It ends once the head of every party has said so.")
        if at > staff.now:
            when = date_format(localtime(at), "DATETIME_FORMAT")
            return _("Notice is given. The agreement ends on %(when)s and stays in force until then.") % {"when": when}
        return _("The agreement has ended.")

    typed = typed_before(request, staff.account) | {"sure": False}
    form = EndForm(request.POST if request.method == "POST" else None, initial=typed)
    doing = Doing(
        "agreement-end", _("End this agreement"), _ending(found), _("End it"), run, form,
        is_done=found.state in {SUPERSEDED, TERMINATED}, is_grave=True,
    )  # fmt: skip
    return do_on_page(request, found, doing)


def _ending(found: Subject) -> tuple[Words, ...]:
    """Return what ending it now would bring, by what the text in force says."""
    stay = _("What was received under it stays bound to its limits on passing on, for good.")
    version = found.in_force
    if version is None:
        return (_("It was never in force: nothing was shared under it. It ends at once."),)
    terms = read_terms(version.terms)
    role = next(one.role for one in found.agreement.parties if one.agency_id == found.staff.agency.id)
    days = notice_days(terms, role)
    told: list[Words] = []
    if days:
        over = found.staff.now + timedelta(days=days)
        given = {"days": days, "when": date_format(localtime(over), "DATE_FORMAT")}
        told.append(
            _("The text asks your agency for %(days)s days of notice: given today it is over on %(when)s.") % given
        )
        told.append(_("Until then it stays in force, and your agency can take the notice back."))
        told.append(
            _("Public safety waives the notice: then it ends at once.")
            if waives_notice(terms)
            else _("Public safety does not waive the notice. To stop sharing at once, suspend the agreement.")
        )
    else:
        told.append(_("The text asks your agency for no notice: where your agency withdraws, it ends at once."))
    agreed = {"days": AGREED_FOR.days}
    told.append(_("Where all agree, each head says so here; what your agency says holds for %(days)s days.") % agreed)
    return (*told, stay)


@page(Permission.AGREEMENT_END, FOOTING, methods=_BOTH, proof=Proof.LATELY)
def notice(request: HttpRequest, staff: Staff, code: str) -> HttpResponse:
    """Take back a notice before it is over."""
    found = find(staff, code)

    def run(_given: Mapping[str, object]) -> Words:
        withdraw_notice(by=staff.actor, now=staff.now, agreement_id=found.agreement.id)
        return _("The notice is taken back: the agreement goes on.")

    over = found.agreement.notice_ends_at
    when = {"when": date_format(localtime(over), "DATETIME_FORMAT")} if over else {}
    effect = (
        _("A notice runs until %(when)s; the agreement would end then.") % when if over else "",
        _("Taken back, the agreement goes on as if no notice had been given. That it was given stays recorded."),
    )
    was = [one.event for one in found.events if one.event in {EventKind.NOTICE_GIVEN, EventKind.NOTICE_WITHDRAWN}]
    doing = Doing(
        "agreement-notice", _("Take back the notice"), effect, _("Take it back"), run,
        is_done=bool(was) and was[-1] is EventKind.NOTICE_WITHDRAWN,
    )  # fmt: skip
    return do_on_page(request, found, doing)


@page(Permission.AGREEMENT_END, FOOTING, methods=_BOTH, proof=Proof.LATELY)
def supersede(request: HttpRequest, staff: Staff, code: str) -> HttpResponse:
    """End an agreement because another takes its place."""
    found = find(staff, code)
    others = _successors(found)

    def run(given: Mapping[str, object]) -> Words:
        successor = next(one for one in others if one.code == given["successor"])
        supersede_agreement(
            by=staff.actor, now=staff.now, agreement_id=found.agreement.id, successor_id=successor.id
        )  # fmt: skip
        return _("The agreement is superseded.")

    effect = (
        _("It ends at once; what is asked from then on is decided under the agreement that takes its place."),
        _("A new version of this same agreement is offered and signed instead: nothing has to be superseded for that."),
        _("What was received under it stays bound to its limits on passing on, for good."),
    )
    form = SupersedeForm(request.POST if request.method == "POST" else None)
    form.fields["successor"].choices = [("", _("choose")), *((one.code, one.title) for one in others)]  # type: ignore[attr-defined]
    doing = Doing(
        "agreement-supersede", _("Replace this agreement by another"), effect, _("Replace it"), run, form,
        is_done=found.state == SUPERSEDED, is_grave=True,
    )  # fmt: skip
    return do_on_page(request, found, doing)


def _successors(found: Subject) -> list[AgreementFacts]:
    """Return the agreements that could take the place: in force between at least the same parties."""
    own = {one.agency_id for one in found.agreement.parties}
    with reading(found.staff.actor):
        every = list_agreements()
    return [
        one
        for one in every
        if one.state == IN_FORCE and one.code != found.agreement.code and own <= {p.agency_id for p in one.parties}
    ]
