"""`comity bench ledger`: sequencing under 32 writers beside plain inserts; a million entries verified and proven."""

import threading
import time
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random
from typing import Final
from uuid import UUID

from comity.config.node import Role
from comity.host.bench.figures import Measured
from comity.host.bench.ledger_writers import WRITERS, Committed, Writers
from comity.host.bench.node import BenchNode, Say, bench_node
from comity.host.bench.samples import machine, median, quantile, seeded, spread
from comity.host.bench.seed_exchange import seeded_id
from comity.host.bench.servers import serving, wait_sequenced

_POLL_SECONDS: Final = 0.02
_DRAIN_SECONDS: Final = 900.0
_CHUNK: Final = 100_000
_AT: Final = "2025-01-01T00:00:00.000000Z"
_AGENCY: Final = UUID("019419ca-a400-7000-8000-000000000001")


@dataclass(frozen=True, slots=True)
class LedgerSize:
    """How much to measure: entries a writer and run, entries verified, entries beside with an act row, proofs a run."""

    each: int
    entries: int
    with_rows: int
    proofs: int
    gigabytes: float


FULL: Final = LedgerSize(each=400, entries=1_000_000, with_rows=200_000, proofs=1_000, gigabytes=8)
QUICK: Final = LedgerSize(each=25, entries=30_000, with_rows=5_000, proofs=100, gigabytes=1)

_SALT: Final = "substr(encode(sha256(n::text::bytea), 'hex'), 1, 32)"
_BODY: Final = f"""convert_to('{{"act":"bench.seeded","agency":"{_AGENCY}","at":"{_AT}","facts":null,"id":"'
    || {seeded_id(9)} || '","payloads":{{}},"post":"{_AGENCY}","rows":' || {{rows}} || ',"ruleset":"'
    || encode(sha256((n::text || 'r')::bytea), 'hex') || '","salt":"' || {_SALT} || '","schema":"comity/entry/1"}}',
    'UTF8')"""
_PENDING: Final = f"""
INSERT INTO ledger_pending (entry_id, agency_id, body)
SELECT {seeded_id(9)}, '{_AGENCY}', {_BODY} FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS n
"""
_ROW: Final = f"""'{{"agency_id":"{_AGENCY}","id":"' || {seeded_id(8)} || '","kind":"bench","post_id":"{_AGENCY}",'
    || '"read_at":"{_AT}","scope":{{}}}}'"""
_ROW_DIGEST: Final = f"encode(sha256(decode({_SALT}, 'hex') || convert_to({_ROW}, 'UTF8')), 'hex')"
_ROWS: Final = f"""'{{"exchange_reading/' || {seeded_id(8)} || '":"' || {_ROW_DIGEST} || '"}}'"""
_READING: Final = f"""
INSERT INTO exchange_reading (id, entry_id, agency_id, post_id, kind, task_id, scope, read_at)
SELECT {seeded_id(8)}, {seeded_id(9)}, '{_AGENCY}', '{_AGENCY}', 'bench', NULL, '{{}}', timestamptz '{_AT}'
FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS n
"""


class NotSoundError(RuntimeError):
    """The seeded ledger does not verify: what was measured is not what was meant."""


@dataclass
class _Found:
    plain: list[float] = field(default_factory=list)
    sequenced: list[float] = field(default_factory=list)
    integrated: list[float] = field(default_factory=list)
    lag: list[float] = field(default_factory=list)
    verify: list[float] = field(default_factory=list)
    proof: list[float] = field(default_factory=list)


def measure_ledger(*, size: LedgerSize, runs: int, say: Say) -> Measured:
    """Seed, verify and prove; then measure writers with and without the sequencer in turn, on what is there.

    The writers come last: their entries tell of rows that never were, which a verification would name.
    """
    with bench_node("ledger", say=say, gigabytes=size.gigabytes) as node:
        found = _Found()
        rate = _seed(node, size.entries, 0, _PENDING.replace("{rows}", "'{}'"), (), say)
        for run in range(runs):
            say(f"verifying, run {run + 1} of {runs}")
            found.verify.append(_verify(node))
            found.proof.append(quantile(_prove(size, seeded(run)), 0.99) * 1000)
        _seed(node, size.with_rows, size.entries, _PENDING.replace("{rows}", _ROWS), (_READING,), say)
        more = {"seeded_integrated_per_s": rate, "verify_with_rows_s": _verify(node)}
        with Writers(node.access.conninfo(Role.APP)) as writers:
            writers.write(10)
            for run in range(runs):
                say(f"writers, run {run + 1} of {runs}")
                _write(node, writers, size.each, found, say)
        return _measured(found, size, runs, node, more)


def _write(node: BenchNode, writers: Writers, each: int, found: _Found, say: Say) -> None:
    """One run: plain inserts, then the same with the sequencer at work until nothing is pending."""
    found.plain.append(writers.write(each).per_second)
    with serving(node.settings, "sequencer", say=say):
        wait_sequenced(node.access, seconds=_DRAIN_SECONDS)
        with _watched(node) as seen:
            written = writers.write(each)
            wait_sequenced(node.access, seconds=_DRAIN_SECONDS)
            drained = time.time()
    found.sequenced.append(written.per_second)
    found.integrated.append(len(written.entries) / (drained - written.began))
    found.lag.append(quantile(_lags(node, written.entries, seen), 0.99))


@contextmanager
def _watched(node: BenchNode) -> Iterator[list[tuple[int, float]]]:
    """Note, while the block runs, each checkpoint's size and when it could first be seen."""
    seen: list[tuple[int, float]] = []
    stop = threading.Event()

    def look() -> None:
        with node.connect(Role.VERIFIER) as connection:
            while not stop.wait(_POLL_SECONDS):
                row = connection.execute("SELECT max(size) FROM ledger_checkpoint").fetchone()
                if row and row[0] and (not seen or row[0] > seen[-1][0]):
                    seen.append((row[0], time.time()))

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        yield seen
        time.sleep(3 * _POLL_SECONDS)
    finally:
        stop.set()
        watcher.join()


def _lags(node: BenchNode, entries: Sequence[Committed], seen: Sequence[tuple[int, float]]) -> list[float]:
    """Return the seconds from each entry's commit to the first checkpoint seen that holds it."""
    with node.connect(Role.VERIFIER) as connection:
        rows = connection.execute(
            "SELECT entry_id, leaf_index FROM ledger_entry WHERE entry_id = ANY(%s)", ([e.entry_id for e in entries],)
        ).fetchall()
    leaves: dict[UUID, int] = dict(rows)
    sizes = [size for size, _ in seen]
    return [max(0.0, seen[bisect_right(sizes, leaves[entry.entry_id])][1] - entry.at) for entry in entries]


def _seed(node: BenchNode, count: int, first: int, pending: str, others: Sequence[str], say: Say) -> float:
    """Put entries into pending as the owner and let the sequencer take them; return entries integrated a second."""
    with node.connect(Role.OWNER) as owner:
        owner.execute("SET statement_timeout = 0")
        for start in range(first, first + count, _CHUNK):
            last = min(start + _CHUNK, first + count) - 1
            say(f"seeding entries up to {last + 1:,}")
            for statement in (*others, pending):
                owner.execute(statement.encode(), {"first": start, "last": last})
    before = _count(node)
    began = time.monotonic()
    with serving(node.settings, "sequencer", say=say):
        wait_sequenced(node.access, seconds=_DRAIN_SECONDS)
        took = time.monotonic() - began
    with node.connect(Role.BOOTSTRAP) as connection:
        connection.execute("VACUUM ANALYZE")
        connection.execute("CHECKPOINT")
    return (_count(node) - before) / took


def _count(node: BenchNode) -> int:
    with node.connect(Role.VERIFIER) as connection:
        return int((connection.execute("SELECT count(*) FROM ledger_entry").fetchone() or (0,))[0])


def _verify(node: BenchNode) -> float:
    """Return the seconds `comity ledger verify` takes; raises `NotSoundError`."""
    from comity.host.ledger import verify_ledger

    began = time.perf_counter()
    report = verify_ledger(node.settings)
    took = time.perf_counter() - began
    if not report.is_sound:
        raise NotSoundError(f"the seeded ledger does not verify: {report.lines[:3]}")
    return took


def _prove(size: LedgerSize, luck: Random) -> list[float]:
    """Return the seconds of each proof out of the whole tree, by the application's own role."""
    from comity.kernel.ids import random_id
    from comity.spine.ledger.prove import prove_inclusion
    from comity.spine.tenancy.actor import Actor, Duty
    from comity.spine.tenancy.transaction import reading

    times: list[float] = []
    for _ in range(size.proofs):
        entry_id = seeded_uuid(9, luck.randrange(size.entries))
        with reading(Actor(random_id(), random_id(), Duty.AGENCY)) as cursor:
            began = time.perf_counter()
            prove_inclusion(cursor, entry_id=entry_id)
            times.append(time.perf_counter() - began)
    return times


def seeded_uuid(kind: int, number: int) -> UUID:
    """Return the id that `seeded_id` makes of `n` in the database."""
    return UUID(f"{1735689600000 + number * 20:012x}7{kind:03x}8{number:015x}")


def _measured(found: _Found, size: LedgerSize, runs: int, node: BenchNode, more: dict[str, float]) -> Measured:
    shares = [one / other for one, other in zip(found.integrated, found.plain, strict=True)]
    return Measured(
        "ledger",
        {
            "of_plain": median(shares),
            "integrated_per_s": median(found.integrated),
            "lag_p99_s": median(found.lag),
            "verify_s": median(found.verify),
            "proof_p99_ms": median(found.proof),
        },
        {
            "runs": runs,
            "writers": WRITERS,
            "entries_a_run": WRITERS * size.each,
            "verified": size.entries,
            "plain_per_s": spread(found.plain),
            "committed_while_sequenced_per_s": spread(found.sequenced),
            "integrated_per_s": spread(found.integrated),
            "of_plain": spread(shares),
            "lag_p99_s": spread(found.lag),
            "verify_s": spread(found.verify),
            "proof_p99_ms": spread(found.proof),
            "act_rows_beside": size.with_rows,
            **{name: round(value, 3) for name, value in more.items()},
            **node.details,
            "machine": machine(),
        },
    )
