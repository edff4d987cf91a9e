"""Answer asks about records whose existence the law may hide, on the tick they were promised for."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.backends.utils import CursorWrapper

from comity.coordination.exchange.ask import CHUNK, NOTHING_TO_SHARE
from comity.coordination.exchange.batch import Act, Batch
from comity.coordination.exchange.case import Case
from comity.coordination.exchange.deciding import decide_asks
from comity.coordination.exchange.open_records import open_values
from comity.coordination.exchange.outcome import Stage, answer_row, decision_row, follow_up, release
from comity.coordination.exchange.reload import Reloaded, reload_asks
from comity.spine.keys.ring import KeyRing
from comity.spine.policy.decision import DISCLOSED, NEEDS_APPROVAL
from comity.spine.tenancy.actor import Actor, Duty
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
    Asking before the tick reads no record, so nothing can be measured there either.
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
    values = open_values(cursor, [case for case in cases if case.wants_values], by, keys)
    for one, case in zip(loaded, cases, strict=True):
        courier = replace(by, agency_id=one.named.asker.id, post_id=one.named.post.id, duty=Duty.COURIER)
        _answer_one(batch, one, case, courier, values.get(one.named.id))
    batch.write(cursor, keys)


def _answer_one(batch: Batch, loaded: Reloaded, case: Case, courier: Actor, values: Mapping[str, str] | None) -> None:
    released = release(batch, case, values)
    status = DISCLOSED if released else NOTHING_TO_SHARE
    if case.decision.headline == NEEDS_APPROVAL and case.record is not None:
        follow_up(batch, case, values, status)
    decision, facts_item = decision_row(batch, case, courier, Stage(1, "record" if case.record else "type"))
    answer = answer_row(loaded.named, number=2, status=status, classes=None, visible_at=batch.now, now=batch.now)
    rows = (decision, answer, released.row) if released else (decision, answer)
    items = (facts_item, released.item) if released else (facts_item,)
    batch.acts.append(
        Act("ask.answered", courier, rows, ruleset=case.decision.ruleset, facts_item=facts_item, items=items)
    )
