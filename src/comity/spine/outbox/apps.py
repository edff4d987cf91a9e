"""The outbox as Django sees it."""

from django.apps import AppConfig


class OutboxConfig(AppConfig):
    """App label `outbox`; every table starts with `outbox_`."""

    name = "comity.spine.outbox"
    label = "outbox"
