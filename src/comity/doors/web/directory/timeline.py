"""How a post was held over the last years, as stretches of a bar: held, acting, vacant. Never by whom. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from comity.standing.directory.facts import HeldFacts
from comity.standing.directory.vocabulary import HoldingKind

YEARS: Final = 5
"""How many calendar years are shown, this one with them."""
LENGTH: Final = 1000
"""How long the bar is, in the units of its drawing."""
VACANT: Final = "vacant"
WORDS: Final[dict[str, Promise]] = {
    HoldingKind.HOLDER.value: _("held"),
    HoldingKind.ACTING.value: _("acting"),
    VACANT: _("vacant"),
}


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time in which a post was `holder`, `acting` or `vacant`; `ends_at` None: until now and on.

    `starts_at` is the true beginning, also where it lies before the bar; `left` and `width` are on the bar.
    """

    kind: str
    starts_at: datetime
    ends_at: datetime | None
    left: int
    width: int

    @property
    def words(self) -> Promise:
        """What it is called."""
        return WORDS[self.kind]


def years_of(now: datetime) -> tuple[int, ...]:
    """Return the years of the bar, the earliest first."""
    last = timezone.localtime(now).year
    return tuple(range(last - YEARS + 1, last + 1))


def list_spans(held: Sequence[HeldFacts], now: datetime) -> tuple[Span, ...]:
    """Return the stretches from the first holding on that reach into the bar, the earliest first.

    What was before anybody held it is not known: a post may be younger than the bar. `held` is in order of time.
    """
    found: list[Span] = []
    until: datetime | None = None
    for one in held:
        if until is not None and until < one.starts_at:
            found += _span(VACANT, until, one.starts_at, now)
        found += _span(one.kind.value, one.starts_at, one.ends_at, now)
        until = one.ends_at
    if until is not None and until < now:
        found += _span(VACANT, until, None, now)
    return tuple(found)


def _span(kind: str, starts_at: datetime, ends_at: datetime | None, now: datetime) -> list[Span]:
    years = years_of(now)
    zone = timezone.get_current_timezone()
    first, last = datetime(years[0], 1, 1, tzinfo=zone), datetime(years[-1] + 1, 1, 1, tzinfo=zone)
    end = min(ends_at or now, now)
    if end <= first:
        return []

    def place(at: datetime) -> int:
        return round((at - first) / (last - first) * LENGTH)

    left = place(max(starts_at, first))
    return [Span(kind, starts_at, ends_at if ends_at and ends_at <= now else None, left, max(2, place(end) - left))]
