"""The vault as Django sees it."""

from django.apps import AppConfig


class VaultConfig(AppConfig):
    """App label `vault`; every table starts with `vault_`."""

    name = "comity.spine.vault"
    label = "vault"
