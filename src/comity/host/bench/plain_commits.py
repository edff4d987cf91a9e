"""What the machine itself gives: one-row commits a second, by pgbench or, where there is none, by a loop of our own."""

import os
import re
import subprocess
import tempfile
import threading
import time
from pathlib import Path
from typing import Final

import psycopg

from comity.config.node import Role
from comity.host.bench.node import BenchNode

CLIENTS: Final = 8
_TABLE: Final = "bench_commit"
_SCRIPT: Final = f"INSERT INTO {_TABLE} (body) VALUES ('one row, committed');\n"
_TPS: Final = re.compile(r"^tps = ([0-9.]+)", re.MULTILINE)


def prepare_commits(node: BenchNode) -> None:
    """Make the table the commits go to."""
    with node.connect(Role.BOOTSTRAP) as connection:
        connection.execute(
            f"CREATE TABLE IF NOT EXISTS {_TABLE} (id bigserial PRIMARY KEY, body text, at timestamptz DEFAULT now())"
        )


def measure_commits(node: BenchNode, *, seconds: float) -> tuple[float, str]:
    """Return one-row commits a second of 8 clients, and who counted."""
    program = node.cluster.binaries.program("pgbench")
    if os.access(program, os.X_OK):
        return _pgbench(node, program, seconds), "pgbench"
    return _loop(node, seconds), "psycopg"


def _pgbench(node: BenchNode, program: Path, seconds: float) -> float:
    access = node.access
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as script:
        script.write(_SCRIPT)
        script.flush()
        words = ("-n", "-c", str(CLIENTS), "-j", "2", "-M", "prepared", "-T", str(max(1, round(seconds))))
        environment = {
            "PATH": "/usr/bin:/bin",
            "PGHOST": access.host,
            "PGPORT": str(access.port),
            "PGUSER": Role.BOOTSTRAP.login,
            "PGPASSWORD": access.passwords[Role.BOOTSTRAP.value],
            "PGDATABASE": access.name,
        }
        found = subprocess.run(  # noqa: S603 - PostgreSQL's own program
            [program, *words, "-f", script.name], env=environment, check=True, capture_output=True, text=True
        )
    match = _TPS.search(found.stdout)
    if match is None:
        raise RuntimeError(f"pgbench did not say how many: {found.stdout[-500:]}")
    return float(match[1])


def _loop(node: BenchNode, seconds: float) -> float:
    counts = [0] * CLIENTS
    until = time.monotonic() + seconds

    def commit(client: int) -> None:
        with psycopg.connect(node.access.conninfo(Role.BOOTSTRAP), autocommit=True) as connection:
            while time.monotonic() < until:
                connection.execute(_SCRIPT, prepare=True)
                counts[client] += 1

    threads = [threading.Thread(target=commit, args=(number,)) for number in range(CLIENTS)]
    began = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / (time.monotonic() - began)
