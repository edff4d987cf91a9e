"""Transactions that the database knows the actor of."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace

import msgspec
from django.db import DatabaseError, connection, transaction
from django.db.backends.utils import CursorWrapper

from comity.kernel.canonical import Json, encode_plain
from comity.spine.tenancy.actor import NODE, Actor, Duty, node_actor

_TELL = (
    "SELECT set_config('comity.agency', %s, true), set_config('comity.post', %s, true),"
    " set_config('comity.duty', %s, true)"
)
# A command finds rows by their keys: one plan serves every time, and making one costs more than running it.
_TELL_AND_PLAN_ONCE = f"{_TELL}, set_config('plan_cache_mode', 'force_generic_plan', true)"
_INSERT = "INSERT INTO {table} ({columns}) SELECT {columns} FROM json_populate_recordset(NULL::{table}, %s)"
_TELL_DUTY = "SELECT set_config('comity.duty', %s, true)"


@contextmanager
def acting(actor: Actor) -> Iterator[CursorWrapper]:
    """Open the one durable transaction of a command, as database role *app*, on behalf of `actor`.

    Everything inside commits together or not at all. Raises `RuntimeError` (from Django) when another
    transaction is already open: a command never nests in another.
    """
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute(_TELL_AND_PLAN_ONCE, (str(actor.agency_id), str(actor.post_id), actor.duty.value))
        yield cursor


@contextmanager
def reading(actor: Actor) -> Iterator[CursorWrapper]:
    """Open a read-only transaction on behalf of `actor`; a write inside it is refused by the database."""
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION READ ONLY")
        _tell(cursor, actor)
        yield cursor


@contextmanager
def gate_reads(cursor: CursorWrapper, actor: Actor) -> Iterator[None]:
    """Let the statements inside read as the gate: the holder's records an ask names, the payloads it minimizes.

    The window is as long as the reads themselves; afterwards the transaction is the actor's again.
    """
    cursor.execute(_TELL_DUTY, (Duty.GATE.value,))
    with _ended_by(lambda: cursor.execute(_TELL_DUTY, (actor.duty.value,))):
        yield


@contextmanager
def oversight_reads(cursor: CursorWrapper, actor: Actor) -> Iterator[None]:
    """Let the statements inside read as the node's own auditor, for a post of a body that oversees the node.

    The caller has made sure that `actor` is such a post; afterwards the transaction is the actor's again.
    """
    _tell(cursor, replace(actor, agency_id=NODE))
    with _ended_by(lambda: _tell(cursor, actor)):
        yield


@contextmanager
def node_writes(cursor: CursorWrapper, actor: Actor) -> Iterator[Actor]:
    """Let the statements inside write as the node in the duty of retention, and yield it as the actor of the entry.

    For what the actor's own agency must not read in the ledger; the act row still says who did it. Afterwards the
    transaction is the actor's again.
    """
    node = node_actor(Duty.RETENTION)
    _tell(cursor, node)
    with _ended_by(lambda: _tell(cursor, actor)):
        yield node


@contextmanager
def _ended_by(tell: Callable[[], object]) -> Iterator[None]:
    """Call `tell` when the block ends, however it does; after a failed statement the transaction is over anyway."""
    try:
        yield
    except BaseException:
        with suppress(DatabaseError):
            tell()
        raise
    tell()


def insert_rows(cursor: CursorWrapper, tables: Mapping[str, Sequence[Mapping[str, Json]]]) -> None:
    """Insert rows (JSON values, in one table every row with the same columns) into all `tables` in one statement.

    `COPY` is refused under row-level security, so the rows of a table travel as one JSON text and PostgreSQL gives each
    column its type. Keys between the tables are checked when the statement ends.
    """
    filled = {table: rows for table, rows in tables.items() if rows}
    if not filled:
        return
    inserts = [_INSERT.format(table=table, columns=", ".join(rows[0])) for table, rows in filled.items()]
    others = ", ".join(f"t{number} AS ({one})" for number, one in enumerate(inserts[1:]))
    cursor.execute(
        f"WITH {others} {inserts[0]}" if others else inserts[0],
        [encode_plain(rows).decode() for rows in (*list(filled.values())[1:], next(iter(filled.values())))],
    )


def decoded(column: object) -> Json:
    """Return a jsonb column of Django's cursor, which hands it over as text, as JSON values."""
    return msgspec.json.decode(column) if isinstance(column, str | bytes) else None


def _tell(cursor: CursorWrapper, actor: Actor) -> None:
    cursor.execute(_TELL, (str(actor.agency_id), str(actor.post_id), actor.duty.value))
