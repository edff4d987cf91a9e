"""Digests of rows and of minimized records, salted so that they tell nothing once the salt is gone."""

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from comity.kernel.canonical import Cell, canonical, encode_plain

SALT_BYTES: Final = 16


def new_salt() -> bytes:
    """Return 128 random bits."""
    return secrets.token_bytes(SALT_BYTES)


def sha256(data: bytes) -> bytes:
    """Return the 32 bytes of SHA-256."""
    return hashlib.sha256(data).digest()


@dataclass(frozen=True, slots=True)
class PlainRow:
    """A row whose values `canonical.plain` made already, ids apart, so that nothing is looked at twice."""

    values: Mapping[str, Cell]


def row_digest(salt: bytes, row: Mapping[str, object] | PlainRow) -> str:
    """Return hex of SHA-256 over `salt || canonical(row)`; columns that are NULL are left out.

    Leaving NULL out keeps old digests true when a later migration adds a column.
    """
    if isinstance(row, PlainRow):
        body = encode_plain({name: value for name, value in row.values.items() if value is not None})
    else:
        body = canonical({name: value for name, value in row.items() if value is not None})
    return hashlib.sha256(salt + body).hexdigest()


def element_digests(salts: Mapping[str, bytes], values: Mapping[str, str]) -> dict[str, str]:
    """Return the salted digest (hex) of each element of a record; each element has its own salt.

    A holder can later show one element with its salt and keep the others back.
    """
    return {name: hashlib.sha256(salts[name] + canonical({name: value})).hexdigest() for name, value in values.items()}


def element_root(digests: Mapping[str, str]) -> str:
    """Return hex of SHA-256 over the canonical map of element digests."""
    return hashlib.sha256(canonical(digests)).hexdigest()
