"""Transactions that the database knows the actor of."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace

import msgspec
import psycopg
from django.db import DatabaseError, connection, transaction
from django.db.backends.utils import CursorWrapper

from comity.kernel.canonical import Json, encode_plain
from comity.spine.tenancy.actor import NODE, Actor, Duty, node_actor
from comity.spine.tenancy.stamps import STAMPS_AS_TEXT, Stamps, stamps_from

_TELL = (
    "SELECT set_config('comity.agency', %s, true), set_config('comity.post', %s, true),"
    " set_config('comity.duty', %s, true)"
)
# A command finds rows by their keys: one plan serves every time, and making one costs more than running it.
_TELL_AND_PLAN_ONCE = f"{_TELL}, set_config('plan_cache_mode', 'force_generic_plan', true)"
_TELL_PLAN_ONCE_AND_READ = f"{_TELL_AND_PLAN_ONCE}, ({STAMPS_AS_TEXT})"
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
def acting_with_stamps(actor: Actor) -> Iterator[tuple[CursorWrapper, Stamps]]:
    """Open the same transaction and read the stamps of the reference tables, all in its first statement."""
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute(_TELL_PLAN_ONCE_AND_READ, (str(actor.agency_id), str(actor.post_id), actor.duty.value))
        yield cursor, stamps_from(cursor.fetchone()[-1], cursor)


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


@dataclass(frozen=True, slots=True)
class Insertion:
    """An `INSERT` of rows of one table and its parameters, not yet executed; `%b` sends a parameter in binary."""

    sql: str
    values: tuple[object, ...]


def insert_together(cursor: CursorWrapper, insertions: Sequence[Insertion]) -> None:
    """Execute the insertions as one statement: one way to the database and back, however many tables.

    Keys between the tables are checked when the statement ends. Raises Django's database errors.
    """
    if not insertions:
        return
    *others, last = insertions
    named = ", ".join(f"t{number} AS ({one.sql})" for number, one in enumerate(others))
    # Django's cursor writes parameters into the text; one with binary parameters halves what is sent.
    with cursor.db.wrap_database_errors, psycopg.Cursor(cursor.connection) as binary:
        binary.execute(
            f"WITH {named} {last.sql}" if others else last.sql, [v for one in insertions for v in one.values]
        )


def rows_of(table: str, rows: Sequence[Mapping[str, Json]]) -> Insertion:
    """Return the insertion of rows (JSON values, at least one, every row with the same columns).

    `COPY` is refused under row-level security, so the rows of a table travel as one JSON text and PostgreSQL gives each
    column its type.
    """
    columns = ", ".join(rows[0])
    return Insertion(
        f"INSERT INTO {table} ({columns}) SELECT {columns} FROM json_populate_recordset(NULL::{table}, %s)",
        (encode_plain(rows).decode(),),
    )


def insert_rows(cursor: CursorWrapper, tables: Mapping[str, Sequence[Mapping[str, Json]]]) -> None:
    """Insert rows into all `tables` in one statement (`rows_of`, `insert_together`)."""
    insert_together(cursor, [rows_of(table, rows) for table, rows in tables.items() if rows])


def decoded(column: object) -> Json:
    """Return a jsonb column of Django's cursor, which hands it over as text, as JSON values."""
    return msgspec.json.decode(column) if isinstance(column, str | bytes) else None


def _tell(cursor: CursorWrapper, actor: Actor) -> None:
    cursor.execute(_TELL, (str(actor.agency_id), str(actor.post_id), actor.duty.value))
