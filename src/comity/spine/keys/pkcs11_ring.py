"""A key ring inside a PKCS#11 token (an HSM, or SoftHSM for tests): its secrets cannot be read out.

Which master key is current is told by their creation dates in the id: the greatest is current. Needs the package
`python-pkcs11` (extra `hsm`, `requirements-hsm.txt`). ECDSA is given the SHA-384 of the digest, as the key file's ring
does, so signatures are the same kind.
"""

import hashlib
import os
import time
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import pkcs11
from pkcs11.util.ec import encode_ec_public_key, encode_named_curve_parameters

from comity.kernel.time import Clock
from comity.spine.keys.pkcs11_token import (
    BLIND,
    SECRET,
    SIGN,
    TokenUnusableError,
    find,
    made_at,
    make_master,
    masters_of,
    put_blind_key,
    sign_in,
    told,
)
from comity.spine.keys.ring import (
    MasterKey,
    MasterKeyInUseError,
    PublicKey,
    Scheme,
    Signature,
    SigningKeyExistsError,
    TokenEmptyError,
    UnknownMasterKeyError,
    UnknownSigningKeyError,
    UnwrapError,
    Wrapped,
    blind_message,
    wrap_label,
)
from comity.spine.keys.signing import is_good, key_id_of

__all__ = ["Pkcs11KeyRing", "TokenUnusableError"]

KEPT_IN: Final = "token"
LOOK_AGAIN_SECONDS: Final = 60.0
"""How long a master key that another process rotated out may still be sealed with."""
_NONCE: Final = 12


def _now() -> datetime:
    return datetime.now(UTC)


class Pkcs11KeyRing:
    """Keys of one node in a token. Not to be shared between threads: a PKCS#11 session has one operation at a time."""

    def __init__(self, *, module: Path, token: str, pin: str, clock: Clock = _now) -> None:
        """Open a session; raises `TokenUnusableError`, `TokenEmptyError` for a token without a node's keys."""
        self._clock = clock
        self._session: Any = sign_in(module, token, pin)
        try:
            self._masters = self._find_masters()
            self._blind_key = find(self._session, BLIND, pkcs11.ObjectClass.SECRET_KEY)
        except BaseException:
            self.close()
            raise
        if not self._masters or self._blind_key is None:
            self.close()
            raise TokenEmptyError(
                f"the token `{token}` of `{module}` holds no keys of Comity; `comity init` makes those of a new node, "
                "`comity keys move-to-token` moves those of a node that has a key file"
            )

    @classmethod
    def create(cls, *, module: Path, token: str, pin: str, blind: bytes | None = None, clock: Clock = _now) -> Self:
        """Make what the token lacks of a node's keys, and open it; `blind` is an index key to take over.

        The master key comes last: a token without one is not used, and is made whole when this is run again.
        Raises `TokenUnusableError`, `TokenTakenError` when there is another index key.
        """
        session = sign_in(module, token, pin)
        try:
            with told(token):
                put_blind_key(session, token, blind)
                if not masters_of(session):
                    make_master(session, clock)
        finally:
            session.close()
        return cls(module=module, token=token, pin=pin, clock=clock)

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

    def master_keys(self) -> Sequence[MasterKey]:
        """Return the master keys held, the oldest first."""
        current = self.master_key_id
        return [MasterKey(key, made_at(key), KEPT_IN, key == current) for key in sorted(self._masters)]

    def sign(self, purpose: str, digest: bytes) -> Signature:
        """Sign `digest` with the purpose's key; raises `UnknownSigningKeyError`, `TokenUnusableError`."""
        with told():
            public = self._public(purpose)
            key = self._one(SIGN + purpose, pkcs11.ObjectClass.PRIVATE_KEY)
            blob = bytes(key.sign(hashlib.sha384(digest).digest(), mechanism=pkcs11.Mechanism.ECDSA))
        return Signature(Scheme.ECDSA_P384, public.key_id, digest, blob)

    def verify(self, signature: Signature, public_key: bytes) -> bool:
        """Tell whether `signature` is good under the SPKI DER `public_key`; never raises on a bad one."""
        return is_good(signature, public_key)

    def wrap(self, data_key: bytes, bound_to: bytes) -> Wrapped:
        """Seal a data key under the current master key; the key's id and `bound_to` are authenticated with it.

        Raises `TokenUnusableError`.
        """
        with told():
            if time.monotonic() > self._look_again_at:
                self._masters = self._find_masters()  # another process may have rotated
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
        with told():
            return bytes(self._blind_key.sign(message, mechanism=pkcs11.Mechanism.SHA256_HMAC))

    def public_keys(self) -> Sequence[PublicKey]:
        """Return the public half of every signing key, by purpose."""
        found = self._session.get_objects({pkcs11.Attribute.CLASS: pkcs11.ObjectClass.PUBLIC_KEY})
        purposes = sorted(key.label.removeprefix(SIGN) for key in found if key.label.startswith(SIGN))
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
            label=SIGN + purpose,
            private_template=SECRET,
        )
        return self._public(purpose)

    def rotate_master(self) -> str:
        """Make a new master key the current one and return its id; older ones stay for `unwrap`."""
        with told():
            key_id = make_master(self._session, self._clock)
        self._masters = self._find_masters()
        return key_id

    def retire_master(self, key_id: str) -> None:
        """Destroy an old master key; call it only once nothing is sealed under it, there is no way back.

        Raises `MasterKeyInUseError` for the current key, `UnknownMasterKeyError`.
        """
        self._masters = self._find_masters()
        if key_id == self.master_key_id:
            raise MasterKeyInUseError(f"`{key_id}` is the current master key; rotate and re-wrap first")
        if key_id not in self._masters:
            raise UnknownMasterKeyError(f"no master key `{key_id}` in the token")
        with told():
            self._masters.pop(key_id).destroy()

    def _find_masters(self) -> dict[str, Any]:
        self._look_again_at = time.monotonic() + LOOK_AGAIN_SECONDS
        with told():
            return masters_of(self._session)

    def _one(self, label: str, kind: pkcs11.ObjectClass) -> Any:  # noqa: ANN401 - the library's objects
        found = find(self._session, label, kind)
        if found is None:
            raise UnknownSigningKeyError(f"no key `{label}` in the token; create it, then publish it in the directory")
        return found

    def _public(self, purpose: str) -> PublicKey:
        spki = bytes(encode_ec_public_key(self._one(SIGN + purpose, pkcs11.ObjectClass.PUBLIC_KEY)))
        return PublicKey(purpose, Scheme.ECDSA_P384, key_id_of(spki), spki)


def _gcm(nonce: bytes, label: bytes) -> dict[str, Any]:
    parameters = pkcs11.GCMParams(nonce=nonce, aad=label, tag_bits=128)
    return {"mechanism": pkcs11.Mechanism.AES_GCM, "mechanism_param": parameters}
