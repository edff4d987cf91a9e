"""The one way to a database: the server of `COMITY_DATABASE_URL`, a running cluster, or one started here."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg.conninfo import conninfo_to_dict

from comity.config.node import DatabaseAccess, NodeSettings, Role, SettingsError
from comity.host.cluster import Cluster
from comity.host.place import ClusterBusy
from comity.host.roles import prepare_database

NAME = "comity"
JOIN_SECONDS = 15.0
OWN_SECONDS = 15.0


@contextmanager
def open_database(settings: NodeSettings) -> Iterator[DatabaseAccess]:
    """Access to the node's database, prepared and answering.

    A server is prepared when `COMITY_DATABASE_URL` first names it; `HOME/database.json` is enough from then on.
    Without one the embedded cluster of HOME is started and stopped again at the end; if another Comity of this
    home already runs it, that one is joined and left running.
    """
    server = _server_access(settings)
    if server is not None:
        yield server
        return
    cluster = Cluster(home=settings.home)
    try:
        access = cluster.start()
    except ClusterBusy:
        access = _join(settings)
    try:
        yield access
    finally:
        cluster.stop()


@contextmanager
def own_database(settings: NodeSettings) -> Iterator[DatabaseAccess]:
    """As `open_database`, for who runs the node: an embedded cluster is this process's own.

    One that a short command has started is not joined, for it would end with that command: it is waited for, and
    `ClusterBusy` raised after a while.
    """
    server = _server_access(settings)
    if server is not None:
        yield server
        return
    cluster = Cluster(home=settings.home)
    access = _start_alone(cluster)
    try:
        yield access
    finally:
        cluster.stop()


def _start_alone(cluster: Cluster) -> DatabaseAccess:
    deadline = time.monotonic() + OWN_SECONDS
    while True:
        try:
            return cluster.start()
        except ClusterBusy:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def read_access(settings: NodeSettings) -> DatabaseAccess:
    """Read the access a launcher has written, for the processes it started; raises `SettingsError` if none."""
    try:
        return DatabaseAccess.load(settings.access_file)
    except FileNotFoundError:
        raise SettingsError(
            f"there is no database yet in `{settings.home}`; run `comity demo`, or set COMITY_HOME to its folder"
        ) from None


def _server_access(settings: NodeSettings) -> DatabaseAccess | None:
    known = DatabaseAccess.load(settings.access_file) if settings.access_file.exists() else None
    if settings.database_url is None:
        if known is None or known.cluster is not None:
            return None
        if known.lacks:
            raise SettingsError(
                f"`{settings.access_file}` is of an older Comity and lacks the role {known.lacks[0].login}; set "
                "COMITY_DATABASE_URL to the administrator's address for one `comity init`, which makes it"
            )
        return known
    words = conninfo_to_dict(settings.database_url)
    access = DatabaseAccess.with_new_passwords(
        host=str(words.get("host", "")),
        port=int(words.get("port") or 5432),
        name=NAME,
        tls={name: str(value) for name, value in words.items() if name.startswith("ssl")} or None,
    )
    if known is not None and known.cluster is not None:
        raise SettingsError(
            f"`{settings.access_file}` belongs to the embedded database, and COMITY_DATABASE_URL names a server; "
            "set COMITY_HOME to a new folder for the server"
        )
    if known is not None and (known.host, known.port) == (access.host, access.port):
        if not known.lacks:
            return known
        access = known.completed()
    prepare_database(settings.database_url, access)
    access.save(settings.access_file)
    return access


def _join(settings: NodeSettings) -> DatabaseAccess:
    deadline = time.monotonic() + JOIN_SECONDS
    while True:
        try:
            access = read_access(settings)
            psycopg.connect(access.conninfo(Role.APP)).close()
        except (psycopg.OperationalError, SettingsError):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
        else:
            return access
