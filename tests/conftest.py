"""What every test may use: a scratch PostgreSQL, and for each test that asks for it a database of its own.

A ledger cannot be emptied and roles do not share uncommitted rows, so nothing is rolled back: each test gets a clone
of a migrated template and really commits, as the real roles, over real connections.
"""

import fcntl
import itertools
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from pytest_socket import disable_socket

from comity.config.node import DatabaseAccess, Role
from comity.host.cluster import Cluster
from comity.host.roles import clone, drop, prepare_database
from comity.host.server import Profile

TEMPLATE = "template_bare"
_HOME = "COMITY_TEST_HOME"
_cluster: Cluster | None = None
_numbers = itertools.count(1)


def pytest_configure(config: pytest.Config) -> None:
    """Start one scratch cluster for the whole run; the workers of xdist join it."""
    global _cluster  # noqa: PLW0603 - the run's one cluster, stopped in pytest_unconfigure
    if hasattr(config, "workerinput") or config.option.collectonly:
        return
    home = Path(tempfile.mkdtemp(prefix="comity-tests-"))
    os.environ[_HOME] = str(home)
    os.environ["COMITY_HOME"] = str(home)
    os.environ["DJANGO_SETTINGS_MODULE"] = "comity.config.settings"
    _cluster = Cluster(home=home, profile=Profile.SCRATCH)
    _cluster.start()


def pytest_unconfigure() -> None:
    """Stop the scratch cluster and remove it."""
    if _cluster is not None:
        _cluster.discard()
        shutil.rmtree(os.environ[_HOME], ignore_errors=True)


@pytest.fixture(autouse=True)
def closed_sockets() -> None:
    """Let tests reach this machine's loopback and local sockets, nothing else."""
    disable_socket(allow_unix_socket=True)
    from pytest_socket import socket_allow_hosts

    socket_allow_hosts(["127.0.0.1", "::1"], allow_unix_socket=True)


@pytest.fixture(scope="session")
def home() -> Path:
    """The home folder of the scratch node."""
    return Path(os.environ[_HOME])


@pytest.fixture(scope="session")
def server(home: Path) -> DatabaseAccess:
    """How the scratch server is reached."""
    return DatabaseAccess.load(home / "database.json")


@contextmanager
def _alone(home: Path) -> Iterator[None]:
    with (home / "templates.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _exists(access: DatabaseAccess, name: str) -> bool:
    with psycopg.connect(access.named("postgres").conninfo(Role.BOOTSTRAP)) as admin:
        return admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone() is not None


def make_template(access: DatabaseAccess, home: Path, name: str, *script: str) -> None:
    """Make the database `name` with a script of this folder, in a process of its own, unless it is there."""
    with _alone(home):
        if _exists(access, name):
            return
        draft = access.named(f"{name}_draft")
        prepare_database(access.named("postgres").conninfo(Role.BOOTSTRAP), draft)
        environment = os.environ | {"COMITY_TEST_DATABASE": draft.name}
        subprocess.run([sys.executable, "-W", "error", *script], check=True, env=environment)  # noqa: S603 - our script
        with psycopg.connect(access.named("postgres").conninfo(Role.BOOTSTRAP), autocommit=True) as admin:
            admin.execute(f'ALTER DATABASE "{draft.name}" RENAME TO "{name}"')


@pytest.fixture(scope="session")
def template(server: DatabaseAccess, home: Path) -> str:
    """The name of a database with every migration run and nothing in it."""
    make_template(server, home, TEMPLATE, str(Path(__file__).parent / "template_bare.py"))
    return TEMPLATE


@dataclass(frozen=True)
class TestDatabase:
    """A database of one test's own; Django's connections lead to it until the test ends."""

    __test__ = False

    access: DatabaseAccess
    home: Path

    def connect(self, role: Role) -> psycopg.Connection:
        """Open a plain connection as `role`, for what a test must see or break behind Comity's back."""
        return psycopg.connect(self.access.conninfo(role), autocommit=True)


@contextmanager
def cloned(server: DatabaseAccess, home: Path, template: str) -> Iterator[TestDatabase]:
    """Clone `template`, lead Django there, and drop the clone at the end."""
    import django
    from django.db import connections

    django.setup()
    name = f"t_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{os.getpid()}_{next(_numbers)}"
    admin = server.named("postgres").conninfo(Role.BOOTSTRAP)
    clone(admin_dsn=admin, template=template, name=name)
    for alias in connections:
        settings = connections[alias].settings_dict
        settings["NAME"] = name
        settings["OPTIONS"].pop("pool", None)
    try:
        yield TestDatabase(server.named(name), home)
    finally:
        connections.close_all()
        drop(admin_dsn=admin, name=name)


@pytest.fixture
def node(server: DatabaseAccess, home: Path, template: str) -> Iterator[TestDatabase]:
    """A node with an empty, migrated database of its own."""
    with cloned(server, home, template) as database:
        yield database
