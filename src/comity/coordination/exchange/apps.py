"""The exchange as Django knows it."""

from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    """The tables `exchange_*`."""

    name = "comity.coordination.exchange"
    label = "exchange"
