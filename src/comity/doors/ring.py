"""What a request needs of its process: the key ring, opened once."""

from pathlib import Path
from threading import Lock
from typing import Final

from django.conf import settings

from comity.spine.keys.ring import KeyRing
from comity.spine.keys.store import open_store

_rings: Final[dict[Path, KeyRing]] = {}
_lock: Final = Lock()


def key_ring() -> KeyRing:
    """Return the node's key ring, opened at its first use; raises `KeyRingError` until the file can be opened.

    A failure is not kept: once the file is put back, the next request finds it.
    """
    path: Path = settings.NODE.key_file
    with _lock:
        if path not in _rings:
            _rings[path] = open_store(file=path, token=settings.NODE.token)
        return _rings[path]


def forget_keys() -> None:
    """Close the key ring, so that the next request opens the file again."""
    with _lock:
        _rings.clear()
