"""The accounting of disclosures: opened from a task only, never browsed."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.backends.utils import CursorWrapper

from comity.coordination.exchange.batch import Act, ActRow, Batch, act_row
from comity.coordination.exchange.follow_up import open_for
from comity.coordination.exchange.holders import require_holder
from comity.kernel.canonical import plain
from comity.kernel.digest import sha256
from comity.kernel.ids import new_id
from comity.spine.keys.ring import KeyRing
from comity.spine.tasks.selectors import TaskView, get_task
from comity.spine.tasks.states import OPEN
from comity.spine.tasks.vocabulary import Kind
from comity.spine.tenancy.actor import Actor
from comity.spine.tenancy.transaction import acting
from comity.standing.directory import selectors as directory
from comity.standing.directory.vocabulary import PostFunction

OPENING: Final = frozenset({Kind.REDRESS, Kind.CORRECTION, Kind.RETENTION})


class NoAccountingTaskError(PermissionError):
    """The task is not one an accounting opens from, or is closed."""


class NotPrivacyOfficerError(PermissionError):
    """An accounting is opened by an agency's privacy officer and by nobody else."""


@dataclass(frozen=True, slots=True)
class AccountingRow:
    """One disclosure as 5 U.S.C. 552a(c)(1) wants it: date, nature, purpose, recipient with name and address."""

    disclosure_id: UUID
    disclosed_at: datetime
    nature: tuple[str, ...]
    purpose: str
    category: str
    recipient_name: str
    recipient_address: str
    path: str


_ROWS: Final = """
SELECT id, disclosed_at, nature, purpose, category, recipient_name, recipient_address, path
FROM exchange_disclosure WHERE holder_id = %s AND subject_handle = %s ORDER BY disclosed_at, id
"""

_OF_RECORD: Final = "SELECT subject_handle FROM exchange_record WHERE holder_id = %s AND payload_item = %s"


def request_accounting(*, subject_handle: UUID, by: Actor, now: datetime, keys: KeyRing) -> UUID:
    """Open the task from which the agency's privacy officer may open one subject's accounting; return the task.

    One durable transaction: the task with its clock, a ledger entry. The handle comes from the request of the person
    concerned, with the holder's own file; nothing here finds one.
    """
    with acting(by) as cursor:
        batch = Batch(now)
        holder = directory.get_agency(by.agency_id)
        task_id = open_for(
            batch,
            holder=holder,
            kind=Kind.REDRESS,
            function=PostFunction.PRIVACY_OFFICER.value,
            subject_id=subject_handle,
            digest=sha256(subject_handle.bytes).hex(),
        )
        row = reading_row(by, "accounting_requested", task_id, now, {})
        batch.acts.append(Act("accounting.requested", by, (row,)))
        batch.write(cursor, keys)
    return task_id


def open_accounting(*, task_id: UUID, by: Actor, now: datetime, keys: KeyRing) -> tuple[AccountingRow, ...]:
    """Return the disclosures about the task's subject by the acting agency, oldest first; having read is recorded.

    The privacy officer opens it, from a redress, correction or retention task of the agency.

    One durable transaction: an `exchange_reading` row and a ledger entry, before anything is returned. Raises
    `NotPrivacyOfficerError`, `NobodyInPostError`, `NoAccountingTaskError`, `TaskNotVisibleError`.
    """
    with acting(by) as cursor:
        _require_officer(by)
        require_holder(by, now)
        task = get_task(cursor, task_id)
        _require_opening(task)
        rows = _rows(cursor, by.agency_id, _handle_of(cursor, task))
        batch = Batch(now)
        row = reading_row(by, "accounting_opened", task_id, now, {"rows": len(rows)})
        batch.acts.append(Act("accounting.opened", by, (row,)))
        batch.write(cursor, keys)
    return rows


def _require_officer(by: Actor) -> None:
    post = directory.get_post(by.post_id)
    if post.function is not PostFunction.PRIVACY_OFFICER:
        raise NotPrivacyOfficerError(f"an accounting is opened by the privacy officer, not by `{post.code}`")


def _require_opening(task: TaskView) -> None:
    if task.kind not in OPENING or task.state != OPEN:
        raise NoAccountingTaskError(f"task `{task.id}` is no open redress, correction or retention task")


def _handle_of(cursor: CursorWrapper, task: TaskView) -> UUID:
    """Return whose accounting a task opens; a retention task is about a lodged record, the others about a handle."""
    if task.kind is not Kind.RETENTION:
        return task.subject_id
    cursor.execute(_OF_RECORD, (task.agency_id, task.subject_id))
    row = cursor.fetchone()
    if row is None:
        raise NoAccountingTaskError(f"task `{task.id}` is about nothing that has an accounting")
    handle: UUID = row[0]
    return handle


def _rows(cursor: CursorWrapper, holder_id: UUID, subject_handle: UUID) -> tuple[AccountingRow, ...]:
    cursor.execute(_ROWS, (holder_id, subject_handle))
    return tuple(AccountingRow(row[0], row[1], tuple(row[2]), *row[3:]) for row in cursor.fetchall())


def reading_row(by: Actor, kind: str, task_id: UUID | None, now: datetime, scope: dict[str, object]) -> ActRow:
    """Return a row that somebody read what is not read unrecorded."""
    return act_row(
        "exchange_reading",
        id=new_id(),
        agency_id=by.agency_id,
        post_id=by.post_id,
        kind=kind,
        task_id=task_id,
        scope=plain(scope),
        read_at=now,
    )
