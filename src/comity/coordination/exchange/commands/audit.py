"""The auditor's workbench: a seeded random sample of decisions, decided again, as a workpaper anyone can reproduce."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.backends.utils import CursorWrapper

from comity.coordination.exchange.batch import Act, Batch, act_row
from comity.coordination.exchange.sampling import NotAuditorError, audited, draw, replayed, require_auditor
from comity.kernel.canonical import Json, plain
from comity.kernel.ids import new_id
from comity.kernel.time import Period, utc_text
from comity.spine.keys.ring import KeyRing
from comity.spine.tenancy.actor import Actor, Duty
from comity.spine.tenancy.transaction import acting

SCHEMA: Final = "comity/workpaper/1"
LARGEST: Final = 1_000


@dataclass(frozen=True, slots=True)
class Workpaper:
    """A sample with its replays. `body` is the same for everybody who draws it; `entry_ids` are to be proven."""

    body: Json
    entry_ids: tuple[UUID, ...]


def draw_sample(*, seed: str, period: Period, size: int, by: Actor, now: datetime, keys: KeyRing) -> Workpaper:
    """Draw `size` decisions of the period at random by `seed`, replay each under its recorded rules.

    An agency's auditor draws from what its agency decided as holder: what another holder decided, be it on an ask of
    the auditor's agency, is not for it. The auditor of a body with the power `oversight`, and the node, draw from all.

    One durable transaction: an `exchange_reading` row and a ledger entry say that it was drawn; nothing else is
    written. The workpaper names population, sample and every difference; an altered or purged fact is named, not
    skipped. Raises `NotAuditorError`, `ValueError` for a size that is none.
    """
    if by.duty is not Duty.AUDITOR:
        raise NotAuditorError("a sample is drawn by an auditor; act with an auditor's post")
    if not 0 < size <= LARGEST:
        raise ValueError(f"a sample of {size}; draw 1 to {LARGEST}")
    with acting(by) as cursor:
        require_auditor(by)
        ends_at = period.ends_at or now
        with audited(cursor, by):
            population, rows = draw(cursor, seed=seed, starts_at=period.starts_at, ends_at=ends_at, size=size)
            items = [replayed(cursor, row, keys) for row in rows]
        scope = {"from": utc_text(period.starts_at), "seed": seed, "size": size, "to": utc_text(ends_at)}
        _record(cursor, scope, by, now, keys)
    body = plain({**scope, "items": items, "population": population, "schema": SCHEMA})
    return Workpaper(body, tuple(row[10] for row in rows))


def _record(cursor: CursorWrapper, scope: dict[str, object], by: Actor, now: datetime, keys: KeyRing) -> None:
    batch = Batch(now)
    row = act_row(
        "exchange_reading",
        id=new_id(),
        agency_id=by.agency_id,
        post_id=by.post_id,
        kind="sample_drawn",
        task_id=None,
        scope=plain(scope),
        read_at=now,
    )
    batch.acts.append(Act("audit.sample_drawn", by, (row,)))
    batch.write(cursor, keys)
