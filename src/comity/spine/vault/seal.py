"""Sealing and opening: one fresh key per record, so that what is purged is gone and what is moved does not open."""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec
import psycopg
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db.backends.utils import CursorWrapper

from comity.kernel.canonical import Cell, Json, encode_plain
from comity.kernel.digest import sha256
from comity.kernel.time import utc_text
from comity.spine.keys.ring import KeyRing, UnknownMasterKeyError, UnwrapError, Wrapped
from comity.spine.tenancy.transaction import Tables, as_bytea

_KEY_BYTES: Final = 32
_NONCE_BYTES: Final = 12


_FOUND: Final = "SELECT id, kind, nonce, ciphertext, wrapped_key, key_id FROM"
_SELECT: Final = f"{_FOUND} vault_item WHERE id = ANY(%b::uuid[])"
_SELECT_AS_GATE: Final = f"{_FOUND} vault_sealed_for_gate(%b::uuid[])"


class ItemNotVisibleError(LookupError):
    """An item is purged, was never there, or is not for this session; which of them is not told."""


class ItemAlteredError(ValueError):
    """A stored record does not open under its own key: bytes, key, id or kind were changed, or the row was moved."""


@dataclass(frozen=True, slots=True)
class Plain:
    """A record to seal. `value` holds JSON values (`canonical.plain` makes them).

    `reader_ids` are agencies besides the owner.

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


@dataclass(frozen=True, slots=True)
class Sealing:
    """Items sealed: their rows, to be inserted with what else an act writes, and what the ledger entry says of them.

    `digests`: hex SHA-256 of nonce || ciphertext of each.
    """

    tables: Tables
    digests: Mapping[UUID, str]


def seal_all(keys: KeyRing, items: Sequence[Plain]) -> Sealing:
    """Seal `items`; nothing is inserted yet.

    Any acting duty but the auditor's may insert for any owner; nothing is read back. Raises `NotCanonicalError` and
    the errors of the ring.
    """
    sealed = {item.id: _seal(keys, item) for item in items}
    rows = [_row(item, sealed[item.id]) for item in items]
    digests = {item_id: sha256(each.nonce + each.ciphertext).hex() for item_id, each in sealed.items()}
    return Sealing({"vault_item": rows}, digests)


def _row(item: Plain, sealed: _Sealed) -> dict[str, Cell]:
    return {
        "id": item.id,
        "kind": item.kind,
        "owner_id": item.owner_id,
        "reader_ids": [str(reader) for reader in item.reader_ids],
        "nonce": as_bytea(sealed.nonce),
        "ciphertext": as_bytea(sealed.ciphertext),
        "wrapped_key": as_bytea(sealed.wrapped.blob),
        "key_id": sealed.wrapped.key_id,
        "retain_until": None if item.retain_until is None else utc_text(item.retain_until),
    }


def open_items(
    cursor: CursorWrapper | psycopg.Cursor[Any], keys: KeyRing, ids: Iterable[UUID]
) -> dict[UUID, dict[str, Json]]:
    """Return the values of those of `ids` that are there and visible; the others are simply missing.

    Raises `ItemAlteredError`, also for a data key that was changed, and `UnknownMasterKeyError` when an item names a
    master key the ring does not hold: whether ring or item is at fault one item alone cannot tell. Where one item
    must not stand for all, use `open_sound_texts`. The ring's own errors are raised when the ring itself fails.
    """
    stored = _stored(cursor, ids, _SELECT)
    return {item_id: _read(_open(keys, item_id, kind, sealed)) for item_id, kind, sealed in stored}


@dataclass(frozen=True, slots=True)
class Opened:
    """What opened, by item, and why the rest did not. Items that are not there or not visible are in neither."""

    values: Mapping[UUID, dict[str, Json]]
    damaged: Mapping[UUID, ItemAlteredError | UnknownMasterKeyError]


@dataclass(frozen=True, slots=True)
class OpenedTexts:
    """What opened, by item, as the JSON it was sealed as, and why the rest did not; as `Opened`."""

    texts: Mapping[UUID, bytes]
    damaged: Mapping[UUID, ItemAlteredError | UnknownMasterKeyError]


def open_sound_texts(cursor: CursorWrapper | psycopg.Cursor[Any], keys: KeyRing, ids: Iterable[UUID]) -> OpenedTexts:
    """Return what `open_items` returns, unread, with the items that do not open told instead of raised.

    An unknown master key may also mean that the ring is not this database's: `check_keys.opens_most` tells. Raises
    the ring's own errors when the ring itself fails.
    """
    return _sound(keys, _stored(cursor, ids, _SELECT))


def open_sound_items_as_gate(cursor: CursorWrapper, keys: KeyRing, ids: Iterable[UUID]) -> Opened:
    """Return the values of records and payloads so, read in the duty of the gate whoever the transaction is.

    The duty lasts as long as the one statement, inside a database function.
    """
    opened = _sound(keys, _stored(cursor, ids, _SELECT_AS_GATE))
    return Opened({item_id: _read(text) for item_id, text in opened.texts.items()}, opened.damaged)


def _sound(keys: KeyRing, stored: Iterable[tuple[UUID, str, _Sealed]]) -> OpenedTexts:
    texts: dict[UUID, bytes] = {}
    damaged: dict[UUID, ItemAlteredError | UnknownMasterKeyError] = {}
    for item_id, kind, sealed in stored:
        try:
            texts[item_id] = _open(keys, item_id, kind, sealed)
        except (ItemAlteredError, UnknownMasterKeyError) as error:
            damaged[item_id] = error
    return OpenedTexts(texts, damaged)


def _stored(
    cursor: CursorWrapper | psycopg.Cursor[Any], ids: Iterable[UUID], select: str
) -> Iterator[tuple[UUID, str, _Sealed]]:
    with psycopg.Cursor(cursor.connection) as binary:
        rows = binary.execute(select, (list(ids),), binary=True).fetchall()
    for item_id, kind, nonce, ciphertext, wrapped_key, key_id in rows:
        yield item_id, kind, _Sealed(nonce, ciphertext, Wrapped(key_id, wrapped_key))


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
    return _Sealed(nonce, ciphertext, keys.wrap(data_key, item.id.bytes))


def _open(keys: KeyRing, item_id: UUID, kind: str, sealed: _Sealed) -> bytes:
    try:
        data_key = keys.unwrap(sealed.wrapped, item_id.bytes)
        return AESGCM(data_key).decrypt(sealed.nonce, sealed.ciphertext, _associated(item_id, kind))
    except (InvalidTag, ValueError, UnwrapError):
        _try_ring(keys)
        raise ItemAlteredError(
            f"vault item `{item_id}` does not open under its own key; run `comity ledger verify`, then restore a backup"
        ) from None


def _read(text: bytes) -> dict[str, Json]:
    value: dict[str, Json] = msgspec.json.decode(text)
    return value


def _try_ring(keys: KeyRing) -> None:
    """Raise the ring's own error when it does not even open what it seals now: then no item is to blame."""
    keys.unwrap(keys.wrap(bytes(_KEY_BYTES), b""), b"")
