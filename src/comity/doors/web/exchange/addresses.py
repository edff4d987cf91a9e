"""Where a task is looked at: for every page that names one."""

from uuid import UUID

from django.urls import reverse


def task_address(task_id: UUID) -> str:
    """Return the address of a task's page; it says so itself when the task is another post's, or closed."""
    return reverse("console:task", args=[task_id])
