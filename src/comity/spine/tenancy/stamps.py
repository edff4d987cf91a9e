"""Reference tables kept in memory for as long as they stay what they are.

Directory, law and training change a few times a day and are read for every ask. Each group of such tables has a stamp,
a random id that every statement writing to one of them replaces in its own transaction (`operations.Stamped`). One
read of the stamps therefore tells whether what was read before still holds; a restored backup has its own stamps.
"""

from collections.abc import Callable, Hashable, Mapping
from typing import Final, TypeVar
from uuid import UUID

from django.db.backends.utils import CursorWrapper

Stamps = Mapping[str, UUID]
"""Group of tables to its stamp."""

V = TypeVar("V")
_READ: Final = "SELECT name, value FROM tenancy_stamp"
_LIMIT: Final = 20_000
_kept: dict[tuple[Hashable, ...], object] = {}


def read_stamps(cursor: CursorWrapper) -> Stamps:
    """Return the stamps, in the caller's transaction; read them before anything that is kept under them."""
    cursor.execute(_READ)
    return dict(cursor.fetchall())


def kept(stamps: Stamps | None, groups: tuple[str, ...], key: Hashable, make: Callable[[], V]) -> V:
    """Return what `make` reads from tables of `groups`, kept under `key` until one of them changes.

    Without stamps it is read anew. What is kept must not be changed and must not depend on who reads or on the time.
    """
    if stamps is None:
        return make()
    whole = (*(stamps[group] for group in groups), key)
    if whole in _kept:
        return _kept[whole]  # type: ignore[return-value]
    found = make()
    if len(_kept) >= _LIMIT:
        _kept.clear()
    _kept[whole] = found
    return found
