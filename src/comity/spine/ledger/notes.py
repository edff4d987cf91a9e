"""C2SP signed notes and checkpoints: a tree's origin, size and root as text with an Ed25519 signature below."""

import base64
import binascii
from dataclasses import dataclass
from typing import Final, Protocol, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from comity.spine.keys import note_key_hash
from comity.spine.ledger.hashing import HASH_BYTES

_ED25519: Final = 1
_HINT_BYTES: Final = 4
_PUBLIC_BYTES: Final = 32
_SIGNATURE_BYTES: Final = 64
_BODY_LINES: Final = 3


class NoteError(ValueError):
    """A note is malformed, or no signature on it is good under the keys at hand."""


class NoteSigner(Protocol):
    """What signs a checkpoint: the log key."""

    @property
    def origin(self) -> str:
        """The log's name."""

    @property
    def public_key(self) -> bytes:
        """The 32 bytes of the Ed25519 public key."""

    def sign(self, message: bytes) -> bytes:
        """Return the 64-byte signature."""


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A log's public key with its name."""

    origin: str
    public_key: bytes

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `NAME+HASH+BASE64(01 || key)`; raises `NoteError`."""
        try:
            origin, hint, encoded = text.strip().split("+", 2)
            raw = base64.b64decode(encoded, validate=True)
        except (ValueError, binascii.Error):
            raise NoteError(f"not a verifier key: `{text.strip()}`") from None
        if len(raw) != 1 + _PUBLIC_BYTES or raw[0] != _ED25519 or note_key_hash(origin, raw[1:]).hex() != hint:
            raise NoteError(f"not a verifier key: `{text.strip()}`")
        return cls(origin, raw[1:])

    @property
    def hint(self) -> bytes:
        """The four bytes by which a signature line names this key."""
        return note_key_hash(self.origin, self.public_key)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A tree of `size` leaves with `root`, of the log named `origin`."""

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        """Return the checkpoint body (C2SP tlog-checkpoint): origin, size, root in base64, a line each."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


def sign_checkpoint(*, size: int, root: bytes, signer: NoteSigner) -> str:
    """Return the signed note of a checkpoint."""
    text = Checkpoint(signer.origin, size, root).text()
    blob = note_key_hash(signer.origin, signer.public_key) + signer.sign(text.encode())
    return f"{text}\n— {signer.origin} {base64.b64encode(blob).decode()}\n"


def parse_checkpoint(note: str) -> Checkpoint:
    """Read the checkpoint out of a note without looking at its signatures; raises `NoteError`."""
    text, _ = _parts(note)
    lines = text.splitlines()
    if len(lines) < _BODY_LINES or not lines[0] or not (lines[1].isascii() and lines[1].isdigit()):
        raise NoteError("the checkpoint is not origin, size and root")
    try:
        root = base64.b64decode(lines[2], validate=True)
    except binascii.Error:
        raise NoteError("the checkpoint's root is not base64") from None
    if len(root) != HASH_BYTES or lines[1] != str(int(lines[1])):
        raise NoteError("the checkpoint is not origin, size and root")
    return Checkpoint(lines[0], int(lines[1]), root)


def open_checkpoint(note: str, keys: "list[VerifierKey] | tuple[VerifierKey, ...]") -> Checkpoint:
    """Return the checkpoint of a note signed by one of `keys`; raises `NoteError`."""
    text, signatures = _parts(note)
    checkpoint = parse_checkpoint(note)
    for line in signatures.splitlines():
        for key in keys:
            if key.origin == checkpoint.origin and _signs(key, line, text):
                return checkpoint
    known = ", ".join(f"`{key.origin}+{key.hint.hex()}`" for key in keys) or "none"
    raise NoteError(f"no good signature under the keys at hand ({known})")


def _parts(note: str) -> tuple[str, str]:
    text, gap, signatures = note.rpartition("\n\n")
    if not gap or not signatures.endswith("\n"):
        raise NoteError("not a signed note: no blank line before the signatures")
    return text + "\n", signatures


def _signs(key: VerifierKey, line: str, text: str) -> bool:
    prefix = f"— {key.origin} "
    if not line.startswith(prefix):
        return False
    try:
        blob = base64.b64decode(line.removeprefix(prefix), validate=True)
    except binascii.Error:
        return False
    if len(blob) != _HINT_BYTES + _SIGNATURE_BYTES or blob[:_HINT_BYTES] != key.hint:
        return False
    try:
        Ed25519PublicKey.from_public_bytes(key.public_key).verify(blob[_HINT_BYTES:], text.encode())
    except InvalidSignature:
        return False
    return True
