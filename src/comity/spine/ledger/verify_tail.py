"""The end of the ledger, checked at every start: as much work for a ledger of ten entries as for one of ten million.

It finds a database that is not the one that was signed last, and a change among the newest entries. An older entry
whose body was changed is found by `verify` alone.
"""

import hashlib
from collections.abc import Sequence
from typing import Any, Final

import psycopg

from comity.spine.ledger.edges import TreeBrokenError, load_edge
from comity.spine.ledger.hashing import perfect_root
from comity.spine.ledger.notes import Checkpoint, NoteError, VerifierKey, open_checkpoint
from comity.spine.ledger.report import Findings, Kind, Report
from comity.spine.ledger.snapshot import exported
from comity.spine.ledger.tiles import WIDTH, Tile
from comity.spine.ledger.verify_tree import check_tile

Connection = psycopg.Connection[Any]
TAIL: Final = 1_000
"""Entries read again, rounded up to whole tiles."""


def verify_tail(
    *, conninfo: str, keys: Sequence[VerifierKey], last_signed: Checkpoint | None, entries: int = TAIL
) -> Report:
    """Check the newest checkpoint, the one kept outside the database, and the newest `entries` with their tiles.

    `conninfo`: of the role verifier. Counts: `entries` is how many were read again, `of` how many there are.
    """
    findings = Findings()
    with exported(conninfo) as (connection, _):
        size = _size(connection)
        findings.counts["of"] = size
        if last_signed is not None and last_signed.size:
            _check_root(findings, connection, last_signed, "that was signed last and is kept outside the database")
        if size:
            _check_newest(findings, connection, size, list(keys))
            _check_entries(findings, connection, max(0, size - entries) // WIDTH * WIDTH, size)
    return findings.report()


def _size(connection: Connection) -> int:
    row = connection.execute("SELECT coalesce(max(leaf_index) + 1, 0) FROM ledger_entry").fetchone()
    return int(row[0]) if row else 0


def _check_root(findings: Findings, connection: Connection, checkpoint: Checkpoint, which: str) -> None:
    findings.counts["checkpoints"] += 1
    where = f"ledger_checkpoint/{checkpoint.size}"
    try:
        with connection.cursor() as cursor:
            root = load_edge(cursor, checkpoint.size).root()
    except TreeBrokenError as error:
        findings.add(Kind.CHECKPOINT_CHANGED, where, f"the tree does not reach the checkpoint {which}: {error}")
        return
    if root != checkpoint.root:
        says = f"the first {checkpoint.size} entries do not give the root of the checkpoint {which}"
        findings.add(Kind.CHECKPOINT_CHANGED, where, says)


def _check_newest(findings: Findings, connection: Connection, size: int, keys: list[VerifierKey]) -> None:
    row = connection.execute("SELECT note FROM ledger_checkpoint WHERE size = %s", (size,)).fetchone()
    where = f"ledger_checkpoint/{size}"
    if row is None:
        findings.add(Kind.CHECKPOINT_MISSING, where, f"no checkpoint covers all {size} entries")
        return
    try:
        newest = open_checkpoint(row[0], keys)
    except NoteError as error:
        findings.add(Kind.CHECKPOINT_CHANGED, where, f"the newest checkpoint is not signed by the log: {error}")
        return
    if newest.size != size:
        findings.add(Kind.CHECKPOINT_CHANGED, where, f"the newest checkpoint signs {newest.size} entries, not {size}")
        return
    _check_root(findings, connection, newest, "that is the newest")


def _check_entries(findings: Findings, connection: Connection, first: int, size: int) -> None:
    rows = connection.execute(
        "SELECT leaf_index, body, leaf_hash FROM ledger_entry WHERE leaf_index >= %s ORDER BY leaf_index", (first,)
    )
    leaves: list[bytes] = []
    for index, body, stored in rows:
        if index != first + len(leaves):
            findings.add(
                Kind.ENTRY_MISSING, f"ledger_entry/{first + len(leaves)}", f"leaf {first + len(leaves)} is missing"
            )
            return
        leaf = hashlib.sha256(b"\x00" + bytes(body)).digest()
        if leaf != bytes(stored):
            findings.add(
                Kind.ENTRY_CHANGED, f"ledger_entry/{index}", f"the body of leaf {index} does not give its leaf hash"
            )
            leaf = bytes(stored)
        leaves.append(leaf)
    findings.counts["entries"] += size - first
    _check_tiles(findings, connection, first // WIDTH, leaves)


def _check_tiles(findings: Findings, connection: Connection, first: int, leaves: Sequence[bytes]) -> None:
    stored = {
        index: (bytes(data), bytes(root))
        for index, data, root in connection.execute(
            "SELECT index, data, root FROM ledger_tile WHERE level = 0 AND index >= %s", (first,)
        )
    }
    for number in range(len(leaves) // WIDTH):
        data = b"".join(leaves[number * WIDTH : (number + 1) * WIDTH])
        check_tile(findings, Tile(0, first + number, data, perfect_root(data)), stored.get(first + number))
