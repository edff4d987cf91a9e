"""Publication as Django knows it."""

from django.apps import AppConfig


class PublicationConfig(AppConfig):
    """The tables `publication_*`."""

    name = "comity.accountability.publication"
    label = "publication"
