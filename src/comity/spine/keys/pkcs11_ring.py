"""A key ring inside a PKCS#11 token (an HSM, or SoftHSM for tests): its secrets cannot be read out.

Labels in the token: `comity-master-ID` (AES-256), `comity-blind` (HMAC), `comity-sign-PURPOSE` (EC P-384). Which master
key is current is told by their creation dates in the id: the greatest is current. Needs the package `python-pkcs11`
(extra `hsm`). ECDSA is given the SHA-384 of the digest, as the key file's ring does, so signatures are the same kind.
"""

import hashlib
import os
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import pkcs11
from pkcs11.util.ec import encode_ec_public_key, encode_named_curve_parameters

from comity.kernel.time import Clock
from comity.spine.keys.ring import (
    KeyRingError,
    PublicKey,
    Scheme,
    Signature,
    SigningKeyExistsError,
    UnknownMasterKeyError,
    UnknownSigningKeyError,
    UnwrapError,
    Wrapped,
    blind_message,
    wrap_label,
)
from comity.spine.keys.signing import is_good, key_id_of

_NONCE: Final = 12
_MASTER: Final = "comity-master-"
_BLIND: Final = "comity-blind"
_SIGN: Final = "comity-sign-"


class TokenUnusableError(KeyRingError):
    """The module cannot be loaded, the token is missing, or its PIN is wrong."""


def _now() -> datetime:
    return datetime.now(UTC)


class Pkcs11KeyRing:
    """Keys of one node in a token. Not to be shared between threads: a PKCS#11 session has one operation at a time."""

    def __init__(self, *, module: Path, token: str, pin: str, clock: Clock = _now) -> None:
        """Open a session; makes master and blind index key in an empty token. Raises `TokenUnusableError`."""
        self._clock = clock
        try:
            self._session: Any = pkcs11.lib(str(module)).get_token(token_label=token).open(user_pin=pin, rw=True)
        except (pkcs11.PKCS11Error, RuntimeError, OSError) as error:
            reason = str(error) or type(error).__name__
            raise TokenUnusableError(
                f"the token `{token}` of `{module}` cannot be opened ({reason}); check module, token label and PIN"
            ) from None
        self._masters = self._find_masters()
        if not self._masters:
            self.rotate_master()
            self._make_blind_key()
        self._blind_key = self._one(_BLIND, pkcs11.ObjectClass.SECRET_KEY)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the session with the token."""
        self._session.close()

    @property
    def master_key_id(self) -> str:
        """The id of the master key that `wrap` uses now."""
        return max(self._masters)

    def sign(self, purpose: str, digest: bytes) -> Signature:
        """Sign `digest` with the purpose's key; raises `UnknownSigningKeyError`."""
        public = self._public(purpose)
        key = self._one(_SIGN + purpose, pkcs11.ObjectClass.PRIVATE_KEY)
        blob = bytes(key.sign(hashlib.sha384(digest).digest(), mechanism=pkcs11.Mechanism.ECDSA))
        return Signature(Scheme.ECDSA_P384, public.key_id, digest, blob)

    def verify(self, signature: Signature, public_key: bytes) -> bool:
        """Tell whether `signature` is good under the SPKI DER `public_key`; never raises on a bad one."""
        return is_good(signature, public_key)

    def wrap(self, data_key: bytes, bound_to: bytes) -> Wrapped:
        """Seal a data key under the current master key; the key's id and `bound_to` are authenticated with it."""
        key_id, nonce = self.master_key_id, os.urandom(_NONCE)
        sealed = self._masters[key_id].encrypt(data_key, **_gcm(nonce, wrap_label(key_id, bound_to)))
        return Wrapped(key_id, nonce + bytes(sealed))

    def unwrap(self, wrapped: Wrapped, bound_to: bytes) -> bytes:
        """Open a sealed data key; raises `UnknownMasterKeyError`, and `UnwrapError` also for another's key."""
        if wrapped.key_id not in self._masters:
            self._masters = self._find_masters()  # another process may have rotated
        if wrapped.key_id not in self._masters:
            raise UnknownMasterKeyError(
                f"no master key `{wrapped.key_id}` in the token; connect the token that belongs to this database"
            )
        nonce, sealed = wrapped.blob[:_NONCE], wrapped.blob[_NONCE:]
        try:
            label = wrap_label(wrapped.key_id, bound_to)
            return bytes(self._masters[wrapped.key_id].decrypt(sealed, **_gcm(nonce, label)))
        except (pkcs11.PKCS11Error, ValueError):
            raise UnwrapError(
                f"master key `{wrapped.key_id}` does not open a data key that names it; "
                "the stored data key was changed or is another's, run `comity ledger verify`"
            ) from None

    def blind(self, context: str, value: str) -> bytes:
        """Return the 32-byte blind index of `value` (HMAC-SHA256), separate for each context."""
        message = blind_message(context, value)
        return bytes(self._blind_key.sign(message, mechanism=pkcs11.Mechanism.SHA256_HMAC))

    def public_keys(self) -> Sequence[PublicKey]:
        """Return the public half of every signing key, by purpose."""
        found = self._session.get_objects({pkcs11.Attribute.CLASS: pkcs11.ObjectClass.PUBLIC_KEY})
        purposes = sorted(key.label.removeprefix(_SIGN) for key in found if key.label.startswith(_SIGN))
        return [self._public(purpose) for purpose in purposes]

    def create_signing_key(self, purpose: str) -> PublicKey:
        """Make an ECDSA P-384 key for a purpose inside the token; raises `SigningKeyExistsError`."""
        with suppress(UnknownSigningKeyError):
            self._public(purpose)
            raise SigningKeyExistsError(
                f"`{purpose}` has a signing key in the token; sign with it or choose another purpose"
            )
        curve = self._session.create_domain_parameters(
            pkcs11.KeyType.EC,
            {pkcs11.Attribute.EC_PARAMS: encode_named_curve_parameters("secp384r1")},
            local=True,
        )
        curve.generate_keypair(
            store=True,
            label=_SIGN + purpose,
            private_template={pkcs11.Attribute.SENSITIVE: True, pkcs11.Attribute.EXTRACTABLE: False},
        )
        return self._public(purpose)

    def rotate_master(self) -> str:
        """Make a new master key the current one and return its id; older ones stay for `unwrap`."""
        key_id = f"h-{self._clock():%Y%m%d%H%M%S%f}"
        self._session.generate_key(
            pkcs11.KeyType.AES,
            256,
            store=True,
            label=_MASTER + key_id,
            template={pkcs11.Attribute.SENSITIVE: True, pkcs11.Attribute.EXTRACTABLE: False},
        )
        self._masters = self._find_masters()
        return key_id

    def _make_blind_key(self) -> None:
        self._session.generate_key(
            pkcs11.KeyType.GENERIC_SECRET,
            256,
            store=True,
            label=_BLIND,
            capabilities=pkcs11.MechanismFlag.SIGN,
            mechanism=pkcs11.Mechanism.GENERIC_SECRET_KEY_GEN,
            template={pkcs11.Attribute.SENSITIVE: True, pkcs11.Attribute.EXTRACTABLE: False},
        )

    def _find_masters(self) -> dict[str, Any]:
        found = self._session.get_objects(
            {pkcs11.Attribute.CLASS: pkcs11.ObjectClass.SECRET_KEY, pkcs11.Attribute.KEY_TYPE: pkcs11.KeyType.AES}
        )
        return {key.label.removeprefix(_MASTER): key for key in found if key.label.startswith(_MASTER)}

    def _one(self, label: str, kind: pkcs11.ObjectClass) -> Any:  # noqa: ANN401 - the library's objects
        found = list(self._session.get_objects({pkcs11.Attribute.CLASS: kind, pkcs11.Attribute.LABEL: label}))
        if not found:
            raise UnknownSigningKeyError(f"no key `{label}` in the token; create it, then publish it in the directory")
        return found[0]

    def _public(self, purpose: str) -> PublicKey:
        spki = bytes(encode_ec_public_key(self._one(_SIGN + purpose, pkcs11.ObjectClass.PUBLIC_KEY)))
        return PublicKey(purpose, Scheme.ECDSA_P384, key_id_of(spki), spki)


def _gcm(nonce: bytes, label: bytes) -> dict[str, Any]:
    parameters = pkcs11.GCMParams(nonce=nonce, aad=label, tag_bits=128)
    return {"mechanism": pkcs11.Mechanism.AES_GCM, "mechanism_param": parameters}
