"""One frozen view of the database, shared by the processes of a verification. No Django: workers import this."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

import psycopg
from psycopg import sql

_ROWS_A_FETCH: Final = 4_000
_COPY_HEADER_BYTES: Final = 19
_COPY_TRAILER: Final = b"\xff\xff"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """How to reach the database and which exported snapshot to read."""

    conninfo: str
    name: str


@contextmanager
def exported(conninfo: str) -> Iterator[tuple[psycopg.Connection[Any], Snapshot]]:
    """Open a read-only transaction and export its snapshot, good until the block ends."""
    with psycopg.connect(conninfo) as connection:
        _begin(connection)
        row = connection.execute("SELECT pg_export_snapshot()").fetchone()
        yield connection, Snapshot(conninfo, str(row[0]) if row else "")
        connection.rollback()


@contextmanager
def joined(snapshot: Snapshot) -> Iterator[psycopg.Connection[Any]]:
    """Open a read-only transaction in another's snapshot."""
    with psycopg.connect(snapshot.conninfo) as connection:
        _begin(connection)
        connection.execute(sql.SQL("SET TRANSACTION SNAPSHOT {}").format(sql.Literal(snapshot.name)))
        yield connection
        connection.rollback()


def _begin(connection: psycopg.Connection[Any]) -> None:
    connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
    connection.read_only = True
    connection.execute("SET LOCAL jit = off")


def streamed(
    connection: psycopg.Connection[Any], name: str, query: sql.Composed | str, params: tuple[object, ...]
) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of a query through a server-side cursor, in binary, without holding them all."""
    with connection.cursor(name=name, binary=True) as cursor:
        cursor.itersize = _ROWS_A_FETCH
        cursor.execute(query if isinstance(query, sql.Composed) else sql.SQL(query), params)
        yield from cursor


def copied(connection: psycopg.Connection[Any], query: str, params: tuple[object, ...]) -> Iterator[bytes]:
    """Yield each row of a query as `COPY … (FORMAT BINARY)` sends it, twice as fast as a cursor.

    A row is the number of fields in 16 bits, then each field after its length in 32 bits, big-endian; the caller
    knows the widths. The connection is busy until the last row.
    """
    literals = sql.SQL(query).format(*(sql.Literal(value) for value in params))
    statement = sql.SQL("COPY ({}) TO STDOUT (FORMAT BINARY)").format(literals)
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        rows = iter(copy)
        first = bytes(next(rows))[_COPY_HEADER_BYTES:]
        if first != _COPY_TRAILER:
            yield first
        for row in rows:
            if row != _COPY_TRAILER:
                yield row if type(row) is bytes else bytes(row)
