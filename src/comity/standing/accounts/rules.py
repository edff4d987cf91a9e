"""When an account is locked, what a name and an invitation are. Pure."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

FAILURES: Final = 5
WITHIN: Final = timedelta(minutes=15)
"""Five failures in a quarter of an hour lock an account until somebody unlocks it (CJIS Security Policy AC-7)."""
INVITED_FOR: Final = timedelta(days=3)
SOURCE_KEPT_FOR: Final = timedelta(days=366)
"""How long it is kept from where somebody signed in (CJIS Security Policy AU-11: a year at the least)."""

_NAME: Final = re.compile(r"[a-z][a-z0-9]*(?:[._-][a-z0-9]+)*")
_LONGEST: Final = 64


def counting(failed_at: Sequence[datetime], now: datetime) -> list[datetime]:
    """Return the failures and attempts that count at `now`: those of the last quarter of an hour, at most five."""
    return [at for at in failed_at if now - at < WITHIN][-FAILURES:]


def may_try(failed_at: Sequence[datetime], now: datetime) -> bool:
    """Tell whether another attempt may begin at `now`: with it no more than five count."""
    return len(counting(failed_at, now)) < FAILURES


def locks(failed_at: Sequence[datetime], now: datetime) -> bool:
    """Tell whether failures lock an account at `now`."""
    return len(counting(failed_at, now)) >= FAILURES


def is_name(text: str) -> bool:
    """Tell whether a text can be the name of an account: small letters, digits, `.`, `_`, `-`; a letter first."""
    return len(text) <= _LONGEST and _NAME.fullmatch(text) is not None
