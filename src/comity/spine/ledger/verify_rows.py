"""Act rows and payloads against the entries that tell of them: a merge of ordered streams over a range of entry ids."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Self
from uuid import UUID

import msgspec
import psycopg
from psycopg import sql

from comity.kernel.canonical import NotCanonicalError
from comity.kernel.digest import row_digest
from comity.spine.ledger.act_tables import ActTable
from comity.spine.ledger.report import Findings, Kind
from comity.spine.ledger.snapshot import Snapshot, copied, joined, streamed

_STORED: Final = (
    "SELECT id::text, encode(sha256(nonce || ciphertext), 'hex'), uuid_hash_extended(id, 0)"
    " FROM vault_item WHERE id = ANY (%s::uuid[])"
)
_BURIED: Final = "SELECT item_id::text, digest FROM vault_tombstone WHERE item_id = ANY (%s::uuid[])"

Range = tuple[UUID, UUID]
FIRST_ID: Final = UUID(int=0)
LAST_ID: Final = UUID(int=2**128 - 1)
_END: Final = "g"  # after every id
_PAYLOADS_A_LOOKUP: Final = 2_000

# Fields: id in 36 characters, leaf_index in 8 bytes (-1: waiting), agency in 36 characters, the body.
_ENTRIES: Final = """
SELECT entry_id::text, leaf_index, agency_id::text, body FROM (
    SELECT entry_id, leaf_index, agency_id, body FROM ledger_entry WHERE entry_id >= {} AND entry_id <= {}
    UNION ALL
    SELECT entry_id, -1, agency_id, body FROM ledger_pending WHERE entry_id >= {} AND entry_id <= {}
) AS entries ORDER BY entries.entry_id, leaf_index DESC
"""
_ID: Final = slice(6, 42)
_INDEX: Final = slice(46, 54)
_AGENCY: Final = slice(58, 94)
_BODY: Final = slice(98, None)


class Body(msgspec.Struct, gc=False, forbid_unknown_fields=True):
    """An entry's body, as `append.Entry.make` writes it."""

    schema: str
    id: str
    at: str
    act: str
    agency: str
    post: str | None
    ruleset: str | None
    facts: str | None
    rows: dict[str, str]
    payloads: dict[str, str]
    salt: str


decode_body: Final = msgspec.json.Decoder(Body).decode


@dataclass(frozen=True, slots=True)
class _Told:
    """Which entry tells, `leaf_index` -1 while it waits; its names are made only when something is wrong."""

    entry_id: str
    leaf_index: int

    @classmethod
    def of(cls, row: bytes) -> Self:
        return cls(row[_ID].decode(), int.from_bytes(row[_INDEX], "big", signed=True))

    @property
    def where(self) -> str:
        return f"ledger_pending/{self.entry_id}" if self.leaf_index < 0 else f"ledger_entry/{self.leaf_index}"

    @property
    def name(self) -> str:
        place = "waiting" if self.leaf_index < 0 else f"leaf {self.leaf_index}"
        return f"entry {self.entry_id} ({place})"


@dataclass(slots=True)
class _Stream:
    """The rows of one act table in the order of their entries, one looked ahead."""

    table: ActTable
    columns: tuple[str, ...]
    rows: Iterator[tuple[Any, ...]]
    ahead: tuple[Any, ...] | None

    def advance(self) -> None:
        self.ahead = next(self.rows, None)

    def named(self, values: tuple[Any, ...]) -> tuple[str, dict[str, object]]:
        """Return the row as `table/key` and its columns without `entry_id`."""
        row = dict(zip(self.columns, values[1:], strict=True))
        name = f"{self.table.name}/{','.join(str(row.get(column, values[0])) for column in self.table.key)}"
        row.pop("entry_id", None)
        return name, row


def check_rows(snapshot: Snapshot, span: Range, tables: tuple[ActTable, ...], purged: frozenset[str]) -> Findings:
    """Check every act row and payload of the entries with ids in `span` (both ends included).

    `purged`: `table/key` of act rows lawfully gone. Payloads that are gone must have left a tombstone.
    """
    with joined(snapshot) as connection, joined(snapshot) as copying:
        return _Rows(connection, copying, span, tables, purged).check()


class _Rows:
    def __init__(
        self,
        connection: psycopg.Connection[Any],
        copying: psycopg.Connection[Any],
        span: Range,
        tables: tuple[ActTable, ...],
        purged: frozenset[str],
    ) -> None:
        self._connection = connection
        self._copying = copying
        self._span = span
        self._purged = purged
        self._findings = Findings()
        self._streams = [self._open(table) for table in tables]
        self._next_row = self._look_ahead()
        self._payloads = _Payloads(connection, self._findings)

    def check(self) -> Findings:
        last = ""
        for row in copied(self._copying, _ENTRIES, self._span * 2):
            entry_id = row[_ID].decode()
            if entry_id > self._next_row:
                self._pass_unclaimed(entry_id)
            if entry_id == last:
                self._findings.add(
                    Kind.PENDING_REPEATED,
                    f"ledger_pending/{entry_id}",
                    f"entry {entry_id} waits although it is a leaf already; the sequencer leaves it there",
                )
                continue
            last = entry_id
            self._check_entry(entry_id, row)
        self._pass_unclaimed(_END)
        self._payloads.flush()
        return self._findings

    def _open(self, table: ActTable) -> _Stream:
        query = sql.SQL(
            "SELECT t.entry_id::text, t.* FROM {} t WHERE t.entry_id >= %s AND t.entry_id <= %s ORDER BY t.entry_id"
        ).format(sql.Identifier("public", table.name))
        probe = self._connection.execute(
            sql.SQL("SELECT * FROM {} LIMIT 0").format(sql.Identifier("public", table.name))
        )
        columns = tuple(column.name for column in probe.description or ())
        rows = streamed(self._connection, f"rows of {table.name}", query, self._span)
        return _Stream(table, columns, rows, next(rows, None))

    def _look_ahead(self) -> str:
        """Return the id of the entry whose rows come next in any table."""
        return min((stream.ahead[0] for stream in self._streams if stream.ahead is not None), default=_END)

    def _pass_unclaimed(self, before: str) -> None:
        """Name the rows of entries that do not exist: all that come before the next entry."""
        for stream in self._streams:
            while stream.ahead is not None and stream.ahead[0] < before:
                name, _ = stream.named(stream.ahead)
                self._findings.counts["act rows"] += 1
                says = f"{name} says it is told by entry {stream.ahead[0]}, which does not exist"
                self._findings.add(Kind.ROW_WITHOUT_ENTRY, name, says)
                stream.advance()
        self._next_row = self._look_ahead()

    def _take(self, entry_id: str) -> dict[str, Mapping[str, object]]:
        """Return the rows of one entry by `table/key`."""
        if entry_id != self._next_row:
            return {}
        rows: dict[str, Mapping[str, object]] = {}
        for stream in self._streams:
            while stream.ahead is not None and stream.ahead[0] == entry_id:
                name, row = stream.named(stream.ahead)
                rows[name] = row
                stream.advance()
        self._findings.counts["act rows"] += len(rows)
        self._next_row = self._look_ahead()
        return rows

    def _check_entry(self, entry_id: str, row: bytes) -> None:
        rows = self._take(entry_id)
        try:
            body = decode_body(row[_BODY])
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            self._name_unreadable(_Told.of(row), str(error), rows)
            return
        if body.id != entry_id or body.agency != row[_AGENCY].decode():
            told = _Told.of(row)
            says = f"the id or agency beside {told.name} was changed: its body says {body.id}, {body.agency}"
            self._findings.add(Kind.ENTRY_CHANGED, told.where, says)
        if rows or body.rows:
            self._check_rows(_Told.of(row), body, rows)
        if body.payloads:
            self._payloads.add(_Told.of(row), body.payloads)

    def _name_unreadable(self, told: _Told, reason: str, rows: Mapping[str, Mapping[str, object]]) -> None:
        self._findings.add(Kind.ENTRY_MALFORMED, told.where, f"{told.name} is not an entry of Comity: {reason}")
        for name in rows:
            says = f"{name} cannot be checked: {told.name} cannot be read"
            self._findings.add(Kind.ROW_UNREADABLE, name, says)

    def _check_rows(self, told: _Told, body: Body, rows: Mapping[str, Mapping[str, object]]) -> None:
        for name, row in rows.items():
            digest = body.rows.get(name)
            if digest is None:
                says = f"{name} was added to {told.name}, which does not name it"
                self._findings.add(Kind.ROW_NOT_NAMED, name, says)
            elif digest != self._digest(name, body, row):
                self._findings.add(Kind.ROW_CHANGED, name, f"{name} is not what {told.name} recorded: it was changed")
        for name in body.rows.keys() - rows.keys() - self._purged:
            self._findings.add(Kind.ROW_MISSING, name, f"{name}, recorded by {told.name}, is gone")

    def _digest(self, name: str, body: Body, row: Mapping[str, object]) -> str | None:
        try:
            return row_digest(bytes.fromhex(body.salt), row)
        except (NotCanonicalError, ValueError) as error:
            self._findings.add(Kind.ROW_UNREADABLE, name, f"{name} has no digest: {error}")
            return None


class _Payloads:
    """Looks stored payloads up in groups: digest of nonce || ciphertext, or the tombstone of what was purged."""

    def __init__(self, connection: psycopg.Connection[Any], findings: Findings) -> None:
        self._connection = connection
        self._findings = findings
        row = connection.execute("SELECT to_regclass('public.vault_item') IS NOT NULL").fetchone()
        self._has_vault = bool(row and row[0])
        self._told: list[tuple[str, str, _Told]] = []

    def add(self, told: _Told, payloads: Mapping[str, str]) -> None:
        self._told += [(item, digest, told) for item, digest in payloads.items()]
        if len(self._told) >= _PAYLOADS_A_LOOKUP:
            self.flush()

    def flush(self) -> None:
        if not self._told:
            return
        ids = list({item for item, _, _ in self._told})
        found = self._rows(_STORED, ids)
        stored = {item: digest for item, digest, _ in found}
        buried = dict(self._rows(_BURIED, [item for item in ids if item not in stored]))
        count, total = self._findings.stored
        self._findings.stored = (count + len(found), total + sum(row[2] for row in found))
        for item, digest, told in self._told:
            self._findings.counts["payloads"] += 1
            self._compare(item, digest, told, stored.get(item), buried.get(item))
        self._told = []

    def _rows(self, query: str, ids: list[str]) -> list[tuple[Any, ...]]:
        return self._connection.execute(query, (ids,)).fetchall() if ids and self._has_vault else []

    def _compare(self, item: str, digest: str, told: _Told, stored: str | None, buried: str | None) -> None:
        name, where = f"vault_item/{item}", f"vault_tombstone/{item}"
        if stored == digest or (stored is None and buried == digest):
            return
        if stored is not None:
            self._findings.add(Kind.PAYLOAD_CHANGED, name, f"{name} is not what {told.name} recorded: it was changed")
        elif buried is None:
            says = f"{name}, recorded by {told.name}, is gone without a tombstone"
            self._findings.add(Kind.PAYLOAD_MISSING, name, says)
        else:
            says = f"the tombstone of {name} is not of what {told.name} recorded"
            self._findings.add(Kind.PAYLOAD_CHANGED, where, says)
