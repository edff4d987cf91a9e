"""Reviews of what went in an emergency or was told outside the gate: due within 24 hours."""

from typing import Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from comity.coordination.exchange.commands.review import ReviewFinding, review_disclosure
from comity.coordination.exchange.reload import reload_ask
from comity.doors.ring import key_ring
from comity.doors.web.exchange.asked_part import asked_part
from comity.doors.web.exchange.queue import show_list
from comity.doors.web.exchange.task_page import FOOTING, REFUSALS, acts_on, head_of, refuse, to_task
from comity.doors.web.page import NOT_RECORDED, Footing, Proof, page, show
from comity.doors.web.permissions import Permission
from comity.doors.web.staff import Staff
from comity.spine.tasks.selectors import TaskView
from comity.spine.tasks.vocabulary import Kind
from comity.spine.tenancy.transaction import reading

REVIEWS: Final = frozenset({Kind.REVIEW})
_LISTED: Final = Footing(
    readers=_("The privacy officer of your agency."),
    ground=_("The rules for danger to life, and for what is told outside the gate: each is reviewed within 24 hours."),
    record=NOT_RECORDED,
)
_FINDINGS: Final[dict[ReviewFinding, Promise]] = {
    ReviewFinding.PROPER: _("Recorded: it was proper."),
    ReviewFinding.BREACH: _("Recorded: it was a breach."),
}


@page(Permission.REVIEW_READ, _LISTED)
def reviews(request: HttpRequest, staff: Staff) -> HttpResponse:
    """List the disclosures that wait for a review."""
    return show_list(request, staff, template="exchange/reviews.html", name="reviews", kinds=REVIEWS)


def show_review(request: HttpRequest, staff: Staff, task: TaskView) -> HttpResponse:
    """Show what went to whom for what, without a value, and the two findings."""
    with reading(staff.actor) as cursor:
        found, head = reload_ask(cursor, task.subject_id), head_of(cursor, staff, task)
    context = {"head": head, "asked": asked_part(found), "is_outside": found.path == "outside"}
    return show(request, "exchange/task_review.html", context)


@page(Permission.REVIEW_DECIDE, FOOTING, methods=("GET", "POST"), proof=Proof.LATELY)
@acts_on(REVIEWS)
def find(request: HttpRequest, staff: Staff, task: TaskView) -> HttpResponse:
    """Find a disclosure proper or a breach; within its 24 hours or late."""
    try:
        finding = ReviewFinding(request.POST.get("finding", ""))
    except ValueError:
        messages.error(request, _("Nothing was recorded: say whether it was proper or a breach."))
        return to_task(task)
    try:
        review_disclosure(
            task_id=task.id, finding=finding, digest=request.POST.get("digest", ""), by=staff.actor, now=staff.now,
            keys=key_ring(),
        )  # fmt: skip
    except REFUSALS as error:
        return refuse(request, task, error)
    messages.success(request, str(_FINDINGS[finding]))
    return to_task(task)
