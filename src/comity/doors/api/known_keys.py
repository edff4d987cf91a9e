"""Keys that opened before, so that a request whose transaction looks for itself need not look first.

What is kept says who a key speaks for and under which stamp of the directory it did. The command's own transaction
reads that stamp again and refuses when it is another (`Actor.known_under`): a key revoked, a post lost or a holder
changed counts from the moment it is committed, as if the key had been read.
"""

import hashlib
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from comity.spine.tenancy.actor import Actor
from comity.standing.directory.selectors import Presented

NEAR_ITS_END: Final = timedelta(minutes=1)
"""So long before a key ends it is read anew every time."""
_MOST: Final = 10_000


@dataclass(frozen=True, slots=True)
class Known:
    """Who a key speaks for and what it may; `until`: when time alone ends it, None for never."""

    actor: Actor
    scopes: frozenset[str]
    read_at: datetime
    until: datetime | None
    tick: float = field(default_factory=time.monotonic)

    def is_near_its_end(self) -> bool:
        """Tell whether the key ends within a minute, by the database's clock and the time that passed since."""
        if self.until is None:
            return False
        return self.read_at + timedelta(seconds=time.monotonic() - self.tick) > self.until - NEAR_ITS_END


class KnownKeys:
    """The keys this process met, by the SHA-256 of the secret; the secret itself is not kept."""

    def __init__(self) -> None:
        self._known: dict[bytes, Known] = {}

    def find(self, token: str) -> Known | None:
        """Return what is known of a key, None when it must be read."""
        known = self._known.get(_name(token))
        return None if known is None or known.is_near_its_end() else known

    def keep(self, token: str, actor: Actor, scopes: frozenset[str], presented: Presented) -> None:
        """Keep what a key that opened speaks for."""
        if len(self._known) >= _MOST:
            self._known.clear()
        self._known[_name(token)] = Known(actor, scopes, presented.now, presented.until)

    def forget(self, token: str) -> None:
        """Let a key be read anew."""
        self._known.pop(_name(token), None)


def _name(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
