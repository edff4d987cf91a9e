"""Which key store a node uses: the key file, or a token shared by the threads of a process."""

import hmac
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING, Final, Protocol

from comity.spine.keys.file_ring import FileKeyRing, moved_error
from comity.spine.keys.moved_ring import MovedRing
from comity.spine.keys.private_file import read_private_text
from comity.spine.keys.ring import (
    KeyRing,
    KeyRingError,
    KeysMovedError,
    MasterKey,
    PublicKey,
    Signature,
    TokenEmptyError,
    TokenTakenError,
    Wrapped,
)

if TYPE_CHECKING:
    from comity.spine.keys.pkcs11_ring import Pkcs11KeyRing


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

    A token is opened once a process, for it lets nobody sign in twice. While the key file it took over from is there
    (the index key tells), that file opens what it sealed.
    """
    if token is None:
        file_ring = FileKeyRing(file)
        if file_ring.moved_to:
            raise moved_error(file, file_ring.moved_to)
        return file_ring
    shared = _open_shared(token)
    former = FileKeyRing(file) if file.exists() else None
    return MovedRing(shared, former) if former is not None and _is_same_node(shared, former) else shared


def make_store(*, file: Path, token: TokenPlace | None) -> KeyRing:
    """Make the keys of a new node in the token, or in the key file where there is none; return them opened.

    Raises `KeyFileExistsError`; a token that holds keys keeps them.
    """
    return FileKeyRing.create(file) if token is None else _make_shared(token, blind=None)


def move_store(*, file: Path, token: TokenPlace, fits: Callable[[KeyRing], None]) -> MovedRing:
    """Let the token take over from the key file: index key, a master key of its own; safe to repeat. Return both.

    From here on the file seals nothing, in any process, and opens what it sealed; nothing is sealed anew yet. `fits`
    raises for keys that are not this database's: before anything is changed. A crash before the file is marked leaves
    the file in use. Raises `TokenTakenError`, `KeysMovedError` for a file that was moved into another token,
    `KeyRingError`.
    """
    former = FileKeyRing(file)
    if former.moved_to not in {"", token.label}:
        raise KeysMovedError(
            f"the keys of `{file}` were moved into the token `{former.moved_to}`, not into `{token.label}`; set "
            f"COMITY_PKCS11_TOKEN={former.moved_to} and go on with that one"
        )
    try:
        shared = _open_shared(token)
    except TokenEmptyError:
        fits(former)
        shared = _make_shared(token, blind=former.blind_key)
    else:
        if not _is_same_node(shared, former):
            raise TokenTakenError(
                f"the token `{token.label}` holds the index key of another node; initialize a token of its own for "
                "this one"
            )
        fits(MovedRing(shared, former))
    if not former.moved_to:
        former.mark_moved(token.label)
    return MovedRing(shared, former)


def _is_same_node(token: KeyRing, file: KeyRing) -> bool:
    return hmac.compare_digest(token.blind("move", "same"), file.blind("move", "same"))


def _open_shared(token: TokenPlace) -> KeyRing:
    with _opening:
        at = (token.module, token.label)
        if at not in _rings:
            ring = _token_ring()(module=token.module, token=token.label, pin=_pin(token))
            _rings[at] = OneAtATime(ring)
        return _rings[at]


def _make_shared(token: TokenPlace, *, blind: bytes | None) -> KeyRing:
    with _opening:
        at = (token.module, token.label)
        if at not in _rings:
            ring = _token_ring().create(module=token.module, token=token.label, pin=_pin(token), blind=blind)
            _rings[at] = OneAtATime(ring)
        return _rings[at]


def _pin(token: TokenPlace) -> str:
    return read_private_text(token.pin_file).strip()


def _token_ring() -> "type[Pkcs11KeyRing]":
    try:
        from comity.spine.keys.pkcs11_ring import Pkcs11KeyRing  # noqa: PLC0415 - an extra, for who has a token
    except ImportError:
        raise TokenSupportMissingError(
            "the package `python-pkcs11` is not installed; run "
            "`.venv/bin/pip install --require-hashes -r requirements-hsm.txt`"
        ) from None
    return Pkcs11KeyRing


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

    def master_keys(self) -> Sequence[MasterKey]:
        """Return the master keys, alone."""
        with self._lock:
            return self._ring.master_keys()

    def retire_master(self, key_id: str) -> None:
        """Destroy an old master key, alone."""
        with self._lock:
            self._ring.retire_master(key_id)

    @property
    def master_key_id(self) -> str:
        """The id of the master key that `wrap` uses now."""
        with self._lock:
            return self._ring.master_key_id
