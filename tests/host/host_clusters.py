"""Scratch clusters and ordinary users, for the tests of the launcher."""

import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from comity.config.node import DatabaseAccess, Role
from comity.host.binaries import Binaries, Kind, find_binaries
from comity.host.cluster import Cluster
from comity.host.server import Profile

SOURCES = os.pathsep.join(path for path in sys.path if path)
NOBODY = 65534
MADE: list[Cluster] = []
IMPORTS = """
import sys
from pathlib import Path
import psycopg
from comity.config.node import Role
from comity.host.binaries import Kind, find_binaries
from comity.host.cluster import Cluster
from comity.host.server import Profile
"""


def binaries_of(kind: Kind) -> list[Binaries]:
    found = [one for one in find_binaries() if one.kind is kind]
    if not found:
        pytest.skip(f"this machine has no PostgreSQL of the kind `{kind}`")
    return found


def scratch(home: Path, candidates: list[Binaries] | None = None) -> Cluster:
    MADE.append(Cluster(home=home, profile=Profile.SCRATCH, candidates=candidates))
    return MADE[-1]


def query(access: DatabaseAccess, role: Role, text: str) -> list[tuple]:
    with psycopg.connect(access.conninfo(role), autocommit=True) as connection:
        cursor = connection.execute(text.encode())
        return cursor.fetchall() if cursor.description else []


def bootstrap(access: DatabaseAccess) -> str:
    return access.named("postgres").conninfo(Role.BOOTSTRAP)


def python_as_user(code: str, *words: str | Path, home: Path) -> subprocess.Popen[str]:
    """Runs the code as an ordinary user: as root `nobody`, to whom `home` is given, else oneself.

    Root's Python may be in a folder closed to others, so the account is changed after everything was imported.
    """
    become = ""
    if os.geteuid() == 0:
        os.chown(home, NOBODY, NOBODY)
        become = f"import os; os.setgroups([]); os.setgid({NOBODY}); os.setuid({NOBODY})\n"
    return subprocess.Popen(  # noqa: S603 - our own script
        [sys.executable, "-c", IMPORTS + become + code, *map(str, words)],
        cwd="/",
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": SOURCES, "PYTHONDONTWRITEBYTECODE": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
