"""Reference tables kept in memory for as long as they stay what they are.

Directory, law and training change a few times a day and are read for every ask. Each group of such tables has a stamp,
a random id that every statement writing to one of them replaces in its own transaction (`operations.Stamped`). One
read of the stamps therefore tells whether what was read before still holds; a restored backup has its own stamps.
"""

from collections.abc import Callable, Collection, Hashable, Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Final, TypeVar

import msgspec
from django.db.backends.utils import CursorWrapper

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")
Read = Callable[[Collection[K]], dict[K, V]]
"""Reads what there is for some keys."""
STAMPS_AS_TEXT: Final = "SELECT json_object_agg(name, value)::text FROM tenancy_stamp"
"""The stamps in one column, for a statement that says more."""
WHO_STAMP_AS_TEXT: Final = (
    "SELECT string_agg(value::text, ' ' ORDER BY name) FROM tenancy_stamp WHERE name IN ('api_keys', 'directory')"
)
"""The stamps under which it is known who acts, likewise: `Actor.known_under`."""
_LIMIT: Final = 20_000
_lock: Final = Lock()
_kept: dict[Hashable, object] = {}


@dataclass(frozen=True, slots=True)
class Stamps:
    """The stamps of one transaction: group of tables to its stamp. Read before anything that is kept under them."""

    values: Mapping[str, str]
    cursor: CursorWrapper

    @property
    def who(self) -> str:
        """Under what it is known who acts (`WHO_STAMP_AS_TEXT`)."""
        return f"{self.values['api_keys']} {self.values['directory']}"

    def kept(self, groups: tuple[str, ...], kind: Hashable, keys: Collection[K], read: Read[K, V]) -> dict[K, V]:
        """Return what `read` finds for `keys` in tables of `groups`, kept by `kind` and key until one of them changes.

        What is not found is not kept. Nothing is kept unless the stamps are still the same after reading, so that
        nothing lies under a stamp it is not of. What is kept must not be changed afterwards, and must not depend on
        who reads or on the time.
        """
        under = (kind, *(self.values[group] for group in groups))
        known = _kept
        found = {key: known[under, key] for key in keys if (under, key) in known}
        missing = [key for key in keys if key not in found]
        if missing:
            made = read(missing)
            found |= made
            if read_stamps(self.cursor) == self.values:
                _keep({(under, key): value for key, value in made.items()})
        return found  # type: ignore[return-value]


def stamps_from(column: str, cursor: CursorWrapper) -> Stamps:
    """Return the stamps that `STAMPS_AS_TEXT` gave in the transaction of `cursor`."""
    return Stamps(msgspec.json.decode(column, type=dict[str, str]), cursor)


def kept_many(
    stamps: Stamps | None, groups: tuple[str, ...], kind: Hashable, keys: Collection[K], read: Read[K, V]
) -> dict[K, V]:
    """Return what is kept under the stamps (`Stamps.kept`); without stamps it is read anew."""
    return read(keys) if stamps is None else stamps.kept(groups, kind, keys, read)


def kept(stamps: Stamps | None, groups: tuple[str, ...], kind: Hashable, make: Callable[[], V]) -> V:
    """Return the one thing of its kind that `make` reads."""
    return kept_many(stamps, groups, kind, [""], lambda _: {"": make()})[""]


def _keep(made: Mapping[Hashable, object]) -> None:
    """Keep what was read; when there is too much, of former stamps most likely, all the rest is let go."""
    global _kept  # noqa: PLW0603 - replaced whole, so that a reader never meets it half emptied
    with _lock:
        _kept = {**(_kept if len(_kept) + len(made) <= _LIMIT else {}), **made}


def read_stamps(cursor: CursorWrapper) -> Mapping[str, str]:
    """Return the stamps as they are now: group of tables to its stamp, for who looks whether a group changed."""
    cursor.execute(STAMPS_AS_TEXT)
    return stamps_from(cursor.fetchone()[0], cursor).values
