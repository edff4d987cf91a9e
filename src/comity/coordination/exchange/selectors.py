"""Reads of the exchange. Each takes the cursor of a `reading` or `acting` transaction and sees what its actor may."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.backends.utils import CursorWrapper

from comity.coordination.exchange.ask import Answered
from comity.coordination.exchange.reload import AskNotVisibleError
from comity.coordination.exchange.rules import functions_of
from comity.kernel.canonical import Json
from comity.spine.tasks import selectors as tasks
from comity.spine.tasks.selectors import TaskView
from comity.spine.tasks.verdict import TaskNotVisibleError
from comity.spine.tasks.vocabulary import Kind
from comity.spine.tenancy.transaction import decoded
from comity.standing.directory.facts import PostFacts

_COUNTS: Final = """
FROM exchange_ask a
JOIN LATERAL (SELECT status, classes, visible_at FROM exchange_answer w WHERE w.ask_id = a.id
              ORDER BY w.number DESC LIMIT 1) w ON true
"""
_ANSWERED: Final = "SELECT a.id, a.ask_key, w.status, w.classes, w.visible_at"
_LATEST: Final = f"{_ANSWERED} {_COUNTS}"
VIEWED: Final = f"{_ANSWERED}, a.asker_id, a.holder_id, a.purpose, a.category, a.elements, a.path, a.asked_at {_COUNTS}"
"""What `viewed` makes an ask of; a condition on `a`, the ask, follows."""


def get_answers_by_key(cursor: CursorWrapper, asker_id: UUID, ask_keys: Collection[str]) -> dict[str, Answered]:
    """Return what counts now for the asks made under these keys, marked as repeated."""
    cursor.execute(f"{_LATEST} WHERE a.asker_id = %s AND a.ask_key = ANY(%s)", (asker_id, list(ask_keys)))
    return {row[1]: _answered(row) for row in cursor.fetchall()}


def get_answer(cursor: CursorWrapper, ask_id: UUID) -> Answered | None:
    """Return what counts now of an ask that this session may see."""
    cursor.execute(f"{_LATEST} WHERE a.id = %s", (ask_id,))
    row = cursor.fetchone()
    return _answered(row) if row else None


@dataclass(frozen=True, slots=True)
class AskView:
    """An ask as both parties may read it: what was asked, without its private part, and what counts of it now.

    `path`: `live`, or `outside` for what the holder told by radio or telephone and recorded afterwards.
    """

    answered: Answered
    asker_id: UUID
    holder_id: UUID
    purpose: str
    category: str
    elements: tuple[str, ...]
    path: str
    asked_at: datetime


def list_asks(cursor: CursorWrapper, asker_id: UUID, *, path: str, before: UUID | None, limit: int) -> list[AskView]:
    """Return the asks an agency made on `path`, newest first, those older than the ask `before`."""
    cursor.execute(
        f"{VIEWED} WHERE a.asker_id = %(asker)s AND a.path = %(path)s"
        " AND (%(before)s::uuid IS NULL OR a.id < %(before)s) ORDER BY a.id DESC LIMIT %(limit)s",
        {"asker": asker_id, "path": path, "before": before, "limit": limit},
    )
    return [viewed(row) for row in cursor.fetchall()]


def get_ask_view(cursor: CursorWrapper, ask_id: UUID) -> AskView:
    """Return one ask; raises `AskNotVisibleError`."""
    cursor.execute(f"{VIEWED} WHERE a.id = %s", (ask_id,))
    row = cursor.fetchone()
    if row is None:
        raise AskNotVisibleError(f"no ask `{ask_id}` for this session")
    return viewed(row)


def list_entries(cursor: CursorWrapper, ask_id: UUID) -> list[UUID]:
    """Return the ledger entries that answered an ask this session may see, oldest first."""
    cursor.execute("SELECT entry_id FROM exchange_answer WHERE ask_id = %s ORDER BY number", (ask_id,))
    return [row[0] for row in cursor.fetchall()]


def find_ask_of_entry(cursor: CursorWrapper, entry_id: UUID) -> UUID | None:
    """Return the ask that a ledger entry tells of, None where it tells of none or of none this session may see."""
    told = ("exchange_answer", "exchange_decision", "exchange_disclosure", "exchange_delivery")
    of_ask = " UNION ALL ".join(f"SELECT ask_id FROM {table} WHERE entry_id = %(entry)s" for table in told)
    cursor.execute(f"SELECT id FROM exchange_ask WHERE entry_id = %(entry)s UNION ALL {of_ask}", {"entry": entry_id})
    row = cursor.fetchone()
    return None if row is None else UUID(str(row[0]))


def has_records(cursor: CursorWrapper, holder_id: UUID) -> bool:
    """Tell whether an agency has lodged a record that this session may see."""
    cursor.execute("SELECT EXISTS (SELECT FROM exchange_record WHERE holder_id = %s)", (holder_id,))
    return bool(cursor.fetchone()[0])


def _answered(row: tuple[object, ...]) -> Answered:
    ask_id, key, status, classes, visible_at = row
    return Answered(ask_id, key, status, decoded(classes), visible_at, repeated=True)  # type: ignore[arg-type]


def viewed(row: tuple[Any, ...]) -> AskView:
    """Return an ask of a row that `VIEWED` read."""
    asker_id, holder_id, purpose, category, elements, path, asked_at = row[5:]
    return AskView(_answered(row[:5]), asker_id, holder_id, purpose, category, tuple(elements), path, asked_at)


@dataclass(frozen=True, slots=True)
class DeliveryView:
    """A disclosure on its way to, or received by, this agency."""

    disclosure_id: UUID
    ask_id: UUID
    holder_id: UUID
    event: str
    happened_at: datetime


def list_deliveries(
    cursor: CursorWrapper, recipient_id: UUID, *, before: UUID | None, limit: int
) -> list[DeliveryView]:
    """Return the latest event of each disclosure to this agency, newest first, those older than `before`."""
    cursor.execute(
        "SELECT DISTINCT ON (disclosure_id) disclosure_id, ask_id, holder_id, event, happened_at"
        " FROM exchange_delivery WHERE recipient_id = %(recipient)s"
        " AND (%(before)s::uuid IS NULL OR disclosure_id < %(before)s)"
        " ORDER BY disclosure_id DESC, happened_at DESC LIMIT %(limit)s",
        {"recipient": recipient_id, "before": before, "limit": limit},
    )
    return [DeliveryView(*row) for row in cursor.fetchall()]


@dataclass(frozen=True, slots=True)
class ShadowView:
    """What would have happened to a past request; `classes` maps each sensitivity class to its outcome."""

    decision_id: UUID
    asker_id: UUID
    purpose: str
    category: str
    headline: str
    classes: Json
    decided_at: datetime


def list_shadow_decisions(
    cursor: CursorWrapper, holder_id: UUID, *, before: UUID | None, limit: int
) -> list[ShadowView]:
    """Return what would have happened to past requests at this holder, newest first, those older than `before`.

    For the holder only. No reference, no value and no key of the asker's: a key may hold a record's number.
    """
    cursor.execute(
        "SELECT d.id, d.asker_id, a.purpose, a.category, d.headline, d.outcomes, d.decided_at"
        " FROM exchange_decision d JOIN exchange_ask a ON a.id = d.ask_id"
        " WHERE d.stage = 'shadow' AND d.holder_id = %(holder)s AND (%(before)s::uuid IS NULL OR d.id < %(before)s)"
        " ORDER BY d.id DESC LIMIT %(limit)s",
        {"holder": holder_id, "before": before, "limit": limit},
    )
    return [
        ShadowView(decision_id, asker_id, purpose, category, headline, decoded(classes), decided_at)
        for decision_id, asker_id, purpose, category, headline, classes, decided_at in cursor.fetchall()
    ]


def list_waiting_of(
    cursor: CursorWrapper, *, post: PostFacts, kinds: Collection[Kind], now: datetime, limit: int
) -> list[TaskView]:
    """Return the open tasks of some kinds that a post may decide, the first due first."""
    return tasks.list_open(
        cursor,
        agency_id=post.agency_id,
        posts=[post.id],
        functions=functions_of(post.function.value),
        kinds=kinds,
        now=now,
        limit=limit,
    )


def get_task_of(
    cursor: CursorWrapper, task_id: UUID, *, post: PostFacts, kinds: Collection[Kind], now: datetime
) -> TaskView:
    """Return a task of one of `kinds` that a post may decide, or has decided; raises `TaskNotVisibleError`."""
    task = tasks.get_own_task(
        cursor,
        task_id,
        agency_id=post.agency_id,
        posts=[post.id],
        functions=functions_of(post.function.value),
        now=now,
    )
    if task.kind not in kinds:
        raise TaskNotVisibleError(f"no task `{task_id}` of that kind for this post")
    return task


def get_kept_item(cursor: CursorWrapper, kept_id: UUID) -> UUID:
    """Return the vault item of what was lodged or disclosed under this id; an item's own id stays as it is."""
    cursor.execute(
        "SELECT payload_item FROM exchange_record WHERE id = %(id)s UNION ALL"
        " SELECT payload_item FROM exchange_disclosure WHERE id = %(id)s AND payload_item IS NOT NULL",
        {"id": kept_id},
    )
    row = cursor.fetchone()
    return kept_id if row is None else UUID(str(row[0]))


def count_by_status(cursor: CursorWrapper) -> Sequence[tuple[str, int]]:
    """Return how many of the visible asks stand at each status."""
    cursor.execute(f"SELECT status, count(*) FROM ({_LATEST}) t GROUP BY 1 ORDER BY 2 DESC")
    return [(row[0], row[1]) for row in cursor.fetchall()]
