"""One byte string per value: canonical JSON (RFC 8785) of the values Comity records.

Floats are refused (no figure of record is a float) and so are integers beyond 2**53 and keys outside ASCII; within
those limits the sorted output of msgspec is the canonical form, which the tests compare with the `rfc8785` library.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Final
from uuid import UUID

import msgspec

from comity.kernel.time import utc_text

Json = None | bool | int | str | list["Json"] | dict[str, "Json"]

_LIMIT: Final = 2**53
_encode = msgspec.json.Encoder(order="deterministic").encode


class NotCanonicalError(ValueError):
    """A value has no canonical form here: a float, a huge integer, an unknown type."""


def plain(value: object) -> Json:
    """Return `value` as JSON values: UUID, dates and bytes as text, sets sorted, tuples as lists.

    Raises `NotCanonicalError` for what has no single text.
    """
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return str(value)
    if isinstance(value, int):
        if abs(value) > _LIMIT:
            raise NotCanonicalError("an integer beyond 2**53 has no canonical form")
        return int(value)
    return _plain_compound(value)


def _plain_compound(value: object) -> Json:
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, datetime):
        return utc_text(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value).hex()
    if isinstance(value, Mapping):
        return {_key(key): plain(item) for key, item in value.items()}
    if isinstance(value, set | frozenset):
        return sorted((plain(item) for item in value), key=lambda item: _encode(item))
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    raise NotCanonicalError(f"no canonical form for a `{type(value).__name__}`")


def _key(key: object) -> str:
    if not isinstance(key, str) or not key.isascii():
        raise NotCanonicalError("a key must be ASCII text")
    return key


def canonical(value: object) -> bytes:
    """Return the canonical JSON of `value` (RFC 8785); raises `NotCanonicalError`."""
    return _encode(plain(value))
