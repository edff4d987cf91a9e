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
Cell = Json | UUID
"""What a row's column holds before it is written: a JSON value, or an id, which is written as its text."""

_LIMIT: Final = 2**53
_encode = msgspec.json.Encoder(order="deterministic").encode


class NotCanonicalError(ValueError):
    """A value has no canonical form here: a float, a huge integer, an unknown type."""


def plain(value: object) -> Json:
    """Return `value` as JSON values: UUID, dates and bytes as text, sets sorted, tuples as lists.

    Raises `NotCanonicalError` for what has no single text.
    """
    kind = type(value)  # the usual kinds first, by identity: this runs for every value recorded
    if kind is str or value is None or kind is bool:
        return value  # type: ignore[return-value]
    if kind is dict:
        return {_key(key): plain(item) for key, item in value.items()}  # type: ignore[attr-defined]
    if kind is list or kind is tuple:
        return [plain(item) for item in value]  # type: ignore[attr-defined]
    if kind is UUID:
        return str(value)
    return _plain_other(value)


def _plain_other(value: object) -> Json:
    match value:
        case UUID():
            return str(value)
        case datetime():
            return utc_text(value)
        case date():
            return value.isoformat()
        case str():
            return str(value)
        case int():
            return _within_limit(int(value))
        case bytes() | bytearray() | memoryview():
            return bytes(value).hex()
        case Mapping():
            return {_key(key): plain(item) for key, item in value.items()}
        case set() | frozenset():
            return sorted((plain(item) for item in value), key=_encode)
        case list() | tuple():
            return [plain(item) for item in value]
        case _:
            raise NotCanonicalError(f"no canonical form for a `{type(value).__name__}`")


def _within_limit(value: int) -> int:
    if abs(value) > _LIMIT:
        raise NotCanonicalError("an integer beyond 2**53 has no canonical form")
    return value


def _key(key: object) -> str:
    if not isinstance(key, str) or not key.isascii():
        raise NotCanonicalError("a key must be ASCII text")
    return key


def canonical(value: object) -> bytes:
    """Return the canonical JSON of `value` (RFC 8785); raises `NotCanonicalError`."""
    return _encode(plain(value))


def encode_plain(value: object) -> bytes:
    """Return the canonical JSON of JSON values that `plain` made, and of ids as values: nothing is looked at twice.

    The encoder writes an id as `str` does (a test compares them), at a fraction of the cost.
    """
    return _encode(value)
