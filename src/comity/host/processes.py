"""Starting PostgreSQL's programs under the right account, and finding those a killed launcher left behind."""

import ctypes
import multiprocessing
import os
import pwd
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None, use_errno=True)
PAUSE_SECONDS = 0.005


@dataclass(frozen=True, slots=True)
class Account:
    """The account PostgreSQL runs under; `is_other` when the launcher is root, which PostgreSQL refuses to be."""

    uid: int
    gid: int
    is_other: bool

    def owns(self, path: Path) -> None:
        """Give `path`, made by the launcher, to this account."""
        if self.is_other:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)


def find_account() -> Account:
    """Return the launcher's own account; for root `postgres`, else `nobody`."""
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid(), is_other=False)
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_uid, entry.pw_gid, is_other=True)
    raise RuntimeError("PostgreSQL does not run as root, and there is no account `postgres` or `nobody`; add one")


def spawn(command: Sequence[str | Path], *, account: Account, output: IO[bytes] | int) -> subprocess.Popen[bytes]:
    """Start a program in its own session with a clean environment; it is told to stop when the launcher dies.

    The kernel sends SIGINT when the *thread* that called this ends, so it is called from the main thread only.
    """
    return subprocess.Popen(  # noqa: S603 - programs found by `binaries`
        [str(word) for word in command],
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        cwd="/",
        env={"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"},
        umask=0o077,
        start_new_session=True,
        user=account.uid if account.is_other else None,
        group=account.gid if account.is_other else None,
        extra_groups=[] if account.is_other else None,
        preexec_fn=ending_with_launcher(signal.SIGINT),  # noqa: PLW1509 - one system call, bound before the fork
    )


def ending_with_launcher(request: signal.Signals) -> Callable[[], None]:
    """Return what a child runs before its program: the kernel sends it `request` when the thread that forks it ends.

    It runs after the child's account changed (a change of account would clear the request).
    """
    launcher = os.getpid()

    def ask_kernel() -> None:
        LIBC.prctl(PR_SET_PDEATHSIG, request, 0, 0, 0)
        if os.getppid() != launcher:
            os._exit(1)

    return ask_kernel


def end_with_parent() -> None:
    """Let a process made by `multiprocessing` be killed with its parent; does nothing in any other process.

    Without it a server that is killed leaves workers behind which keep its address.
    """
    parent = multiprocessing.parent_process()
    if parent is None:
        return
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent.pid:
        os._exit(1)


def has_locale(name: str) -> bool:
    """Whether the machine's C library knows a locale, without changing this process's own."""
    lc_ctype_mask = 1
    LIBC.newlocale.restype = ctypes.c_void_p
    LIBC.newlocale.argtypes = [ctypes.c_int, ctypes.c_char_p, ctypes.c_void_p]
    return bool(LIBC.newlocale(lc_ctype_mask, name.encode(), None))


def find_servers(*, cluster_name: str) -> list[int]:
    """Find main processes of the cluster by the `cluster_name=` on their command line."""
    wanted = f"cluster_name={cluster_name}".encode()
    return [pid for pid, words in _command_lines() if wanted in words]


def find_members(*, cluster_name: str) -> list[int]:
    """Find main and child processes of the cluster; a child's title begins `postgres: CLUSTER_NAME: `."""
    title = f"postgres: {cluster_name}: ".encode()
    children = [pid for pid, words in _command_lines() if words[0].startswith(title)]
    return [*find_servers(cluster_name=cluster_name), *children]


def stop_orphans(*, cluster_name: str, patience_seconds: float) -> int:
    """Stop servers a killed launcher left behind and wait for their children; returns how many servers there were.

    INVARIANT: when this returns no process of the cluster is left, so a new server may open its files.
    Raises `TimeoutError` naming the processes that would not end.
    """
    servers = find_servers(cluster_name=cluster_name)
    for request in (signal.SIGINT, signal.SIGQUIT):
        for pid in find_servers(cluster_name=cluster_name):
            _send(pid, request)
        if wait_until(lambda: not find_members(cluster_name=cluster_name), seconds=patience_seconds):
            return len(servers)
    left = ", ".join(str(pid) for pid in find_members(cluster_name=cluster_name))
    raise TimeoutError(f"PostgreSQL processes of an earlier start do not end ({left}); end them with `kill -INT`")


def wait_until(condition: Callable[[], bool], *, seconds: float) -> bool:
    """Poll until the condition holds (True) or the time is over (False)."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(PAUSE_SECONDS)
    return True


def _send(pid: int, request: signal.Signals) -> None:
    try:
        os.kill(pid, request)
    except ProcessLookupError:
        return
    except PermissionError:
        raise PermissionError(
            f"the database is still run by process `{pid}` of another account; stop it from that account"
        ) from None


def _command_lines() -> list[tuple[int, list[bytes]]]:
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                words = (folder / "cmdline").read_bytes().split(b"\0")
            except OSError:
                continue  # it ended meanwhile
            found.append((int(folder.name), words))
    return found
