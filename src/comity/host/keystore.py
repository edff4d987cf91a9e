"""The node's keys as its settings name them: in the key file, or in a PKCS#11 token."""

from comity.config.node import NodeSettings
from comity.spine.keys.ring import KeyRing, KeyRingError, UnknownMasterKeyError
from comity.spine.keys.store import open_store


class WrongKeysError(KeyRingError):
    """The keys are whole, and not those of this database."""


def open_ring(settings: NodeSettings) -> KeyRing:
    """Open the node's keys; raises `KeyRingError`."""
    return open_store(file=settings.key_file, token=settings.token)


def open_fitting_ring(settings: NodeSettings) -> KeyRing:
    """Open the node's keys after trying them on what the vault holds; Django must be set up.

    For whoever is going to seal: with keys of another node nothing that is there would open, and what is new would open
    nowhere else. A record that was altered stops nobody, `comity ledger verify` names it. Raises `KeyRingError`.
    """
    from django.db import connections

    from comity.spine.vault.check_keys import check_keys, opens_most
    from comity.spine.vault.seal import ItemAlteredError

    ring = open_ring(settings)
    try:
        with connections["verifier"].cursor() as cursor:
            try:
                check_keys(cursor, ring)
            except (ItemAlteredError, UnknownMasterKeyError):
                if not opens_most(cursor, ring):
                    raise WrongKeysError(
                        f"{name_store(settings)} does not open what this database holds: it is another node's, or "
                        "damaged; put back the keys that belong to it, nothing is started until then"
                    ) from None
    finally:
        connections["verifier"].close()
    return ring


def name_store(settings: NodeSettings) -> str:
    """Say in words where the keys are."""
    if settings.token is None:
        return f"the key file `{settings.key_file}`"
    return f"the token `{settings.token.label}` of `{settings.token.module}`"
