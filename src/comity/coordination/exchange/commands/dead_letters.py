"""Messages that were given up become somebody's task, and that task ends when what they announced goes after all."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import structlog
from django.db.backends.utils import CursorWrapper

from comity.coordination.exchange.batch import Batch
from comity.coordination.exchange.follow_up import open_for
from comity.coordination.exchange.outcome import DISCLOSURE_READY
from comity.kernel.digest import sha256
from comity.spine.clocks.change import stop_clocks_of
from comity.spine.keys.ring import KeyRing
from comity.spine.outbox.claim import Dead, bury_expired, fail
from comity.spine.outbox.rules import Random
from comity.spine.outbox.selectors import DeadLetter, list_dead_of
from comity.spine.tasks.open import withdraw_tasks
from comity.spine.tasks.selectors import list_tasks
from comity.spine.tasks.states import OPEN
from comity.spine.tasks.vocabulary import Kind
from comity.spine.tenancy.actor import Actor
from comity.spine.tenancy.transaction import acting
from comity.standing.directory import selectors as directory
from comity.standing.directory.vocabulary import PostFunction

_log: Final = structlog.get_logger("comity.exchange")
_UNDELIVERED: Final = """
SELECT d.id, d.holder_id FROM exchange_disclosure d WHERE d.id = ANY(%s::uuid[]) AND NOT EXISTS
    (SELECT FROM exchange_delivery w WHERE w.disclosure_id = d.id AND w.event IN ('sent', 'stopped'))
"""


def fail_message(
    *, message_id: UUID, worker: str, code: str, by: Actor, now: datetime, random: Random, keys: KeyRing
) -> None:
    """Give a claimed message back with the code of what went wrong; when that was the last try, somebody is asked.

    `by` is the courier. One durable transaction: the message and, when it is given up, a task of the holder's records
    supervisor with its clock.
    """
    with acting(by) as cursor:
        outcome = fail(cursor, message_id=message_id, worker=worker, code=code, now=now, random=random)
        if isinstance(outcome, Dead):
            _ask(cursor, [message_id], now, keys)


def bury_expired_messages(*, by: Actor, now: datetime, keys: KeyRing) -> int:
    """Give up what expired unclaimed or under a worker that died; return how many messages.

    `by` is the courier. One durable transaction: the messages and, for each disclosure they announced, a task of the
    holder's records supervisor with its clock.
    """
    with acting(by) as cursor:
        expired = bury_expired(cursor, now=now)
        if expired:
            _ask(cursor, expired, now, keys)
    return len(expired)


def _ask(cursor: CursorWrapper, message_ids: Sequence[UUID], now: datetime, keys: KeyRing) -> None:
    letters = list_dead_of(cursor, message_ids)
    cursor.execute(_UNDELIVERED, ([_announced(one) for one in letters],))
    holder_of: dict[UUID, UUID] = dict(cursor.fetchall())
    asked = {task.subject_id for task in list_tasks(cursor, holder_of) if _is_open_letter(task.kind, task.state)}
    holders = directory.list_agencies(set(holder_of.values()))
    batch = Batch(now)
    for disclosure_id in sorted(holder_of.keys() - asked):
        open_for(
            batch,
            holder=holders[holder_of[disclosure_id]],
            kind=Kind.DEAD_LETTER,
            function=PostFunction.RECORDS_SUPERVISOR.value,
            subject_id=disclosure_id,
            digest=sha256(disclosure_id.bytes).hex(),
        )
    batch.write(cursor, keys)
    _log_given_up(letters, holder_of)


def _announced(letter: DeadLetter) -> UUID | None:
    """Return the disclosure a message announced; None when it names none: then nobody can be asked, it is logged."""
    try:
        return UUID(str(letter.body.get("disclosure"))) if letter.topic == DISCLOSURE_READY else None
    except ValueError:
        return None


def _is_open_letter(kind: Kind, state: str) -> bool:
    return kind is Kind.DEAD_LETTER and state == OPEN


def _log_given_up(letters: Iterable[DeadLetter], holder_of: dict[UUID, UUID]) -> None:
    for one in letters:
        event = "delivery.given_up" if _announced(one) in holder_of else "delivery.given_up_unasked"
        _log.warning(event, message=str(one.id), topic=one.topic, code=one.last_error)


def end_dead_letters(cursor: CursorWrapper, disclosure_ids: Iterable[UUID], *, now: datetime) -> None:
    """Withdraw the open tasks about disclosures that went after all, in the caller's transaction, with their clocks."""
    letters = [task.id for task in list_tasks(cursor, disclosure_ids) if _is_open_letter(task.kind, task.state)]
    if letters:
        ended = withdraw_tasks(cursor, letters, now=now)
        stop_clocks_of(cursor, subject_ids=ended, kind=Kind.DEAD_LETTER.value, now=now)
