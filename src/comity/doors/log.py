"""The log of the doors: an event and keys of an allow-list.

No body, no header, no address of a person, no text of a message.
"""

from typing import Final

import structlog

ALLOWED: Final = frozenset({"code", "error", "line", "method", "module", "prefix", "route", "sqlstate", "status"})
"""`route` is the pattern, never the address asked for; `error` the class of an exception, never its message."""

_log = structlog.get_logger("comity.doors")


class LogKeyError(ValueError):
    """A key that may hold personal data was about to be logged."""


def warn(event: str, **keys: str | int) -> None:
    """Log what went wrong; raises `LogKeyError` for a key outside the allow-list."""
    unknown = keys.keys() - ALLOWED
    if unknown:
        raise LogKeyError(f"the log does not take `{min(unknown)}`")
    _log.warning(event, **keys)
