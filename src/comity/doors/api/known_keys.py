"""Keys that opened before, so that a request whose transaction looks for itself need not look first.

What is kept says who a key speaks for and under which stamps that was found. The command's own transaction reads the
stamps again and refuses an actor known under others (`Actor.known_under`): a key revoked, a post lost or a holder
changed counts from the moment it is committed, as if the key had been read.
"""

import hashlib
from dataclasses import dataclass
from typing import Final

from comity.spine.tenancy.actor import Actor

_MOST: Final = 10_000


@dataclass(frozen=True, slots=True)
class Known:
    """Who a key speaks for, under what that is known and how long, and what the key may."""

    actor: Actor
    scopes: frozenset[str]


class KnownKeys:
    """The keys this process met, by the SHA-256 of the secret; the secret itself is not kept."""

    def __init__(self) -> None:
        self._known: dict[bytes, Known] = {}

    def find(self, token: str) -> Known | None:
        """Return what is known of a key, None when it must be read."""
        return self._known.get(_name(token))

    def keep(self, token: str, known: Known) -> None:
        """Keep what a key that opened speaks for."""
        if len(self._known) >= _MOST:
            self._known.clear()
        self._known[_name(token)] = known

    def forget(self, token: str) -> None:
        """Let a key be read anew."""
        self._known.pop(_name(token), None)


def _name(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
