"""The end of a shift: leave the post to whoever comes next, take it over, look back at who left what."""

from http import HTTPStatus
from typing import Final
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from comity.coordination.exchange.rules import functions_of
from comity.doors.ring import key_ring
from comity.doors.web.desk_reading import read_left
from comity.doors.web.drafts import forget_draft, typed_before
from comity.doors.web.page import Footing, page, show
from comity.doors.web.permissions import Permission
from comity.doors.web.staff import Staff
from comity.kernel.ids import new_id
from comity.spine.tenancy.transaction import reading
from comity.standing.directory.commands.handovers import (
    LONGEST_NOTE,
    NOTE_KEPT,
    AlreadyTakenOverError,
    NoHandoverError,
    NoteTooLongError,
    OwnHandoverError,
    leave_post,
    take_over_post,
)
from comity.standing.directory.commands.holdings import NotHeldError

_FOOTING: Final = Footing(
    readers=_("Whoever holds this post; your agency's auditor sees that it was handed over, never the note."),
    ground=_("The post: its next holder answers for what is open."),
    record=_(
        "Leaving the post and taking it over are entries of the ledger. The note is sealed and kept for two weeks."
    ),
)


@page(Permission.DESK_READ, _FOOTING)
def handovers(request: HttpRequest, staff: Staff) -> HttpResponse:
    """Show what was left at the post, and the form to leave it."""
    return _shown(request, staff, note=typed_before(request, staff.account).get("note", ""))


@page(Permission.HANDOVER_CHANGE, _FOOTING, methods=("POST",))
def leave(request: HttpRequest, staff: Staff) -> HttpResponse:
    """Leave the post, with what is open and a note."""
    note = request.POST.get("note", "").replace("\r\n", "\n").replace("\0", "").strip()
    try:
        handover_id = UUID(request.POST.get("handover", ""))
    except ValueError:
        handover_id = new_id()
    try:
        leave_post(
            by=staff.actor,
            now=staff.now,
            handover_id=handover_id,
            officer_id=staff.account.officer_id,
            functions=functions_of(staff.post.function.value),
            note=note,
            keys=key_ring(),
        )
    except NoteTooLongError:
        error = _("The note is too long: %(most)d characters at most.") % {"most": LONGEST_NOTE}
        return _shown(request, staff, note=note, error=str(error), status=HTTPStatus.UNPROCESSABLE_ENTITY)
    except NotHeldError:
        messages.error(request, _("You do not hold this post any more: nothing was left."))
        return redirect("console:desk")
    except NoHandoverError:
        messages.error(request, _("Nothing was left: open the page again, then send it."))
        return redirect("console:desk")
    forget_draft(account=staff.account, page=reverse("console:handovers"))
    messages.success(request, _("The post is left with its open tasks. Whoever comes next finds them on this desk."))
    return redirect("console:handovers")


@page(Permission.HANDOVER_CHANGE, _FOOTING, methods=("POST",))
def take_over(request: HttpRequest, staff: Staff, handover_id: UUID) -> HttpResponse:
    """Take over what was left."""
    try:
        take_over_post(
            by=staff.actor, now=staff.now, handover_id=handover_id, officer_id=staff.account.officer_id
        )  # fmt: skip
    except NoHandoverError:
        raise Http404(str(handover_id)) from None
    except AlreadyTakenOverError:
        messages.info(request, _("It was taken over before."))
    except OwnHandoverError:
        messages.error(request, _("You left it yourself. Whoever holds the post next takes it over."))
    except NotHeldError:
        messages.error(request, _("You do not hold this post any more: nothing was taken over."))
    else:
        messages.success(request, _("You have taken over what was left. It is recorded."))
    return redirect("console:desk")


def _shown(
    request: HttpRequest, staff: Staff, *, note: str, error: str = "", status: HTTPStatus = HTTPStatus.OK
) -> HttpResponse:
    with reading(staff.actor) as cursor:
        left = read_left(cursor, staff)
    context = {
        "left": left,
        "note": note,
        "error": error,
        "may_leave": staff.may(Permission.HANDOVER_CHANGE),
        "handover_id": new_id(),
        "longest": LONGEST_NOTE,
        "kept_days": NOTE_KEPT.days,
    }
    return show(request, "handovers.html", context, status)
