"""Appending: the only thing a command does with the ledger, inside its own transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Self
from uuid import UUID

from django.db.backends.utils import CursorWrapper

from comity.kernel.canonical import encode_plain
from comity.kernel.digest import PlainRow, new_salt, row_digest
from comity.kernel.ids import new_id
from comity.kernel.time import utc_text
from comity.spine.tenancy.actor import Actor
from comity.spine.tenancy.transaction import Tables, as_bytea, insert_rows

SCHEMA: Final = "comity/entry/1"
MAX_BODY_BYTES: Final = 65_535
"""One byte under 64 KiB: an entry bundle counts a body's length in 16 bits (C2SP tlog-tiles)."""


class EntryTooLargeError(ValueError):
    """An entry's body exceeds the limit; what is long belongs in the vault, its digest in the entry."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One act, told by digests only. `body` is canonical JSON, at most 65,535 bytes."""

    entry_id: UUID
    agency_id: UUID
    body: bytes

    @classmethod
    def make(
        cls,
        *,
        act: str,
        at: datetime,
        actor: Actor,
        rows: Mapping[str, Mapping[str, object] | PlainRow],
        payloads: Mapping[UUID, str] | None = None,
        ruleset: str | None = None,
        facts: str | None = None,
        entry_id: UUID | None = None,
    ) -> Self:
        """Build the entry of one act; the caller inserts the act rows with this entry's `entry_id`.

        `rows`: `table/primary key` to every column of the row but `entry_id`, with the values that will be stored.
        `payloads`: vault item to hex SHA-256 of nonce || ciphertext. `ruleset`, `facts`: hex digests.
        `entry_id`: only where an id ordered by time would tell on a person; else a UUIDv7 is made.
        Raises `EntryTooLargeError`, `NotCanonicalError`.
        """
        salt = new_salt()
        chosen = new_id() if entry_id is None else entry_id
        body = encode_plain(
            {
                "schema": SCHEMA,
                "id": chosen,
                "at": utc_text(at),
                "act": act,
                "agency": actor.agency_id,
                "post": actor.post_id,
                "ruleset": ruleset,
                "facts": facts,
                "rows": {name: row_digest(salt, row) for name, row in rows.items()},
                "payloads": {str(item): digest for item, digest in (payloads or {}).items()},
                "salt": salt.hex(),
            }
        )
        return cls(chosen, actor.agency_id, _within_limit(act, body))


def _within_limit(act: str, body: bytes) -> bytes:
    if len(body) > MAX_BODY_BYTES:
        raise EntryTooLargeError(
            f"the ledger entry of `{act}` has {len(body)} bytes, more than {MAX_BODY_BYTES}; split the act"
        )
    return body


def appending(entries: Sequence[Entry]) -> Tables:
    """Return the rows of `entries` for `ledger_pending`, to be inserted with what the acts write.

    The database refuses an entry of another agency than the transaction's, and an `entry_id` that is already waiting.
    Raises `EntryTooLargeError`.
    """
    return {
        "ledger_pending": [
            {
                "entry_id": entry.entry_id,
                "agency_id": entry.agency_id,
                "body": as_bytea(_within_limit(str(entry.entry_id), entry.body)),
            }
            for entry in entries
        ]
    }


def append_entries(cursor: CursorWrapper, entries: Sequence[Entry]) -> None:
    """Insert `entries` in the caller's transaction (`appending`).

    A rolled back act leaves no entry and a committed act always has one.
    """
    insert_rows(cursor, appending(entries))
