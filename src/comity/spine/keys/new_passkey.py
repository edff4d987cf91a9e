"""A passkey that was just made: its credential id, relying party and public key, read from its registration. Pure.

What the authenticator attests about itself is not looked at, and no challenge is compared: whoever publishes the key
answers for it, as for a key in a PEM. Source: webauthn-3.
"""

from collections.abc import Collection, Mapping
from hashlib import sha256
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from comity.spine.keys.origin import parties_of
from comity.spine.keys.passkey import (
    UNPARSED,
    Passkey,
    PasskeyFault,
    PasskeyRefusedError,
    PasskeyScheme,
    require_ceremony,
    require_own_origin,
    require_party,
    require_verified_user,
)
from comity.spine.keys.webauthn import (
    RegistrationJson,
    UnreadableError,
    from_base64url,
    read_client_data,
    require_credential,
    to_base64url,
)

if TYPE_CHECKING:
    from fido2.cose import CoseKey
    from fido2.webauthn import AuthenticatorData

_CURVE, _X, _Y = -1, -2, -3
"""Where a COSE key says its curve and its point."""
_P256, _ED25519 = 1, 6


def read_new_passkey(found: RegistrationJson, hosts: Collection[str]) -> Passkey:
    """Return the passkey that was made at a page of this node (`hosts`), its user present and verified.

    Raises `PasskeyRefusedError`, `UnreadableError`.
    """
    credential_id = require_credential(found)
    client_data = from_base64url("response.clientDataJSON", found.response.client_data)
    seen = _authenticator_data(from_base64url("response.attestationObject", found.response.attestation_object))
    said = read_client_data(client_data)
    require_ceremony(said, "webauthn.create")
    require_own_origin(client_data, hosts)
    rp_id = next((one for one in parties_of(said.origin) if sha256(one.encode()).digest() == seen.rp_id_hash), "")
    require_party(said, seen, rp_id or next(parties_of(said.origin)))
    require_verified_user(seen)
    if seen.credential_data is None or to_base64url(seen.credential_data.credential_id) != credential_id:
        raise UnreadableError("response.attestationObject", "holds no key of the credential `id`")
    scheme, pem = _public_key(seen.credential_data.public_key)
    return Passkey(credential_id, rp_id, scheme, pem)


def _authenticator_data(raw: bytes) -> "AuthenticatorData":
    from fido2 import cbor  # noqa: PLC0415 - 50 ms that only who publishes a passkey waits
    from fido2.webauthn import AuthenticatorData  # noqa: PLC0415 - as above

    try:
        whole = cbor.decode(raw)
        within = whole.get("authData") if isinstance(whole, Mapping) else None
        if isinstance(within, bytes):  # a number would be taken for a length
            return AuthenticatorData(within)
    except UNPARSED:
        pass
    raise UnreadableError("response.attestationObject", "is not an attestation object")


def _public_key(cose: "CoseKey") -> tuple[str, str]:
    """Return scheme and PEM of a key by which a passkey may sign here."""
    from fido2.cose import ES256, EdDSA  # noqa: PLC0415 - as above

    try:
        if isinstance(cose, ES256) and cose[_CURVE] == _P256:
            x, y = int.from_bytes(cose[_X], "big"), int.from_bytes(cose[_Y], "big")
            scheme, key = PasskeyScheme.ES256, ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()
            return scheme, key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
        if isinstance(cose, EdDSA) and cose[_CURVE] == _ED25519:
            raw = ed25519.Ed25519PublicKey.from_public_bytes(cose[_X])
            pem = raw.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
            return PasskeyScheme.ED25519, pem
    except UNPARSED:
        raise UnreadableError("response.attestationObject", "holds a public key that is none") from None
    raise PasskeyRefusedError(
        PasskeyFault.UNKNOWN_KIND_OF_KEY,
        "a passkey here is ES256 (P-256) or EdDSA (Ed25519); make one with `pubKeyCredParams` of -7 and -8",
    )
