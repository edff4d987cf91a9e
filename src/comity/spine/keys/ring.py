"""The small interface behind which every secret lives: sign, verify, wrap, unwrap, blind.

A digest handed to `sign` must already say what it is a digest of (a schema inside the digested bytes): the ring binds
the key to a purpose, not the meaning of the bytes.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class Scheme(StrEnum):
    """How a signature was made. `ECDSA_P384` is RFC 9421's `ecdsa-p384-sha384`: raw r||s, 96 bytes."""

    ECDSA_P384 = "ecdsa-p384-sha384"
    ED25519 = "ed25519"


@dataclass(frozen=True, slots=True)
class Signature:
    """`blob` signs the bytes of `digest` under key `key_id` by `scheme`."""

    scheme: str
    key_id: str
    digest: bytes
    blob: bytes


@dataclass(frozen=True, slots=True)
class Wrapped:
    """A data key encrypted under master key `key_id`; `blob` is nonce (12 bytes) || ciphertext || tag (16 bytes).

    It opens only for the thing it was wrapped for: what it is bound to is authenticated with it.
    """

    key_id: str
    blob: bytes


@dataclass(frozen=True, slots=True)
class PublicKey:
    """The public half of a signing key; `spki` is the DER of SubjectPublicKeyInfo. Who owns it is the directory's."""

    purpose: str
    scheme: str
    key_id: str
    spki: bytes


@dataclass(frozen=True, slots=True)
class MasterKey:
    """A master key that a ring holds; `kept_in`: `key file` or `token`. The current one is what `wrap` uses.

    `moved_at`: since when its key file is marked as moved into a token; None where it is not, or the file does not say.
    """

    key_id: str
    made_at: datetime
    kept_in: str
    is_current: bool
    moved_at: datetime | None = None


class KeyRingError(Exception):
    """A secret is missing, damaged or exposed; the message names the remedy."""


class UnknownMasterKeyError(KeyRingError):
    """Something was wrapped under a master key that this ring does not hold."""


class UnwrapError(KeyRingError):
    """The master key has the right name but does not open what it should have sealed."""


class MasterKeyInUseError(KeyRingError):
    """The current master key cannot be destroyed; rotate first."""


class KeysMovedError(KeyRingError):
    """The key file was moved into a token and seals nothing any more."""


class TokenEmptyError(KeyRingError):
    """The token holds no keys of Comity, or not all of them."""


class TokenTakenError(KeyRingError):
    """The token holds keys of another node."""


class UnknownSigningKeyError(KeyRingError):
    """No signing key exists for a purpose."""


class SigningKeyExistsError(KeyRingError):
    """A purpose already has its signing key; replacing it is a rotation, named as such."""


class KeyRing(Protocol):
    """What the rest of Comity may ask of a key store."""

    def sign(self, purpose: str, digest: bytes) -> Signature:
        """Sign `digest` with the purpose's current key; raises `UnknownSigningKeyError`."""

    def verify(self, signature: Signature, public_key: bytes) -> bool:
        """Tell whether `signature` is good under the SPKI DER `public_key`; never raises on a bad one."""

    def wrap(self, data_key: bytes, bound_to: bytes) -> Wrapped:
        """Seal a data key under the current master key (AES-256-GCM), for the thing named by `bound_to` alone."""

    def unwrap(self, wrapped: Wrapped, bound_to: bytes) -> bytes:
        """Open a sealed data key; raises `UnknownMasterKeyError`, and `UnwrapError` also for another's key."""

    def blind(self, context: str, value: str) -> bytes:
        """Return the 32-byte blind index of `value` (HMAC-SHA256), separate for each context."""

    def public_keys(self) -> Sequence[PublicKey]:
        """Return the public half of every signing key in use, by purpose."""

    def create_signing_key(self, purpose: str) -> PublicKey:
        """Make an ECDSA P-384 key for a purpose; raises `SigningKeyExistsError`."""

    def rotate_master(self) -> str:
        """Make a new master key the current one and return its id; older ones stay for `unwrap`."""

    def master_keys(self) -> Sequence[MasterKey]:
        """Return the master keys held, the oldest first."""

    def retire_master(self, key_id: str) -> None:
        """Destroy an old master key; call it only once nothing is sealed under it, there is no way back.

        Raises `MasterKeyInUseError` for the current key, `UnknownMasterKeyError`.
        """

    @property
    def master_key_id(self) -> str:
        """The id of the master key that `wrap` uses now."""


def rewrap(ring: KeyRing, items: Iterable[tuple[bytes, Wrapped]]) -> Iterator[Wrapped]:
    """Yield each key sealed under the current master key, in order; one already under it comes back as it is.

    `items`: what each key is bound to, and the key; it stays bound to the same.
    """
    for bound_to, item in items:
        yield item if item.key_id == ring.master_key_id else ring.wrap(ring.unwrap(item, bound_to), bound_to)


def wrap_label(key_id: str, bound_to: bytes) -> bytes:
    """Return what is authenticated with a wrapped key: the master key's id, NUL, what it is bound to."""
    return key_id.encode() + b"\0" + bound_to


def blind_message(context: str, value: str) -> bytes:
    """Return the bytes a blind index is made of: context, NUL, value, so that no two pairs share them."""
    if "\0" in context:
        raise ValueError("a blind index context must not contain NUL")
    return context.encode() + b"\0" + value.encode()
