"""Law as Django sees it."""

from django.apps import AppConfig


class LawConfig(AppConfig):
    """App label `law`; every table starts with `law_`."""

    name = "comity.standing.law"
    label = "law"
