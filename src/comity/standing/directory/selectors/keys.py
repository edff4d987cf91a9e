"""Public keys of agencies, and which API key opens."""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection
from django.db.models import Q

from comity.kernel.time import utc_text
from comity.spine.keys.detached import is_signed_by
from comity.spine.keys.ring import Signature
from comity.spine.tenancy.stamps import WHO_STAMP_AS_TEXT
from comity.standing.directory.facts import ApiKeyFacts, KeyRefusal, PublicKeyFacts, RefusedKey
from comity.standing.directory.models import AgencyKey
from comity.standing.directory.selectors.found import only
from comity.standing.directory.vocabulary import KeyFault, KeyPurpose, KeyScheme

_KEY: Final = (
    "id",
    "agency_id",
    "key_id",
    "purpose",
    "scheme",
    "public_pem",
    "period",
    "revoked_at",
    "credential_id",
    "rp_id",
)
# Plain SQL: every request begins with it, and building a queryset would cost more than the query.
_API_KEY: Final = (
    f"SELECT n.now, ({WHO_STAMP_AS_TEXT}), k.id, k.agency_id, k.post_id, k.prefix, k.scopes, k.secret_sha256,"
    " lower(k.period), upper(k.period), k.revoked_at"
    " FROM (SELECT clock_timestamp()) AS n (now) LEFT JOIN directory_api_key k ON k.prefix = %s"
)
_PARTS: Final = 3


class KeyNotGoodError(ValueError):
    """A key does not bind the agency at the instant asked for; `fault` says which of the reasons it is."""

    def __init__(self, key_id: str, fault: KeyFault, detail: str) -> None:
        self.key_id, self.fault = key_id, fault
        super().__init__(f"the key `{key_id}` {detail}")


class SignatureNotGoodError(ValueError):
    """A signature is not one of what it should sign by the key it names."""


@dataclass(frozen=True, slots=True)
class Presented:
    """An API key as it was presented: what it opens or why not, and the instant by the database's clock.

    `stamp`: until keys, posts and holders have another one only time changes the answer, at `until`, if ever.
    """

    found: ApiKeyFacts | RefusedKey
    now: datetime
    stamp: str = ""
    until: datetime | None = None


def present_api_key(secret: str) -> Presented:
    """Return what the API key `secret` opens now: key and clock in one statement, the first of every request.

    The prefix finds the row, the SHA-256 of the rest is compared in constant time. A wrong secret says nothing about
    the key whose prefix it names. Runs before the actor is known: it needs no setting of the transaction.
    """
    now, stamp, rows = _read_key(secret)
    until = min((instant for row in rows for instant in row[-2:] if instant is not None), default=None)
    return Presented(_opens(rows, secret, now), now, stamp, until)


def find_api_key(secret: str, at: datetime) -> ApiKeyFacts | RefusedKey:
    """Return what the API key opens at any instant (`present_api_key`)."""
    return _opens(_read_key(secret)[2], secret, at)


def _read_key(secret: str) -> tuple[datetime, str, list[tuple[Any, ...]]]:
    """Return the database's time, the stamp of who acts and the key whose prefix the secret names.

    What is no secret names none.
    """
    parts = secret.split("_")
    is_secret = len(parts) == _PARTS and parts[0] == "comity" and secret.isascii() and "\x00" not in secret
    with connection.cursor() as cursor:
        cursor.execute(_API_KEY, (parts[1] if is_secret else None,))
        rows = cursor.fetchall()
    return rows[0][0], rows[0][1], [row[2:] for row in rows if row[2] is not None]


def _opens(rows: list[tuple[Any, ...]], secret: str, at: datetime) -> ApiKeyFacts | RefusedKey:
    for key_id, agency_id, post_id, prefix, scopes, stored, starts_at, ends_at, revoked_at in rows:
        if not hmac.compare_digest(bytes(stored), hashlib.sha256(secret.split("_")[2].encode()).digest()):
            break
        if revoked_at is not None and revoked_at <= at:
            return RefusedKey(KeyRefusal.REVOKED)
        if at < starts_at:
            return RefusedKey(KeyRefusal.NOT_YET_VALID)
        if ends_at is not None and ends_at <= at:
            return RefusedKey(KeyRefusal.EXPIRED)
        return ApiKeyFacts(key_id, agency_id, post_id, prefix, frozenset(scopes))
    return RefusedKey(KeyRefusal.UNKNOWN)


def get_public_key(key_id: str) -> PublicKeyFacts:
    """Return the public key with this id, valid or not; raise `NotInDirectoryError`."""
    return only(list_keys(Q(key_id=key_id)), "public key", key_id)


def list_public_keys(agency_id: UUID, purpose: KeyPurpose, at: datetime) -> list[PublicKeyFacts]:
    """Return the agency's public keys for a purpose that are valid at the instant, newest first."""
    found = list_keys(Q(agency_id=agency_id, purpose=purpose.value, period__contains=at))
    valid = [key for key in found if key.revoked_at is None or at < key.revoked_at]
    return sorted(valid, key=lambda key: key.starts_at, reverse=True)


def list_public_keys_of(agency_id: UUID) -> list[PublicKeyFacts]:
    """Return every public key ever published for the agency, newest first."""
    return sorted(list_keys(Q(agency_id=agency_id)), key=lambda key: key.starts_at, reverse=True)


def get_signing_key(agency_id: UUID, key_id: str, at: datetime) -> PublicKeyFacts:
    """Return the public key that binds the agency at `at`: published for it, for signatures, valid, not revoked.

    Raises `KeyNotGoodError` naming which of these does not hold.
    """
    found = list_keys(Q(key_id=key_id))
    if not found:
        raise KeyNotGoodError(key_id, KeyFault.UNKNOWN, "is published for nobody; `comity keys publish` publishes one")
    require_binding(found[0], agency_id, at)
    return found[0]


def require_binding(key: PublicKeyFacts, agency_id: UUID, at: datetime) -> None:
    """Raise `KeyNotGoodError` unless the key binds the agency at `at`."""
    if key.agency_id != agency_id:
        detail = "is another agency's; sign with one of your own"
        raise KeyNotGoodError(key.key_id, KeyFault.OF_ANOTHER_AGENCY, detail)
    if key.purpose is not KeyPurpose.SIGNATURE:
        detail = f"is published for `{key.purpose.value}`, not for `signature`; sign with one that is"
        raise KeyNotGoodError(key.key_id, KeyFault.NOT_FOR_SIGNATURES, detail)
    if key.revoked_at is not None and key.revoked_at <= at:
        detail = f"was revoked at {utc_text(key.revoked_at)}; publish a new one"
        raise KeyNotGoodError(key.key_id, KeyFault.REVOKED, detail)
    if at < key.starts_at:
        detail = f"is valid from {utc_text(key.starts_at)} on; wait, or sign with another"
        raise KeyNotGoodError(key.key_id, KeyFault.NOT_YET_VALID, detail)
    if key.ends_at is not None and key.ends_at <= at:
        raise KeyNotGoodError(key.key_id, KeyFault.OVER, f"ended at {utc_text(key.ends_at)}; publish a new one")


def check_signature(*, agency_id: UUID, signature: Signature, digest: bytes, at: datetime) -> PublicKeyFacts:
    """Return the key of the agency by which `signature` signs exactly `digest`; the one place that decides it.

    A passkey signs by `selectors.passkeys.check_passkey` and in no other way. Raises `KeyNotGoodError`
    (`get_signing_key`), `SignatureNotGoodError`.
    """
    key = get_signing_key(agency_id, signature.key_id, at)
    is_its_scheme = key.scheme.value == signature.scheme
    if not is_its_scheme or not is_signed_by(signature=signature, digest=digest, public_pem=key.public_pem):
        detail = f"does not sign the digest `{digest.hex()}` by the key `{key.key_id}`; sign exactly these 32 bytes"
        raise SignatureNotGoodError(f"the signature {detail}")
    return key


def list_keys(where: Q) -> list[PublicKeyFacts]:
    """Return the public keys of the directory that fit, in any order."""
    return [
        PublicKeyFacts(
            id=row[0],
            agency_id=row[1],
            key_id=row[2],
            purpose=KeyPurpose(row[3]),
            scheme=KeyScheme(row[4]),
            public_pem=row[5],
            starts_at=row[6].lower,
            ends_at=row[6].upper,
            revoked_at=row[7],
            credential_id=row[8],
            rp_id=row[9],
        )
        for row in AgencyKey.objects.filter(where).values_list(*_KEY)
    ]
