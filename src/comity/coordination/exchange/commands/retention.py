"""Retention: validate with a reason or let it be purged; hold; purge what fell due."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db.backends.utils import CursorWrapper

from comity.coordination.exchange.batch import Act, ActRow, Batch, act_row
from comity.coordination.exchange.commands.answer import NotAwaitingError, give
from comity.coordination.exchange.follow_up import open_for
from comity.coordination.exchange.holders import require_holder
from comity.coordination.exchange.rules import DEFAULT_RETENTION_DAYS
from comity.kernel.digest import sha256
from comity.kernel.ids import new_id
from comity.spine.clocks.change import stop_clocks_of
from comity.spine.clocks.rules import Term, Unit
from comity.spine.keys.ring import KeyRing
from comity.spine.tasks.open import withdraw_tasks_of
from comity.spine.tasks.selectors import get_task, list_tasks
from comity.spine.tasks.vocabulary import Kind
from comity.spine.tenancy.actor import Actor
from comity.spine.tenancy.transaction import acting, node_writes
from comity.spine.vault import holds
from comity.spine.vault.purge import Due, list_due, purge
from comity.spine.vault.retention import extend_retention, list_terms, shorten_retention
from comity.spine.vault.seal import ItemNotVisibleError
from comity.spine.vault.tombstones import TombstoneFile
from comity.standing.directory import selectors as directory

PURGE_BATCH: Final = 500
KEPT: Final = ("record", "payload")
"""The kinds of vault item whose term a validation may extend."""
NOTICE: Final = timedelta(days=30)
LET_GO: Final = "let_go"
"""The verdict that something need not be kept to the end of its term."""
SHORT_REASONS: Final = ("still_under_investigation", "court_proceeding", "validated_by_source", "required_by_statute")
"""The reasons for which a record may be kept another term; each is recorded with reviewer and date (R9)."""


class UnknownReasonError(ValueError):
    """A validation without one of the reasons that count."""


def validate_kept(*, item_id: UUID, reason: str, by: Actor, now: datetime, keys: KeyRing) -> datetime:
    """Keep a lodged record or payload of the acting agency for another term; return until when.

    Never shorter than it was to be kept, and nothing else: facts, drafts and the private part of an ask keep their own
    terms. One durable transaction: the vault item's term, an `exchange_review` row, a ledger entry. Raises
    `UnknownReasonError`, `NobodyInPostError`, and the vault's errors for an item that is not such a one of the agency.
    """
    if reason not in SHORT_REASONS:
        raise UnknownReasonError(f"`{reason}` is no reason to keep a record; use one of: {', '.join(SHORT_REASONS)}")
    until = now + timedelta(days=DEFAULT_RETENTION_DAYS)
    with acting(by) as cursor:
        require_holder(by, now)
        until = extend_retention(cursor, item_id=item_id, kinds=KEPT, retain_until=until)
        withdrawn = withdraw_tasks_of(cursor, [item_id], now=now)
        stop_clocks_of(cursor, subject_ids=withdrawn, kind=Kind.RETENTION.value, now=now)
        batch = Batch(now)
        row = review_row(item_id, by.agency_id, "validated", reason, by, now, retain_until=until)
        batch.acts.append(Act("retention.validated", by, (row,)))
        batch.write(cursor, keys)
    return until


def open_retention_reviews(*, by: Actor, now: datetime, keys: KeyRing) -> int:
    """Ask the records supervisor about lodged records whose term ends within 30 days; return how many were asked.

    `by` acts in the duty of retention. One task an item, with a clock that ends with the term; nobody answering means
    purge (R9). One durable transaction: tasks, clocks.
    """
    with acting(by) as cursor:
        soon = [due for due in list_due(cursor, now=now + NOTICE, limit=PURGE_BATCH) if due.kind == "record"]
        asked = {task.subject_id for task in list_tasks(cursor, [due.item_id for due in soon])}
        fresh = [due for due in soon if due.item_id not in asked and due.retain_until > now]
        holders = directory.list_agencies({due.owner_id for due in fresh})
        batch = Batch(now)
        for due in fresh:
            open_for(
                batch,
                holder=holders[due.owner_id],
                kind=Kind.RETENTION,
                function="records_supervisor",
                subject_id=due.item_id,
                digest=sha256(due.item_id.bytes).hex(),
                term=Term(max(1, (due.retain_until - now).days), Unit.DAYS),
            )
        batch.write(cursor, keys)
    return len(fresh)


def end_keeping(*, task_id: UUID, digest: str, by: Actor, now: datetime, keys: KeyRing) -> None:
    """Let what a retention task is about be purged now instead of at the end of its term.

    The worker's next run purges it, unless it is held: then once every hold is released. One durable transaction: the
    verdict `let_go`, the vault item's term, an `exchange_review` row, a ledger entry. Raises `NotAwaitingError` for a
    task of another kind, `ItemNotVisibleError` for an item that is gone, and the errors of `spine.tasks`.
    """
    with acting(by) as cursor:
        task = get_task(cursor, task_id)
        if task.kind is not Kind.RETENTION:
            raise NotAwaitingError(f"task `{task_id}` asks for `{task.kind}`, not for a review of what is kept")
        batch = Batch(now)
        give(cursor, batch, task, by, verdict=LET_GO, digest=digest)
        if task.subject_id not in list_terms(cursor, item_ids=[task.subject_id]):
            raise ItemNotVisibleError(f"no vault item `{task.subject_id}` of this agency; it may be purged")
        shorten_retention(cursor, item_ids=[task.subject_id], retain_until=now)
        row = review_row(task.subject_id, by.agency_id, LET_GO, "no_longer_needed", by, now, retain_until=now)
        batch.acts.append(Act("retention.ended", by, (row,)))
        batch.write(cursor, keys)


def hold_item(*, item_id: UUID, reason: str, by: Actor, now: datetime, keys: KeyRing) -> UUID:
    """Keep an item from being purged until released; return the hold. The reason is seen by the placing post alone.

    One durable transaction: the hold, an `exchange_review` row without the reason, a ledger entry of the node's own
    that names no item, post or kind: nobody of the agency learns from the ledger that something is held.
    """
    with acting(by) as cursor:
        hold_id = holds.place_hold(cursor, item_id=item_id, by=by, reason=reason, now=now)
        _note(cursor, review_row(item_id, by.agency_id, "held", "not_shown", by, now), by, now, keys)
    return hold_id


def release_item(*, hold_id: UUID, item_id: UUID, by: Actor, now: datetime, keys: KeyRing) -> None:
    """Release a hold of the acting post. One durable transaction: the release, a review row, an entry as of a hold.

    Raises `HoldNotVisibleError`, also when the hold is on another item.
    """
    with acting(by) as cursor:
        if holds.release_hold(cursor, hold_id=hold_id, by=by, now=now) != item_id:
            raise holds.HoldNotVisibleError(f"no open hold `{hold_id}` of this post on `{item_id}`")
        _note(cursor, review_row(item_id, by.agency_id, "released", "not_shown", by, now), by, now, keys)


def _note(cursor: CursorWrapper, row: ActRow, by: Actor, now: datetime, keys: KeyRing) -> None:
    """Record what became of a hold: one act name for all of it, by the node."""
    with node_writes(cursor, by) as node:
        batch = Batch(now)
        batch.acts.append(Act("retention.noted", node, (row,)))
        batch.write(cursor, keys)


def purge_due(*, by: Actor, now: datetime, keys: KeyRing, file: TombstoneFile) -> int:
    """Purge up to 500 items whose term ended and nobody holds; return how many. `by` acts in the duty of retention.

    One durable transaction: salts and payloads are deleted together, tombstones stay, a review row and a ledger entry
    each. The tombstone file is written first, as `spine.vault.tombstones` tells.
    """
    with acting(by) as cursor:
        due = list_due(cursor, now=now, limit=PURGE_BATCH)
        if due:
            _purge(cursor, due, by, now, keys, file)
    return len(due)


def _purge(
    cursor: CursorWrapper, due: Sequence[Due], by: Actor, now: datetime, keys: KeyRing, file: TombstoneFile
) -> None:
    batch = Batch(now)
    batch.acts += _purge_acts(due, by, now)
    batch.write(cursor, keys)
    purge(cursor, item_ids=[item.item_id for item in due], now=now, reason="term_ended", file=file)


def _purge_acts(due: Sequence[Due], by: Actor, now: datetime) -> Iterator[Act]:
    for item in due:
        row = review_row(item.item_id, item.owner_id, "purged", "term_ended", by, now)
        yield Act("retention.purged", by, (row,))


def review_row(
    item_id: UUID,
    holder_id: UUID,
    kind: str,
    reason: str,
    by: Actor,
    now: datetime,
    *,
    retain_until: datetime | None = None,
) -> ActRow:
    """Return a row of what was decided on a kept item."""
    return act_row(
        "exchange_review",
        id=new_id(),
        item_id=item_id,
        holder_id=holder_id,
        kind=kind,
        reason=reason,
        retain_until=retain_until,
        reviewed_by=by.post_id,
        reviewed_at=now,
    )
