"""Files that hold secrets: owned by this user, mode 0600, replaced whole or not at all."""

import fcntl
import glob
import json
import os
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from comity.spine.keys.ring import KeyRingError

_EXPOSED = 0o077


class KeyFileMissingError(KeyRingError):
    """The file is not there."""


class KeyFileExistsError(KeyRingError):
    """A new key file would replace one that is there: refused, what it sealed would be lost."""


class KeyFileExposedError(KeyRingError):
    """Others than the owner may read or write the file, or it belongs to somebody else."""


class KeyFileDamagedError(KeyRingError):
    """The file is not what was written."""


def read_private(path: Path) -> dict[str, object]:
    """Return the JSON object in `path` after checking owner and mode; raises a `KeyRingError` with the remedy."""
    try:
        value = json.loads(_read(path))
    except ValueError:
        raise _damaged(path) from None
    if not isinstance(value, dict):
        raise _damaged(path)
    return value


def read_private_text(path: Path) -> str:
    """Return the text in `path` after checking owner and mode; raises a `KeyRingError` with the remedy."""
    try:
        return _read(path).decode()
    except UnicodeDecodeError:
        raise KeyFileDamagedError(f"`{path}` is not text; write the secret it should hold into it") from None


def _read(path: Path) -> bytes:
    try:
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    except FileNotFoundError:
        raise KeyFileMissingError(
            f"no key file at `{path}`; restore it from the backup of the keys, or run `comity doctor` on a new node"
        ) from None
    except OSError as error:
        raise KeyFileDamagedError(f"`{path}` cannot be opened ({error.strerror}); check its owner and mode") from None
    with os.fdopen(handle, "rb") as file:
        _check_exposure(path, os.fstat(file.fileno()))
        return file.read()


def _damaged(path: Path) -> KeyFileDamagedError:
    return KeyFileDamagedError(f"`{path}` is not a key file of Comity; restore it from the backup of the keys")


def _check_exposure(path: Path, facts: os.stat_result) -> None:
    if facts.st_uid not in {os.geteuid(), 0}:
        raise KeyFileExposedError(f"`{path}` belongs to user {facts.st_uid}; run `chown {os.geteuid()} {path}`")
    mode = stat.S_IMODE(facts.st_mode)
    if mode & _EXPOSED:
        raise KeyFileExposedError(f"`{path}` can be read by others (mode {mode:04o}); run `chmod 600 {path}`")


def create_private(path: Path, value: Mapping[str, object]) -> None:
    """Write a new secret file; raises `KeyFileExistsError` rather than replace one."""
    with locked(path):
        if path.exists():
            raise KeyFileExistsError(f"`{path}` exists; what its keys sealed would be lost, so it is not replaced")
        replace_private(path, value)


def replace_private(path: Path, value: Mapping[str, object]) -> None:
    """Replace `path` by `value` atomically and durably, mode 0600; the caller holds `locked(path)`.

    What a killed process left half done beside it goes first: it holds the same secrets, and nothing else removes it.
    """
    _remove_leftovers(path)
    replace_file(path, (json.dumps(value, indent=1, sort_keys=True) + "\n").encode(), mode=0o600)


def replace_file(path: Path, content: bytes, *, mode: int) -> None:
    """Write `content` beside `path`, fsync, rename over it, fsync the folder: the old or the new, never a part."""
    beside = path.with_name(f".{path.name}.{os.getpid()}.new")
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW, mode)
    try:
        with os.fdopen(handle, "wb") as file:
            os.fchmod(file.fileno(), mode)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    _keep_folder(path)


def remove_private(path: Path) -> None:
    """Remove a secret file for good, and what killed processes left beside it; the caller holds `locked(path)`."""
    _remove_leftovers(path)
    path.unlink()
    _keep_folder(path)


def _remove_leftovers(path: Path) -> None:
    """Under `locked(path)` no file of `replace_private` is being written: what is there a killed process left."""
    for leftover in path.parent.glob(f".{glob.escape(path.name)}.*.new"):
        leftover.unlink()


def _keep_folder(path: Path) -> None:
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the one lock under which `path` is read, changed and written back, across processes."""
    handle = os.open(path.with_name(f".{path.name}.lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
