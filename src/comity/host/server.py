"""What the launcher asks of PostgreSQL's programs: make a cluster's files, run the server, wait until it answers."""

import os
import secrets
import shutil
import signal
import subprocess
from enum import StrEnum
from pathlib import Path

from comity.config.node import Role
from comity.host.binaries import Binaries
from comity.host.place import PORT, Place
from comity.host.processes import Account, has_locale, spawn, wait_until

LOG_KEPT_BYTES = 10_000_000
LOG_SHOWN_LINES = 8
READY_SECONDS = 300.0  # recovery after a crash replays what the last checkpoint left
READY_LINE = 7


class ClusterFailed(RuntimeError):  # noqa: N818 - reads as the fact it states
    """PostgreSQL did not start; the message carries its own last words and the remedy."""


class Profile(StrEnum):
    """What a cluster promises. SCRATCH survives no power cut: for the tests' throw-away clusters alone."""

    DURABLE = "durable"
    SCRATCH = "scratch"


# The two log settings keep statements and their values, which may be personal, out of the server's log.
SERVER_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
    "log_timezone": "UTC",
    "timezone": "UTC",
    "lc_messages": "C",
    "shared_buffers": "256MB",
    "max_connections": "100",
    "password_encryption": "scram-sha-256",
}
PROFILE_SETTINGS = {
    Profile.DURABLE: {"max_wal_size": "2GB"},
    Profile.SCRATCH: {
        "fsync": "off",
        "full_page_writes": "off",
        "wal_level": "minimal",
        "max_wal_senders": "0",
        "max_wal_size": "4GB",
        "autovacuum": "off",
    },
}


def make_data(binaries: Binaries, *, place: Place, account: Account, profile: Profile) -> None:
    """Make a new cluster's files with a generated bootstrap password; raises `ClusterFailed`.

    A crash before the rename leaves only `data.new…`, which the next call removes. The password is written before
    the rename, so there is never data without its password.
    """
    for leftover in place.folder.glob("*.new*"):
        shutil.rmtree(leftover, ignore_errors=True)
    draft = place.folder / f"data.new{os.getpid()}"
    draft.mkdir(mode=0o700)
    password, data = draft / "password", draft / "data"
    try:
        data.mkdir(mode=0o700)
        _write_private(place.password_file, secrets.token_urlsafe(32))
        _write_private(password, place.password_file.read_text("utf-8"))
        for path in (password, data, draft):
            account.owns(path)
        _run_initdb(
            [binaries.program("initdb"), f"--pgdata={data}", f"--pwfile={password}", *_initdb_words(profile)],
            place=place,
            account=account,
        )
        data.rename(place.data)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def run_server(
    binaries: Binaries, sockets: Path, *, place: Place, account: Account, profile: Profile
) -> subprocess.Popen[bytes]:
    """Start the server on its socket alone; it may still be recovering when this returns."""
    pid_file = place.data / "postmaster.pid"
    if pid_file.exists() and pid_file.stat().st_size == 0:
        pid_file.unlink()  # left by a full disk; a filled one is PostgreSQL's own guard and stays
    settings = {
        **SERVER_SETTINGS,
        **PROFILE_SETTINGS[profile],
        "unix_socket_directories": str(sockets),
        "port": str(PORT),
        "cluster_name": place.cluster_name,
    }
    words = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    _rotate_log(place)
    with place.log.open("ab") as log:
        return spawn([binaries.program("postgres"), "-D", place.data, *words], account=account, output=log)


def wait_ready(server: subprocess.Popen[bytes], *, place: Place) -> None:
    """Wait until the server accepts connections; raises `ClusterFailed` with the server's words when it ends."""
    pid_file = place.data / "postmaster.pid"
    in_time = wait_until(lambda: server.poll() is not None or _says_ready(pid_file, server.pid), seconds=READY_SECONDS)
    if not in_time or server.poll() is not None:
        raise ClusterFailed(_explain(f"the database in `{place.folder}` did not start", place))


def _initdb_words(profile: Profile) -> list[str]:
    words = [
        f"--username={Role.BOOTSTRAP.login}",
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        "--locale=C",
        f"--lc-ctype={'C.UTF-8' if has_locale('C.UTF-8') else 'C'}",
        "--data-checksums",
        "--no-instructions",
    ]
    return [*words, "--no-sync"] if profile is Profile.SCRATCH else words


def _run_initdb(command: list[str | Path], *, place: Place, account: Account) -> None:
    _rotate_log(place)
    with place.log.open("ab") as log:
        worker = spawn(command, account=account, output=log)
        try:
            code = worker.wait()
        except BaseException:
            os.killpg(worker.pid, signal.SIGKILL)  # its own session: the server it runs goes with it
            worker.wait()
            raise
    if code != 0:
        raise ClusterFailed(_explain(f"a new database could not be made in `{place.folder}`", place))


def _rotate_log(place: Place) -> None:
    if place.log.exists() and place.log.stat().st_size > LOG_KEPT_BYTES:
        place.log.replace(place.log.with_suffix(".log.1"))


def _explain(what: str, place: Place) -> str:
    lines = place.log.read_text("utf-8", "replace").splitlines()[-LOG_SHOWN_LINES:]
    return "\n".join([f"{what}; PostgreSQL says (`{place.log}`):", *(f"  {line}" for line in lines)])


def _write_private(path: Path, text: str) -> None:
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)


def _says_ready(pid_file: Path, pid: int) -> bool:
    try:
        lines = pid_file.read_text("utf-8").splitlines()
    except FileNotFoundError:
        return False
    return len(lines) > READY_LINE and lines[0] == str(pid) and lines[READY_LINE].strip() == "ready"
