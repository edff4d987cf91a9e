"""Which key store a node uses: the key file, or a token shared by the threads of a process."""

from collections.abc import Sequence
from pathlib import Path
from threading import RLock
from typing import Final, Protocol

from comity.spine.keys.file_ring import FileKeyRing
from comity.spine.keys.private_file import read_private_text
from comity.spine.keys.ring import KeyRing, KeyRingError, PublicKey, Signature, Wrapped


class TokenPlace(Protocol):
    """Where a token is: the module (a shared library) that reaches it, its label, the file that holds its PIN."""

    @property
    def module(self) -> Path:
        """The PKCS#11 library."""

    @property
    def label(self) -> str:
        """The token's label."""

    @property
    def pin_file(self) -> Path:
        """One line, mode 0600."""


class TokenSupportMissingError(KeyRingError):
    """The package that speaks PKCS#11 is not installed."""


_rings: Final[dict[tuple[Path, str], KeyRing]] = {}
_opening: Final = RLock()


def open_store(*, file: Path, token: TokenPlace | None) -> KeyRing:
    """Open the token, or the key file where there is none; raises `KeyRingError` with the remedy.

    A token is opened once a process, for it lets nobody sign in twice.
    """
    if token is None:
        return FileKeyRing(file)
    with _opening:
        at = (token.module, token.label)
        if at not in _rings:
            _rings[at] = OneAtATime(_open_token(token))
        return _rings[at]


def _open_token(token: TokenPlace) -> KeyRing:
    try:
        from comity.spine.keys.pkcs11_ring import Pkcs11KeyRing  # noqa: PLC0415 - an extra, for who has a token
    except ImportError:
        raise TokenSupportMissingError(
            "the package `python-pkcs11` is not installed; run `.venv/bin/pip install python-pkcs11`"
        ) from None
    pin = read_private_text(token.pin_file).strip()
    return Pkcs11KeyRing(module=token.module, token=token.label, pin=pin)


class OneAtATime:
    """A key ring for several threads over one that has one operation at a time."""

    def __init__(self, ring: KeyRing) -> None:
        self._ring = ring
        self._lock = RLock()

    def sign(self, purpose: str, digest: bytes) -> Signature:
        """Sign, alone."""
        with self._lock:
            return self._ring.sign(purpose, digest)

    def verify(self, signature: Signature, public_key: bytes) -> bool:
        """Verify; needs no secret and so no turn."""
        return self._ring.verify(signature, public_key)

    def wrap(self, data_key: bytes, bound_to: bytes) -> Wrapped:
        """Seal a data key, alone."""
        with self._lock:
            return self._ring.wrap(data_key, bound_to)

    def unwrap(self, wrapped: Wrapped, bound_to: bytes) -> bytes:
        """Open a data key, alone."""
        with self._lock:
            return self._ring.unwrap(wrapped, bound_to)

    def blind(self, context: str, value: str) -> bytes:
        """Make a blind index, alone."""
        with self._lock:
            return self._ring.blind(context, value)

    def public_keys(self) -> Sequence[PublicKey]:
        """Return the public keys."""
        with self._lock:
            return self._ring.public_keys()

    def create_signing_key(self, purpose: str) -> PublicKey:
        """Make a signing key, alone."""
        with self._lock:
            return self._ring.create_signing_key(purpose)

    def rotate_master(self) -> str:
        """Make a new master key, alone."""
        with self._lock:
            return self._ring.rotate_master()

    @property
    def master_key_id(self) -> str:
        """The id of the master key that `wrap` uses now."""
        with self._lock:
            return self._ring.master_key_id
