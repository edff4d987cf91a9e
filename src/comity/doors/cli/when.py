"""Times as a person writes them."""

from datetime import UTC, datetime

from comity.doors.cli.mistakes import MistakeError
from comity.kernel.time import EmptyPeriodError, Period


def parse_moment(text: str, field: str) -> datetime:
    """Return an instant; a day alone is its first instant in UTC. Raises `MistakeError`."""
    try:
        found = datetime.fromisoformat(text)
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        remedy = "write a day, `2026-07-01`, or an instant, `2026-07-01T07:00:00Z`"
        raise MistakeError(field, f"`{text}` is not a time", remedy) from None


def parse_period(since: str, until: str) -> Period:
    """Return the period between two times, `--from` and `--to`. Raises `MistakeError`."""
    try:
        return Period(parse_moment(since, "--from"), parse_moment(until, "--to"))
    except EmptyPeriodError:
        raise MistakeError(
            "--to", f"`{until}` is not after `{since}`", "name a later day: it is the first not taken"
        ) from None
