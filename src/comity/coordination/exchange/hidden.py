"""Answers about records whose existence the law may hide: what is disclosed, else always the same."""

from collections.abc import Mapping
from dataclasses import replace
from uuid import UUID

from comity.coordination.exchange.ask import NOTHING_TO_SHARE
from comity.coordination.exchange.batch import Act, Batch
from comity.coordination.exchange.case import Case
from comity.coordination.exchange.duties import open_notices
from comity.coordination.exchange.facts import Named
from comity.coordination.exchange.follow_up import follow_up
from comity.coordination.exchange.outcome import Stage, answer_row, decision_row, release
from comity.coordination.exchange.reload import Reloaded
from comity.spine.policy.decision import DISCLOSED
from comity.spine.tenancy.actor import Actor
from comity.standing.law.catalogue import load_catalogue


def is_hiding(named: Named) -> bool:
    """Tell whether the ask is in a category that may hold records whose existence the law hides."""
    return load_catalogue().categories[named.ask.category].may_hide


def add_tick_answer(batch: Batch, loaded: Reloaded, case: Case, by: Actor, values: Mapping[str, str] | None) -> str:
    """Record the decision and the one answer an ask gets on its tick; return its status. `by` is the courier.

    INVARIANT: unless something is disclosed, whatever the asker may see is the same whatever the record, and if there
    is none. Two entries, always: the asker's tells of the answer alone, the holder's of the decision with its rules.
    """
    named = loaded.named
    asker = replace(by, agency_id=named.asker.id, post_id=named.post.id)
    holder = replace(by, agency_id=named.holder.id)
    released = release(batch, case, values)
    status = DISCLOSED if released else NOTHING_TO_SHARE
    drafts = _follow_up(batch, case, values, status)
    drafts += open_notices(batch, case, leaves=released is not None or bool(drafts))
    decision, facts_item = decision_row(batch, case, asker, Stage(1, "record" if case.record else "type"))
    answer = answer_row(named, number=2, status=status, classes=None, visible_at=batch.now, now=batch.now)
    rows = (decision, released.row) if released else (decision,)
    items = (facts_item, released.item) if released else (facts_item,)
    batch.acts.append(Act("ask.answered", asker, (answer,)))
    batch.acts.append(
        Act("ask.decided", holder, rows, case.decision.ruleset, facts_item=facts_item, items=(*items, *drafts))
    )
    return status


def _follow_up(batch: Batch, case: Case, values: Mapping[str, str] | None, status: str) -> tuple[UUID, ...]:
    """Ask for the approval a record waits for, or counsel; nobody is asked about a record that does not exist."""
    if case.record is None:
        return ()
    return follow_up(batch, case, values, status)


def add_late_release(
    batch: Batch, loaded: Reloaded, case: Case, by: Actor, values: Mapping[str, str], stage: Stage
) -> str:
    """Record what a post's release came to, after the tick; return the status for the post.

    INVARIANT: the asker sees a row only when something is disclosed.
    """
    released = release(batch, case, values)
    status = DISCLOSED if released else NOTHING_TO_SHARE
    drafts = _follow_up(batch, case, values, status)
    decision, facts_item = decision_row(batch, case, by, stage)
    told = answer_row(
        loaded.named, number=loaded.answers + 1, status=status, classes=None, visible_at=batch.now, now=batch.now
    )
    rows = (decision, told, released.row) if released else (decision,)
    items = (facts_item, released.item) if released else (facts_item,)
    name = f"disclosure.{status}"
    batch.acts.append(Act(name, by, rows, case.decision.ruleset, facts_item=facts_item, items=(*items, *drafts)))
    return status
