"""The portal as Django sees it: templates."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    """App label `portal`; it has no tables."""

    name = "comity.doors.portal"
    label = "portal"
