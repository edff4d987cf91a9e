"""What a browser hands over of a passkey, in the JSON of WebAuthn level 3 (`PublicKeyCredential.toJSON()`). Pure.

The structs name every member there is, so that a misspelled one is refused. What is not signed, or may tell on a
person (`userHandle`), is read and not kept. Source: webauthn-3.
"""

import base64
import binascii
from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta, field

LONGEST_ID: Final = 1364
"""A credential id has at most 1,023 bytes."""

CredentialId = Annotated[str, Meta(min_length=1, max_length=LONGEST_ID, description="Base64url, without padding.")]
_Data = Annotated[str, Meta(max_length=4096, description="Base64url, without padding.")]
_Signature = Annotated[str, Meta(max_length=1024, description="Base64url, without padding.")]
_Attestation = Annotated[str, Meta(max_length=32_768, description="CBOR in base64url, without padding.")]
_Word = Annotated[str, Meta(max_length=100)]
_Words = Annotated[tuple[_Word, ...], Meta(max_length=20)]


class UnreadableError(ValueError):
    """A member is not what its name says; `member` is its path in the JSON."""

    def __init__(self, member: str, what: str) -> None:
        self.member = member
        super().__init__(f"`{member}` {what}; hand over what the browser's `toJSON()` gave, unchanged")


class AssertionParts(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What the authenticator signed, and the signature."""

    client_data: _Data = field(name="clientDataJSON")
    authenticator_data: _Data = field(name="authenticatorData")
    signature: _Signature
    user_handle: _Word | None = field(name="userHandle", default=None)


class AssertionJson(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """An `AuthenticationResponseJSON`: what `navigator.credentials.get()` gave, as `toJSON()` writes it."""

    id: CredentialId
    raw_id: CredentialId = field(name="rawId")
    type: _Word
    response: AssertionParts
    authenticator_attachment: _Word | None = field(name="authenticatorAttachment", default=None)
    client_extension_results: dict[str, Any] = field(name="clientExtensionResults", default_factory=dict)


class RegistrationParts(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What the authenticator made. The public key counts that stands in `attestationObject`."""

    client_data: _Data = field(name="clientDataJSON")
    attestation_object: _Attestation = field(name="attestationObject")
    authenticator_data: _Data = field(name="authenticatorData", default="")
    public_key: _Data | None = field(name="publicKey", default=None)
    public_key_algorithm: int | None = field(name="publicKeyAlgorithm", default=None)
    transports: _Words = ()


class RegistrationJson(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A `RegistrationResponseJSON`: what `navigator.credentials.create()` gave, as `toJSON()` writes it."""

    id: CredentialId
    raw_id: CredentialId = field(name="rawId")
    type: _Word
    response: RegistrationParts
    authenticator_attachment: _Word | None = field(name="authenticatorAttachment", default=None)
    client_extension_results: dict[str, Any] = field(name="clientExtensionResults", default_factory=dict)


class CredentialJson(msgspec.Struct, frozen=True):
    """A passkey that may answer."""

    id: str
    type: str = "public-key"


class RequestOptionsJson(msgspec.Struct, frozen=True, kw_only=True):
    """What `PublicKeyCredential.parseRequestOptionsFromJSON()` takes: what is to be signed, by which passkeys."""

    challenge: str
    rp_id: str = field(name="rpId")
    allow_credentials: tuple[CredentialJson, ...] = field(name="allowCredentials")
    user_verification: str = field(name="userVerification", default="required")


class ClientData(msgspec.Struct, frozen=True, kw_only=True):
    """What the browser says it was asked, of what it says; members to come are allowed (WebAuthn, 5.8.1)."""

    type: str
    challenge: str
    origin: str
    cross_origin: bool = field(name="crossOrigin", default=False)
    top_origin: str | None = field(name="topOrigin", default=None)


def require_credential(found: AssertionJson | RegistrationJson) -> str:
    """Return the credential id; raises `UnreadableError` where the JSON is not of one public key credential."""
    if found.type != "public-key":
        raise UnreadableError("type", f"is `{found.type}` and not `public-key`")
    if found.id != found.raw_id:
        raise UnreadableError("rawId", "is not the same as `id`")
    from_base64url("id", found.id)
    return found.id


def read_client_data(raw: bytes) -> ClientData:
    """Return the browser's words; raises `UnreadableError`."""
    try:
        return msgspec.json.decode(raw, type=ClientData)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise UnreadableError("response.clientDataJSON", "is not the JSON of client data") from None


def from_base64url(member: str, text: str) -> bytes:
    """Return the bytes; raises `UnreadableError` for all but the one way of writing them: base64url, no padding."""
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    if not raw or to_base64url(raw) != text:
        raise UnreadableError(member, "is not base64url without padding")
    return raw


def to_base64url(raw: bytes) -> str:
    """Return bytes as base64url without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
