"""What must hold before a node or a service starts: a usable home, nobody else running it, a free address."""

import errno
import fcntl
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from comity.config.node import HIGHEST_PORT, NodeSettings
from comity.host.place import USUAL_TAG, Place
from comity.host.processes import find_account

ALL: Final = "demo"
"""The lock of whoever runs the whole node."""
SERVICES: Final = ("sequencer", "worker")
"""Services of which one runs per home; the API is told apart by its address."""
PATIENCE_SECONDS: Final = 10.0
"""How long what a killed start left behind may take to end."""
SERVICE_SECONDS: Final = 5.0
"""How long a service waits for the one of its kind that was killed just before it."""
ADDRESS_SECONDS: Final = 3.0
_POLL_SECONDS: Final = 0.1


class StartRefused(RuntimeError):  # noqa: N818 - reads as the fact it states
    """A node or a service cannot start; the message says why and what to do."""


def is_node(settings: NodeSettings) -> bool:
    """Tell whether a node was ever made in this home: any one of its access, its keys, its embedded database."""
    place = Place.of(home=settings.home, tag=USUAL_TAG, account=find_account())
    return settings.access_file.exists() or settings.key_file.exists() or place.data.exists()


def require_node(settings: NodeSettings) -> None:
    """Raise `StartRefused` where there is no node: a command in a wrong folder must not make one unnoticed."""
    if not is_node(settings):
        raise StartRefused(
            f"no node here (`{settings.home}`); set COMITY_HOME to a node's folder, or run `comity demo` "
            "(the demonstration) or `comity init` (an empty node) to make one"
        )


def make_home(home: Path) -> None:
    """Make the folder of a node if it is not there; raises `StartRefused` when it cannot be one or be written."""
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        is_writable = os.access(home, os.W_OK | os.X_OK)
    except (FileExistsError, NotADirectoryError):
        raise StartRefused(f"COMITY_HOME is `{home}`, which is no folder; set it to a folder of yours") from None
    except OSError as error:
        raise StartRefused(
            f"the folder `{home}` cannot be made ({error.strerror}); set COMITY_HOME to a folder you may write"
        ) from None
    if not is_writable:
        raise StartRefused(f"the folder `{home}` cannot be written; set COMITY_HOME to a folder you may write")


@contextmanager
def held(home: Path, name: str, *, seconds: float = 0.0) -> Iterator[None]:
    """Hold the lock `name` of a home until the block ends; wait for it at most `seconds`, then raise `StartRefused`.

    The kernel frees it when the process ends, however it ends.
    """
    descriptor = _take(home, name, seconds)
    try:
        yield
    finally:
        os.close(descriptor)


def is_running(home: Path, name: str) -> bool:
    """Tell whether a service of this home runs: whether another process holds its lock."""
    try:
        with (home / f"running-{name}.lock").open("rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False


def await_ended(home: Path) -> None:
    """Wait until no service of this home runs, as those of a killed start soon do not; else raise `StartRefused`."""
    for name in SERVICES:
        os.close(_take(home, name, PATIENCE_SECONDS))


def _take(home: Path, name: str, seconds: float) -> int:
    path = home / f"running-{name}.lock"
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise StartRefused(f"`{path}` cannot be written ({error.strerror}); run Comity as its owner") from None
    deadline = time.monotonic() + seconds
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() < deadline:
                time.sleep(_POLL_SECONDS)
                continue
            holder = os.pread(descriptor, 32, 0).decode("ascii", "replace").strip() or "unknown"
            os.close(descriptor)
            raise StartRefused(_busy(home, name, holder)) from None
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        return descriptor


def _busy(home: Path, name: str, holder: str) -> str:
    what = "Comity" if name == ALL else f"a {name}"
    return (
        f"{what} already runs on `{home}` (process {holder}); stop it first (Ctrl-C there, or `kill {holder}`), "
        "or set COMITY_HOME to another folder"
    )


def require_address(settings: NodeSettings) -> None:
    """Raise `StartRefused` when the API's address cannot be taken: another program has it, or it is not this machine's.

    What a killed start left behind gives it back in a moment, so it is tried for some seconds.
    """
    deadline = time.monotonic() + ADDRESS_SECONDS
    while True:
        error = _try_address(settings.bind_host, settings.bind_port)
        if error is None:
            return
        if error.errno != errno.EADDRINUSE or time.monotonic() > deadline:
            raise StartRefused(_unusable(settings, error))
        time.sleep(_POLL_SECONDS)


def _try_address(host: str, port: int) -> OSError | None:
    """Bind the address and let it go; without SO_REUSEPORT, by which two servers would share it unnoticed."""
    try:
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
            probe.listen(1)
    except OSError as error:
        return error
    return None


def _unusable(settings: NodeSettings, error: OSError) -> str:
    host = f"[{settings.bind_host}]" if ":" in settings.bind_host else settings.bind_host
    address = f"{host}:{settings.bind_port}"
    near = settings.bind_port + 1 if settings.bind_port < HIGHEST_PORT else settings.bind_port - 1
    other = f"set COMITY_BIND to another, like `COMITY_BIND={host}:{near}`"
    if error.errno == errno.EADDRINUSE:
        return f"the address `{address}` is taken by another program; stop that program, or {other}"
    if error.errno == errno.EACCES:
        return f"the address `{address}` needs rights this account lacks (a port below 1024); {other}"
    return f"the address `{address}` is not this machine's ({error.strerror}); set COMITY_BIND to one that is"
