"""Who holds a post: assigning, ending, handing over. The database refuses two holders at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import IntegrityError
from django.db.backends.utils import CursorWrapper

from comity.kernel.time import Period
from comity.spine.tenancy.actor import Actor
from comity.spine.tenancy.transaction import acting
from comity.standing.directory.commands.record import Change, record_changes, require_own
from comity.standing.directory.commands.register import DirectoryConflictError, broken_rule, tstzrange
from comity.standing.directory.models import Holding
from comity.standing.directory.selectors import get_post, list_posts
from comity.standing.directory.vocabulary import HoldingKind

_ONE_AT_A_TIME: Final = "directory_holding_one_at_a_time"


class PostHeldError(ValueError):
    """Somebody holds the post, as holder or acting, during part of the period."""


class NotHeldError(LookupError):
    """Nobody holds the post at the instant at which a holding should end."""


@dataclass(frozen=True, slots=True)
class Assignment:
    """That an officer holds a post of the same agency during `period`; an acting holder covers a gap."""

    post_id: UUID
    officer_id: UUID
    period: Period
    kind: HoldingKind = HoldingKind.HOLDER


def assign_holders(*, by: Actor, now: datetime, assignments: Sequence[Assignment]) -> list[UUID]:
    """Assign posts; returns the ids of the holdings. Writes `holding.assigned` each, in one transaction: all or none.

    Raises `PostHeldError` on an overlap, `DirectoryConflictError` for an unknown post or an officer of another agency,
    `NotYourAgencyError`.
    """
    with acting(by) as cursor:
        return _assign(cursor, by=by, now=now, assignments=assignments)


def end_holding(*, by: Actor, now: datetime, post_id: UUID, ends_at: datetime) -> UUID:
    """End the holding in force just before `ends_at`; returns its id. Writes `holding.ended`.

    Raises `NotHeldError` when nobody holds the post then, `NotYourAgencyError`.
    """
    with acting(by) as cursor:
        return _end(cursor, by=by, now=now, post_id=post_id, ends_at=ends_at)


def hand_over_post(
    *, by: Actor, now: datetime, post_id: UUID, officer_id: UUID, at: datetime, kind: HoldingKind = HoldingKind.HOLDER
) -> UUID:
    """End the present holding at `at` and begin the next at the same instant, in one transaction: no gap, no overlap.

    Writes `holding.ended` and `holding.assigned`; returns the id of the new holding. Raises as the two would.
    """
    with acting(by) as cursor:
        _end(cursor, by=by, now=now, post_id=post_id, ends_at=at)
        assignment = Assignment(post_id, officer_id, Period(at), kind)
        return _assign(cursor, by=by, now=now, assignments=[assignment])[0]


def _assign(cursor: CursorWrapper, *, by: Actor, now: datetime, assignments: Sequence[Assignment]) -> list[UUID]:
    posts = list_posts({assignment.post_id for assignment in assignments})
    unknown = [assignment.post_id for assignment in assignments if assignment.post_id not in posts]
    if unknown:
        raise DirectoryConflictError(f"no post `{unknown[0]}` in the directory")
    require_own(by, (post.agency_id for post in posts.values()))
    rows = [
        Holding(
            agency_id=posts[new.post_id].agency_id,
            post_id=new.post_id,
            officer_id=new.officer_id,
            kind=HoldingKind(new.kind).value,
            period=tstzrange(new.period),
        )
        for new in assignments
    ]
    changes = [
        Change(
            "holding.assigned",
            row.agency_id,
            row.id,
            {
                "post": row.post_id,
                "officer": row.officer_id,
                "kind": row.kind,
                "starts_at": new.period.starts_at,
                "ends_at": new.period.ends_at,
            },
        )
        for row, new in zip(rows, assignments, strict=True)
    ]
    try:
        Holding.objects.bulk_create(rows)
    except IntegrityError as error:
        if broken_rule(error) == _ONE_AT_A_TIME:
            raise PostHeldError("the post is held during part of the period; end that holding first") from error
        raise DirectoryConflictError(f"the directory refuses: rule `{broken_rule(error)}`") from error
    record_changes(cursor, by=by, now=now, changes=changes)
    return [row.id for row in rows]


def _end(cursor: CursorWrapper, *, by: Actor, now: datetime, post_id: UUID, ends_at: datetime) -> UUID:
    post = get_post(post_id)
    require_own(by, [post.agency_id])
    cursor.execute(
        "UPDATE directory_holding SET period = tstzrange(lower(period), %s)"
        " WHERE post_id = %s AND lower(period) < %s AND (upper_inf(period) OR upper(period) > %s) RETURNING id",
        (ends_at, post_id, ends_at, ends_at),
    )
    found = cursor.fetchone()
    if found is None:
        raise NotHeldError(f"nobody holds post `{post_id}` at `{ends_at.isoformat()}` with time left to end")
    holding_id: UUID = found[0]
    change = Change("holding.ended", post.agency_id, holding_id, {"post": post_id, "ends_at": ends_at})
    record_changes(cursor, by=by, now=now, changes=[change])
    return holding_id
