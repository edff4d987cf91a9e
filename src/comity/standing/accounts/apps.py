"""Accounts as Django sees them."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """App label `accounts`; every table starts with `accounts_`."""

    name = "comity.standing.accounts"
    label = "accounts"
