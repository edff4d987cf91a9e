"""The clocks as Django sees them."""

from django.apps import AppConfig


class ClocksConfig(AppConfig):
    """App label `clocks`; every table starts with `clocks_`."""

    name = "comity.spine.clocks"
    label = "clocks"
