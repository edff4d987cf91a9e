"""The default key ring: one JSON file of mode 0600, kept and backed up apart from the database."""

import hmac
import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Self

from cryptography.exceptions import InvalidTag

from comity.kernel.time import Clock, utc_text
from comity.spine.keys.key_file import (
    MOVED,
    MOVED_AT,
    Master,
    new_content,
    new_master,
    new_signing,
    open_secrets,
    section,
    stamp_of,
)
from comity.spine.keys.private_file import create_private, locked, read_private, remove_private, replace_private
from comity.spine.keys.ring import (
    KeysMovedError,
    MasterKey,
    MasterKeyInUseError,
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
from comity.spine.keys.signing import is_good, sign_p384

KEPT_IN: Final = "key file"
_NONCE: Final = 12


def _now() -> datetime:
    return datetime.now(UTC)


class FileKeyRing:
    """Keys of one node in `keys.json`.

    What another process did to the file counts from the next seal on, so that nothing is sealed under a master key
    that was rotated out and may be destroyed.

    Random 96-bit nonces allow 2**32 wraps a master key (NIST SP 800-38D, 8.3); rotate well before, yearly does.
    """

    def __init__(self, path: Path, *, clock: Clock = _now) -> None:
        """Open the file; raises `KeyFileMissingError`, `KeyFileExposedError`, `KeyFileDamagedError`."""
        self._path = path
        self._clock = clock
        self._secrets = open_secrets(path)

    @classmethod
    def create(cls, path: Path, *, clock: Clock = _now) -> Self:
        """Write a new file with a master and a blind index key; raises `KeyFileExistsError`."""
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        create_private(path, new_content(clock))
        return cls(path, clock=clock)

    @property
    def master_key_id(self) -> str:
        """The id of the master key that `wrap` uses now."""
        return self._secrets.current

    @property
    def master_key_ids(self) -> Sequence[str]:
        """The ids of all master keys held, sorted."""
        return sorted(self._secrets.masters)

    @property
    def moved_to(self) -> str:
        """The label of the token these keys were moved into, "" while they are in use."""
        return self._secrets.moved_to

    @property
    def blind_key(self) -> bytes:
        """The blind index key itself, for the token that takes it over: what it indexed cannot be indexed anew."""
        return self._secrets.blind

    def master_keys(self) -> Sequence[MasterKey]:
        """Return the master keys held, the oldest first."""
        secrets, held = self._secrets, self._secrets.masters
        keys = (
            MasterKey(key_id, master.made_at, KEPT_IN, key_id == secrets.current, secrets.moved_at)
            for key_id, master in held.items()
        )
        return sorted(keys, key=lambda key: (key.made_at, key.key_id))

    def sign(self, purpose: str, digest: bytes) -> Signature:
        """Sign `digest` with the purpose's current key; raises `UnknownSigningKeyError`."""
        if purpose not in self._secrets.signing:
            self._secrets = open_secrets(self._path)  # another process may have made it
        try:
            key = self._secrets.signing[purpose]
        except KeyError:
            raise UnknownSigningKeyError(
                f"no signing key for `{purpose}` in `{self._path}`; create it, then publish it in the directory"
            ) from None
        return Signature(Scheme.ECDSA_P384, key.public.key_id, digest, sign_p384(key.private, digest))

    def verify(self, signature: Signature, public_key: bytes) -> bool:
        """Tell whether `signature` is good under the SPKI DER `public_key`; never raises on a bad one."""
        return is_good(signature, public_key)

    def wrap(self, data_key: bytes, bound_to: bytes) -> Wrapped:
        """Seal a data key under the current master key; the key's id and `bound_to` are authenticated with it.

        Raises `KeysMovedError`, and `KeyFileMissingError` once the file is gone: what is sealed must open again.
        """
        if stamp_of(self._path) != self._secrets.stamp:
            self._secrets = open_secrets(self._path)  # another process may have rotated or moved the keys
        if self._secrets.moved_to:
            raise moved_error(self._path, self._secrets.moved_to)
        current = self._secrets.current
        nonce = os.urandom(_NONCE)
        sealed = self._secrets.masters[current].key.encrypt(nonce, data_key, wrap_label(current, bound_to))
        return Wrapped(current, nonce + sealed)

    def unwrap(self, wrapped: Wrapped, bound_to: bytes) -> bytes:
        """Open a sealed data key; raises `UnknownMasterKeyError`, and `UnwrapError` also for another's key."""
        master = self._secrets.masters.get(wrapped.key_id) or self._reloaded(wrapped.key_id)
        try:
            label = wrap_label(wrapped.key_id, bound_to)
            return master.key.decrypt(wrapped.blob[:_NONCE], wrapped.blob[_NONCE:], label)
        except (InvalidTag, ValueError):
            raise UnwrapError(
                f"master key `{wrapped.key_id}` does not open a data key that names it; "
                "the stored data key was changed or is another's, run `comity ledger verify`"
            ) from None

    def _reloaded(self, key_id: str) -> Master:
        self._secrets = open_secrets(self._path)  # another process may have rotated
        try:
            return self._secrets.masters[key_id]
        except KeyError:
            held = ", ".join(f"`{known}`" for known in self.master_key_ids)
            raise UnknownMasterKeyError(
                f"no master key `{key_id}` in `{self._path}` (it holds {held}); "
                "put back the key file that belongs to this database"
            ) from None

    def blind(self, context: str, value: str) -> bytes:
        """Return the 32-byte blind index of `value` (HMAC-SHA256), separate for each context."""
        return hmac.digest(self._secrets.blind, blind_message(context, value), "sha256")

    def public_keys(self) -> Sequence[PublicKey]:
        """Return the public half of every signing key, by purpose."""
        return [self._secrets.signing[purpose].public for purpose in sorted(self._secrets.signing)]

    def create_signing_key(self, purpose: str) -> PublicKey:
        """Make an ECDSA P-384 key for a purpose, written before it is returned; raises `SigningKeyExistsError`."""
        return self.create_signing_keys([purpose])[0]

    def create_signing_keys(self, purposes: Sequence[str]) -> Sequence[PublicKey]:
        """Make one key for each purpose in one write of the file; raises `SigningKeyExistsError`, then none is made."""
        with locked(self._path):
            content = read_private(self._path)
            signing = dict(section(content, "signing", self._path))
            for purpose in purposes:
                if purpose in signing:
                    raise SigningKeyExistsError(f"`{purpose}` has a signing key; rotate it instead")
                signing[purpose] = new_signing(self._clock)
            self._write(content | {"signing": signing})
        return [self._secrets.signing[purpose].public for purpose in purposes]

    def rotate_signing_key(self, purpose: str) -> PublicKey:
        """Replace the key of a purpose; what the old one signed is checked with its dated public key.

        Raises `UnknownSigningKeyError`.
        """
        with locked(self._path):
            content = read_private(self._path)
            signing = dict(section(content, "signing", self._path))
            if purpose not in signing:
                raise UnknownSigningKeyError(f"no signing key for `{purpose}` to rotate; create it")
            signing[purpose] = new_signing(self._clock)
            self._write(content | {"signing": signing})
        return self._secrets.signing[purpose].public

    def rotate_master(self) -> str:
        """Make a new master key the current one and return its id; older ones stay for `unwrap`."""
        with locked(self._path):
            content = read_private(self._path)
            master_id, master = new_master(self._clock)
            masters = {**section(content, "masters", self._path), master_id: master}
            self._write(content | {"masters": masters, "current": master_id})
        return master_id

    def retire_master(self, key_id: str) -> None:
        """Destroy an old master key; call it only once nothing is sealed under it, there is no way back.

        Of a file that was moved every master key is old, and with the last the file itself is removed.
        Raises `MasterKeyInUseError` for the current key, `UnknownMasterKeyError`.
        """
        with locked(self._path):
            content = read_private(self._path)
            masters = dict(section(content, "masters", self._path))
            current = str(content["current"])
            if current == key_id and not content.get(MOVED):
                raise MasterKeyInUseError(f"`{key_id}` is the current master key; rotate and re-wrap first")
            if masters.pop(key_id, None) is None:
                raise UnknownMasterKeyError(f"no master key `{key_id}` in `{self._path}`")
            if not masters:
                remove_private(self._path)
                self._secrets = replace(self._secrets, masters={})
                return
            self._write(content | {"masters": masters, "current": current if current in masters else min(masters)})

    def mark_moved(self, token: str) -> None:
        """Note for every process that the keys are in the token `token` now: from here on the file seals nothing.

        When that was is noted with it.
        """
        with locked(self._path):
            self._write(read_private(self._path) | {MOVED: token, MOVED_AT: utc_text(self._clock())})

    def _write(self, content: Mapping[str, object]) -> None:
        replace_private(self._path, content)
        self._secrets = open_secrets(self._path)


def moved_error(path: Path, token: str) -> KeysMovedError:
    """Return what to say to whoever still uses a key file that was moved."""
    return KeysMovedError(
        f"the keys of `{path}` were moved into the token `{token}`; set COMITY_KEYS=pkcs11 as for the move, then start "
        "Comity's services again"
    )
