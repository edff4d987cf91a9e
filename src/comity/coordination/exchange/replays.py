"""Reads of replays that were made: what somebody was shown of a version before it is signed.

Nothing here opens a transaction: the caller's is used, and row-level security applies.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

import msgspec

from comity.coordination.exchange.models import Reading
from comity.coordination.exchange.replayed import Line

KIND: Final = "replay"
"""Of the row of `exchange_reading` that says a replay was made."""


@dataclass(frozen=True, slots=True)
class ReplayRead:
    """What a replay of a version came to, as it was recorded; `lines` are the first of `lines_found` differences."""

    at: datetime
    post_id: UUID
    since: datetime
    until: datetime
    as_of: date
    found: int
    same: int
    different: int
    undetermined: int
    not_bearing: int
    unreadable: int
    lines_found: int
    list_digest: str
    lines: tuple[Line, ...]


class _Scope(msgspec.Struct, frozen=True):
    """The scope of the row, as far as it is shown; other members are left aside."""

    since: datetime = msgspec.field(name="from")
    until: datetime = msgspec.field(name="to")
    as_of: date
    found: int
    same: int
    different: int
    undetermined: int
    not_bearing: int
    unreadable: int
    lines_found: int
    list_digest: str
    lines: tuple[Line, ...]


def find_replay(*, version: str, agency_id: UUID, since: datetime) -> ReplayRead | None:
    """Return the last replay of the version (its digest) that a post of the agency made since then; None without one.

    One recorded by an earlier release, which kept counts alone, is none.
    """
    rows = Reading.objects.filter(
        kind=KIND, agency_id=agency_id, read_at__gte=since, scope__digest=version, scope__has_key="lines"
    )
    row = rows.order_by("-read_at", "-id").first()
    if row is None:
        return None
    kept = msgspec.convert(row.scope, _Scope)
    values = {name: getattr(kept, name) for name in _Scope.__struct_fields__}
    return ReplayRead(at=row.read_at, post_id=row.post_id, **values)
