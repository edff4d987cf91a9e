"""My desk: what is due from a post, overdue first, and what falls due under its agreements."""

from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Final

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from comity.doors.web.drafts import keep_draft
from comity.doors.web.page import NOT_RECORDED, Footing, page, show
from comity.doors.web.permissions import Permission
from comity.doors.web.staff import POST_KEY, Staff
from comity.spine.tasks.selectors import list_open
from comity.spine.tasks.vocabulary import Kind
from comity.spine.tenancy.transaction import reading
from comity.standing.agreements.due import DueKind, is_near
from comity.standing.agreements.selectors import list_all_due

_MOST: Final = 200
KINDS: Final[dict[Kind, Promise]] = {
    Kind.APPROVAL: _("Approve what is to leave"),
    Kind.ANSWER: _("Answer an ask"),
    Kind.COUNSEL: _("Decide as counsel"),
    Kind.REVIEW: _("Review what was done in an emergency"),
    Kind.RETENTION: _("Review what is kept"),
    Kind.CORRECTION: _("Correct a record"),
    Kind.REDRESS: _("Answer a person's request"),
    Kind.NOTICE: _("Give notice"),
    Kind.DEAD_LETTER: _("Deliver what could not be delivered"),
}
DUE: Final[dict[DueKind, Promise]] = {
    DueKind.END: _("its period ends"),
    DueKind.NOTICE_OVER: _("a notice runs out and it ends"),
    DueKind.FIRST_REVIEW: _("its first review"),
    DueKind.MEETING: _("its meeting"),
}
_FOOTING: Final = Footing(
    readers=_("You alone, in this post: what is due from others is on their desks."),
    ground=_("The tasks of your post; each names its own authority."),
    record=NOT_RECORDED,
)


@dataclass(frozen=True, slots=True)
class DeskLine:
    """Something due: what, until when, whether that is past."""

    what: Promise | str
    opened_at: datetime
    due_at: datetime | None
    is_overdue: bool


@page(Permission.DESK_READ, _FOOTING)
def desk(request: HttpRequest, staff: Staff) -> HttpResponse:
    """Show what is due from the post."""
    return show(request, "desk.html", _due(staff))


@page(Permission.DESK_READ, _FOOTING)
def pulse(request: HttpRequest, staff: Staff) -> HttpResponse:
    """Show the same again to a desk that is open; it is no sign of life."""
    return show(request, "parts/desk_lines.html", _due(staff))


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
        keep_draft(account=staff.account, page=shown.partition("?")[0], typed=typed)
    return HttpResponse(status=HTTPStatus.NO_CONTENT.value)


def _due(staff: Staff) -> dict[str, object]:
    with reading(staff.actor) as cursor:
        tasks = list_open(
            cursor,
            agency_id=staff.agency.id,
            posts=[staff.post.id],
            functions=[staff.post.function.value],
            now=staff.now,
            limit=_MOST,
        )
        falls_due = [one for one in list_all_due(staff.now) if is_near(one, staff.now)]
    lines = [
        DeskLine(KINDS[one.kind], one.opened_at, one.due_at, one.due_at is not None and one.due_at <= staff.now)
        for one in tasks
    ]
    return {
        "lines": lines,
        "overdue": sum(1 for line in lines if line.is_overdue),
        "falls_due": [(one.at, one.agreement, DUE[one.kind]) for one in falls_due],
        "is_full": len(lines) == _MOST,
    }
