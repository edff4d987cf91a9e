"""What falls due under agreements in force: their ends, and what their texts lay down to be done by a date. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from comity.kernel.time import Period
from comity.spine.clocks.calendars import ARIZONA
from comity.spine.clocks.rules import Landing, Term, Unit, due
from comity.standing.agreements.terms import Provision

WARN_DAYS: Final = 90
"""From how many days before its end on an agreement is named unasked."""
_MONTHS: Final = {"first_review_months": "first_review", "meeting_interval_months": "meeting"}


class DueKind(StrEnum):
    """What falls due."""

    END = "end"
    """The period ends: renew it, or let it go."""
    NOTICE_OVER = "notice_over"
    """A party's notice is over: the agreement ends."""
    FIRST_REVIEW = "first_review"
    MEETING = "meeting"


@dataclass(frozen=True, slots=True, order=True)
class Due:
    """Something that falls due under an agreement, at an instant."""

    at: datetime
    agreement: str
    kind: DueKind


def list_due(
    *, agreement: str, period: Period, notice_ends_at: datetime | None, provisions: Iterable[Provision], now: datetime
) -> tuple[Due, ...]:
    """Return what falls due after `now` under an agreement in force, the earliest first.

    Months count from the start of the period, in Arizona's civil days; of what recurs the next is told. Nothing falls
    due after the agreement has ended.
    """
    found = [Due(period.ends_at, agreement, DueKind.END)] if period.ends_at else []
    found += [Due(notice_ends_at, agreement, DueKind.NOTICE_OVER)] if notice_ends_at else []
    for one in provisions:
        if one.term in _MONTHS and isinstance(one.value, int) and one.value > 0:
            kind = DueKind(_MONTHS[one.term])
            found.append(Due(_next(period.starts_at, one.value, kind, now), agreement, kind))
    over = min((one.at for one in found if one.kind in {DueKind.END, DueKind.NOTICE_OVER}), default=None)
    return tuple(sorted(one for one in found if now < one.at and (over is None or one.at <= over)))


def is_near(one: Due, now: datetime) -> bool:
    """Tell whether something falls due soon enough to be named unasked."""
    return one.at - now <= timedelta(days=WARN_DAYS)


def _next(start: datetime, months: int, kind: DueKind, now: datetime) -> datetime:
    count = months
    at = _after(start, count)
    while kind is DueKind.MEETING and at <= now:
        count += months
        at = _after(start, count)
    return at


def _after(start: datetime, months: int) -> datetime:
    return due(start, Term(months, Unit.MONTHS, Landing.AS_IT_FALLS), ARIZONA).at
