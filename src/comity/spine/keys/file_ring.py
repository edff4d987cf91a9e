"""The default key ring: one JSON file of mode 0600, kept and backed up apart from the database."""

import base64
import binascii
import hashlib
import hmac
import os
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
)

from comity.kernel.time import Clock, utc_text
from comity.spine.keys.private_file import KeyFileDamagedError, create_private, locked, read_private, replace_private
from comity.spine.keys.ring import (
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
from comity.spine.keys.signing import is_good, key_id_of, sign_p384, spki_of

FORMAT: Final = "comity/keys/1"
_NONCE: Final = 12
_KEY: Final = 32


class MasterKeyInUseError(Exception):
    """The current master key cannot be destroyed; rotate first."""


@dataclass(frozen=True, slots=True)
class _Signing:
    private: ec.EllipticCurvePrivateKey
    public: PublicKey


@dataclass(frozen=True, slots=True)
class _Secrets:
    """The file, opened: master keys by id, the current one's id, the blind index key, signing keys by purpose."""

    masters: Mapping[str, AESGCM]
    current: str
    blind: bytes
    signing: Mapping[str, _Signing]


def _now() -> datetime:
    return datetime.now(UTC)


class FileKeyRing:
    """Keys of one node in `keys.json`.

    Random 96-bit nonces allow 2**32 wraps a master key (NIST SP 800-38D, 8.3); rotate well before, yearly does.
    """

    def __init__(self, path: Path, *, clock: Clock = _now) -> None:
        """Open the file; raises `KeyFileMissingError`, `KeyFileExposedError`, `KeyFileDamagedError`."""
        self._path = path
        self._clock = clock
        self._secrets = _opened(path)

    @classmethod
    def create(cls, path: Path, *, clock: Clock = _now) -> Self:
        """Write a new file with a master and a blind index key; raises `KeyFileExistsError`."""
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        master_id, master = _new_master(clock)
        content = {
            "format": FORMAT,
            "current": master_id,
            "masters": {master_id: master},
            "blind": _text(secrets.token_bytes(_KEY)),
            "signing": {},
        }
        create_private(path, content)
        return cls(path, clock=clock)

    @property
    def master_key_id(self) -> str:
        """The id of the master key that `wrap` uses now."""
        return self._secrets.current

    @property
    def master_key_ids(self) -> Sequence[str]:
        """The ids of all master keys held, sorted."""
        return sorted(self._secrets.masters)

    def sign(self, purpose: str, digest: bytes) -> Signature:
        """Sign `digest` with the purpose's current key; raises `UnknownSigningKeyError`."""
        if purpose not in self._secrets.signing:
            self._secrets = _opened(self._path)  # another process may have made it
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
        """Seal a data key under the current master key; the key's id and `bound_to` are authenticated with it."""
        current = self._secrets.current
        nonce = os.urandom(_NONCE)
        sealed = self._secrets.masters[current].encrypt(nonce, data_key, wrap_label(current, bound_to))
        return Wrapped(current, nonce + sealed)

    def unwrap(self, wrapped: Wrapped, bound_to: bytes) -> bytes:
        """Open a sealed data key; raises `UnknownMasterKeyError`, and `UnwrapError` also for another's key."""
        key = self._secrets.masters.get(wrapped.key_id) or self._reloaded(wrapped.key_id)
        try:
            label = wrap_label(wrapped.key_id, bound_to)
            return key.decrypt(wrapped.blob[:_NONCE], wrapped.blob[_NONCE:], label)
        except (InvalidTag, ValueError):
            raise UnwrapError(
                f"master key `{wrapped.key_id}` does not open a data key that names it; "
                "the stored data key was changed or is another's, run `comity ledger verify`"
            ) from None

    def _reloaded(self, key_id: str) -> AESGCM:
        self._secrets = _opened(self._path)  # another process may have rotated
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
            signing = dict(_mapping(content, "signing", self._path))
            for purpose in purposes:
                if purpose in signing:
                    raise SigningKeyExistsError(f"`{purpose}` has a signing key; rotate it instead")
                signing[purpose] = _new_signing(self._clock)
            self._write(content | {"signing": signing})
        return [self._secrets.signing[purpose].public for purpose in purposes]

    def rotate_signing_key(self, purpose: str) -> PublicKey:
        """Replace the key of a purpose; what the old one signed is checked with its dated public key.

        Raises `UnknownSigningKeyError`.
        """
        with locked(self._path):
            content = read_private(self._path)
            signing = dict(_mapping(content, "signing", self._path))
            if purpose not in signing:
                raise UnknownSigningKeyError(f"no signing key for `{purpose}` to rotate; create it")
            signing[purpose] = _new_signing(self._clock)
            self._write(content | {"signing": signing})
        return self._secrets.signing[purpose].public

    def rotate_master(self) -> str:
        """Make a new master key the current one and return its id; older ones stay for `unwrap`."""
        with locked(self._path):
            content = read_private(self._path)
            master_id, master = _new_master(self._clock)
            masters = {**_mapping(content, "masters", self._path), master_id: master}
            self._write(content | {"masters": masters, "current": master_id})
        return master_id

    def retire_master(self, key_id: str) -> None:
        """Destroy an old master key; call it only once nothing is sealed under it, there is no way back.

        Raises `MasterKeyInUseError` for the current key, `UnknownMasterKeyError`.
        """
        with locked(self._path):
            content = read_private(self._path)
            masters = dict(_mapping(content, "masters", self._path))
            if content["current"] == key_id:
                raise MasterKeyInUseError(f"`{key_id}` is the current master key; rotate and re-wrap first")
            if masters.pop(key_id, None) is None:
                raise UnknownMasterKeyError(f"no master key `{key_id}` in `{self._path}`")
            self._write(content | {"masters": masters})

    def _write(self, content: Mapping[str, object]) -> None:
        replace_private(self._path, content)
        self._secrets = _opened(self._path)


def _opened(path: Path) -> _Secrets:
    content = read_private(path)
    try:
        if content["format"] != FORMAT:
            raise KeyFileDamagedError(f"`{path}` is not of format `{FORMAT}`; restore it from the backup of the keys")
        masters = {str(k): _master(str(k), v) for k, v in _mapping(content, "masters", path).items()}
        signing = {str(p): _signing(str(p), v) for p, v in _mapping(content, "signing", path).items()}
        current, blind = str(content["current"]), _bytes(content["blind"])
        _check_whole(masters, current, blind)
    except (KeyError, TypeError, ValueError) as error:
        raise KeyFileDamagedError(f"`{path}` is damaged at {error}; restore it from the backup of the keys") from None
    return _Secrets(masters, current, blind, signing)


def _check_whole(masters: Mapping[str, AESGCM], current: str, blind: bytes) -> None:
    if current not in masters:
        raise ValueError(f"the current master key `{current}`")
    if len(blind) != _KEY:
        raise ValueError("`blind`")


def _mapping(content: Mapping[str, object], name: str, path: Path) -> Mapping[str, object]:
    value = content.get(name)
    if not isinstance(value, dict):
        raise KeyFileDamagedError(f"`{path}` is damaged at `{name}`; restore it from the backup of the keys")
    return value


def _field(stored: object, name: str) -> bytes:
    if not isinstance(stored, dict):
        raise TypeError(f"`{name}`")
    return _bytes(stored[name])


def _bytes(text: object) -> bytes:
    try:
        return base64.b64decode(str(text), validate=True)
    except binascii.Error:
        raise ValueError("a value that is not base64") from None


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def _master_id(key: bytes) -> str:
    """Name a master key after itself, so that a swapped or damaged one is noticed when the file is opened."""
    return "m-" + hashlib.sha256(b"comity/master/1\0" + key).digest()[:8].hex()


def _new_master(clock: Clock) -> tuple[str, dict[str, str]]:
    key = secrets.token_bytes(_KEY)
    return _master_id(key), {"key": _text(key), "created_at": utc_text(clock())}


def _master(key_id: str, stored: object) -> AESGCM:
    key = _field(stored, "key")
    if _master_id(key) != key_id:
        raise ValueError(f"master key `{key_id}`")
    return AESGCM(key)


def _new_signing(clock: Clock) -> dict[str, str]:
    key = ec.generate_private_key(ec.SECP384R1())
    pkcs8 = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return {"pkcs8": _text(pkcs8), "created_at": utc_text(clock())}


def _signing(purpose: str, stored: object) -> _Signing:
    key = load_der_private_key(_field(stored, "pkcs8"), None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise TypeError(f"signing key `{purpose}`")
    spki = spki_of(key.public_key())
    return _Signing(key, PublicKey(purpose, Scheme.ECDSA_P384, key_id_of(spki), spki))
