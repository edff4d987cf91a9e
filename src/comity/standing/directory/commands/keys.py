"""Keys: dated public keys of agencies, and API keys whose secret is shown once."""

import hashlib
import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

from comity.kernel.time import Period
from comity.spine.keys.detached import spki_from_pem
from comity.spine.keys.passkey import Passkey
from comity.spine.keys.signing import key_id_of, spki_of
from comity.spine.tenancy.actor import Actor, Duty
from comity.spine.tenancy.transaction import acting
from comity.standing.directory.commands.record import Change, record_changes, require_own
from comity.standing.directory.commands.register import conflicts_named, tstzrange
from comity.standing.directory.models import AgencyKey, ApiKey
from comity.standing.directory.selectors import NotInDirectoryError, get_post
from comity.standing.directory.vocabulary import KeyPurpose, KeyScheme, PostFunction, Scope

KEY_MARK: Final = "comity"


class NotHeadError(PermissionError):
    """A key that binds the agency was to be published or revoked by a post that does not speak for the whole of it."""


class KeyRefusedError(ValueError):
    """A key is not what the directory keeps: no public key, an unknown curve, an unknown scope, no scope at all."""


@dataclass(frozen=True, slots=True)
class IssuedKey:
    """A new API key. `secret` exists here and nowhere else; the directory keeps its SHA-256."""

    id: UUID
    prefix: str
    secret: str = field(repr=False)


def add_agency_key(
    *, by: Actor, now: datetime, agency_id: UUID, purpose: KeyPurpose, public_pem: str, period: Period
) -> UUID:
    """Publish a public key of an agency for a period; returns its id. Writes `agency_key.added`.

    One for signatures binds the agency: its head publishes it, or the steward. Raises `KeyRefusedError` when the text
    is no Ed25519 or P-384 public key, `NotYourAgencyError`, `NotHeadError`, `DirectoryConflictError` when the key is
    already there.
    """
    require_own(by, [agency_id])
    key_id, scheme, pem = _read_public(public_pem)
    row = AgencyKey(
        agency_id=agency_id,
        key_id=key_id,
        purpose=KeyPurpose(purpose).value,
        scheme=scheme.value,
        public_pem=pem,
    )
    return _publish(row, period, by=by, now=now, detail={})


def add_passkey(*, by: Actor, now: datetime, agency_id: UUID, passkey: Passkey, period: Period) -> UUID:
    """Publish a passkey by which an agency signs, for a period; returns its id. Writes `agency_key.added`.

    Its purpose is `signature` and nothing else: the agency's head publishes it, or the steward. Raises `NotHeadError`,
    `NotYourAgencyError`, `DirectoryConflictError` when the key or its credential id is already there.
    """
    require_own(by, [agency_id])
    row = AgencyKey(
        agency_id=agency_id,
        key_id=key_id_of(spki_from_pem(passkey.public_pem)),
        purpose=KeyPurpose.SIGNATURE.value,
        scheme=KeyScheme(passkey.scheme).value,
        public_pem=passkey.public_pem,
        credential_id=passkey.credential_id,
        rp_id=passkey.rp_id,
    )
    detail = {"credential_id": passkey.credential_id, "rp_id": passkey.rp_id}
    return _publish(row, period, by=by, now=now, detail=detail)


def _publish(row: AgencyKey, period: Period, *, by: Actor, now: datetime, detail: Mapping[str, object]) -> UUID:
    row.period = tstzrange(period)
    whole = {
        "key_id": row.key_id,
        "purpose": row.purpose,
        "scheme": row.scheme,
        "starts_at": period.starts_at,
        "ends_at": period.ends_at,
        **detail,
    }
    with conflicts_named(), acting(by) as cursor:
        _require_head(by, row)
        row.save(force_insert=True)
        record_changes(cursor, by=by, now=now, changes=[Change("agency_key.added", row.agency_id, row.id, whole)])
    return row.id


def revoke_agency_key(*, by: Actor, now: datetime, key_id: str) -> None:
    """Revoke the public key `key_id` as of `now`; writes `agency_key.revoked`. Again is an error: it is over.

    One for signatures is revoked by the agency's head, or the steward. Raises `NotInDirectoryError` when no unrevoked
    key has this id, `NotYourAgencyError`, `NotHeadError`.
    """
    with acting(by) as cursor:
        row = AgencyKey.objects.filter(key_id=key_id, revoked_at__isnull=True).first()
        if row is None:
            raise NotInDirectoryError(f"no unrevoked public key `{key_id}` in the directory")
        require_own(by, [row.agency_id])
        _require_head(by, row)
        AgencyKey.objects.filter(id=row.id).update(revoked_at=now)
        change = Change("agency_key.revoked", row.agency_id, row.id, {"key_id": key_id, "revoked_at": now})
        record_changes(cursor, by=by, now=now, changes=[change])


def issue_api_key(*, by: Actor, now: datetime, post_id: UUID, scopes: Collection[str], period: Period) -> IssuedKey:
    """Issue an API key that speaks for a post; the secret is returned this once. Writes `api_key.issued`.

    A secret reads `comity_<12 hex>_<64 hex>`; scopes are those of `Scope`. Raises `KeyRefusedError`,
    `NotInDirectoryError`, `NotYourAgencyError`.
    """
    chosen = _known_scopes(scopes)
    prefix, secret = secrets.token_hex(6), secrets.token_hex(32)
    with acting(by) as cursor:
        post = get_post(post_id)
        require_own(by, [post.agency_id])
        row = ApiKey(
            agency_id=post.agency_id,
            post_id=post_id,
            prefix=prefix,
            secret_sha256=hashlib.sha256(secret.encode()).digest(),
            scopes=chosen,
            period=tstzrange(period),
        )
        row.save(force_insert=True)
        detail = {
            "post": post_id,
            "prefix": prefix,
            "scopes": chosen,
            "starts_at": period.starts_at,
            "ends_at": period.ends_at,
        }
        record_changes(cursor, by=by, now=now, changes=[Change("api_key.issued", post.agency_id, row.id, detail)])
    return IssuedKey(row.id, prefix, f"{KEY_MARK}_{prefix}_{secret}")


def _known_scopes(scopes: Collection[str]) -> list[str]:
    known = {scope.value for scope in Scope}
    unknown = sorted(set(scopes) - known)
    if unknown or not scopes:
        what = f"`{unknown[0]}` is no scope" if unknown else "a key needs a scope"
        raise KeyRefusedError(f"{what}; use one of: {', '.join(sorted(known))}")
    return sorted({Scope(scope).value for scope in scopes})


def revoke_api_key(*, by: Actor, now: datetime, prefix: str) -> None:
    """Revoke the API key with this prefix as of `now`; writes `api_key.revoked`.

    Raises `NotInDirectoryError` when no unrevoked key has the prefix, `NotYourAgencyError`.
    """
    with acting(by) as cursor:
        row = ApiKey.objects.filter(prefix=prefix, revoked_at__isnull=True).first()
        if row is None:
            raise NotInDirectoryError(f"no unrevoked API key `{prefix}` in the directory")
        require_own(by, [row.agency_id])
        ApiKey.objects.filter(id=row.id).update(revoked_at=now)
        change = Change("api_key.revoked", row.agency_id, row.id, {"prefix": prefix, "revoked_at": now})
        record_changes(cursor, by=by, now=now, changes=[change])


def _require_head(by: Actor, key: AgencyKey) -> None:
    if key.purpose != KeyPurpose.SIGNATURE.value or by.duty is Duty.STEWARD:
        return
    post = get_post(by.post_id)
    if post.agency_id != key.agency_id or post.function is not PostFunction.AGENCY_HEAD:
        raise NotHeadError(
            f"a key for signatures binds the agency: its head publishes and revokes it, `{post.code}` is"
            f" `{post.function.value}`"
        )


def _read_public(public_pem: str) -> tuple[str, KeyScheme, str]:
    try:
        key = load_pem_public_key(public_pem.encode())
    except (ValueError, UnsupportedAlgorithm) as error:
        raise KeyRefusedError("not the PEM of a public key") from error
    if isinstance(key, ed25519.Ed25519PublicKey):
        scheme = KeyScheme.ED25519
    elif isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP384R1):
        scheme = KeyScheme.ECDSA_P384_SHA384
    else:
        raise KeyRefusedError("a public key here is Ed25519 or ECDSA P-384")
    pem = key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    return key_id_of(spki_of(key)), scheme, pem
