"""`comity doctor`: what is looked at, in plain words, and what to do about it. Each check is one row of a table."""

import shutil
import sys
import zoneinfo
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Generic, TypeVar

import psycopg
import typer

from comity.config.node import OPEN_TO_OTHERS, DatabaseAccess, NodeSettings, load
from comity.host import doctor_database as database
from comity.host.findings import Finding, Report, exit_code, fail, ok, render, warn
from comity.host.keystore import name_store, open_ring
from comity.host.launcher import open_database
from comity.host.place import LONGEST_SOCKET_PATH, ROOT_FOLDER
from comity.host.prepare import Paths
from comity.host.processes import find_account
from comity.host.start import is_node
from comity.host.verification import EVERY

OLDEST_PYTHON = (3, 11)
FREE_FAIL_BYTES = 1_000_000_000
FREE_WARN_BYTES = 5_000_000_000
OVERDUE = 3
"""Days after which a ledger that nobody verified is told."""
ZONES = ("America/Phoenix", "America/Denver")


@dataclass(frozen=True, slots=True)
class Node:
    """A node whose database answers; `connection` is the read-only role's."""

    settings: NodeSettings
    access: DatabaseAccess
    connection: psycopg.Connection


Subject = TypeVar("Subject")


@dataclass(frozen=True, slots=True)
class Check(Generic[Subject]):
    """One question to the host (`NodeSettings`) or to a node whose database answers (`Node`)."""

    name: str
    run: Callable[[Subject], Finding]


def check_python(settings: NodeSettings) -> Finding:
    """Ask whether Python 3.11 or later runs this."""
    del settings
    text = ".".join(str(part) for part in sys.version_info[:3])
    if sys.version_info[:2] < OLDEST_PYTHON:
        return fail(f"Python {text} is too old", "install Python 3.11 or later and run `make setup` again")
    return ok(f"Python {text}")


def check_disk(settings: NodeSettings) -> Finding:
    """Ask whether enough bytes are free where HOME and the embedded database are."""
    home = next(path for path in (settings.home, *settings.home.parents) if path.exists())
    folders = [home, ROOT_FOLDER] if find_account().is_other else [home]
    free, folder = min((shutil.disk_usage(one).free, one) for one in folders)
    text = f"{free / 1e9:.1f} GB free at `{folder}`"
    if free < FREE_FAIL_BYTES:
        return fail(text, "free some space now: at nothing left the database stops taking records")
    if free < FREE_WARN_BYTES:
        return warn(text, "free some space, or move COMITY_HOME to a larger disk")
    return ok(text)


def check_zones(settings: NodeSettings) -> Finding:
    """Ask whether Python knows Arizona's and Utah's time."""
    del settings
    missing = []
    for name in ZONES:
        try:
            zoneinfo.ZoneInfo.no_cache(name)
        except zoneinfo.ZoneInfoNotFoundError:
            missing.append(name)
    if missing:
        return fail(f"unknown to Python: {', '.join(missing)}", "run `apt-get install tzdata`")
    return ok(" and ".join(ZONES))


def check_keys(node: Node) -> Finding:
    """Ask whether the key file is there and nobody else can read it, or the token opens."""
    from comity.spine.keys.moved_ring import MovedRing
    from comity.spine.keys.ring import KeyRingError

    path = node.settings.key_file
    if node.settings.token is not None:
        try:
            ring = open_ring(node.settings)
        except KeyRingError as error:
            return fail(str(error), "put module, label and PIN file right; COMITY_KEYS names the store")
        still = f"; `{path}` opens what was sealed before the move" if isinstance(ring, MovedRing) else ""
        return ok(f"PKCS#11: {name_store(node.settings)}{still}")
    if not path.exists():
        if database.has_tables(node.connection):
            return fail(f"`{path}` is missing", "restore it from your backup: without it no sealed record can be read")
        return warn(f"`{path}` is not there yet", "nothing to do: it is made on the first start, then back it up")
    mode = path.stat().st_mode & 0o777
    if mode & OPEN_TO_OTHERS:
        return fail(f"`{path}` can be read by others (mode {mode:04o})", f"run `chmod 600 {path}`")
    return ok(f"`{path}`, readable by its owner alone")


def check_master_key(node: Node) -> Finding:
    """Ask whether the key file or the token opens what the vault holds."""
    from comity.spine.keys.ring import KeyRingError, KeysMovedError
    from comity.spine.vault.check_keys import check_keys
    from comity.spine.vault.seal import ItemAlteredError

    path = node.settings.key_file
    if node.settings.token is None and not path.exists():
        return ok("nothing to open it with: see `keys`")
    try:
        with node.connection.cursor() as cursor:
            opened = check_keys(cursor, open_ring(node.settings))
    except psycopg.errors.UndefinedTable:
        return ok("nothing is sealed yet")
    except KeysMovedError as error:
        return fail(str(error), "COMITY_KEYS names the store; docs/how-to/keys-in-an-hsm.md")
    except KeyRingError as error:
        return fail(
            str(error), f"put the keys of this database into {name_store(node.settings)}: nothing opens without"
        )
    except ItemAlteredError as error:
        return fail(str(error), "run `comity ledger verify` and restore a backup")
    return ok("the oldest and the newest sealed record open" if opened else "nothing is sealed yet")


def check_verified(node: Node) -> Finding:
    """Ask when the whole ledger was last verified, and what was found."""
    from comity.spine.ledger.last_verified import read_verified

    last = read_verified(Paths(node.settings.home).verified)
    if last is None:
        return warn("never verified as a whole", "run `comity ledger verify`; a running worker does it once a day")
    text = f"{last.counts.get('entries', 0):,} entries on {last.at:%Y-%m-%d %H:%M} UTC"
    if not last.is_sound:
        return fail(
            f"{last.findings:,} findings in {text}, the first: {last.says[0] if last.says else ''}",
            "run `comity ledger verify`, then docs/how-to/the-ledger-does-not-verify.md",
        )
    if datetime.now(UTC) - last.at > OVERDUE * EVERY:
        return warn(f"last verified: {text}", "run `comity ledger verify`; a running worker does it once a day")
    return ok(f"verified: {text}")


def check_socket(node: Node) -> Finding:
    """Ask whether the path of the embedded server's socket fits into the kernel's limit."""
    if not node.access.host.startswith("/"):
        return ok(f"server `{node.access.host}`, port {node.access.port}")
    path = f"{node.access.host}/.s.PGSQL.{node.access.port}"
    if len(path.encode()) > LONGEST_SOCKET_PATH:
        return fail(f"`{path}` is longer than {LONGEST_SOCKET_PATH} bytes", "set COMITY_HOME to a shorter path")
    return ok(f"`{path}`")


HOST_CHECKS: tuple[Check[NodeSettings], ...] = (
    Check("python", check_python),
    Check("disk", check_disk),
    Check("time zones", check_zones),
)

NODE_CHECKS: tuple[Check[Node], ...] = (
    Check("keys", check_keys),
    Check("master key opens the vault", check_master_key),
    Check("whole ledger", check_verified),
    Check("socket", check_socket),
    Check("database version", lambda node: database.check_version(node.connection)),
    Check("database encoding", lambda node: database.check_encoding(node.connection)),
    Check("database extensions", lambda node: database.check_extensions(node.connection)),
    Check("database time zones", lambda node: database.check_database_zones(node.connection)),
    Check("database clock", lambda node: database.check_clock(node.connection)),
    Check("database log", lambda node: database.check_server_log(node.connection)),
    Check("roles", lambda node: database.check_roles(node.connection)),
    Check("passwords", lambda node: database.check_sign_in(node.access)),
    Check("row security: forced", lambda node: database.check_forced(node.connection)),
    Check("row security: complete", lambda node: database.check_unprotected(node.connection)),
)


def examine(settings: NodeSettings) -> list[Report]:
    """Run every check; the database is joined, or started for the time of the examination.

    A database that cannot be reached is itself a finding, and the checks that need it are then left out, as they are
    where there is no node yet: looking makes none.
    """
    reports = [Report(check.name, check.run(settings)) for check in HOST_CHECKS]
    if not is_node(settings):
        found = f"no node here (`{settings.home}`)"
        remedy = "set COMITY_HOME to a node's folder, or make one with `comity demo` or `comity init`"
        return [*reports, Report("node", warn(found, remedy))]
    try:
        with open_database(settings) as access, database.connect(access) as connection:
            node = Node(settings, access, connection)
            reports += [Report(check.name, check.run(node)) for check in NODE_CHECKS]
    except (RuntimeError, ValueError, OSError, psycopg.Error) as error:
        remedy = "do what the message says, then run `comity doctor` again for the checks left out"
        reports.append(Report("database", fail(str(error).strip(), remedy)))
    return reports


def doctor_command() -> None:
    """Look at everything the node needs and say in plain words what to do."""
    reports = examine(load())
    render(reports)
    raise typer.Exit(exit_code(reports))
