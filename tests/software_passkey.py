"""An authenticator in software and the browser before it: makes passkeys, and assertions by them, right and wrong."""

import json
import os
import struct
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any

import msgspec
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from comity.spine.keys.webauthn import to_base64url

PRESENT, VERIFIED, ELIGIBLE, BACKED_UP, ATTESTED, EXTENDED = 0x01, 0x04, 0x08, 0x10, 0x40, 0x80
Key = ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey


def es256() -> Key:
    return ec.generate_private_key(ec.SECP256R1())


def eddsa() -> Key:
    return ed25519.Ed25519PrivateKey.generate()


@dataclass(frozen=True)
class Page:
    """What the browser says around a signature, and the authenticator of its user; every part can be made wrong."""

    origin: str = "https://comity.example.gov"
    rp_id: str = "comity.example.gov"
    flags: int = PRESENT | VERIFIED
    kind: str = ""
    more: dict[str, Any] = field(default_factory=dict)

    def client_data(self, kind: str, challenge: bytes) -> bytes:
        said = {
            "type": self.kind or kind,
            "challenge": to_base64url(challenge),
            "origin": self.origin,
            "crossOrigin": False,
        }
        return json.dumps(said | self.more, separators=(",", ":")).encode()

    def authenticator_data(self, flags: int = 0, rest: bytes = b"") -> bytes:
        return sha256(self.rp_id.encode()).digest() + struct.pack(">BI", self.flags | flags, 7) + rest


HOME = Page()
LOCAL = Page(origin="http://localhost:8000", rp_id="localhost")


@dataclass(frozen=True)
class SoftwarePasskey:
    """A passkey whose private half lies in memory."""

    key: Key = field(default_factory=es256)
    raw_id: bytes = field(default_factory=lambda: os.urandom(32))

    @property
    def credential_id(self) -> str:
        return to_base64url(self.raw_id)

    @property
    def public_pem(self) -> str:
        return self.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()

    def registration(self, page: Page = HOME, *, cose: dict[int, Any] | None = None) -> dict[str, Any]:
        """Return what `toJSON()` gives of `create()`."""
        from fido2 import cbor

        public = cbor.encode(cose if cose is not None else self._cose())
        made = bytes(16) + struct.pack(">H", len(self.raw_id)) + self.raw_id + public
        data = page.authenticator_data(ATTESTED, made)
        return {
            "id": self.credential_id,
            "rawId": self.credential_id,
            "type": "public-key",
            "authenticatorAttachment": "platform",
            "clientExtensionResults": {},
            "response": {
                "clientDataJSON": to_base64url(page.client_data("webauthn.create", os.urandom(32))),
                "attestationObject": to_base64url(cbor.encode({"fmt": "none", "attStmt": {}, "authData": data})),
                "authenticatorData": to_base64url(data),
                "transports": ["internal"],
                "publicKeyAlgorithm": -7,
            },
        }

    def assertion(self, challenge: bytes, page: Page = HOME) -> dict[str, Any]:
        """Return what `toJSON()` gives of `get()`."""
        client_data, data = page.client_data("webauthn.get", challenge), page.authenticator_data()
        return {
            "id": self.credential_id,
            "rawId": self.credential_id,
            "type": "public-key",
            "authenticatorAttachment": "platform",
            "clientExtensionResults": {},
            "response": {
                "clientDataJSON": to_base64url(client_data),
                "authenticatorData": to_base64url(data),
                "signature": to_base64url(self.sign(data + sha256(client_data).digest())),
                "userHandle": to_base64url(b"somebody"),
            },
        }

    def sign(self, message: bytes) -> bytes:
        if isinstance(self.key, ed25519.Ed25519PrivateKey):
            return self.key.sign(message)
        return self.key.sign(message, ec.ECDSA(hashes.SHA256()))

    def _cose(self) -> dict[int, Any]:
        public = self.key.public_key()
        if isinstance(public, ed25519.Ed25519PublicKey):
            return {1: 1, 3: -8, -1: 6, -2: public.public_bytes(Encoding.Raw, PublicFormat.Raw)}
        point = public.public_numbers()
        return {1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32, "big"), -3: point.y.to_bytes(32, "big")}

    def read(self, challenge: bytes, page: Page = HOME, **response: Any) -> Any:
        """Return the assertion as it is read, members of its `response` changed."""
        from comity.spine.keys.passkey import read_assertion
        from comity.spine.keys.webauthn import AssertionJson

        given = self.assertion(challenge, page)
        given["response"] |= response
        return read_assertion(msgspec.convert(given, AssertionJson))

    def published(self, page: Page = HOME) -> Any:
        """Return the passkey as it is published from its registration."""
        from comity.spine.keys.new_passkey import read_new_passkey
        from comity.spine.keys.webauthn import RegistrationJson

        return read_new_passkey(msgspec.convert(self.registration(page), RegistrationJson), HOSTS)


HOSTS = ("127.0.0.1", "localhost", "[::1]", "comity.example.gov", ".example.org")


def at(page: Page = HOME, **changes: Any) -> Page:
    """Return the page with something else about it."""
    return replace(page, **changes)
