"""A file that somebody sent, read in a process of its own: what is made to be read forever costs nobody else anything.

The process has no database, no keys and nothing of this one's environment; it is bounded in time and memory.
"""

import os
import resource
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path
from threading import BoundedSemaphore
from typing import Final

import msgspec

import comity
from comity.standing.agreements.reading.found import Model, Reading, Unreadable, Why
from comity.standing.agreements.reading.reading import read_agreement

MOST_SECONDS: Final = 20
"""By the clock and of the processor. An agreement of thirty pages takes about one."""
MOST_MEMORY: Final = 1024 * 1024 * 1024
"""Bytes of the process, address space and all."""
MOST_ANSWER: Final = 64 * 1024 * 1024
"""Bytes of a reading as it is handed back."""
AT_ONCE: Final = 2
"""Files that are read at the same time for one process of the server."""
WAIT_SECONDS: Final = 5.0
"""How long one more waits for its turn."""
OUT_OF_MEMORY: Final = 3
COMMAND: Final = ("-P", "-m", "comity.standing.agreements.reading.apart")
"""What the interpreter is given."""
_KILLED: Final = frozenset({-signal.SIGKILL, -signal.SIGXCPU, OUT_OF_MEMORY})
_NICE: Final = 5
_TANGLED: Final = Unreadable(
    Why.TANGLED, "too large or too tangled to read in time", "save it as plain text, or use the command line"
)
_turns: Final = BoundedSemaphore(AT_ONCE)


class BusyError(RuntimeError):
    """Nothing was read. `own`: a file of the same account is being read; else those of others are."""

    def __init__(self, *, own: bool) -> None:
        """Say whose file is being read."""
        super().__init__("a file of this account is being read" if own else "files of others are being read")
        self.own = own


class _Job(msgspec.Struct, frozen=True):
    """What is asked of the process."""

    content: bytes
    model: Model | None
    agencies: Mapping[str, Sequence[str]]


class _Answer(msgspec.Struct, frozen=True):
    """What it found: one of the two."""

    reading: Reading | None = None
    unreadable: Unreadable | None = None


def read_apart(
    content: bytes, *, model: Model | None, agencies: Mapping[str, Sequence[str]], account: str
) -> Reading | Unreadable:
    """Return what `read_agreement` returns, or `Why.TANGLED` where that takes too much time or memory.

    One file of an account at a time on this machine, `AT_ONCE` of all accounts for this process. Raises `BusyError`
    where one is being read already, `RuntimeError` where the process failed by itself.
    """
    with _alone(account), _turn():
        return _asked(_Job(content, model, agencies))


@contextmanager
def _alone(account: str) -> Iterator[None]:
    """Hold a name for the account that no other process holds; the kernel lets go of it however this one ends."""
    name = blake2b(f"agreement reading: {account}".encode(), digest_size=16).hexdigest()
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as held:
        try:
            held.bind(f"\0comity-{name}")
        except OSError as error:
            raise BusyError(own=True) from error
        yield


@contextmanager
def _turn() -> Iterator[None]:
    if not _turns.acquire(timeout=WAIT_SECONDS):
        raise BusyError(own=False)
    try:
        yield
    finally:
        _turns.release()


def _asked(job: _Job) -> Reading | Unreadable:
    """Start the process, hand it the job, wait for its answer; it and all it started is killed when time is over."""
    with subprocess.Popen(  # noqa: S603 - this very module
        [sys.executable, *COMMAND],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # what is told there could quote the file
        cwd="/",
        env={"PYTHONPATH": str(Path(comity.__file__).parents[1]), "LC_ALL": "C.UTF-8"},
        start_new_session=True,
    ) as process:
        try:
            told, _ = process.communicate(msgspec.msgpack.encode(job), timeout=MOST_SECONDS)
        except subprocess.TimeoutExpired:
            return _TANGLED
        finally:
            if process.returncode is None:
                os.killpg(process.pid, signal.SIGKILL)
    if process.returncode in _KILLED:
        return _TANGLED
    if process.returncode:
        raise RuntimeError(f"the process that reads agreements ended with {process.returncode}")
    answer = msgspec.msgpack.decode(told, type=_Answer)
    return answer.reading or answer.unreadable or _TANGLED


def _bound() -> None:
    """Bound this process: processor, memory, no file written, no core left that would hold the text."""
    for what, most in (
        (resource.RLIMIT_CPU, MOST_SECONDS),
        (resource.RLIMIT_AS, MOST_MEMORY),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(what)
        least = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(what, (least, least))
    os.nice(_NICE)


def _answer() -> int:
    """Read one job from the standard input and write its answer; returns the exit code."""
    _bound()
    try:
        job = msgspec.msgpack.decode(sys.stdin.buffer.read(), type=_Job)
        found = read_agreement(job.content, model=job.model, agencies=job.agencies)
        told = msgspec.msgpack.encode(
            _Answer(unreadable=found) if isinstance(found, Unreadable) else _Answer(reading=found)
        )
    except MemoryError:
        return OUT_OF_MEMORY
    if len(told) > MOST_ANSWER:
        return OUT_OF_MEMORY
    sys.stdout.buffer.write(told)
    sys.stdout.buffer.flush()
    return 0


if __name__ == "__main__":
    sys.exit(_answer())
