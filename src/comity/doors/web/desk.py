"""My desk: what is due from a post, overdue first, what interrupts, and what falls due under its agreements."""

from http import HTTPStatus
from typing import Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from comity.doors.web.desk_reading import Board, read_desk, read_mark
from comity.doors.web.drafts import keep_draft
from comity.doors.web.page import Footing, page, show
from comity.doors.web.permissions import Permission
from comity.doors.web.staff import POST_KEY, Staff
from comity.kernel.ids import new_id
from comity.spine.tasks.interrupts import MOST_A_DAY, mark_seen
from comity.spine.tenancy.actor import Duty
from comity.spine.tenancy.transaction import acting
from comity.standing.directory.commands.handovers import LONGEST_NOTE, NOTE_KEPT

_FOOTING: Final = Footing(
    readers=_("You alone, in this post: what is due from others is on their desks."),
    ground=_("The tasks of your post; each names its own authority."),
    record=_("Reading this page is not recorded: it names no person. Leaving and taking over the post are."),
)


@page(Permission.DESK_READ, _FOOTING)
def desk(request: HttpRequest, staff: Staff) -> HttpResponse:
    """Show what is due from the post."""
    return show(request, "desk.html", _context(staff, read_desk(staff)))


@page(Permission.DESK_READ, _FOOTING)
def pulse(request: HttpRequest, staff: Staff) -> HttpResponse:
    """Answer an open desk: nothing while it is as it was (`seen`: its mark), else all of it. It is no sign of life."""
    seen = request.GET.get("seen", "")
    if seen and seen == read_mark(staff):
        return HttpResponse(status=HTTPStatus.NO_CONTENT.value)
    return show(request, "parts/desk_lines.html", {**_context(staff, read_desk(staff)), "is_pulse": True})


@page(Permission.DESK_CHANGE, _FOOTING, methods=("POST",))
def seen(request: HttpRequest, staff: Staff) -> HttpResponse:
    """Take note of interrupts: they are not shown above the desk again until one becomes worse."""
    ids = [one for text in request.POST.getlist("interrupt") if (one := _id(text)) is not None]
    if ids and staff.actor.duty is Duty.AGENCY:
        with acting(staff.actor) as cursor:
            mark_seen(cursor, ids, by=staff.actor, now=staff.now)
    return redirect("console:desk")


@page(Permission.DESK_CHANGE, _FOOTING, methods=("POST",))
def choose_post(request: HttpRequest, staff: Staff) -> HttpResponse:
    """Act in another of one's posts from now on."""
    chosen = request.POST.get("post", "")
    if chosen in {str(post.id) for post in staff.posts}:
        request.session[POST_KEY] = chosen
    return redirect("console:desk")


@page(Permission.DESK_CHANGE, _FOOTING, methods=("POST",))
def put_draft(request: HttpRequest, staff: Staff) -> HttpResponse:
    """Keep what is typed in a form that is open, so that a lock or a lost line costs nothing."""
    typed: QueryDict = request.POST.copy()
    pages = typed.pop("draft_of", [""])
    shown = str(pages[0])
    if shown.startswith("/console/"):
        keep_draft(account=staff.account, page=shown.partition("?")[0], typed=typed, by_itself=True)
    return HttpResponse(status=HTTPStatus.NO_CONTENT.value)


def _context(staff: Staff, board: Board) -> dict[str, object]:
    return {
        "board": board,
        "has_queue": staff.may(Permission.QUEUE_READ),
        "most_a_day": MOST_A_DAY,
        "may_leave": staff.may(Permission.HANDOVER_CHANGE),
        "handover_id": new_id(),
        "longest": LONGEST_NOTE,
        "kept_days": NOTE_KEPT.days,
    }


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
