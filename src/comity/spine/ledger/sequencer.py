"""The one sequencer: moves pending entries into the tree and signs its checkpoints.

A step is one transaction (entries, full tiles, checkpoint, removal from pending) followed by one write of the last
signed checkpoint outside the database. A crash before the commit loses nothing: the entries are still pending. A crash
between commit and file leaves the database ahead by checkpoints that carry our signature: recovery checks that they
continue what the file remembers, and goes on.
"""

import time
from datetime import datetime
from pathlib import Path
from threading import Event
from typing import Final

from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper

from comity.kernel.time import Clock, utc_text
from comity.spine.ledger.integrate import get_head, has_pending, insert_checkpoint, insert_tiles, move_pending
from comity.spine.ledger.last_signed import LastSigned, write_last_signed
from comity.spine.ledger.notes import NoteSigner
from comity.spine.ledger.recovery import recover, signed
from comity.spine.ledger.tiles import TileEdge

BATCH: Final = 5_000
PAUSE_SECONDS: Final = 0.15
_LOCK: Final = 0x636F6D6974790002
_LOCK_WAIT_SECONDS: Final = 3.0
_LOCK_POLL_SECONDS: Final = 0.05


class SequencerRunningError(RuntimeError):
    """Another sequencer holds the ledger."""


class ClockWentBackError(RuntimeError):
    """The clock reads earlier than the last checkpoint."""


def database_clock(alias: str = "sequencer") -> Clock:
    """Return the clock of the database server."""

    def now() -> datetime:
        with connections[alias].cursor() as cursor:
            cursor.execute("SELECT clock_timestamp()")
            moment: datetime = cursor.fetchone()[0]
            return moment

    return now


class Sequencer:
    """INVARIANT: `_edge` and `_last` are those of the last commit of this process, or None: then `step` recovers.

    Any failure drops them and the connection (and with it the lock), so every retry begins by the recovery path.
    """

    def __init__(
        self, *, signer: NoteSigner, clock: Clock, last_signed: Path, alias: str = "sequencer", batch: int = BATCH
    ) -> None:
        """`last_signed`: the file outside the database; its folder must exist. `batch`: entries a checkpoint."""
        self._signer = signer
        self._clock = clock
        self._path = last_signed
        self._alias = alias
        self._batch = batch
        self._edge: TileEdge | None = None
        self._last: LastSigned | None = None

    @property
    def _connection(self) -> BaseDatabaseWrapper:
        return connections[self._alias]

    def run(self, stop: Event, *, pause_seconds: float = PAUSE_SECONDS) -> None:
        """Step until `stop` is set, at once while there is a backlog; raises what `step` raises."""
        try:
            while not stop.is_set():
                if self.step() < self._batch:
                    stop.wait(pause_seconds)
        finally:
            self.close()

    def step(self) -> int:
        """Integrate what is pending, at most a batch; return how many entries.

        Raises `SequencerRunningError`, `ForkDetectedError`, `LastSignedMissingError`, `LastSignedDamagedError`,
        `TreeBrokenError`, `ClockWentBackError`, and database errors; after any of them the next step recovers.
        """
        try:
            edge, last = self._standing()
            with self._connection.cursor() as cursor:
                if not has_pending(cursor):
                    return 0
            now = self._clock()
            _refuse_earlier(now, last.signed_at)
            return self._integrate(edge, now)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Forget the tree and give the lock back."""
        self._edge = self._last = None
        self._connection.close()

    def _standing(self) -> tuple[TileEdge, LastSigned]:
        if self._edge is None or self._last is None:
            with self._connection.cursor() as cursor:
                take_lock(cursor)
            with transaction.atomic(using=self._alias, durable=True), self._connection.cursor() as cursor:
                self._edge, self._last = recover(cursor, path=self._path, signer=self._signer, now=self._clock())
        return self._edge, self._last

    def _integrate(self, edge: TileEdge, now: datetime) -> int:
        grown = edge.copy()
        with transaction.atomic(using=self._alias, durable=True), self._connection.cursor() as cursor:
            _require_head(cursor, edge.size)
            leaves = move_pending(cursor, batch=self._batch, first=edge.size, now=now)
            if not leaves:
                return 0
            insert_tiles(cursor, grown.extend(leaves))
            last = signed(grown, signer=self._signer, now=now)
            insert_checkpoint(cursor, last)
        # A crash here: the database is ahead of the file by this checkpoint, which `recover` accepts.
        write_last_signed(self._path, last)
        self._edge, self._last = grown, last
        return len(leaves)


def take_lock(cursor: CursorWrapper) -> None:
    """Take the lock of the one sequencer, held until the connection closes; raises `SequencerRunningError`."""
    deadline = time.monotonic() + _LOCK_WAIT_SECONDS
    while not _is_locked(cursor):
        if time.monotonic() > deadline:
            raise SequencerRunningError("another sequencer holds this ledger; stop it before starting one")
        time.sleep(_LOCK_POLL_SECONDS)


def _is_locked(cursor: CursorWrapper) -> bool:
    """Try for the lock, which is held as long as the connection lives."""
    cursor.execute("SELECT pg_try_advisory_lock(%s)", (_LOCK,))
    return bool(cursor.fetchone()[0])


def _refuse_earlier(now: datetime, last_at: datetime) -> None:
    if now < last_at:
        raise ClockWentBackError(
            f"the clock reads {utc_text(now)}, before the last checkpoint at {utc_text(last_at)}; "
            "set the clock right, the sequencer goes on once it has passed that time"
        )


def _require_head(cursor: CursorWrapper, size: int) -> None:
    """Raise `SequencerRunningError` when somebody signed since our last step (our lock was lost)."""
    head = get_head(cursor)
    if (0 if head is None else head.size) != size:
        raise SequencerRunningError("another sequencer has signed meanwhile; this one starts over")
