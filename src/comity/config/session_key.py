"""The key that signs sessions and one-time links: a file of the node (0600), made with its other keys."""

import os
import secrets
from pathlib import Path

from comity.config.node import OPEN_TO_OTHERS, SettingsError


def read_session_key(path: Path) -> str:
    """Return the key; where no node has made one yet, a key nobody else knows.

    Raises `SettingsError` when others can read the file or it holds no key.
    """
    try:
        mode = path.stat().st_mode & 0o777
        key = path.read_text("ascii").strip()
    except FileNotFoundError:
        return secrets.token_urlsafe(48)
    except (UnicodeDecodeError, PermissionError) as error:
        raise SettingsError(f"`{path}` cannot be read ({type(error).__name__}); remove it: a new one is made") from None
    if mode & OPEN_TO_OTHERS:
        raise SettingsError(f"`{path}` can be read by others (mode {mode:04o}); remove it: a new one is made")
    if len(key) < 48:  # noqa: PLR2004 - what `make_session_key` writes is longer
        raise SettingsError(f"`{path}` holds no key; remove it: a new one is made")
    return key


def make_session_key(path: Path) -> None:
    """Write a new key unless there is one; whoever is signed in when it is replaced signs in again."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(secrets.token_urlsafe(48) + "\n")
        file.flush()
        os.fsync(file.fileno())
