"""Time as the domain sees it: an injected clock and half-open periods."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

Clock = Callable[[], datetime]
"""Returns an aware instant; read once per command."""


class NaiveTimeError(ValueError):
    """A datetime without a zone reached the domain."""


class EmptyPeriodError(ValueError):
    """A period ends at or before its start."""


def aware(moment: datetime) -> datetime:
    """Return `moment` in UTC; raise `NaiveTimeError` when it carries no zone."""
    if moment.tzinfo is None:
        raise NaiveTimeError(f"a time without a zone: `{moment.isoformat()}`")
    return moment.astimezone(UTC)


@lru_cache(maxsize=1024)  # a chunk writes the same instant into every row
def utc_text(moment: datetime) -> str:
    """Return the instant as `2026-11-22T01:02:03.000004Z`, always with six decimals: one text per instant."""
    return aware(moment).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


@dataclass(frozen=True, slots=True)
class Period:
    """A half-open period `[starts_at, ends_at)`; `ends_at` None means without end."""

    starts_at: datetime
    ends_at: datetime | None = None

    def __post_init__(self) -> None:
        aware(self.starts_at)
        if self.ends_at is not None and aware(self.ends_at) <= self.starts_at:
            raise EmptyPeriodError(f"a period ends before it starts: `{self.starts_at}` to `{self.ends_at}`")

    def contains(self, moment: datetime) -> bool:
        """Tell whether the instant lies in the period; the end does not."""
        return self.starts_at <= moment and (self.ends_at is None or moment < self.ends_at)

    def covers(self, other: "Period") -> bool:
        """Tell whether every instant of `other` lies in this period."""
        if other.starts_at < self.starts_at:
            return False
        return self.ends_at is None or (other.ends_at is not None and other.ends_at <= self.ends_at)

    def overlaps(self, other: "Period") -> bool:
        """Tell whether the two share an instant."""
        return (self.ends_at is None or other.starts_at < self.ends_at) and (
            other.ends_at is None or self.starts_at < other.ends_at
        )
