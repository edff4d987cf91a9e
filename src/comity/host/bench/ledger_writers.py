"""Thirty-two writers, each appending one entry a transaction: four processes of eight threads."""

import multiprocessing
import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, Self
from uuid import UUID

import psycopg

from comity.kernel.ids import random_id
from comity.spine.ledger.append import Entry
from comity.spine.tenancy.actor import Actor, Duty

if TYPE_CHECKING:
    from multiprocessing.pool import Pool
    from multiprocessing.synchronize import Barrier

PROCESSES: Final = 4
THREADS: Final = 8
WRITERS: Final = PROCESSES * THREADS
_READY_SECONDS: Final = 120.0
_DIGEST: Final = "0" * 64
# What `append_entries` sends; alone it is a transaction of its own.
_INSERT: Final = (
    "INSERT INTO ledger_pending (entry_id, agency_id, body) SELECT entry_id, agency_id, body"
    " FROM unnest(%b::uuid[], %b::uuid[], %b::bytea[]) AS t (entry_id, agency_id, body)"
)
_start: "Barrier | None" = None
_connections: list[psycopg.Connection[Any]] = []


@dataclass(frozen=True, slots=True)
class Committed:
    """One entry and when its transaction had committed (seconds since the epoch)."""

    entry_id: UUID
    at: float


@dataclass(frozen=True, slots=True)
class Written:
    """What the writers did: every entry, and from when to when they worked."""

    entries: tuple[Committed, ...]
    began: float
    ended: float

    @property
    def per_second(self) -> float:
        """Entries committed a second."""
        return len(self.entries) / (self.ended - self.began)


class Writers:
    """The processes, started once: `write` lets all writers begin at the same moment."""

    def __init__(self, conninfo: str) -> None:
        """`conninfo`: of the role app."""
        context = multiprocessing.get_context("spawn")
        given = (context.Barrier(PROCESSES), conninfo)
        self._pool: Pool = context.Pool(PROCESSES, initializer=_begin_process, initargs=given)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._pool.terminate()
        self._pool.join()

    def write(self, each: int) -> Written:
        """Let every writer append `each` entries."""
        parts = self._pool.map(_write_process, [each] * PROCESSES, chunksize=1)
        return Written(
            tuple(Committed(UUID(name), at) for part in parts for name, at in part[2]),
            min(part[0] for part in parts),
            max(part[1] for part in parts),
        )


def _begin_process(barrier: "Barrier", conninfo: str) -> None:
    """Open the process's connections, each as a courier, who may append for any agency."""
    global _start  # noqa: PLW0603 - given to the process once, by the pool
    _start = barrier
    for _ in range(THREADS):
        connection = psycopg.connect(conninfo, autocommit=True)
        connection.execute("SELECT set_config('comity.duty', 'courier', false)")
        _connections.append(connection)


def _write_process(each: int) -> tuple[float, float, list[tuple[str, float]]]:
    """Make the entries, wait for the other processes, append; return begin, end and the entries committed."""
    agency = random_id()
    entries = [[_entry(agency) for _ in range(each)] for _ in range(THREADS)]
    done: list[list[tuple[str, float]]] = [[] for _ in range(THREADS)]

    def append(number: int) -> None:
        connection = _connections[number]
        for entry in entries[number]:
            connection.execute(_INSERT, ([entry.entry_id], [entry.agency_id], [entry.body]), prepare=True)
            done[number].append((str(entry.entry_id), time.time()))

    threads = [threading.Thread(target=append, args=(number,)) for number in range(THREADS)]
    if _start is None:
        raise RuntimeError("a writer process without its start")
    _start.wait(_READY_SECONDS)
    began = time.time()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return began, time.time(), [one for part in done for one in part]


def _entry(agency: UUID) -> Entry:
    """Return the entry of a refused ask, of its usual size."""
    rows = {f"exchange_{name}/{random_id()}": {"id": random_id()} for name in ("ask", "decision", "answer")}
    return Entry.make(
        act="disclosure.refused",
        at=datetime.now(UTC),
        actor=Actor(agency, agency, Duty.COURIER),
        rows=rows,
        payloads={random_id(): _DIGEST for _ in range(2)},
        ruleset=_DIGEST,
        facts=_DIGEST,
    )
