"""The states of an agreement, and its standing at an instant, which also follows from its period and a notice."""

from datetime import datetime
from typing import Final

from comity.kernel.states import StateTable
from comity.kernel.time import Period

DRAFT: Final = "draft"
OFFERED: Final = "offered"
IN_FORCE: Final = "in_force"
SUSPENDED: Final = "suspended"
SUPERSEDED: Final = "superseded"
TERMINATED: Final = "terminated"

COMING: Final = "coming"
EXPIRED: Final = "expired"
"""Standings that are no states: put in force for a period that is to come, or that is over."""

AGREEMENT: Final = StateTable(
    name="agreement",
    initial=DRAFT,
    transitions={
        (DRAFT, "offer"): OFFERED,
        (DRAFT, "terminate"): TERMINATED,
        (OFFERED, "offer"): OFFERED,
        (OFFERED, "sign"): OFFERED,
        (OFFERED, "put_in_force"): IN_FORCE,
        (OFFERED, "terminate"): TERMINATED,
        # A new version is offered and signed while the present one stays in force, and replaces it in one step.
        (IN_FORCE, "offer"): IN_FORCE,
        (IN_FORCE, "sign"): IN_FORCE,
        (IN_FORCE, "put_in_force"): IN_FORCE,
        (IN_FORCE, "suspend"): SUSPENDED,
        (IN_FORCE, "supersede"): SUPERSEDED,
        (IN_FORCE, "terminate"): TERMINATED,
        (SUSPENDED, "resume"): IN_FORCE,
        (SUSPENDED, "supersede"): SUPERSEDED,
        (SUSPENDED, "terminate"): TERMINATED,
    },
)


def standing_at(state: str, *, period: Period | None, notice_ends_at: datetime | None, at: datetime) -> str:
    """Return the standing at the instant: the state, unless a notice or the period is over, or the period is to come.

    `period`: of the version in force, None before there is one.
    """
    if state not in {IN_FORCE, SUSPENDED}:
        return state
    if notice_ends_at is not None and notice_ends_at <= at:
        return TERMINATED
    if period is not None and period.ends_at is not None and period.ends_at <= at:
        return EXPIRED
    return COMING if state == IN_FORCE and period is not None and at < period.starts_at else state
