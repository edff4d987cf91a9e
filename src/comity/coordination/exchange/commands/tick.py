"""Answer asks about records whose existence the law may hide, on the tick they were promised for."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.backends.utils import CursorWrapper

from comity.coordination.exchange.ask import CHUNK
from comity.coordination.exchange.batch import Batch
from comity.coordination.exchange.deciding import decide_asks
from comity.coordination.exchange.hidden import add_tick_answer
from comity.coordination.exchange.open_records import open_sound_values
from comity.coordination.exchange.reload import reload_asks
from comity.spine.keys.ring import KeyRing
from comity.spine.tenancy.actor import Actor
from comity.spine.tenancy.transaction import acting

_DUE: Final = """
SELECT id, tick_at FROM exchange_ask a
WHERE tick_at <= %s AND NOT EXISTS (SELECT 1 FROM exchange_answer w WHERE w.ask_id = a.id AND w.number = 2)
ORDER BY tick_at, id LIMIT %s
"""


def answer_hidden_asks(*, by: Actor, now: datetime, keys: KeyRing) -> int:
    """Answer up to 200 asks whose tick has come, all in one durable transaction; return how many.

    `by` is the courier. INVARIANT: whether a record exists or not, the asker's rows, bytes and times are the same
    unless something is disclosed: one decision, one answer `nothing_to_share` without rules, visible with the commit.
    Asking before the tick reads no record, so nothing can be measured there either. A record that was altered has
    nothing to share: the tick is kept for it and for the others, and `comity ledger verify` names it.
    """
    with acting(by) as cursor:
        cursor.execute(_DUE, (now, CHUNK))
        due = [row[0] for row in cursor.fetchall()]
        if due:
            _answer(cursor, due, by, now, keys)
    return len(due)


def _answer(cursor: CursorWrapper, due: Sequence[UUID], by: Actor, now: datetime, keys: KeyRing) -> None:
    loaded = reload_asks(cursor, due)
    batch = Batch(now)
    cases = decide_asks(cursor, [one.named for one in loaded], by, now)
    values = open_sound_values(cursor, [case for case in cases if case.wants_values], by, keys)
    for one, case in zip(loaded, cases, strict=True):
        add_tick_answer(batch, one, case, by, values.get(one.named.id))
    batch.write(cursor, keys)
