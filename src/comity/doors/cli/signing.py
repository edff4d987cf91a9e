"""Signatures on the command line: by a private key in a file, or made elsewhere and handed over."""

from dataclasses import dataclass
from datetime import datetime

import typer

from comity.doors.cli.acting import STEWARD
from comity.doors.cli.input import read_bytes
from comity.doors.cli.mistakes import MistakeError
from comity.spine.keys.detached import (
    PassphraseNeededError,
    PrivateKey,
    PrivateKeyRefusedError,
    SignatureUnreadableError,
    read_private_key,
    read_signature,
    sign_detached,
)
from comity.spine.keys.ring import Signature
from comity.spine.tenancy.actor import Actor
from comity.spine.tenancy.transaction import reading
from comity.standing.directory.selectors import get_signing_key


@dataclass(frozen=True, slots=True)
class Means:
    """What is signed with: a private key in a file, or a signature made elsewhere and its key's id."""

    key: str | None
    signature: str | None
    key_id: str | None


def signature_by(means: Means, by: Actor, digest: bytes, now: datetime) -> Signature:
    """Return the signature of `digest` (32 bytes) for the acting agency; raises `MistakeError`, `KeyNotGoodError`."""
    if means.key is not None:
        return sign_detached(_private_key(means.key), digest)
    if means.signature is None or means.key_id is None:
        remedy = "give `--key PRIVATE.pem`, or `--signature FILE` with `--key-id ID`"
        raise MistakeError("--key, --signature", "one of them is needed", remedy)
    content = read_bytes(means.signature, "--signature")
    with reading(STEWARD):
        key = get_signing_key(by.agency_id, means.key_id, now)
    if key.passkey is not None:
        remedy = "give its `--assertion` where that is taken (`comity agreement sign`), or sign with a key"
        raise MistakeError("--key-id", f"`{means.key_id}` is a passkey's; it signs in a browser", remedy)
    scheme = key.scheme.value
    try:
        return Signature(scheme, means.key_id, digest, read_signature(content, scheme))
    except SignatureUnreadableError as error:
        raise MistakeError("--signature", str(error), "docs/how-to/publish-a-key.md shows how it is made") from None


def _private_key(name: str) -> PrivateKey:
    pem = read_bytes(name, "--key")
    remedy = "give the PKCS#8 PEM of an Ed25519 or P-384 key; docs/how-to/publish-a-key.md shows how one is made"
    try:
        try:
            return read_private_key(pem)
        except PassphraseNeededError:
            return read_private_key(pem, typer.prompt("passphrase", hide_input=True, err=True).encode())
    except PrivateKeyRefusedError as error:
        raise MistakeError("--key", str(error), remedy) from None
