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
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import django
import psycopg
import pytest
from django.db import connections
from hypothesis import HealthCheck, settings
from pytest_socket import disable_socket, socket_allow_hosts

from comity.config.node import DatabaseAccess, Role
from comity.host.cluster import Cluster
from comity.host.roles import clone, drop, prepare_database
from comity.host.server import Profile
from comity.spine.keys.file_ring import FileKeyRing
from comity.spine.keys.log_key import LogKey, verifier_path
from comity.spine.keys.ring import KeyRing
from comity.spine.ledger.last_signed import read_last_signed
from comity.spine.ledger.notes import VerifierKey
from comity.spine.ledger.report import Report
from comity.spine.ledger.sequencer import Sequencer
from comity.spine.ledger.verify import verify
from comity.spine.tenancy.actor import Actor, Duty, node_actor
from comity.spine.tenancy.clock import database_now
from comity.spine.tenancy.transaction import reading

sys.path.insert(0, str(Path(__file__).parent))  # so that what tests share is found in every import mode
TEMPLATE = "template_bare"
DEMO_TEMPLATE = "template_demo"
RUN_TEMPLATE = "template_run"
_HOME = "COMITY_TEST_HOME"
_cluster: Cluster | None = None
_numbers = itertools.count(1)
# How long an example takes says nothing of what it came to.
settings.register_profile("comity", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("comity")


def pytest_configure(config: pytest.Config) -> None:
    """Start one scratch cluster for the whole run (the workers of xdist join it), then set Django up.

    Test modules may import models; a conftest may be read before this and imports them where it uses them.
    """
    global _cluster  # noqa: PLW0603 - the run's one cluster, stopped in pytest_unconfigure
    os.environ["DJANGO_SETTINGS_MODULE"] = "comity.config.settings"
    if not hasattr(config, "workerinput") and not config.option.collectonly:
        home = Path(tempfile.mkdtemp(prefix="comity-tests-"))
        os.environ[_HOME] = str(home)
        os.environ["COMITY_HOME"] = str(home)
        _cluster = Cluster(home=home, profile=Profile.SCRATCH)
        _cluster.start()
    django.setup()


def pytest_unconfigure() -> None:
    """Stop the scratch cluster and remove it."""
    if _cluster is not None:
        _cluster.discard()
        shutil.rmtree(os.environ[_HOME], ignore_errors=True)


@pytest.fixture(autouse=True)
def closed_sockets() -> None:
    """Let tests reach this machine's loopback and local sockets, nothing else."""
    disable_socket(allow_unix_socket=True)
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
    name = f"t_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{os.getpid()}_{next(_numbers)}"
    admin = server.named("postgres").conninfo(Role.BOOTSTRAP)
    clone(admin_dsn=admin, template=template, name=name)
    connections.close_all()  # a test that shared a node may have left one open that leads there
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


@dataclass
class SteppingClock:
    """An injected clock: goes on by a millisecond whenever it is read, and as far as a test says."""

    now: datetime

    def __call__(self) -> datetime:
        self.now += timedelta(milliseconds=1)
        return self.now

    def advance(self, **amount: float) -> None:
        """Go on by a `timedelta`."""
        self.now += timedelta(**amount)


@dataclass(frozen=True)
class Demo(TestDatabase):
    """A node with the demo states loaded, in a database of one test's own, and what every such test needs."""

    __test__ = False

    keys: KeyRing
    clock: SteppingClock
    folder: Path
    _actors: dict[tuple[str, str], Actor] = field(default_factory=dict)

    def actor(self, agency_code: str, post_code: str = "interface") -> Actor:
        """Return a post of a demo agency, acting for it."""
        from comity.standing.directory.selectors import get_post_by_code

        known = self._actors.get((agency_code, post_code))
        if known is None:
            with reading(node_actor(Duty.STEWARD)):
                post = get_post_by_code(agency_code, post_code)
            known = self._actors[agency_code, post_code] = Actor(post.agency_id, post.id, Duty.AGENCY)
        return known

    def node(self, duty: Duty | str) -> Actor:
        """Return the node acting in one of its own duties."""
        return node_actor(Duty(duty))

    def sequence(self) -> int:
        """Sequence everything that is pending; return how many entries."""
        path = self.folder / "log-key.json"
        key = LogKey.load(path) if path.exists() else LogKey.create(path, origin="comity.example/az", clock=self.clock)
        sequencer = Sequencer(signer=key, clock=self.clock, last_signed=self.folder / "last-signed.json")
        moved = 0
        try:
            while count := sequencer.step():
                moved += count
        finally:
            sequencer.close()
        return moved

    def verify(self) -> Report:
        """Sequence what is pending, then verify the whole ledger with the checkpoint kept outside the database."""
        self.sequence()
        key = VerifierKey.parse(verifier_path(self.folder / "log-key.json").read_text("utf-8").strip())
        last = read_last_signed(self.folder / "last-signed.json", key)
        return verify(
            conninfo=self.access.conninfo(Role.VERIFIER),
            keys=[key],
            now=self.clock() + timedelta(days=1),
            last_signed=last.checkpoint if last else None,
        )

    def look(self, question: str, params: Any = ()) -> list[tuple[Any, ...]]:
        """Return rows as the superuser sees them, past every policy: what is really there."""
        with self.connect(Role.BOOTSTRAP) as admin:
            return admin.execute(question, params).fetchall()


@contextmanager
def demo_node(server: DatabaseAccess, home: Path, template: str, folder: Path) -> Iterator[Demo]:
    """Clone a template with the demo states loaded; its clock goes on from the moment it was cloned."""
    with cloned(server, home, template) as database:
        yield Demo(database.access, home, FileKeyRing(home / "keys.json"), SteppingClock(database_now()), folder)


@pytest.fixture(scope="session")
def demo_template(server: DatabaseAccess, home: Path) -> str:
    """The name of a database with the demo states loaded and nobody asking yet."""
    make_template(server, home, DEMO_TEMPLATE, str(Path(__file__).parent / "template_demo.py"))
    return DEMO_TEMPLATE


@pytest.fixture
def demo(server: DatabaseAccess, home: Path, demo_template: str, tmp_path: Path) -> Iterator[Demo]:
    """A node of one test's own with the demo states loaded: law, agreements, training, posts with their holders."""
    with demo_node(server, home, demo_template, tmp_path) as node:
        yield node


@pytest.fixture(scope="session")
def run_template(server: DatabaseAccess, home: Path) -> str:
    """The name of a database in which the 500 shipped asks, and everything else an exchange does, have happened."""
    make_template(server, home, RUN_TEMPLATE, str(Path(__file__).parent / "template_run.py"))
    return RUN_TEMPLATE


@pytest.fixture
def run(server: DatabaseAccess, home: Path, run_template: str, tmp_path: Path) -> Iterator[Demo]:
    """A node of one test's own after a full run; its clock goes on from the run's last moment, ahead of the wall's."""
    with demo_node(server, home, run_template, tmp_path) as node:
        [(node.clock.now,)] = node.look("SELECT greatest(clock_timestamp(), max(decided_at)) FROM exchange_decision")
        yield node
