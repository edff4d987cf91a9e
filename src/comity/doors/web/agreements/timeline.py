"""Points in time on a line that a browser draws without a style of its own: places in hundredths of its width."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.utils.functional import Promise

_MARGIN: Final = 3.0
"""Left and right of the line, in hundredths."""
_CLOSE: Final = 6.0
"""Points nearer than this stand one above the other."""
_TOP: Final = 24
_LANE: Final = 30


@dataclass(frozen=True, slots=True)
class Moment:
    """Something on the line. `is_now`: the moment itself, which is no row of the table."""

    at: datetime
    what: str | Promise
    is_now: bool = False


@dataclass(frozen=True, slots=True)
class Point:
    """A moment with its number and its place, as an attribute of SVG says it."""

    number: int
    at: datetime
    what: str | Promise
    is_now: bool
    is_past: bool
    x: str
    y: int

    @property
    def label_y(self) -> int:
        """Where the base of its number stands."""
        return self.y + 5


@dataclass(frozen=True, slots=True)
class Timeline:
    """The line: its points in order, how high the drawing is."""

    points: Sequence[Point]
    height: int

    @property
    def rows(self) -> Sequence[Point]:
        """The points that are rows of the table."""
        return [one for one in self.points if not one.is_now]


def timeline_of(moments: Iterable[Moment], *, now: datetime) -> Timeline:
    """Return the moments, the earliest first, spread over the line by when they are; those close stand in lanes."""
    ordered = sorted(moments, key=lambda one: (one.at, one.is_now))
    if not ordered:
        return Timeline((), 0)
    first, span = ordered[0].at, max((ordered[-1].at - ordered[0].at).total_seconds(), 1.0)
    points: list[Point] = []
    ends: list[float] = []
    number = 0
    for one in ordered:
        place = _MARGIN + (100 - 2 * _MARGIN) * (one.at - first).total_seconds() / span
        lane = next((at for at, end in enumerate(ends) if place - end >= _CLOSE), len(ends))
        ends[lane : lane + 1] = [place]
        number += not one.is_now
        y = _TOP + _LANE * lane
        points.append(Point(number, one.at, one.what, one.is_now, one.at <= now, f"{place:.1f}%", y))
    return Timeline(points, _TOP * 2 + _LANE * (len(ends) - 1))
