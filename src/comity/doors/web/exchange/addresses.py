"""Where a task is looked at: for every page that names one."""

from uuid import UUID

from django.urls import reverse

from comity.spine.tasks.vocabulary import Kind


def task_address(kind: Kind, task_id: UUID) -> str:  # noqa: ARG001 - today every kind has its page at one address
    """Return the address of a task's page; it says so itself when the task is another post's, or closed."""
    return reverse("console:task", args=[task_id])
