"""Sealing and opening: one fresh key per record, so that what is purged is gone and what is moved does not open."""

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec
import psycopg
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db.backends.utils import CursorWrapper

from comity.kernel.canonical import Json, encode_plain
from comity.kernel.digest import sha256
from comity.spine.keys.ring import KeyRing, Wrapped

_KEY_BYTES: Final = 32
_NONCE_BYTES: Final = 12

# Readers travel as array literals: unnest would flatten an array of arrays.
_INSERT: Final = (
    "INSERT INTO vault_item"
    " (id, kind, owner_id, reader_ids, nonce, ciphertext, wrapped_key, key_id, retain_until)"
    " SELECT id, kind, owner_id, readers::uuid[], nonce, ciphertext, wrapped_key, key_id, retain_until FROM unnest("
    "%b::uuid[], %b::text[], %b::uuid[], %b::text[], %b::bytea[], %b::bytea[], %b::bytea[], %b::text[],"
    " %b::timestamptz[])"
    " AS t (id, kind, owner_id, readers, nonce, ciphertext, wrapped_key, key_id, retain_until)"
)
_SELECT: Final = "SELECT id, kind, nonce, ciphertext, wrapped_key, key_id FROM vault_item WHERE id = ANY(%b::uuid[])"


class ItemNotVisibleError(LookupError):
    """An item is purged, was never there, or is not for this session; which of them is not told."""


class ItemAlteredError(ValueError):
    """A stored record does not open under its own key: its bytes, id or kind were changed, or its row was moved."""


@dataclass(frozen=True, slots=True)
class Plain:
    """A record to seal. `value` holds JSON values (`canonical.plain` makes them); `reader_ids` are agencies besides the owner.

    `id` is a UUIDv7, or random where time would tell on a person.
    """

    id: UUID
    kind: str
    owner_id: UUID
    value: Mapping[str, Json]
    reader_ids: Sequence[UUID] = ()
    retain_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class _Sealed:
    nonce: bytes
    ciphertext: bytes
    wrapped: Wrapped


def seal_items(cursor: CursorWrapper, keys: KeyRing, items: Sequence[Plain]) -> dict[UUID, str]:
    """Insert `items` sealed, in one statement of the caller's transaction.

    Returns the hex SHA-256 of nonce || ciphertext of each, for the ledger entry. Any acting duty but the auditor's
    may seal for any owner; nothing is read back. Raises `NotCanonicalError`, the errors of the ring, and
    `psycopg.errors.UniqueViolation` for an id already there.
    """
    if not items:
        return {}
    sealed = [_seal(keys, item) for item in items]
    # Django's cursor writes parameters into the text; one with binary parameters halves what is sent.
    with psycopg.Cursor(cursor.connection) as binary:
        binary.execute(
            _INSERT,
            (
                [item.id for item in items],
                [item.kind for item in items],
                [item.owner_id for item in items],
                ["{" + ",".join(map(str, item.reader_ids)) + "}" for item in items],
                [each.nonce for each in sealed],
                [each.ciphertext for each in sealed],
                [each.wrapped.blob for each in sealed],
                [each.wrapped.key_id for each in sealed],
                [item.retain_until for item in items],
            ),
        )
    return {item.id: sha256(each.nonce + each.ciphertext).hex() for item, each in zip(items, sealed, strict=True)}


def open_items(cursor: CursorWrapper, keys: KeyRing, ids: Iterable[UUID]) -> dict[UUID, dict[str, Json]]:
    """Return the values of those of `ids` that are there and visible; the others are simply missing.

    Raises `ItemAlteredError` and the errors of the ring (`UnknownMasterKeyError`, `UnwrapError`).
    """
    with psycopg.Cursor(cursor.connection) as binary:
        rows = binary.execute(_SELECT, (list(ids),), binary=True).fetchall()
    return {
        item_id: _open(keys, item_id, kind, _Sealed(nonce, ciphertext, Wrapped(key_id, wrapped_key)))
        for item_id, kind, nonce, ciphertext, wrapped_key, key_id in rows
    }


def open_item(cursor: CursorWrapper, keys: KeyRing, item_id: UUID) -> dict[str, Json]:
    """Return the value of one item; raises `ItemNotVisibleError` and what `open_items` raises."""
    try:
        return open_items(cursor, keys, [item_id])[item_id]
    except KeyError:
        raise ItemNotVisibleError(f"no vault item `{item_id}` for this session; it may be purged") from None


def _associated(item_id: UUID, kind: str) -> bytes:
    return item_id.bytes + kind.encode()


def _seal(keys: KeyRing, item: Plain) -> _Sealed:
    fresh = os.urandom(_KEY_BYTES + _NONCE_BYTES)
    data_key, nonce = fresh[:_KEY_BYTES], fresh[_KEY_BYTES:]
    ciphertext = AESGCM(data_key).encrypt(nonce, encode_plain(item.value), _associated(item.id, item.kind))
    return _Sealed(nonce, ciphertext, keys.wrap(data_key))


def _open(keys: KeyRing, item_id: UUID, kind: str, sealed: _Sealed) -> dict[str, Json]:
    data_key = keys.unwrap(sealed.wrapped)
    try:
        text = AESGCM(data_key).decrypt(sealed.nonce, sealed.ciphertext, _associated(item_id, kind))
    except (InvalidTag, ValueError):
        raise ItemAlteredError(
            f"vault item `{item_id}` does not open under its own key; run `comity ledger verify`, then restore a backup"
        ) from None
    value: dict[str, Json] = msgspec.json.decode(text)
    return value
