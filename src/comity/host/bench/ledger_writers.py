"""Thirty-two writers, each appending one entry a transaction: four processes of eight threads, as the pool allows."""

import multiprocessing
import os
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

if TYPE_CHECKING:
    from multiprocessing.pool import Pool
    from multiprocessing.synchronize import Barrier

PROCESSES: Final = 4
THREADS: Final = 8
WRITERS: Final = PROCESSES * THREADS
_READY_SECONDS: Final = 120.0
_start: "Barrier | None" = None


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

    def __init__(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._pool: Pool = context.Pool(PROCESSES, initializer=_begin_process, initargs=(context.Barrier(PROCESSES),))

    def __enter__(self) -> "Writers":
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


def _begin_process(barrier: "Barrier") -> None:
    global _start  # noqa: PLW0603 - given to the process once, by the pool
    _start = barrier
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "comity.config.settings")
    import django

    django.setup()


def _write_process(each: int) -> tuple[float, float, list[tuple[str, float]]]:
    """Make the entries, wait for the other processes, append; return begin, end and the entries committed."""
    from django.db import connection

    from comity.kernel.ids import random_id
    from comity.spine.ledger.append import Entry, append_entries
    from comity.spine.tenancy.actor import Actor, Duty
    from comity.spine.tenancy.clock import database_now
    from comity.spine.tenancy.transaction import acting

    actor = Actor(random_id(), random_id(), Duty.AGENCY)
    now = database_now()
    connection.close()
    digest = "0" * 64

    def make() -> Any:  # noqa: ANN401 - imported once Django is set up
        rows = {f"exchange_{name}/{random_id()}": {"id": random_id()} for name in ("ask", "decision", "answer")}
        payloads = {random_id(): digest for _ in range(2)}
        return Entry.make(
            act="disclosure.refused", at=now, actor=actor, rows=rows, payloads=payloads, ruleset=digest, facts=digest
        )

    entries = [[make() for _ in range(each)] for _ in range(THREADS)]
    done: list[list[tuple[str, float]]] = [[] for _ in range(THREADS)]

    def append(number: int) -> None:
        for entry in entries[number]:
            with acting(actor) as cursor:
                append_entries(cursor, [entry])
            done[number].append((str(entry.entry_id), time.time()))
        connection.close()

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
