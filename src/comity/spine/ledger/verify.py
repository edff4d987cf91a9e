"""Verification: everything that was recorded is recomputed from what is stored now, as the role *verifier*."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from datetime import datetime, timedelta
from multiprocessing import get_context
from typing import Any, Final, TypeVar
from uuid import UUID

import psycopg

from comity.kernel.time import utc_text
from comity.spine.ledger.act_tables import ActTable, find_act_tables
from comity.spine.ledger.notes import Checkpoint, VerifierKey
from comity.spine.ledger.report import Findings, Kind, Report, merged
from comity.spine.ledger.snapshot import exported, joined
from comity.spine.ledger.verify_orphans import find_orphans
from comity.spine.ledger.verify_rows import FIRST_ID, LAST_ID, Range, check_rows
from comity.spine.ledger.verify_tree import SPAN, SpanResult, Whole, check_span

Connection = psycopg.Connection[Any]
_Part = TypeVar("_Part")

Progress = Callable[[int, int], None]
"""Called with steps done and steps in all."""

PROCESSES: Final = 2
PENDING_LIMIT: Final = timedelta(seconds=60)
_ALONE_BELOW: Final = 20_000
"""Entries below which starting processes takes longer than the work."""
_RANGES: Final = 4


def verify(
    *,
    conninfo: str,
    keys: Sequence[VerifierKey],
    now: datetime,
    pending_limit: timedelta = PENDING_LIMIT,
    purged: frozenset[str] = frozenset(),
    last_signed: Checkpoint | None = None,
    processes: int = PROCESSES,
    progress: Progress | None = None,
) -> Report:
    """Check leaves, tiles, roots, checkpoints, act rows and payloads, all in one snapshot of the database.

    `conninfo`: of the role verifier. `keys`: every key the log has signed with. `now`: what is pending longer than
    `pending_limit` before it is named. `purged`: `table/key` of act rows lawfully gone. `last_signed`: the checkpoint
    kept outside the database, which the tree must contain. Rows and payloads are looked for in both directions: what an
    entry names must be there, what is there an entry must name. Runs in this process when the ledger is small.
    """
    with exported(conninfo) as (connection, snapshot):
        size = _tree_size(connection)
        tables = find_act_tables(connection)
        findings = _check_tables(tables)
        findings.merge(_check_pending(connection, now, pending_limit))
        readable = tuple(table for table in tables if table.is_readable)
        ranges = _ranges(connection, size)
        steps = _Steps(progress, -(-size // SPAN) + len(ranges))
        with _executor(size, processes) as pool:
            spans = [
                pool.submit(check_span, snapshot, first, min(first + SPAN, size), tuple(keys))
                for first in range(0, size, SPAN)
            ]
            rows = [pool.submit(check_rows, snapshot, span, readable, purged) for span in ranges]
            findings.merge(_joined(connection, steps.over(spans), last_signed))
            findings.merge(merged(steps.over(rows)))
        with joined(snapshot) as copying:
            findings.merge(find_orphans(connection, copying, findings))
    return findings.report()


class _Steps:
    """Tells `progress` of every part that is done."""

    def __init__(self, progress: Progress | None, total: int) -> None:
        self._progress, self._total, self._done = progress, total, 0

    def over(self, parts: Sequence[Future[_Part]]) -> Iterator[_Part]:
        for part in parts:
            result = part.result()
            self._done += 1
            if self._progress is not None:
                self._progress(self._done, self._total)
            yield result


def _executor(size: int, processes: int) -> Executor:
    if processes == 1 or size < _ALONE_BELOW:
        return ThreadPoolExecutor(1)
    return ProcessPoolExecutor(processes, mp_context=get_context("spawn"))


def _tree_size(connection: Connection) -> int:
    """Return how many leaves there must be: as many as stored, or as any checkpoint says."""
    row = connection.execute(
        "SELECT greatest((SELECT max(leaf_index) + 1 FROM ledger_entry), (SELECT max(size) FROM ledger_checkpoint))"
    ).fetchone()
    return int(row[0] or 0) if row else 0


def _check_tables(tables: Sequence[ActTable]) -> Findings:
    findings = Findings()
    findings.counts["act tables"] = len(tables)
    for table in tables:
        if not table.is_readable:
            says = f"the verifier may not read {table.name}; its rows are unchecked, its migration lacks `Protect`"
            findings.add(Kind.TABLE_UNREADABLE, table.name, says)
    return findings


def _check_pending(connection: Connection, now: datetime, limit: timedelta) -> Findings:
    findings = Findings()
    row = connection.execute("SELECT count(*) FROM ledger_pending").fetchone()
    findings.counts["pending"] = int(row[0]) if row else 0
    stale = connection.execute(
        "SELECT seq, entry_id, enqueued_at FROM ledger_pending WHERE enqueued_at < %s ORDER BY seq", (now - limit,)
    )
    for seq, entry_id, enqueued_at in stale:
        says = f"entry {entry_id} waits since {utc_text(enqueued_at)}; is the sequencer running?"
        findings.add(Kind.PENDING_STALE, f"ledger_pending/{seq}", says)
    return findings


def _ranges(connection: Connection, size: int) -> list[Range]:
    """Cut the ids of all entries into ranges of about the same number of entries."""
    rows = connection.execute(
        "SELECT entry_id FROM ledger_entry WHERE leaf_index = ANY (%s)",
        ([size * part // _RANGES for part in range(1, _RANGES)] if size >= _ALONE_BELOW else [],),
    )
    cuts = sorted({row[0] for row in rows})
    starts = [FIRST_ID, *cuts]
    ends = [*(UUID(int=cut.int - 1) for cut in cuts), LAST_ID]
    return list(zip(starts, ends, strict=True))


def _joined(connection: Connection, spans: Iterable[SpanResult], last_signed: Checkpoint | None) -> Findings:
    whole = Whole(connection)
    for span in spans:
        whole.add(span)
    findings = whole.finish()
    if last_signed is not None and last_signed.size and whole.roots.get(last_signed.size) != last_signed.root:
        says = (
            f"the database does not contain the checkpoint of size {last_signed.size} that was signed last and is kept "
            "outside it: another history was restored or written"
        )
        findings.add(Kind.CHECKPOINT_CHANGED, f"ledger_checkpoint/{last_signed.size}", says)
    return findings
