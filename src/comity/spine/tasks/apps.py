"""The tasks as Django sees them."""

from django.apps import AppConfig


class TasksConfig(AppConfig):
    """App label `tasks`; every table starts with `tasks_`."""

    name = "comity.spine.tasks"
    label = "tasks"
