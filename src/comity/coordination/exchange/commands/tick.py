"""Answer asks about records whose existence the law may hide, on the tick they were promised for."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import psycopg
import structlog
from django.db import InterfaceError, OperationalError
from django.db.backends.utils import CursorWrapper

from comity.coordination.exchange.ask import CHUNK
from comity.coordination.exchange.batch import Batch
from comity.coordination.exchange.case import Case
from comity.coordination.exchange.deciding import decide_asks, decide_on
from comity.coordination.exchange.hidden import add_tick_answer
from comity.coordination.exchange.open_records import open_sound_values
from comity.coordination.exchange.reload import Reloaded, reload_asks
from comity.spine.keys.ring import KeyRing, KeyRingError
from comity.spine.tenancy.actor import Actor
from comity.spine.tenancy.transaction import acting

_DUE: Final = """
SELECT id, tick_at FROM exchange_ask a
WHERE tick_at <= %s AND path = 'live'
    AND NOT EXISTS (SELECT 1 FROM exchange_answer w WHERE w.ask_id = a.id AND w.number = 2)
ORDER BY tick_at, id LIMIT %s
"""
_STILL_DUE: Final = """
SELECT 1 FROM exchange_ask a
WHERE id = %s AND NOT EXISTS (SELECT 1 FROM exchange_answer w WHERE w.ask_id = a.id AND w.number = 2)
"""
NOT_THE_RECORDS: Final = (
    OperationalError,
    InterfaceError,
    psycopg.OperationalError,
    psycopg.InterfaceError,
    KeyRingError,
)
"""No record is at fault: the database is gone or full, or the keys are not at hand."""
_log: Final = structlog.get_logger("comity.exchange")


def answer_hidden_asks(*, by: Actor, now: datetime, keys: KeyRing) -> int:
    """Answer up to 200 asks whose tick has come, all in one durable transaction; return how many.

    `by` is the courier. INVARIANT: whether a record exists or not, the asker's rows, bytes and times are the same
    unless something is disclosed: one decision, one answer `nothing_to_share` without rules, visible with the commit.
    Asking before the tick reads no record, so nothing can be measured there either. A record that was altered has
    nothing to share: the tick is kept for it and for the others, and `comity ledger verify` names it. When the whole
    cannot be answered, each ask is answered in a transaction of its own, at the same instant, and one whose record
    stands in the way as if there were none; it is logged by its id. Raises when none can be answered, when the
    database is gone, and the errors of a ring that fails or is not this database's.
    """
    due: list[UUID] = []
    try:
        with acting(by) as cursor:
            cursor.execute(_DUE, (now, CHUNK))
            due = [row[0] for row in cursor.fetchall()]
            if due:
                _answer(cursor, due, by, now, keys)
    except NOT_THE_RECORDS:
        raise
    except Exception as error:
        if not due:
            raise
        _log.warning("tick.chunk_failed", asks=len(due), code=type(error).__name__)
        answered = sum(_answered_alone(ask_id, by, now, keys) for ask_id in due)
        if not answered:
            raise
        return answered
    return len(due)


def _answered_alone(ask_id: UUID, by: Actor, now: datetime, keys: KeyRing) -> bool:
    """Answer one ask, if need be without looking at its record; tell whether it has its answer now."""
    for answer in (_answer, _answer_without_record):
        try:
            with acting(by) as cursor:
                cursor.execute(_STILL_DUE, (ask_id,))
                if cursor.fetchone() is not None:  # else another process answered it meanwhile
                    answer(cursor, [ask_id], by, now, keys)
        except NOT_THE_RECORDS:
            raise
        except Exception as error:  # noqa: BLE001 - whatever is wrong with one ask, the others have theirs
            _log.warning("tick.ask_failed", ask=str(ask_id), code=type(error).__name__)
        else:
            return True
    return False


def _answer(cursor: CursorWrapper, due: Sequence[UUID], by: Actor, now: datetime, keys: KeyRing) -> None:
    loaded = reload_asks(cursor, due)
    cases = decide_asks(cursor, [one.named for one in loaded], now)
    values = open_sound_values(cursor, [case for case in cases if case.wants_values], keys)
    _write(cursor, loaded, cases, values, by, now, keys)


def _answer_without_record(cursor: CursorWrapper, due: Sequence[UUID], by: Actor, now: datetime, keys: KeyRing) -> None:
    loaded = reload_asks(cursor, due)
    cases = decide_on(cursor, [one.named for one in loaded], [None] * len(loaded), now)
    _write(cursor, loaded, cases, {}, by, now, keys)


def _write(
    cursor: CursorWrapper,
    loaded: Sequence[Reloaded],
    cases: Sequence[Case],
    values: Mapping[UUID, Mapping[str, str]],
    by: Actor,
    now: datetime,
    keys: KeyRing,
) -> None:
    batch = Batch(now)
    for one, case in zip(loaded, cases, strict=True):
        add_tick_answer(batch, one, case, by, values.get(one.named.id))
    batch.write(cursor, keys)
