"""Keep what was permitted, nothing else. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from comity.kernel.digest import element_digests, element_root, new_salt


@dataclass(frozen=True, slots=True)
class Minimized:
    """What leaves: the values, a salt and salted digest per element, and the root over the digests (hex).

    Values and salts live in the vault and are purged together; `digests` and `root` stay and then say nothing.
    """

    values: Mapping[str, str]
    salts: Mapping[str, bytes]
    digests: Mapping[str, str]
    root: str


def minimize(*, record: Mapping[str, str], permitted: Collection[str]) -> Minimized:
    """Return the permitted elements of the record; an element the record lacks is left out without a trace."""
    values = {name: record[name] for name in sorted(permitted) if name in record}
    salts = {name: new_salt() for name in values}
    digests = element_digests(salts, values)
    return Minimized(values, salts, digests, element_root(digests))
