"""A node of the benchmark's own: a durable database in a folder of its own, gone when the benchmark ends."""

import os
import shutil
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import psycopg
from psycopg import sql

from comity.config.node import DatabaseAccess, NodeSettings, Role, load
from comity.host.cluster import Cluster
from comity.host.prepare import Paths, make_keys, migrate, set_up_django
from comity.host.roles import clone

Say = Callable[[str], None]
NEEDED_SETTINGS = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}
GIGABYTE = 10**9


class DiskTooSmallError(RuntimeError):
    """The benchmark's data does not fit on the disk."""


class NotDurableError(RuntimeError):
    """The database would not survive a power cut: a figure measured on it says nothing."""


@dataclass
class BenchNode:
    """One benchmark's node, migrated and with keys; Django leads to it."""

    settings: NodeSettings
    cluster: Cluster
    access: DatabaseAccess
    details: dict[str, object] = field(default_factory=dict)

    @property
    def paths(self) -> Paths:
        """The files beside the database."""
        return Paths(self.settings.home)

    def connect(self, role: Role, name: str | None = None) -> psycopg.Connection:
        """Open a plain connection as `role`, for seeding and for looking in from outside."""
        access = self.access if name is None else self.access.named(name)
        return psycopg.connect(access.conninfo(role), autocommit=True)

    def restart(self) -> None:
        """Stop and start the database, so that nothing of it is left in its own memory."""
        from django.db import connections

        for connection in connections.all():
            close_pool = getattr(connection, "close_pool", None)
            connection.close()
            if close_pool is not None:
                close_pool()
        self.cluster.stop()
        self.access = self.cluster.start()

    def copy_to(self, name: str) -> NodeSettings:
        """Copy the database under another name and return a node of its own that uses the copy.

        Nobody may be connected to the original while it is copied.
        """
        from django.db import connections

        for connection in connections.all():
            close_pool = getattr(connection, "close_pool", None)
            connection.close()
            if close_pool is not None:
                close_pool()
        clone(admin_dsn=self.access.named("postgres").conninfo(Role.BOOTSTRAP), template=self.access.name, name=name)
        home = self.settings.home / name
        home.mkdir(mode=0o700)
        for file in self.settings.home.glob("*"):
            if file.is_file():
                shutil.copy2(file, home / file.name)
        self.access.named(name).save(home / "database.json")
        return replace(self.settings, home=home, bind_port=free_port())


@contextmanager
def bench_node(name: str, *, say: Say, gigabytes: float = 1.0) -> Iterator[BenchNode]:
    """Start a durable database in `COMITY_HOME/bench/NAME`, migrate, make keys; remove all of it at the end.

    Raises `DiskTooSmallError` unless `gigabytes` are free, `NotDurableError`, and what starting a cluster raises.
    """
    own = load()
    home = own.home / "bench" / name
    settings = replace(own, home=home, database_url=None, bind_host="127.0.0.1", bind_port=free_port())
    cluster = Cluster(home=home)
    require_disk(cluster.place.folder, gigabytes)
    _remove(cluster, home)
    say("starting a durable database")
    try:
        access = cluster.start()
        os.environ.pop("COMITY_DATABASE_URL", None)
        set_up_django(settings)
        say("preparing tables")
        migrate()
        make_keys(settings)
        node = BenchNode(settings, cluster, access)
        node.details |= _require_durable(node)
        yield node
    finally:
        cluster.stop()
        _remove(cluster, home)


def free_port() -> int:
    """Return a port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def require_disk(folder: Path, gigabytes: float) -> None:
    """Raise `DiskTooSmallError` unless so much is free where the database will be."""
    there = next(path for path in (folder, *folder.parents) if path.exists())
    free = shutil.disk_usage(there).free / GIGABYTE
    if free < gigabytes:
        raise DiskTooSmallError(
            f"this benchmark needs {gigabytes:.0f} GB in `{there}` and {free:.1f} GB are free; make room, "
            "or measure less with `--quick`"
        )


def _require_durable(node: BenchNode) -> dict[str, object]:
    with node.connect(Role.BOOTSTRAP) as connection:
        found = {
            name: str(connection.execute(sql.SQL("SHOW {}").format(sql.Identifier(name))).fetchone()[0])  # type: ignore[index]
            for name in (*NEEDED_SETTINGS, "server_version", "shared_buffers")
        }
    loose = [name for name, wanted in NEEDED_SETTINGS.items() if found[name] != wanted]
    if loose:
        raise NotDurableError(f"the database runs with {', '.join(f'{n}={found[n]}' for n in loose)}")
    return {"postgresql": found}


def _remove(cluster: Cluster, home: Path) -> None:
    shutil.rmtree(cluster.place.folder, ignore_errors=True)
    shutil.rmtree(home, ignore_errors=True)
