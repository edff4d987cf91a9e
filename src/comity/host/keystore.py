"""The node's keys as its settings name them: in the key file, or in a PKCS#11 token."""

from comity.config.node import NodeSettings, SettingsError
from comity.spine.keys.moved_ring import MovedRing
from comity.spine.keys.ring import KeyRing, KeyRingError, UnknownMasterKeyError
from comity.spine.keys.store import make_store, move_store, open_store


class WrongKeysError(KeyRingError):
    """The keys are whole, and not those of this database."""


def open_ring(settings: NodeSettings) -> KeyRing:
    """Open the node's keys; raises `KeyRingError`."""
    return open_store(file=settings.key_file, token=settings.token)


def make_ring(settings: NodeSettings) -> KeyRing:
    """Make the keys of a new node and open them; raises `KeyRingError`."""
    return make_store(file=settings.key_file, token=settings.token)


def move_ring(settings: NodeSettings) -> MovedRing:
    """Let the token that the settings name take over from the key file; safe to repeat; Django must be set up.

    Nothing is sealed anew yet; what the file sealed is opened with the file until then. Raises `KeyRingError`,
    `SettingsError` where no token is named.
    """
    if settings.token is None:
        raise SettingsError(
            "COMITY_KEYS is `file`; set COMITY_KEYS=pkcs11, COMITY_PKCS11_MODULE, COMITY_PKCS11_TOKEN and "
            "COMITY_PKCS11_PIN_FILE: they name the token to move to"
        )
    return move_store(
        file=settings.key_file,
        token=settings.token,
        fits=lambda ring: _require_fitting(ring, f"the key file `{settings.key_file}`"),
    )


def open_fitting_ring(settings: NodeSettings) -> KeyRing:
    """Open the node's keys after trying them on what the vault holds; Django must be set up.

    For whoever is going to seal: with keys of another node nothing that is there would open, and what is new would open
    nowhere else. A record that was altered stops nobody, `comity ledger verify` names it. Raises `KeyRingError`.
    """
    ring = open_ring(settings)
    _require_fitting(ring, name_store(settings))
    return ring


def _require_fitting(ring: KeyRing, name: str) -> None:
    from django.db import connections

    from comity.spine.vault.check_keys import check_keys, opens_most
    from comity.spine.vault.seal import ItemAlteredError

    try:
        with connections["verifier"].cursor() as cursor:
            try:
                check_keys(cursor, ring)
            except (ItemAlteredError, UnknownMasterKeyError):
                if not opens_most(cursor, ring):
                    raise WrongKeysError(
                        f"{name} does not open what this database holds: it is another node's, or damaged; put back "
                        "the keys that belong to it, nothing is started until then"
                    ) from None
    finally:
        connections["verifier"].close()


def name_store(settings: NodeSettings) -> str:
    """Say in words where the keys are."""
    if settings.token is None:
        return f"the key file `{settings.key_file}`"
    return f"the token `{settings.token.label}` of `{settings.token.module}`"
