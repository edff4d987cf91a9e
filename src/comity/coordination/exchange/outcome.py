"""From a decided ask to what is written: rows, sealed items, messages, and what the asker is told."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from comity.coordination.exchange.ask import NO_RECORD, PENDING, Answered
from comity.coordination.exchange.asker_view import Given, asker_view
from comity.coordination.exchange.batch import Act, ActRow, Batch, act_row
from comity.coordination.exchange.case import Case
from comity.coordination.exchange.duties import labels_of, obligations_of, open_notices
from comity.coordination.exchange.facts import Named
from comity.coordination.exchange.follow_up import follow_up, review_emergency, texts_plain
from comity.coordination.exchange.minimize import Minimized, minimize
from comity.coordination.exchange.rules import DEFAULT_RETENTION_DAYS, next_tick, outcomes_listed, retention_days
from comity.kernel.canonical import Json
from comity.kernel.ids import new_id
from comity.spine.outbox.enqueue import Message
from comity.spine.policy.decision import DISCLOSED, HELD, NEEDS_APPROVAL, REFUSED
from comity.spine.tenancy.actor import Actor
from comity.spine.vault.seal import Plain

NOTHING: Final = Given(())
FACTS_YEARS: Final = 7
"""How long a decision's facts are kept (reference/law.md §4, product decision log)."""
DECIDED_ON_ITS_OWN: Final = frozenset({"type", "record"})
"""The stages that no verdict led to: what they say must be told is told once, not again with each verdict."""
DISCLOSURE_READY: Final = "disclosure.ready"


def ask_row(named: Named, *, private_item: UUID, now: datetime, tick_at: datetime | None, path: str) -> ActRow:
    """Return the row of an ask; the reference is its blind index, everything personal is in `private_item`."""
    ask = named.ask
    return act_row(
        "exchange_ask",
        id=named.id,
        asker_id=named.asker.id,
        holder_id=named.holder.id,
        post_id=named.post.id,
        ask_key=ask.ask_key,
        body_digest=named.body_digest,
        path=path,
        agreement=ask.agreement or None,
        purpose=ask.purpose,
        category=ask.category,
        elements=list(ask.elements),
        shown=sorted({code for code, shown in ask.claims.items() if shown} | named.vouched),
        denied=sorted(code for code, shown in ask.claims.items() if not shown),
        reference_key=named.reference_key,
        private_item=private_item,
        tick_at=tick_at,
        asked_at=now,
    )


def private_part(named: Named, item_id: UUID, now: datetime) -> Plain:
    """Return what of an ask is personal, sealed for the holder and the asker."""
    ask = named.ask
    return Plain(
        id=item_id,
        kind="ask",
        owner_id=named.holder.id,
        reader_ids=(named.asker.id,),
        value={"case_number": ask.case_number, "justification": ask.justification, "reference": ask.reference.strip()},
        retain_until=now + timedelta(days=DEFAULT_RETENTION_DAYS),
    )


def add_ask(batch: Batch, named: Named, *, tick_at: datetime | None, path: str) -> tuple[ActRow, UUID]:
    """Seal the private part of an ask; return its row and the item."""
    item = new_id()
    batch.sealed.append(private_part(named, item, batch.now))
    return ask_row(named, private_item=item, now=batch.now, tick_at=tick_at, path=path), item


def add_hidden_ask(batch: Batch, named: Named, by: Actor) -> Answered:
    """Record an ask in a category whose records the law may hide: accepted, no record looked at, answered on a tick."""
    tick = next_tick(batch.now)
    row, item = add_ask(batch, named, tick_at=tick, path="live")
    answer = answer_row(named, number=1, status=PENDING, classes=None, visible_at=batch.now, now=batch.now)
    batch.acts.append(Act("ask.accepted", by, (row, answer), items=(item,)))
    return Answered(named.id, named.ask.ask_key, PENDING, None, batch.now)


def add_outcome(batch: Batch, case: Case, by: Actor, values: Mapping[str, str] | None) -> Answered:
    """Record a fresh ask with its decision and answer, and whatever follows from it; return what the asker is told."""
    row, item = add_ask(batch, case.named, tick_at=None, path="live")
    stage = Stage(1, "type" if case.record is None else "record", Given(values or ()))
    return add_decided(batch, case, by, values, stage, (row,), (item,))


@dataclass(frozen=True, slots=True)
class Stage:
    """Which decision of an ask this is: its number (from 1), its stage, and what there was to give."""

    number: int
    name: str
    given: Given = NOTHING


def add_decided(
    batch: Batch,
    case: Case,
    by: Actor,
    values: Mapping[str, str] | None,
    stage: Stage,
    rows: tuple[ActRow, ...],
    items: tuple[UUID, ...],
) -> Answered:
    """Record a decision, the answer that goes with it, and the release of what may go; return what the asker is told.

    The act is named by what this decision came to; the ask is headed by what left before, if anything did.
    """
    released = release(batch, case, values)
    drafts = follow_up(batch, case, values, case.status)
    came_to = _status(case, released, drafts)
    status = DISCLOSED if stage.given.left else came_to
    decision, facts_item = decision_row(batch, case, by, stage)
    classes = asker_view(case, status, stage.given)
    answer = answer_row(
        case.named, number=stage.number, status=status, classes=classes, visible_at=batch.now, now=batch.now
    )
    leaves = released is not None or bool(drafts)
    notices = open_notices(batch, case, leaves=leaves) if stage.name in DECIDED_ON_ITS_OWN else ()
    if released:
        review_emergency(batch, case)
    extra_rows = (released.row,) if released else ()
    extra_items = (released.item,) if released else ()
    batch.acts.append(
        Act(
            f"disclosure.{came_to}",
            by,
            (*rows, decision, answer, *extra_rows),
            ruleset=case.decision.ruleset,
            facts_item=facts_item,
            items=(*items, facts_item, *extra_items, *drafts, *notices),
        )
    )
    return Answered(case.named.id, case.named.ask.ask_key, status, classes, batch.now, law=case.law)


def _status(case: Case, released: "Released | None", drafts: tuple[UUID, ...]) -> str:
    """Return what a decision came to: what is permitted or waits counts as far as the record holds it.

    Where nothing is permitted and nothing that would wait is on file, the asker is told `refused`, as of what a mark
    keeps back: whether it is on file is then not said in so many words.
    """
    if case.record is None or case.status == REFUSED:
        return case.status
    if released:
        return DISCLOSED
    if drafts:
        return HELD if case.is_held else NEEDS_APPROVAL
    return NO_RECORD if case.decision.permitted else REFUSED


def decision_row(batch: Batch, case: Case, by: Actor, stage: Stage) -> tuple[ActRow, UUID]:
    """Seal the facts for seven years and return the row of the decision with them."""
    facts_item = new_id()
    facts = case.facts.as_plain()
    batch.sealed.append(
        Plain(
            id=facts_item,
            kind="facts",
            owner_id=case.named.holder.id,
            value=facts if isinstance(facts, dict) else {},
            retain_until=batch.now + timedelta(days=365 * FACTS_YEARS),
        )
    )
    decision = case.decision
    batch.slices[decision.ruleset] = case.rules
    row = act_row(
        "exchange_decision",
        id=new_id(),
        ask_id=case.named.id,
        asker_id=case.named.asker.id,
        holder_id=case.named.holder.id,
        number=stage.number,
        stage=stage.name,
        headline=decision.headline,
        outcomes=outcomes_listed(decision),
        duties=list(decision.duties),
        warnings=list(decision.warnings),
        ruleset=decision.ruleset,
        engine=decision.engine,
        facts_item=facts_item,
        decided_by=by.post_id,
        decided_at=batch.now,
    )
    return row, facts_item


def answer_row(named: Named, *, number: int, status: str, classes: Json, visible_at: datetime, now: datetime) -> ActRow:
    """Return a row of what both parties see."""
    return act_row(
        "exchange_answer",
        id=new_id(),
        ask_id=named.id,
        asker_id=named.asker.id,
        holder_id=named.holder.id,
        number=number,
        status=status,
        classes=classes,
        visible_at=visible_at,
        answered_at=now,
    )


@dataclass(frozen=True, slots=True)
class Released:
    """A disclosure made: its accounting row and the sealed payload."""

    row: ActRow
    item: UUID


def release(batch: Batch, case: Case, values: Mapping[str, str] | None) -> Released | None:
    """Seal what may go at once and account for it; None when nothing may go or the record holds none of it."""
    if case.record is None or values is None or not case.decision.permitted:
        return None
    minimized = minimize(record=values, permitted=case.decision.permitted)
    if not minimized.values:
        return None
    item = new_id()
    behind = (*case.basis, *case.decision.duties)
    days = retention_days(obligations_of(case.rules), behind, DEFAULT_RETENTION_DAYS)
    batch.sealed.append(payload(case.named, item, minimized, batch.now + timedelta(days=days)))
    row = disclosure_row(case, minimized, item, batch.now)
    batch.messages.append(announcement(disclosure_id=str(row.values["id"]), recipient_id=case.named.asker.id))
    return Released(row, item)


def announcement(*, disclosure_id: str, recipient_id: UUID) -> Message:
    """Return the message by which the worker delivers a disclosure."""
    return Message(
        id=new_id(), topic=DISCLOSURE_READY, destination=str(recipient_id), body={"disclosure": disclosure_id}
    )


def payload(named: Named, item: UUID, minimized: Minimized, retain_until: datetime) -> Plain:
    """Return the minimized values with their salts, sealed for the holder alone until they are received."""
    return Plain(
        id=item,
        kind="payload",
        owner_id=named.holder.id,
        value={
            "digests": texts_plain(minimized.digests),
            "salts": {name: salt.hex() for name, salt in minimized.salts.items()},
            "values": texts_plain(minimized.values),
        },
        retain_until=retain_until,
    )


def disclosure_row(case: Case, minimized: Minimized, item: UUID | None, now: datetime) -> ActRow:
    """Return the accounting of one disclosure."""
    named, record = case.named, case.record
    return act_row(
        "exchange_disclosure",
        id=new_id(),
        ask_id=named.id,
        holder_id=named.holder.id,
        recipient_id=named.asker.id,
        recipient_name=named.asker.name,
        recipient_address=named.asker.address,
        subject_handle=record.subject_handle if record else None,
        purpose=named.ask.purpose,
        category=named.ask.category,
        nature=sorted(minimized.values),
        basis=list(case.basis),
        path="gate",
        labels=labels_of(case),
        payload_item=item,
        elements_root=minimized.root,
        disclosed_at=now,
    )
