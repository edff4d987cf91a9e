"""Signatures made elsewhere: read in every usual form, good for exactly what they sign and nothing else."""

import base64
import hashlib

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from hypothesis import given
from hypothesis import strategies as st

from comity.spine.keys.detached import (
    PassphraseNeededError,
    PrivateKeyRefusedError,
    SignatureUnreadableError,
    is_signed_by,
    read_private_key,
    read_signature,
    sign_detached,
)
from comity.spine.keys.ring import Scheme, Signature

DIGEST = hashlib.sha256(b"what is approved").digest()
KEYS = [ed25519.Ed25519PrivateKey.generate(), ec.generate_private_key(ec.SECP384R1())]


def private_pem(key, passphrase=None) -> bytes:
    how = BestAvailableEncryption(passphrase) if passphrase else NoEncryption()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, how)


def public_pem(key) -> str:
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def is_good(key, signature: Signature, digest: bytes = DIGEST) -> bool:
    return is_signed_by(signature=signature, digest=digest, public_pem=public_pem(key))


@pytest.mark.parametrize("key", KEYS)
def test_a_signature_is_good_for_its_digest_and_key_only(key):
    signature = sign_detached(read_private_key(private_pem(key)), DIGEST)
    is_ed = isinstance(key, ed25519.Ed25519PrivateKey)
    other = ed25519.Ed25519PrivateKey.generate() if is_ed else ec.generate_private_key(ec.SECP384R1())
    assert is_good(key, signature)
    assert not is_good(other, signature)
    assert not is_good(key, signature, hashlib.sha256(b"something else").digest())
    named_otherwise = Signature(signature.scheme, "0" * 16, DIGEST, signature.blob)
    assert not is_good(key, named_otherwise)
    said_otherwise = hashlib.sha256(b"something else").digest()
    assert not is_good(
        key, Signature(signature.scheme, signature.key_id, said_otherwise, signature.blob), said_otherwise
    )


@given(st.integers(min_value=0, max_value=511), st.sampled_from(KEYS))
def test_no_changed_bit_leaves_a_signature_good(bit, key):
    signature = sign_detached(key, DIGEST)
    blob = bytearray(signature.blob)
    blob[bit // 8] ^= 1 << bit % 8
    assert not is_good(key, Signature(signature.scheme, signature.key_id, DIGEST, bytes(blob)))


@pytest.mark.parametrize("key", KEYS)
def test_an_encrypted_key_opens_with_its_passphrase_alone(key):
    pem = private_pem(key, b"right")
    assert is_good(key, sign_detached(read_private_key(pem, b"right"), DIGEST))
    with pytest.raises(PassphraseNeededError):
        read_private_key(pem)
    for wrong in (b"wrong", b""):
        with pytest.raises(PrivateKeyRefusedError, match="does not open"):
            read_private_key(pem, wrong)


@pytest.mark.parametrize(
    ("pem", "says"),
    [
        (private_pem(ec.generate_private_key(ec.SECP256R1())), "Ed25519 or ECDSA P-384"),
        (private_pem(rsa.generate_private_key(65537, 2048)), "Ed25519 or ECDSA P-384"),
        (public_pem(KEYS[0]).encode(), "not the PEM of a private key"),
        (b"", "not the PEM of a private key"),
        (b"\x00\xff" * 500, "not the PEM of a private key"),
        (private_pem(KEYS[0])[:60], "not the PEM of a private key"),
    ],
    ids=["P-256", "RSA", "a public key", "nothing", "garbage", "cut off"],
)
def test_another_kind_of_key_and_garbage_are_refused_without_telling_what_they_hold(pem, says):
    with pytest.raises(PrivateKeyRefusedError, match=says) as refused:
        read_private_key(pem)
    assert refused.value.__cause__ is None


@pytest.mark.parametrize("key", KEYS)
def test_a_signature_is_read_as_bytes_and_as_base64(key):
    signature = sign_detached(key, DIGEST)
    text = base64.encodebytes(signature.blob)
    assert read_signature(signature.blob, signature.scheme) == signature.blob
    assert read_signature(text, signature.scheme) == signature.blob


def test_a_p384_signature_is_read_as_openssl_writes_it():
    key = KEYS[1]
    der = key.sign(DIGEST, ec.ECDSA(hashes.SHA384()))
    for content in (der, base64.b64encode(der) + b"\n"):
        blob = read_signature(content, Scheme.ECDSA_P384)
        name = sign_detached(key, DIGEST).key_id
        assert is_good(key, Signature(Scheme.ECDSA_P384, name, DIGEST, blob))


@pytest.mark.parametrize("scheme", list(Scheme))
@given(content=st.binary(max_size=60) | st.just(b"x" * 10_000))
def test_garbage_is_no_signature(scheme, content):
    with pytest.raises(SignatureUnreadableError):
        read_signature(content, scheme)
