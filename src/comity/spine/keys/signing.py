"""ECDSA P-384 with SHA-384, signatures as raw r||s (RFC 9421, section 3.3.5), and Ed25519 checks."""

import hashlib
from typing import Final

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key

from comity.spine.keys.ring import Scheme, Signature

_HALF: Final = 48
KEY_ID_BYTES: Final = 8


def spki_of(public_key: ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey) -> bytes:
    """Return the DER of SubjectPublicKeyInfo."""
    return public_key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def key_id_of(spki: bytes) -> str:
    """Return the id of a public key: 16 hex digits of the SHA-256 of its SPKI."""
    return hashlib.sha256(spki).digest()[:KEY_ID_BYTES].hex()


def sign_p384(key: ec.EllipticCurvePrivateKey, message: bytes) -> bytes:
    """Return r||s, 96 bytes."""
    r, s = decode_dss_signature(key.sign(message, ec.ECDSA(hashes.SHA384())))
    return r.to_bytes(_HALF, "big") + s.to_bytes(_HALF, "big")


def is_good(signature: Signature, public_key: bytes) -> bool:
    """Tell whether `signature` signs its digest under the SPKI DER `public_key` and names that key."""
    if signature.key_id != key_id_of(public_key):
        return False
    try:
        key = load_der_public_key(public_key)
        if isinstance(key, ec.EllipticCurvePublicKey) and signature.scheme == Scheme.ECDSA_P384:
            return _is_good_p384(key, signature)
        if isinstance(key, ed25519.Ed25519PublicKey) and signature.scheme == Scheme.ED25519:
            key.verify(signature.blob, signature.digest)
            return True
    except (InvalidSignature, UnsupportedAlgorithm, ValueError):
        return False
    return False


def _is_good_p384(key: ec.EllipticCurvePublicKey, signature: Signature) -> bool:
    if len(signature.blob) != 2 * _HALF or not isinstance(key.curve, ec.SECP384R1):
        return False
    r, s = int.from_bytes(signature.blob[:_HALF], "big"), int.from_bytes(signature.blob[_HALF:], "big")
    key.verify(encode_dss_signature(r, s), signature.digest, ec.ECDSA(hashes.SHA384()))
    return True
