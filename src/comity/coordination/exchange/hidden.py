"""Answers about records whose existence the law may hide: what is disclosed, else always the same."""

from collections.abc import Mapping

from comity.coordination.exchange.ask import NOTHING_TO_SHARE
from comity.coordination.exchange.batch import Act, Batch
from comity.coordination.exchange.case import Case
from comity.coordination.exchange.facts import Named
from comity.coordination.exchange.outcome import Stage, answer_row, decision_row, follow_up, release
from comity.coordination.exchange.reload import Reloaded
from comity.spine.policy.decision import DISCLOSED, NEEDS_APPROVAL
from comity.spine.tenancy.actor import Actor
from comity.standing.law.catalogue import load_catalogue


def is_hiding(named: Named) -> bool:
    """Tell whether the ask is in a category that may hold records whose existence the law hides."""
    return load_catalogue().categories[named.ask.category].may_hide


def add_tick_answer(
    batch: Batch, loaded: Reloaded, case: Case, courier: Actor, values: Mapping[str, str] | None
) -> str:
    """Record the decision and the one answer an ask gets on its tick; return its status.

    INVARIANT: unless something is disclosed, rows and entry are the same whatever the record, and if there is none.
    The entry belongs to the asker, so it names no rule set: that would tell of a record's origin. The decision does.
    """
    released = release(batch, case, values)
    status = DISCLOSED if released else NOTHING_TO_SHARE
    if case.decision.headline == NEEDS_APPROVAL and case.record is not None:
        follow_up(batch, case, values, status)
    decision, facts_item = decision_row(batch, case, courier, Stage(1, "record" if case.record else "type"))
    answer = answer_row(loaded.named, number=2, status=status, classes=None, visible_at=batch.now, now=batch.now)
    rows = (decision, answer, released.row) if released else (decision, answer)
    items = (facts_item, released.item) if released else (facts_item,)
    batch.acts.append(Act("ask.answered", courier, rows, facts_item=facts_item, items=items))
    return status


def add_late_release(
    batch: Batch, loaded: Reloaded, case: Case, by: Actor, values: Mapping[str, str], stage: Stage
) -> str:
    """Record what a post's release came to, after the tick; return the status for the post.

    INVARIANT: the asker sees a row only when something is disclosed.
    """
    released = release(batch, case, values)
    status = DISCLOSED if released else NOTHING_TO_SHARE
    if case.decision.headline == NEEDS_APPROVAL:
        follow_up(batch, case, values, status)
    decision, facts_item = decision_row(batch, case, by, stage)
    told = answer_row(
        loaded.named, number=loaded.answers + 1, status=status, classes=None, visible_at=batch.now, now=batch.now
    )
    rows = (decision, told, released.row) if released else (decision,)
    items = (facts_item, released.item) if released else (facts_item,)
    batch.acts.append(
        Act(f"disclosure.{status}", by, rows, ruleset=case.decision.ruleset, facts_item=facts_item, items=items)
    )
    return status
