"""What is kept: whether another term, to be let go, or held past its term."""

from typing import Final
from uuid import UUID

from django.contrib import messages
from django.db.backends.utils import CursorWrapper
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from comity.coordination.exchange.commands.retention import (
    SHORT_REASONS,
    end_keeping,
    hold_item,
    release_item,
    validate_kept,
)
from comity.coordination.exchange.kept import list_kept
from comity.coordination.exchange.selectors import get_kept_item
from comity.doors.ring import key_ring
from comity.doors.web.exchange.queue import show_list
from comity.doors.web.exchange.task_page import FOOTING, REFUSALS, acts_on, head_of, refuse, said, to_task
from comity.doors.web.exchange.task_words import category_label, element_labels
from comity.doors.web.page import Footing, Proof, page, show
from comity.doors.web.permissions import Permission
from comity.doors.web.staff import Staff
from comity.spine.tasks.selectors import TaskView
from comity.spine.tasks.vocabulary import Kind
from comity.spine.tenancy.transaction import reading
from comity.spine.vault.holds import list_own_holds

RETENTION: Final = frozenset({Kind.RETENTION})
REASONS: Final[dict[str, Promise]] = {
    "still_under_investigation": _("still under investigation"),
    "court_proceeding": _("a court proceeding"),
    "validated_by_source": _("validated by its source"),
    "required_by_statute": _("a statute requires it"),
}
HOLDS: Final[dict[str, Promise]] = {
    "lawsuit": _("a lawsuit"),
    "claim": _("a claim"),
    "audit": _("an audit"),
    "records_request": _("a request for public records"),
    "complaint": _("a complaint"),
}
"""Why something is held: codes that the placing post alone reads."""
KEPT: Final[dict[str, Promise]] = {"record": _("a lodged record"), "payload": _("what was disclosed")}
_FOOTING: Final = Footing(
    readers=_("Posts of the holding agency that decide how long it is kept. No value of it is shown."),
    ground=_("28 CFR 23.20(h): kept five years at most unless validated, with reviewer, date and reason."),
    record=_("Each decision is in the ledger. Of a hold it says neither who placed it nor why."),
)


@page(Permission.KEPT_READ, _FOOTING)
def kept_due(request: HttpRequest, staff: Staff) -> HttpResponse:
    """List what falls due soon and asks for a decision; what nobody decides is purged when its term ends."""
    return show_list(request, staff, template="exchange/retention.html", name="retention", kinds=RETENTION)


@page(Permission.KEPT_READ, _FOOTING)
def kept(request: HttpRequest, staff: Staff, kept_id: UUID) -> HttpResponse:
    """Show something kept, named by its own number, a record's or a disclosure's."""
    with reading(staff.actor) as cursor:
        context = _kept_part(cursor, staff, get_kept_item(cursor, kept_id))
    if context["kept"] is None:
        raise Http404(kept_id)
    return show(request, "exchange/kept.html", context)


def show_retention(request: HttpRequest, staff: Staff, task: TaskView) -> HttpResponse:
    """Show what a retention task is about and what can be done with it."""
    with reading(staff.actor) as cursor:
        head = head_of(cursor, staff, task)
        context = _kept_part(cursor, staff, task.subject_id)
    return show(request, "exchange/task_retention.html", {"head": head, **context})


@page(Permission.KEPT_CHANGE, FOOTING, methods=("GET", "POST"), proof=Proof.LATELY)
@acts_on(RETENTION)
def purge(request: HttpRequest, staff: Staff, task: TaskView) -> HttpResponse:
    """Let what a task is about be purged."""
    try:
        end_keeping(
            task_id=task.id, digest=request.POST.get("digest", ""), by=staff.actor, now=staff.now, keys=key_ring()
        )
    except REFUSALS as error:
        return refuse(request, task, error)
    messages.success(request, _("Recorded: it is purged within the hour, unless somebody holds it."))
    return to_task(task)


@page(Permission.KEPT_CHANGE, _FOOTING, methods=("GET", "POST"), proof=Proof.LATELY)
def keep(request: HttpRequest, staff: Staff, kept_id: UUID) -> HttpResponse:
    """Keep something for another term."""
    if request.method == "POST":
        item = _item(staff, kept_id)
        try:
            until = validate_kept(
                item_id=item, reason=request.POST.get("reason", ""), by=staff.actor, now=staff.now, keys=key_ring()
            )
        except REFUSALS as error:
            messages.error(request, said(error))
        else:
            day = date_format(localtime(until), "DATE_FORMAT")
            messages.success(request, _("Recorded: it is kept until %(day)s.") % {"day": day})
    return redirect("console:exchange-kept", kept_id=kept_id)


@page(Permission.KEPT_HOLD, _FOOTING, methods=("GET", "POST"), proof=Proof.LATELY)
def hold(request: HttpRequest, staff: Staff, kept_id: UUID) -> HttpResponse:
    """Keep something from being purged until the hold is released."""
    if request.method == "POST":
        item, reason = _item(staff, kept_id), request.POST.get("reason", "")
        if reason not in HOLDS:
            messages.error(request, _("Nothing was recorded: choose why it is held."))
        else:
            _hold(request, staff, item, reason)
    return redirect("console:exchange-kept", kept_id=kept_id)


def _hold(request: HttpRequest, staff: Staff, item: UUID, reason: str) -> None:
    try:
        hold_item(item_id=item, reason=reason, by=staff.actor, now=staff.now, keys=key_ring())
    except REFUSALS as error:
        messages.error(request, said(error))
    else:
        messages.success(request, _("It is held until your post releases it. Only your post sees why."))


@page(Permission.KEPT_HOLD, _FOOTING, methods=("GET", "POST"), proof=Proof.LATELY)
def release(request: HttpRequest, staff: Staff, kept_id: UUID) -> HttpResponse:
    """Release a hold that the post placed."""
    if request.method == "POST":
        item = _item(staff, kept_id)
        try:
            hold_id = UUID(request.POST.get("hold", ""))
            release_item(hold_id=hold_id, item_id=item, by=staff.actor, now=staff.now, keys=key_ring())
        except ValueError:
            messages.error(request, _("Nothing was recorded: choose which hold to release."))
        except REFUSALS as error:
            messages.error(request, said(error))
        else:
            messages.success(request, _("This hold is released; another may still hold it."))
    return redirect("console:exchange-kept", kept_id=kept_id)


def _item(staff: Staff, kept_id: UUID) -> UUID:
    """Return the vault item; raises `Http404` for what is purged or another agency's."""
    with reading(staff.actor) as cursor:
        item = get_kept_item(cursor, kept_id)
        if item not in list_kept(cursor, staff.agency.id, [item]):
            raise Http404(kept_id)
    return item


def _kept_part(cursor: CursorWrapper, staff: Staff, item_id: UUID) -> dict[str, object]:
    """Return what a page says of something kept; `kept` None: it is purged, or not this agency's."""
    found = list_kept(cursor, staff.agency.id, [item_id]).get(item_id)
    if found is None:
        return {"kept": None}
    own = list_own_holds(cursor, [item_id], by=staff.actor)
    return {
        "kept": found,
        "what": KEPT[found.kind],
        "category": category_label(found.category),
        "elements": element_labels(found.elements),
        "reasons": [(code, REASONS[code]) for code in SHORT_REASONS],
        "holds": [(one, HOLDS.get(one.reason, one.reason)) for one in own],
        "hold_reasons": HOLDS.items(),
        "may_keep": staff.may(Permission.KEPT_CHANGE),
        "may_hold": staff.may(Permission.KEPT_HOLD),
    }
