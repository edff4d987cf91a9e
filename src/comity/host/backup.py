"""Backups of the database with the server's own tools, and their restore with every purge done again.

Keys are not in a backup: a stolen backup opens nothing. They are copied apart, by hand (docs/how-to/back-up.md).
"""

import hashlib
import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from comity.config.node import DatabaseAccess, NodeSettings, Role, SettingsError
from comity.host.binaries import BinariesMissing, find_binaries
from comity.host.roles import drop, prepare_database

FORMAT: Final = "comity/backup/1"
KEPT_DAYS: Final = 35
"""Backups are kept 35 days; what was purged is gone from every backup by then."""
_STAMP: Final = "comity-%Y%m%dT%H%M%SZ"


class BackupError(RuntimeError):
    """A backup cannot be made or used; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup folder: `comity.dump` (custom format of pg_dump) and `manifest.json`."""

    folder: Path
    made_at: datetime
    dump_digest: str


def back_up(*, settings: NodeSettings, access: DatabaseAccess, target: Path) -> Backup:
    """Write a new backup into `target` and remove those there older than 35 days; return the new one.

    The folder appears whole or not at all. Raises `BackupError`, `OSError`.
    """
    made_at = datetime.now(UTC)
    folder = target / made_at.strftime(_STAMP)
    draft = folder.with_name(f".{folder.name}.{os.getpid()}")
    draft.mkdir(mode=0o700, parents=True)
    try:
        admin = _admin(settings, access, access.name)
        _run(admin, "pg_dump", "--format=custom", f"--file={draft / 'comity.dump'}", admin)
        digest = _digest(draft / "comity.dump")
        manifest = {"digest": digest, "format": FORMAT, "made_at": made_at.isoformat()}
        (draft / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n", "utf-8")
        draft.rename(folder)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    _remove_old(target, made_at)
    return Backup(folder, made_at, digest)


def read_backup(folder: Path) -> Backup:
    """Return a backup after comparing its dump with its manifest; raise `BackupError` when they differ."""
    try:
        manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
        made_at, digest = datetime.fromisoformat(manifest["made_at"]), str(manifest["digest"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BackupError(f"`{folder}` is no backup of Comity: its manifest is missing or damaged") from error
    if manifest.get("format") != FORMAT:
        raise BackupError(f"`{folder}` has the format `{manifest.get('format')}`; this Comity reads `{FORMAT}`")
    if not (folder / "comity.dump").is_file() or _digest(folder / "comity.dump") != digest:
        raise BackupError(f"the dump in `{folder}` is not what its manifest names; use another backup")
    return Backup(folder, made_at, digest)


def restore(*, settings: NodeSettings, access: DatabaseAccess, backup: Backup) -> str:
    """Put the backup in place of the database; return the name under which the present one is kept.

    The node's services must be stopped. Nothing is replaced before the whole backup is read in. Purges made since are
    done again by the caller (`spine.vault.purge.replay_tombstones`) before anything else runs. Raises `BackupError`.
    """
    fresh = access.named(f"{access.name}_restoring")
    admin = _admin(settings, access, "postgres")
    _refuse_in_use(admin, access.name)
    drop(admin_dsn=admin, name=fresh.name)
    prepare_database(admin, fresh)
    _run(
        admin,
        "pg_restore",
        "--exit-on-error",
        f"--dbname={_admin(settings, access, fresh.name)}",
        str(backup.folder / "comity.dump"),
    )
    kept = f"{access.name}_before_{datetime.now(UTC):%Y%m%dt%H%M%S}"
    with psycopg.connect(admin, autocommit=True) as connection:
        for old, new in ((access.name, kept), (fresh.name, access.name)):
            statement = sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(old), sql.Identifier(new))
            connection.execute(statement)
    return kept


def _admin(settings: NodeSettings, access: DatabaseAccess, name: str) -> str:
    """Return how an administrator reaches the database `name`: row-level security hides nothing from a backup."""
    if access.cluster is not None:
        return access.named(name).conninfo(Role.BOOTSTRAP)
    if settings.database_url is None:
        raise SettingsError("set COMITY_DATABASE_URL to an administrator's address to back up or restore a server")
    return make_conninfo(settings.database_url, dbname=name)


def _refuse_in_use(admin: str, name: str) -> None:
    with psycopg.connect(admin, autocommit=True) as connection:
        row = connection.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = %s", (name,)).fetchone()
    if row is not None and row[0]:
        raise BackupError(f"{row[0]} connections use the database; stop the node first (Ctrl-C), then restore")


def _run(admin: str, program: str, *words: str) -> None:
    """Run a client program as old as the server: a newer one writes what an older server does not understand.

    The address, which holds a password, stays off the screen.
    """
    with psycopg.connect(admin) as connection:
        major = connection.info.server_version // 10000
    fitting = [binaries for binaries in find_binaries() if binaries.major == major]
    if not fitting:
        raise BinariesMissing(f"no `{program}` of PostgreSQL {major} here; install postgresql-client-{major}")
    done = subprocess.run([fitting[0].program(program), *words], capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise BackupError(f"`{program}` failed: {done.stderr.strip().splitlines()[0] if done.stderr else 'no word'}")


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _remove_old(target: Path, now: datetime) -> None:
    for folder in target.glob("comity-*Z"):
        try:
            made_at = datetime.strptime(folder.name, _STAMP).replace(tzinfo=UTC)
        except ValueError:
            continue
        if made_at < now - timedelta(days=KEPT_DAYS):
            shutil.rmtree(folder)
