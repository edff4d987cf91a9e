"""Payloads that no entry names: content that came into the vault past the ledger."""

from typing import Any, Final
from uuid import UUID

import msgspec
import psycopg

from comity.spine.ledger.report import Findings, Kind
from comity.spine.ledger.snapshot import copied, streamed
from comity.spine.ledger.verify_rows import decode_body

_SUM: Final = "SELECT count(*), coalesce(sum(uuid_hash_extended(id, 0)), 0) FROM vault_item"
_BODIES: Final = "SELECT body FROM ledger_entry UNION ALL SELECT body FROM ledger_pending"
_BODY: Final = slice(6, None)  # after the number of fields and the length, as `copied` tells


def find_orphans(connection: psycopg.Connection[Any], copying: psycopg.Connection[Any], told: Findings) -> Findings:
    """Name every stored payload that no entry names; `told.stored` is what the entries came to. Both in one snapshot.

    Count and sum of all ids settle it at once; only when they differ is every entry read again for the names.
    """
    findings = Findings()
    row = connection.execute("SELECT to_regclass('public.vault_item') IS NOT NULL").fetchone()
    if not (row and row[0]):
        return findings
    count, total = connection.execute(_SUM).fetchall()[0]
    if (count, int(total)) == told.stored:
        return findings
    named = _named(copying)
    for (item,) in streamed(connection, "orphans", "SELECT id FROM vault_item ORDER BY id", ()):
        if item.bytes not in named:
            says = f"vault_item/{item} is named by no entry: it was put there past the ledger"
            findings.add(Kind.PAYLOAD_NOT_NAMED, f"vault_item/{item}", says)
    return findings


def _named(copying: psycopg.Connection[Any]) -> set[bytes]:
    named: set[bytes] = set()
    for row in copied(copying, _BODIES, ()):
        try:
            named.update(UUID(item).bytes for item in decode_body(row[_BODY]).payloads)
        except (msgspec.DecodeError, UnicodeDecodeError, ValueError):
            continue  # named as malformed where the entries are checked
    return named
