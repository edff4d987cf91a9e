"""The directory as Django sees it."""

from django.apps import AppConfig


class DirectoryConfig(AppConfig):
    """App label `directory`; every table starts with `directory_`."""

    name = "comity.standing.directory"
    label = "directory"
