"""Agreements as Django sees them."""

from django.apps import AppConfig


class AgreementsConfig(AppConfig):
    """App label `agreements`; every table starts with `agreements_`."""

    name = "comity.standing.agreements"
    label = "agreements"
