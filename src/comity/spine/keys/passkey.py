"""Signatures by passkey: the challenge of a WebAuthn assertion is what is signed. Pure.

A passkey does not sign the digest alone but what the authenticator and the browser say around it; all of it is kept,
so that anybody can check it again with the public key and the relying party that the directory publishes. Which key it
is and whether it was good then, the directory says. Source: webauthn-3.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from struct import error as TooShortError  # noqa: N812 - named for what it means here
from typing import TYPE_CHECKING, Final

import msgspec
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from comity.kernel.canonical import canonical
from comity.spine.keys.origin import is_of_party, is_own_origin
from comity.spine.keys.webauthn import (
    AssertionJson,
    ClientData,
    CredentialJson,
    RequestOptionsJson,
    UnreadableError,
    from_base64url,
    read_client_data,
    require_credential,
    to_base64url,
)

if TYPE_CHECKING:
    from fido2.webauthn import AuthenticatorData

UNPARSED: Final = (ValueError, KeyError, IndexError, TypeError, AttributeError, TooShortError, RecursionError)
"""What the parser of binary forms raises for bytes that are none."""


class PasskeyScheme(StrEnum):
    """How a passkey's signature verifies: COSE `ES256` over P-256, or `EdDSA` over Ed25519, inside an assertion."""

    ES256 = "webauthn-es256"
    ED25519 = "webauthn-ed25519"


class PasskeyFault(StrEnum):
    """Why what a passkey made does not count."""

    ANOTHER_CEREMONY = "another_ceremony"
    ANOTHER_CHALLENGE = "another_challenge"
    ANOTHER_ORIGIN = "another_origin"
    CROSS_ORIGIN = "cross_origin"
    ANOTHER_PARTY = "another_party"
    ANOTHER_CREDENTIAL = "another_credential"
    USER_ABSENT = "user_absent"
    USER_UNVERIFIED = "user_unverified"
    ILLEGAL_FLAGS = "illegal_flags"
    UNKNOWN_KIND_OF_KEY = "unknown_kind_of_key"
    NOT_SIGNED = "not_signed"


class PasskeyRefusedError(ValueError):
    """What a passkey made does not count; `fault` says which of the reasons it is, the message what to do."""

    def __init__(self, fault: PasskeyFault, message: str) -> None:
        self.fault = fault
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class Passkey:
    """The published half of a passkey: its credential id (base64url), its relying party's id, its public key (PEM)."""

    credential_id: str
    rp_id: str
    scheme: str
    public_pem: str


@dataclass(frozen=True, slots=True)
class Assertion:
    """What a passkey signed, byte for byte, and its signature. `credential_id` is base64url and signed by nobody."""

    credential_id: str
    authenticator_data: bytes
    client_data: bytes
    signature: bytes

    @property
    def blob(self) -> bytes:
        """The form it is kept in: canonical JSON of an `AuthenticationResponseJSON` with nothing but what is needed.

        A library for WebAuthn reads it as it is; `assertion_in` reads it back.
        """
        response = {
            "authenticatorData": to_base64url(self.authenticator_data),
            "clientDataJSON": to_base64url(self.client_data),
            "signature": to_base64url(self.signature),
        }
        return canonical(
            {
                "clientExtensionResults": {},
                "id": self.credential_id,
                "rawId": self.credential_id,
                "response": response,
                "type": "public-key",
            }
        )


def request_options(challenge: bytes, passkeys: Sequence[Passkey]) -> RequestOptionsJson:
    """Return what a browser is given so that one of `passkeys`, all of one relying party, signs `challenge`."""
    return RequestOptionsJson(
        challenge=to_base64url(challenge),
        rp_id=passkeys[0].rp_id,
        allow_credentials=tuple(CredentialJson(one.credential_id) for one in passkeys),
    )


def read_assertion(found: AssertionJson) -> Assertion:
    """Return the assertion in what a browser handed over; raises `UnreadableError`."""
    parts = found.response
    return Assertion(
        require_credential(found),
        from_base64url("response.authenticatorData", parts.authenticator_data),
        from_base64url("response.clientDataJSON", parts.client_data),
        from_base64url("response.signature", parts.signature),
    )


def assertion_in(blob: bytes) -> Assertion:
    """Return the assertion that was kept as `blob`; raises `UnreadableError` for all but exactly what was kept."""
    try:
        found = read_assertion(msgspec.json.decode(blob, type=AssertionJson))
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise UnreadableError("signature", "is not a kept assertion") from None
    if found.blob != blob:
        raise UnreadableError("signature", "is not an assertion in its canonical form")
    return found


def check_assertion(*, assertion: Assertion, challenge: bytes, passkey: Passkey) -> None:
    """Check that the passkey signed exactly `challenge`, at its relying party, its user present and verified.

    What can be asked of a kept assertion as long as it is kept; whether the origin is this node's is asked once, by
    `require_own_origin`. The signature counter is not looked at. Raises `PasskeyRefusedError`, `UnreadableError`.
    """
    said, seen = read_client_data(assertion.client_data), _authenticator_data(assertion.authenticator_data)
    if assertion.credential_id != passkey.credential_id:
        raise PasskeyRefusedError(
            PasskeyFault.ANOTHER_CREDENTIAL, "the assertion is another passkey's; use one that is published"
        )
    require_ceremony(said, "webauthn.get")
    if said.challenge != to_base64url(challenge):
        raise PasskeyRefusedError(
            PasskeyFault.ANOTHER_CHALLENGE,
            f"the passkey signed another challenge than the digest `{challenge.hex()}`; ask for the options again and"
            " sign those",
        )
    require_party(said, seen, passkey.rp_id)
    require_verified_user(seen)
    if not _is_signed(assertion, passkey):
        raise PasskeyRefusedError(
            PasskeyFault.NOT_SIGNED, "the signature is not one of this assertion by the published passkey; sign again"
        )


def require_ceremony(said: ClientData, kind: str) -> None:
    """Raise `PasskeyRefusedError` unless the browser did `kind` for a page of its own, in no frame of another's."""
    if said.type != kind:
        raise PasskeyRefusedError(
            PasskeyFault.ANOTHER_CEREMONY,
            f"`{said.type[:40]}` is not `{kind}`; a passkey is made by `create()`, it signs by `get()`",
        )
    if said.cross_origin or said.top_origin is not None:
        raise PasskeyRefusedError(
            PasskeyFault.CROSS_ORIGIN, "the page was in a frame of another; open the node's own page by itself"
        )


def require_own_origin(client_data: bytes, hosts: Collection[str]) -> None:
    """Raise unless the page that asked is this node's: https at one of its names, or http at `localhost`.

    `hosts` as `COMITY_ALLOWED_HOSTS` names them. Raises `PasskeyRefusedError`, `UnreadableError`.
    """
    origin = read_client_data(client_data).origin
    if not is_own_origin(origin, hosts):
        raise PasskeyRefusedError(
            PasskeyFault.ANOTHER_ORIGIN,
            f"`{origin[:100]}` is not a page of this node; sign at https://NAME with a name of the node"
            " (COMITY_ALLOWED_HOSTS), or at http://localhost",
        )


def require_party(said: ClientData, seen: "AuthenticatorData", rp_id: str) -> None:
    """Raise `PasskeyRefusedError` unless browser and authenticator speak of the relying party `rp_id`."""
    if not is_of_party(said.origin, rp_id):
        raise PasskeyRefusedError(
            PasskeyFault.ANOTHER_ORIGIN,
            f"`{said.origin[:100]}` is not a page of the relying party `{rp_id}`; sign there",
        )
    if seen.rp_id_hash != sha256(rp_id.encode()).digest():
        raise PasskeyRefusedError(
            PasskeyFault.ANOTHER_PARTY,
            f"the authenticator speaks to another relying party than `{rp_id}`; use a passkey that was made for it",
        )


def require_verified_user(seen: "AuthenticatorData") -> None:
    """Raise `PasskeyRefusedError` unless the authenticator says that its user was there and proved who it is."""
    if not seen.is_user_present():
        raise PasskeyRefusedError(PasskeyFault.USER_ABSENT, "nobody touched the authenticator; sign again and do")
    if not seen.is_user_verified():
        raise PasskeyRefusedError(
            PasskeyFault.USER_UNVERIFIED,
            "the authenticator did not verify its user; set a PIN or fingerprint and ask with `userVerification` as"
            " `required`",
        )
    if seen.is_backed_up() and not seen.is_backup_eligible():
        raise PasskeyRefusedError(
            PasskeyFault.ILLEGAL_FLAGS, "the authenticator contradicts itself on backup; use another authenticator"
        )


def _authenticator_data(raw: bytes) -> "AuthenticatorData":
    from fido2.webauthn import AuthenticatorData  # noqa: PLC0415 - 50 ms that only who uses a passkey waits

    try:
        return AuthenticatorData(raw)
    except UNPARSED:
        raise UnreadableError("response.authenticatorData", "is not authenticator data") from None


def _is_signed(assertion: Assertion, passkey: Passkey) -> bool:
    message = assertion.authenticator_data + sha256(assertion.client_data).digest()
    try:
        key = load_pem_public_key(passkey.public_pem.encode())
        if isinstance(key, ec.EllipticCurvePublicKey) and passkey.scheme == PasskeyScheme.ES256:
            key.verify(assertion.signature, message, ec.ECDSA(hashes.SHA256()))
            return isinstance(key.curve, ec.SECP256R1)
        if isinstance(key, ed25519.Ed25519PublicKey) and passkey.scheme == PasskeyScheme.ED25519:
            key.verify(assertion.signature, message)
            return True
    except (InvalidSignature, UnsupportedAlgorithm, ValueError):
        return False
    return False
