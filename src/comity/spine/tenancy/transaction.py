"""Transactions that the database knows the actor of."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

import msgspec
from django.db import DatabaseError, connection, transaction
from django.db.backends.utils import CursorWrapper

from comity.kernel.canonical import Cell, Json, encode_plain
from comity.spine.tenancy.actor import NODE, Actor, Duty, node_actor
from comity.spine.tenancy.stamps import STAMPS_AS_TEXT, Stamps, stamps_from

_TELL = (
    "SELECT set_config('comity.agency', %s, true), set_config('comity.post', %s, true),"
    " set_config('comity.duty', %s, true)"
)
# A command finds rows by their keys: one plan serves every time, and making one costs more than running it.
_TELL_AND_PLAN_ONCE = f"{_TELL}, set_config('plan_cache_mode', 'force_generic_plan', true)"
# Read-only is a setting like the others: one way to the database and back opens a reading.
_TELL_AND_READ_ONLY = f"{_TELL}, set_config('transaction_read_only', 'on', true)"
_LOOK = f"SELECT ({STAMPS_AS_TEXT}), clock_timestamp()"
_TELL_PLAN_ONCE_AND_READ = f"{_TELL_AND_PLAN_ONCE}, ({STAMPS_AS_TEXT}), clock_timestamp()"
_INSERT = "INSERT INTO {table} ({columns}) SELECT {columns} FROM json_populate_recordset(NULL::{table}, %s)"
PUBLISHED: Final = "public"
"""The connection that signs in as the role *public*: it reads what was made public and nothing else."""
SIGN_IN: Final = "signin"
"""The connection that signs in as the role *signin*: accounts, sessions, second factors, and nothing else."""
_TELL_DUTY = "SELECT set_config('comity.duty', %s, true)"


class ActorChangedError(RuntimeError):
    """Who acts must be looked up again: posts, holders or keys changed since, or the key has ended."""


Tables = Mapping[str, Sequence[Mapping[str, Cell]]]
"""Rows to insert, by table: JSON values and ids, in one table every row with the same columns."""


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
def acting_with_stamps(actor: Actor) -> Iterator[tuple[CursorWrapper, Stamps, datetime]]:
    """Open the same transaction; read the stamps of the reference tables and the clock, all in its first statement.

    Raises `ActorChangedError` when keys or the directory changed since the door last looked who `actor` is, or what
    it is known by has ended.
    """
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute(_TELL_PLAN_ONCE_AND_READ, (str(actor.agency_id), str(actor.post_id), actor.duty.value))
        *_, stamped, now = cursor.fetchone()
        stamps = stamps_from(stamped, cursor)
        if actor.known_under not in {"", stamps.who}:
            raise ActorChangedError("keys, posts or holders changed since this actor was looked up")
        if actor.known_until is not None and now >= actor.known_until:
            raise ActorChangedError("the key has ended since it was looked up")
        yield cursor, stamps, now


@contextmanager
def reading(actor: Actor) -> Iterator[CursorWrapper]:
    """Open a read-only transaction on behalf of `actor`; a write inside it is refused by the database."""
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute(_TELL_AND_READ_ONLY, (str(actor.agency_id), str(actor.post_id), actor.duty.value))
        yield cursor


@contextmanager
def looking() -> Iterator[tuple[CursorWrapper, Stamps, datetime]]:
    """Read the stamps and the clock in one statement, outside any transaction, for what is kept under them.

    Nobody acts: row-level security shows reference tables alone. A door finds out by it who is there.
    """
    with connection.cursor() as cursor:
        cursor.execute(_LOOK)
        stamped, now = cursor.fetchone()
        yield cursor, stamps_from(stamped, cursor), now


@contextmanager
def reading_published() -> Iterator[None]:
    """Open a read-only transaction as the role *public*, for selectors that read by the connection `PUBLISHED`.

    Nobody acts in it: whoever asks is not known, and row-level security lets the role read published rows alone.
    """
    with transaction.atomic(using=PUBLISHED, durable=True):
        yield


@contextmanager
def signing_in() -> Iterator[None]:
    """Open a durable transaction as the role *signin*, for the package of accounts: nobody acts yet."""
    with transaction.atomic(using=SIGN_IN, durable=True):
        yield


@contextmanager
def gate_reads(cursor: CursorWrapper, actor: Actor) -> Iterator[None]:
    """Let the statements inside read as the gate: a disclosure and its payload for the agency it was made to.

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
class Query:
    """A question to the database, not yet asked: `columns` of `source` (what follows FROM) with its parameters.

    `row`: a tuple type; each column is turned from JSON into what it says there.
    """

    columns: str
    source: str
    values: tuple[Any, ...]
    row: object


def read_together(cursor: CursorWrapper, *readings: Query) -> list[list[tuple[Any, ...]]]:
    """Return the rows of each reading: one way to the database and back, however many are asked.

    They are asked in the order given, in one statement; a source that locks or changes settings is a function.
    """
    asked = ", ".join(f"(SELECT json_agg(json_build_array({r.columns}))::text FROM {r.source})" for r in readings)
    cursor.execute(f"SELECT {asked}", [value for one in readings for value in one.values])
    found = cursor.fetchone()
    return [msgspec.json.decode(text or "[]", type=list[one.row]) for text, one in zip(found, readings, strict=True)]  # type: ignore[name-defined]


def insert_rows(cursor: CursorWrapper, *several: Tables) -> None:
    """Insert the rows of all tables given in one statement: one way to the database and back, however many tables.

    `COPY` is refused under row-level security, so the rows of a table travel as one JSON text and PostgreSQL gives each
    column its type (`as_bytea` for bytes). Keys between the tables are checked when the statement ends.
    """
    filled = {table: rows for tables in several for table, rows in tables.items() if rows}
    if len(filled) != sum(1 for tables in several for rows in tables.values() if rows):
        raise ValueError("one table is given twice: its rows belong together")
    if not filled:
        return
    *others, last = [_INSERT.format(table=table, columns=", ".join(rows[0])) for table, rows in filled.items()]
    named = ", ".join(f"t{number} AS ({one})" for number, one in enumerate(others))
    cursor.execute(
        f"WITH {named} {last}" if others else last, [encode_plain(rows).decode() for rows in filled.values()]
    )


def as_bytea(value: bytes) -> str:
    """Return bytes as the text that PostgreSQL reads as `bytea`."""
    return rf"\x{value.hex()}"


def decoded(column: object) -> Json:
    """Return a jsonb column of Django's cursor, which hands it over as text, as JSON values."""
    return msgspec.json.decode(column) if isinstance(column, str | bytes) else None


def _tell(cursor: CursorWrapper, actor: Actor) -> None:
    cursor.execute(_TELL, (str(actor.agency_id), str(actor.post_id), actor.duty.value))
