"""A task's page: what is asked of the post, and the form that ends it."""

from collections.abc import Callable, Mapping
from typing import Final

from django.http import HttpRequest, HttpResponse

from comity.doors.web.exchange.answering import show_answer
from comity.doors.web.exchange.approving import show_approval
from comity.doors.web.exchange.concluding import show_conclusion
from comity.doors.web.exchange.retention import show_retention
from comity.doors.web.exchange.reviews import show_review
from comity.doors.web.exchange.task_page import FOOTING, of_own_task
from comity.doors.web.page import page
from comity.doors.web.permissions import Permission
from comity.doors.web.staff import Staff
from comity.spine.tasks.selectors import TaskView
from comity.spine.tasks.vocabulary import Kind

SHOWN: Final[Mapping[Kind, Callable[[HttpRequest, Staff, TaskView], HttpResponse]]] = {
    Kind.ANSWER: show_answer,
    Kind.APPROVAL: show_approval,
    Kind.COUNSEL: show_approval,
    Kind.REVIEW: show_review,
    Kind.RETENTION: show_retention,
    Kind.CORRECTION: show_conclusion,
    Kind.REDRESS: show_conclusion,
    Kind.NOTICE: show_conclusion,
    Kind.DEAD_LETTER: show_conclusion,
}


@page(Permission.TASK_READ, FOOTING, methods=("GET", "POST"))
@of_own_task()
def task(request: HttpRequest, staff: Staff, task: TaskView) -> HttpResponse:
    """Show a task of the post; a POST opens what is sealed for it, which is recorded before it is shown."""
    return SHOWN[task.kind](request, staff, task)
