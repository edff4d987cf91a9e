"""The log key: Ed25519, in a file of its own, read by the sequencer alone.

Its public half is written beside it as a verifier key (`NAME+HASH+BASE64`, C2SP signed-note), which anyone may read.
"""

import base64
import hashlib
from datetime import datetime
from pathlib import Path
from typing import Final, Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from comity.kernel.time import Clock, utc_text
from comity.spine.keys.private_file import (
    KeyFileDamagedError,
    KeyFileExistsError,
    create_private,
    read_private,
    replace_file,
)

FORMAT: Final = "comity/log-key/1"
_ED25519: Final = b"\x01"


class BadOriginError(ValueError):
    """A log's name has spaces, a plus sign or nothing in it (C2SP signed-note forbids them)."""


class LogKey:
    """Signs checkpoints of the log named `origin`."""

    def __init__(self, origin: str, private: Ed25519PrivateKey) -> None:
        if not origin or "+" in origin or any(c.isspace() for c in origin):
            raise BadOriginError(f"a log cannot be named `{origin}`: no space and no plus sign")
        self.origin = origin
        self._private = private
        self.public_key = private.public_key().public_bytes_raw()

    @classmethod
    def create(cls, path: Path, *, origin: str, clock: Clock) -> Self:
        """Write a new log key (0600) and its verifier key beside it; raises `KeyFileExistsError`."""
        private = Ed25519PrivateKey.generate()
        key = cls(origin, private)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        seed = base64.b64encode(private.private_bytes_raw()).decode()
        create_private(path, {"format": FORMAT, "origin": origin, "seed": seed, "created_at": utc_text(clock())})
        replace_file(verifier_path(path), key.verifier_key.encode() + b"\n", mode=0o644)
        return key

    @classmethod
    def load(cls, path: Path) -> Self:
        """Open a log key file; raises `KeyFileMissingError`, `KeyFileExposedError`, `KeyFileDamagedError`."""
        content = read_private(path)
        if content.get("format") != FORMAT:
            raise KeyFileDamagedError(f"`{path}` is not of format `{FORMAT}`; restore it from the backup of the keys")
        try:
            seed = base64.b64decode(str(content["seed"]), validate=True)
            return cls(str(content["origin"]), Ed25519PrivateKey.from_private_bytes(seed))
        except (KeyError, ValueError):
            raise KeyFileDamagedError(f"`{path}` is damaged; restore it from the backup of the keys") from None

    @property
    def verifier_key(self) -> str:
        """The public half as text: `NAME+HASH+BASE64(01 || key)`."""
        body = base64.b64encode(_ED25519 + self.public_key).decode()
        return f"{self.origin}+{note_key_hash(self.origin, self.public_key).hex()}+{body}"

    def sign(self, message: bytes) -> bytes:
        """Return the 64-byte Ed25519 signature of `message`."""
        return self._private.sign(message)


def set_aside(path: Path, *, at: datetime) -> Path:
    """Rename the log key at `path` and its verifier key after the instant, to be kept as evidence; return the new path.

    A crash between the two leaves no key at `path`; doing it again moves what is left. Raises `KeyFileExistsError`
    rather than replace what was set aside at the same instant.
    """
    aside = path.with_stem(f"{path.stem}-{at:%Y%m%dT%H%M%S%f}")
    for present, kept in ((path, aside), (verifier_path(path), verifier_path(aside))):
        if kept.exists():
            raise KeyFileExistsError(f"`{kept}` exists; it is evidence and is not replaced")
        if present.exists():
            present.rename(kept)
    return aside


def list_verifier_keys(path: Path) -> list[str]:
    """Return the verifier keys of every log key that was or is at `path`, as text: the present one first."""
    present = verifier_path(path)
    retired = sorted(path.parent.glob(f"{path.stem}-*.vkey"), reverse=True)
    return [file.read_text("utf-8").strip() for file in (present, *retired) if file.exists()]


def note_key_hash(origin: str, public_key: bytes) -> bytes:
    """Return the 4 bytes that name an Ed25519 key in a signed note."""
    return hashlib.sha256(origin.encode() + b"\n" + _ED25519 + public_key).digest()[:4]


def verifier_path(path: Path) -> Path:
    """Return where the verifier key of the log key at `path` is written."""
    return path.with_suffix(".vkey")
