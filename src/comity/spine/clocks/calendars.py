"""Business calendars of the states: time zone and the days their offices are closed. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from types import MappingProxyType
from typing import Final
from zoneinfo import ZoneInfo

import holidays

_SATURDAY: Final = 5


class UnknownCalendarError(LookupError):
    """No business calendar has this name."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """The civil days of one state. `code` is `az` or `ut`; days run from local midnight to local midnight."""

    code: str
    zone: str

    def day_of(self, moment: datetime) -> date:
        """Return the civil day in which the instant lies."""
        return moment.astimezone(ZoneInfo(self.zone)).date()

    def start_of(self, day: date) -> datetime:
        """Return the instant, in UTC, at which the civil day begins; a day has 23, 24 or 25 hours."""
        return datetime.combine(day, time(), ZoneInfo(self.zone)).astimezone(UTC)

    def closed(self, day: date) -> str | None:
        """Return why offices are closed that day: `weekend`, the name of the holiday, or None when they are open."""
        if is_weekend(day):
            return "weekend"
        return _state_holidays(self.code, day.year).get(day)

    def next_open(self, day: date) -> date:
        """Return `day` itself when offices are open, else the next day they are."""
        while self.closed(day) is not None:
            day += timedelta(days=1)
        return day


def is_weekend(day: date) -> bool:
    """Tell whether the day is a Saturday or a Sunday."""
    return day.weekday() >= _SATURDAY


@cache
def _state_holidays(code: str, year: int) -> Mapping[date, str]:
    # The year after holds New Year's Day, whose observance may fall on 31 December of this one.
    found = holidays.country_holidays("US", subdiv=code.upper(), years=[year, year + 1], expand=False)
    return MappingProxyType({day: name for day, name in found.items() if day.year == year})


ARIZONA: Final = Calendar("az", "America/Phoenix")
UTAH: Final = Calendar("ut", "America/Denver")
_CALENDARS: Final = {calendar.code: calendar for calendar in (ARIZONA, UTAH)}


def get_calendar(code: str) -> Calendar:
    """Return the business calendar of a state by its two small letters; raises `UnknownCalendarError`."""
    try:
        return _CALENDARS[code]
    except KeyError:
        known = ", ".join(f"`{each}`" for each in sorted(_CALENDARS))
        raise UnknownCalendarError(f"no business calendar `{code}`; known: {known}") from None
