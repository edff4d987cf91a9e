"""When a message that failed is tried again. Pure."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

Random = Callable[[], float]
"""Returns a number in [0, 1); `random.Random(seed).random` in tests."""

FIRST_DELAY: Final = timedelta(seconds=1)
LONGEST_QUICK_DELAY: Final = timedelta(minutes=5)
QUICK_TRIES: Final = 7
SLOW_DELAY: Final = timedelta(hours=1)
LIFETIME: Final = timedelta(days=7)
"""How long a message is tried when its sender names no end."""


def delay_after(attempts: int) -> timedelta:
    """Return the wait after the `attempts`-th failure: 1 s, doubled up to five minutes; hourly from the seventh on."""
    if attempts < 1:
        raise ValueError(f"a failure is at least the first attempt, not `{attempts}`")
    if attempts >= QUICK_TRIES:
        return SLOW_DELAY
    return min(LONGEST_QUICK_DELAY, FIRST_DELAY * (1 << (attempts - 1)))


def next_attempt(*, attempts: int, now: datetime, expires_at: datetime, random: Random) -> datetime | None:
    """Return when to try again, a quarter sooner or later by chance; None when the message expires before that."""
    at = now + delay_after(attempts) * (0.75 + random() / 2)
    return at if at < expires_at else None
