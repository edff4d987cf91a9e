"""What stands in the key file, and whether it is whole."""

import base64
import binascii
import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
)

from comity.kernel.time import Clock, utc_text
from comity.spine.keys.private_file import KeyFileDamagedError, read_private
from comity.spine.keys.ring import PublicKey, Scheme
from comity.spine.keys.signing import key_id_of, spki_of

FORMAT: Final = "comity/keys/1"
MOVED: Final = "moved_to"
"""Where the file says which token its keys were moved into."""
MOVED_AT: Final = "moved_at"
"""Where the file says when that was noted."""
_KEY: Final = 32


@dataclass(frozen=True, slots=True)
class Master:
    """A master key and when it was made."""

    key: AESGCM
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Signing:
    """A signing key and its public half."""

    private: ec.EllipticCurvePrivateKey
    public: PublicKey


@dataclass(frozen=True, slots=True)
class Secrets:
    """The file, opened: master keys by id, the current one's id, the blind index key, signing keys by purpose.

    `moved_to`: the token the keys were moved into, "" for none; `moved_at`: when that was noted, None where the file
    does not say. `stamp`: which file it was that was read.
    """

    masters: Mapping[str, Master]
    current: str
    blind: bytes
    signing: Mapping[str, Signing]
    moved_to: str
    moved_at: datetime | None
    stamp: object


def stamp_of(path: Path) -> object:
    """Return what tells one version of the file from the next, None where it cannot be reached."""
    try:
        facts = path.stat()
    except OSError:
        return None  # reading it says what is wrong
    return facts.st_ino, facts.st_mtime_ns, facts.st_size


def open_secrets(path: Path) -> Secrets:
    """Read the file; raises `KeyFileMissingError`, `KeyFileExposedError`, `KeyFileDamagedError`."""
    stamp = stamp_of(path)  # before it is read: one that is replaced meanwhile is read again at the next seal
    content = read_private(path)
    try:
        if content["format"] != FORMAT:
            raise KeyFileDamagedError(f"`{path}` is not of format `{FORMAT}`; restore it from the backup of the keys")
        masters = {str(k): _master(str(k), v) for k, v in section(content, "masters", path).items()}
        signing = {str(p): _signing(str(p), v) for p, v in section(content, "signing", path).items()}
        current, blind, moved_to = str(content["current"]), _bytes(content["blind"]), str(content.get(MOVED) or "")
        moved_at = datetime.fromisoformat(str(content[MOVED_AT])) if content.get(MOVED_AT) else None
        _check_whole(masters, current, blind)
    except (KeyError, TypeError, ValueError) as error:
        raise KeyFileDamagedError(f"`{path}` is damaged at {error}; restore it from the backup of the keys") from None
    return Secrets(masters, current, blind, signing, moved_to, moved_at, stamp)


def _check_whole(masters: Mapping[str, Master], current: str, blind: bytes) -> None:
    if current not in masters:
        raise ValueError(f"the current master key `{current}`")
    if len(blind) != _KEY:
        raise ValueError("`blind`")


def section(content: Mapping[str, object], name: str, path: Path) -> Mapping[str, object]:
    """Return the keys of one kind; raises `KeyFileDamagedError`."""
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


def new_content(clock: Clock) -> dict[str, object]:
    """Return a whole new file: a master key, a blind index key, no signing key."""
    master_id, master = new_master(clock)
    return {
        "format": FORMAT,
        "current": master_id,
        "masters": {master_id: master},
        "blind": _text(secrets.token_bytes(_KEY)),
        "signing": {},
    }


def _master_id(key: bytes) -> str:
    """Name a master key after itself, so that a swapped or damaged one is noticed when the file is opened."""
    return "m-" + hashlib.sha256(b"comity/master/1\0" + key).digest()[:8].hex()


def new_master(clock: Clock) -> tuple[str, dict[str, str]]:
    """Return the id of a new master key, and the key as it is stored."""
    key = secrets.token_bytes(_KEY)
    return _master_id(key), {"key": _text(key), "created_at": utc_text(clock())}


def _master(key_id: str, stored: object) -> Master:
    key = _field(stored, "key")
    if _master_id(key) != key_id or not isinstance(stored, dict):
        raise ValueError(f"master key `{key_id}`")
    return Master(AESGCM(key), datetime.fromisoformat(stored["created_at"]))


def new_signing(clock: Clock) -> dict[str, str]:
    """Return a new ECDSA P-384 key as it is stored."""
    key = ec.generate_private_key(ec.SECP384R1())
    pkcs8 = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return {"pkcs8": _text(pkcs8), "created_at": utc_text(clock())}


def _signing(purpose: str, stored: object) -> Signing:
    key = load_der_private_key(_field(stored, "pkcs8"), None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise TypeError(f"signing key `{purpose}`")
    spki = spki_of(key.public_key())
    return Signing(key, PublicKey(purpose, Scheme.ECDSA_P384, key_id_of(spki), spki))
