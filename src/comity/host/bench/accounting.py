"""`comity bench accounting`: the disclosures about one subject among ten million, after a restart of the database."""

import hashlib
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from uuid import UUID

import psycopg

from comity.config.node import Role
from comity.host.bench.figures import Measured
from comity.host.bench.node import BenchNode, Say, bench_node
from comity.host.bench.samples import machine, median, quantile, spread
from comity.host.bench.seed_exchange import seeded_id

if TYPE_CHECKING:
    from comity.spine.keys.ring import KeyRing
    from comity.spine.tenancy.actor import Actor

HOLDER, RECIPIENT, OFFICER = "az-dps", "hsi-arizona", "privacy_officer"
TABLE: Final = "exchange_disclosure"
_CHUNK: Final = 500_000


@dataclass(frozen=True, slots=True)
class AccountingSize:
    """How many rows there are, and how many subjects of each kind are asked for in a run.

    Of every 100 rows 10 belong to subjects with `many` rows, one to a subject with 100, the others have one each.
    """

    rows: int
    many: int
    subjects: int
    gigabytes: float

    @property
    def kinds(self) -> Mapping[int, int]:
        """How many rows a subject has, to how many such subjects there are."""
        return {1: self.rows // 2, 100: self.rows // 100 // 100, self.many: self.rows // 10 // self.many}


FULL: Final = AccountingSize(rows=10_000_000, many=10_000, subjects=20, gigabytes=14)
QUICK: Final = AccountingSize(rows=200_000, many=1_000, subjects=3, gigabytes=1)

_SEED: Final = f"""
INSERT INTO {TABLE} (id, entry_id, ask_id, holder_id, recipient_id, recipient_name, recipient_address,
    subject_handle, purpose, category, nature, basis, path, labels, payload_item, elements_root, disclosed_at)
SELECT {seeded_id(7)}, {seeded_id(9)}, {seeded_id(0)}, %(holder)s, %(recipient)s,
    'Homeland Security Investigations, Arizona', 'Headquarters, Phoenix',
    CASE WHEN n %% 10 = 0 THEN md5('{{many}}-' || n / 10 %% %(manys)s)::uuid
         WHEN n %% 100 = 1 THEN md5('100-' || n / 100 %% %(hundreds)s)::uuid
         ELSE md5('1-' || n)::uuid END,
    'criminal_investigation', 'case', ARRAY['birth_date','case_number','person_name'],
    ARRAY['agr-az-sharing-2026-1-cases.case.az-dps.hsi-arizona'], 'gate', ARRAY[]::text[], {seeded_id(3)},
    encode(sha256(n::text::bytea), 'hex'),
    timestamptz '2021-01-01 00:00Z' + n * interval '15 seconds'
FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS n
"""


def measure_accounting(*, size: AccountingSize, runs: int, say: Say) -> Measured:
    """Seed, then for each run: open tasks, restart the database, open the accounting of each task once."""
    with bench_node("accounting", say=say, gigabytes=size.gigabytes) as node:
        by, keys = _prepare(node, size, say)
        found: dict[int, list[list[float]]] = {rows: [] for rows in size.kinds}
        for run in range(runs):
            say(f"run {run + 1} of {runs}")
            tasks = {rows: _open_tasks(rows, size, run, by, keys) for rows in size.kinds}
            node.restart()
            for rows, task_ids in tasks.items():
                found[rows].append([_open(task, rows, by, keys) for task in task_ids])
        p95 = {rows: [quantile(times, 0.95) for times in of_runs] for rows, of_runs in found.items()}
        first = [max(times) for times in zip(p95[1], p95[100], strict=True)]
        return Measured(
            "accounting",
            {"p95_ms_100": median(first)},
            {
                "runs": runs,
                "rows": size.rows,
                "subjects_a_run": size.subjects,
                "p95_ms": {str(rows): spread(times) for rows, times in p95.items()},
                "p50_ms": {str(rows): spread([median(t) for t in of_runs]) for rows, of_runs in found.items()},
                "after": "a restart of the database; the operating system's own cache is not emptied",
                **node.details,
                "machine": machine(),
            },
        )


def _prepare(node: BenchNode, size: AccountingSize, say: Say) -> "tuple[Actor, KeyRing]":
    from comity.host.demonstration.exchange import interface_of
    from comity.host.demonstration.standing import load_standing
    from comity.spine.keys.file_ring import FileKeyRing
    from comity.spine.tenancy.actor import Actor, Duty, node_actor
    from comity.spine.tenancy.clock import database_now
    from comity.spine.tenancy.transaction import reading
    from comity.standing.directory.selectors import find_posts
    from comity.standing.directory.vocabulary import PostFunction

    load_standing(now=database_now(), say=say)
    holder, recipient = interface_of(HOLDER), interface_of(RECIPIENT)
    with node.connect(Role.OWNER) as owner:
        _seed(owner, size, holder.agency_id, recipient.agency_id, say)
    with node.connect(Role.BOOTSTRAP) as connection:
        connection.execute(f"VACUUM ANALYZE {TABLE}")
        connection.execute("CHECKPOINT")
    with reading(node_actor(Duty.STEWARD)):
        officer = find_posts([holder.agency_id], PostFunction(OFFICER))[holder.agency_id]
    return Actor(holder.agency_id, officer.id, Duty.AGENCY), FileKeyRing(node.paths.keys)


def _seed(owner: psycopg.Connection, size: AccountingSize, holder: UUID, recipient: UUID, say: Say) -> None:
    """Insert the rows as the owner, without the indexes they do not need meanwhile."""
    owner.execute("SET statement_timeout = 0")
    indexes = owner.execute(
        "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = %s AND indexdef NOT LIKE %s", (TABLE, "%UNIQUE%")
    ).fetchall()
    for name, _ in indexes:
        owner.execute(f'DROP INDEX "{name}"')
    statement = _SEED.replace("{many}", str(size.many))
    words = {
        "holder": holder,
        "recipient": recipient,
        "manys": size.kinds[size.many],
        "hundreds": size.kinds[100],
    }
    for first in range(0, size.rows, _CHUNK):
        last = min(first + _CHUNK, size.rows) - 1
        say(f"seeding disclosures up to {last + 1:,} of {size.rows:,}")
        owner.execute(statement, {**words, "first": first, "last": last})
    for name, definition in indexes:
        say(f"making the index {name}")
        owner.execute(definition.encode())


def _open_tasks(rows: int, size: AccountingSize, run: int, by: "Actor", keys: "KeyRing") -> list[UUID]:
    from comity.coordination.exchange.commands.account import request_accounting
    from comity.spine.tenancy.clock import database_now

    numbers: Sequence[int] = [run * size.subjects + number for number in range(size.subjects)]
    names = [f"1-{_lonely(number, size)}" if rows == 1 else f"{rows}-{number % size.kinds[rows]}" for number in numbers]
    return [request_accounting(subject_handle=_handle(name), by=by, now=database_now(), keys=keys) for name in names]


def _lonely(number: int, size: AccountingSize) -> int:
    """Return a row number whose subject has that row alone, spread over the whole table."""
    return (number * 7_919 * 100 + 2) % (size.rows // 100 * 100)


def _handle(name: str) -> UUID:
    return UUID(hashlib.md5(name.encode(), usedforsecurity=False).hexdigest())


def _open(task_id: UUID, rows: int, by: "Actor", keys: "KeyRing") -> float:
    """Return the milliseconds until the officer sees the rows."""
    from comity.coordination.exchange.commands.account import open_accounting
    from comity.spine.tenancy.clock import database_now

    began = time.perf_counter()
    found = open_accounting(task_id=task_id, by=by, now=database_now(), keys=keys)
    took = (time.perf_counter() - began) * 1000
    if len(found) != rows:
        raise RuntimeError(f"the accounting has {len(found)} rows, seeded were {rows}")
    return took
