"""Signatures made apart from the bytes they sign, by keys that agencies keep themselves. Pure.

Whose key it is, and whether it was good then, the directory says (`directory.selectors.get_signing_key`).
"""

import base64
import binascii
from typing import Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from comity.spine.keys.ring import Scheme, Signature
from comity.spine.keys.signing import is_good, key_id_of, sign_p384, spki_of

_HALF: Final = {Scheme.ED25519: 32, Scheme.ECDSA_P384: 48}
_MOST_BYTES: Final = 4096
"""More than any signature or key file here has."""

PrivateKey = ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey


class PrivateKeyRefusedError(ValueError):
    """A file is no private key that signs here; the message says why and never what stands in it."""


class PassphraseNeededError(PrivateKeyRefusedError):
    """The private key is encrypted and no passphrase was given."""


class SignatureUnreadableError(ValueError):
    """A file does not hold one signature, as bytes or as base64 text."""


def read_private_key(pem: bytes, passphrase: bytes | None = None) -> PrivateKey:
    """Return the Ed25519 or ECDSA P-384 key in PKCS#8 PEM.

    Raises `PassphraseNeededError` when it is encrypted and none was given, `PrivateKeyRefusedError` for a wrong
    passphrase, another kind of key and everything else.
    """
    is_encrypted = b"ENCRYPTED" in pem[:_MOST_BYTES]
    if is_encrypted and passphrase is None:
        raise PassphraseNeededError("the private key is encrypted; give its passphrase")
    try:
        key = load_pem_private_key(pem, passphrase if is_encrypted else None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        what = "the passphrase does not open the private key" if is_encrypted else "not the PEM of a private key"
        raise PrivateKeyRefusedError(what) from None
    is_p384 = isinstance(key, ec.EllipticCurvePrivateKey) and isinstance(key.curve, ec.SECP384R1)
    if isinstance(key, ed25519.Ed25519PrivateKey) or (isinstance(key, ec.EllipticCurvePrivateKey) and is_p384):
        return key
    raise PrivateKeyRefusedError("a key that signs here is Ed25519 or ECDSA P-384")


def sign_detached(key: PrivateKey, digest: bytes) -> Signature:
    """Return the signature of `digest` by a key that is in nobody's ring."""
    key_id = key_id_of(spki_of(key.public_key()))
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return Signature(Scheme.ED25519, key_id, digest, key.sign(digest))
    return Signature(Scheme.ECDSA_P384, key_id, digest, sign_p384(key, digest))


def read_signature(content: bytes, scheme: str) -> bytes:
    """Return the signature in a file made elsewhere: Ed25519 64 bytes, P-384 r||s in 96 bytes.

    The file holds bytes or base64 text; of P-384 also the DER that OpenSSL writes. Raises `SignatureUnreadableError`.
    """
    for candidate in (content, _from_base64(content)):
        found = None if candidate is None else _blob(candidate, Scheme(scheme))
        if found is not None:
            return found
    raise SignatureUnreadableError(f"not one `{scheme}` signature, as bytes or as base64 text")


def _blob(candidate: bytes, scheme: Scheme) -> bytes | None:
    half = _HALF[scheme]
    if len(candidate) == 2 * half:
        return candidate
    if scheme is not Scheme.ECDSA_P384:
        return None
    try:
        r, s = decode_dss_signature(candidate)
        return r.to_bytes(half, "big") + s.to_bytes(half, "big")
    except (ValueError, OverflowError):
        return None


def _from_base64(content: bytes) -> bytes | None:
    if len(content) > _MOST_BYTES:
        return None
    try:
        return base64.b64decode(b"".join(content.split()), validate=True)
    except (binascii.Error, ValueError):
        return None


def spki_from_pem(public_pem: str) -> bytes:
    """Return the DER of the public key in a PEM that the directory keeps."""
    return load_pem_public_key(public_pem.encode()).public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def is_signed_by(*, signature: Signature, digest: bytes, public_pem: str) -> bool:
    """Tell whether `signature` is one of exactly this digest by the key in `public_pem`, and names that key."""
    return signature.digest == digest and is_good(signature, spki_from_pem(public_pem))
