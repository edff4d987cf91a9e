"""From a decided ask to what is written: rows, sealed items, tasks, clocks, messages, and what the asker is told."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from comity.coordination.exchange.ask import (
    AWAITING_ANSWER,
    NO_RECORD,
    PENDING,
    Answered,
)
from comity.coordination.exchange.asker_view import asker_view
from comity.coordination.exchange.batch import Act, ActRow, Batch, act_row
from comity.coordination.exchange.case import Case
from comity.coordination.exchange.facts import Named, RecordFacts
from comity.coordination.exchange.minimize import Minimized, minimize
from comity.coordination.exchange.rules import calendar_of, next_tick, outcomes_listed, retention_days
from comity.kernel.canonical import Json, plain
from comity.kernel.ids import new_id
from comity.spine.clocks.rules import Term, Unit
from comity.spine.clocks.start import Start
from comity.spine.outbox.enqueue import Message
from comity.spine.policy.decision import (
    REFUSED,
)
from comity.spine.tasks.open import NewTask
from comity.spine.tasks.vocabulary import Kind
from comity.spine.tenancy.actor import Actor
from comity.spine.vault.seal import Plain
from comity.standing.directory.facts import AgencyFacts

FACTS_YEARS: Final = 7
"""How long a decision's facts are kept (reference/law.md §4, product decision log)."""
DEFAULT_RETENTION_DAYS: Final = 1825
"""How long a disclosed payload is kept where no clause says less (28 CFR 23.20(h))."""
TERMS: Final = {
    Kind.ANSWER: Term(10, Unit.BUSINESS_DAYS),
    Kind.APPROVAL: Term(2, Unit.BUSINESS_DAYS),
    Kind.COUNSEL: Term(5, Unit.BUSINESS_DAYS),
    Kind.REDRESS: Term(10, Unit.BUSINESS_DAYS),
}
"""How long a holder has: an answer as Utah Code 63G-2-204 gives, approval and counsel by the node's own choice."""

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


def add_outcome(batch: Batch, case: Case, by: Actor, values: Mapping[str, str] | None) -> str:
    """Record a fresh ask with its decision and answer, and whatever follows from it; return its status."""
    row, item = add_ask(batch, case.named, tick_at=None, path="live")
    return add_decided(batch, case, by, values, Stage(1, "type" if case.record is None else "record"), (row,), (item,))


@dataclass(frozen=True, slots=True)
class Stage:
    """Which decision of an ask this is: its number (from 1) and stage."""

    number: int
    name: str


def add_decided(
    batch: Batch,
    case: Case,
    by: Actor,
    values: Mapping[str, str] | None,
    stage: Stage,
    rows: tuple[ActRow, ...],
    items: tuple[UUID, ...],
) -> str:
    """Record a decision, the answer that goes with it, and the release of what may go; return the status."""
    released = release(batch, case, values)
    drafts = follow_up(batch, case, values, case.status)
    nothing_there = case.record is not None and case.status != REFUSED and released is None and not drafts
    status = NO_RECORD if nothing_there else case.status
    decision, facts_item = decision_row(batch, case, by, stage)
    answer = answer_row(
        case.named,
        number=stage.number,
        status=status,
        classes=asker_view(case, status),
        visible_at=batch.now,
        now=batch.now,
    )
    if released:
        _review_emergency(batch, case)
    extra_rows = (released.row,) if released else ()
    extra_items = (released.item,) if released else ()
    batch.acts.append(
        Act(
            f"disclosure.{status}",
            by,
            (*rows, decision, answer, *extra_rows),
            ruleset=case.decision.ruleset,
            facts_item=facts_item,
            items=(*items, facts_item, *extra_items, *drafts),
        )
    )
    return status


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
    days = retention_days({r.id: r.obligations for r in case.rules.rules}, behind, DEFAULT_RETENTION_DAYS)
    batch.sealed.append(payload(case.named, item, minimized, batch.now + timedelta(days=days)))
    row = disclosure_row(case, minimized, item, batch.now)
    disclosure_id = row.values["id"]
    batch.messages.append(
        Message(
            id=new_id(),
            topic=DISCLOSURE_READY,
            destination=str(case.named.asker.id),
            body={"disclosure": disclosure_id},
        )
    )
    return Released(row, item)


def payload(named: Named, item: UUID, minimized: Minimized, retain_until: datetime) -> Plain:
    """Return the minimized values with their salts, sealed for the holder alone until they are received."""
    return Plain(
        id=item,
        kind="payload",
        owner_id=named.holder.id,
        value={
            "digests": _texts(minimized.digests),
            "salts": {name: salt.hex() for name, salt in minimized.salts.items()},
            "values": _texts(minimized.values),
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
        payload_item=item,
        elements_root=minimized.root,
        disclosed_at=now,
    )


def follow_up(batch: Batch, case: Case, values: Mapping[str, str] | None, status: str) -> tuple[UUID, ...]:
    """Open what one person must do next: answer, approve exactly what would leave, or decide as counsel.

    One task at a time: after each verdict the gate decides again and names the next post, if any. Returns the drafts
    sealed, for the entry of the act: what waits is proven as what left is.
    """
    if status == AWAITING_ANSWER:
        _open_task(batch, case, Kind.ANSWER, "records_clerk", case.named.body_digest)
        return ()
    if case.record is None or values is None or not case.waiting:
        return ()
    draft = minimize(record=values, permitted=case.waiting)
    if not draft.values:
        return ()
    kind = Kind.COUNSEL if case.is_held else Kind.APPROVAL
    task_id = _open_task(batch, case, kind, case.next_post, draft.root)
    batch.sealed.append(
        Plain(
            id=task_id,
            kind="draft",
            owner_id=case.named.holder.id,
            value={"record": record_plain(case.record), "values": _texts(draft.values)},
            retain_until=batch.now + timedelta(days=DEFAULT_RETENTION_DAYS),
        )
    )
    return (task_id,)


def _open_task(batch: Batch, case: Case, kind: Kind, function: str, digest: str) -> UUID:
    """Open a task on an ask; the asker's own agency may never decide it. A draft has the task's own id."""
    named = case.named
    return open_for(
        batch,
        holder=named.holder,
        kind=kind,
        function=function,
        subject_id=named.id,
        digest=digest,
        excluded_agency_ids=(named.asker.id,),
    )


def _review_emergency(batch: Batch, case: Case) -> None:
    """Open a review where a rule behind the release asks for one (`review_within:<hours>`), the shortest counts."""
    behind = {*case.basis, *case.decision.duties}
    hours = [
        int(o.partition(":")[2])
        for rule in case.rules.rules
        if rule.id in behind
        for o in rule.obligations
        if o.startswith("review_within:")
    ]
    if hours:
        digest = case.named.body_digest
        open_review(batch, holder=case.named.holder, subject_id=case.named.id, digest=digest, hours=min(hours))


def open_review(batch: Batch, *, holder: AgencyFacts, subject_id: UUID, digest: str, hours: int) -> UUID:
    """Open the privacy officer's review of what went in an emergency or outside the gate."""
    return open_for(
        batch,
        holder=holder,
        kind=Kind.REVIEW,
        function="privacy_officer",
        subject_id=subject_id,
        digest=digest,
        term=Term(hours, Unit.HOURS),
    )


def open_for(
    batch: Batch,
    *,
    holder: AgencyFacts,
    kind: Kind,
    function: str,
    subject_id: UUID,
    digest: str,
    excluded_agency_ids: tuple[UUID, ...] = (),
    term: Term | None = None,
) -> UUID:
    """Open a task of an agency with its clock; return its id."""
    task = NewTask(
        id=new_id(),
        kind=kind,
        agency_id=holder.id,
        function=function,
        subject_id=subject_id,
        digest=digest,
        opened_at=batch.now,
        excluded_agency_ids=excluded_agency_ids,
    )
    clock = Start(
        id=new_id(),
        kind=kind.value,
        subject_id=task.id,
        agency_id=holder.id,
        term=term or TERMS[kind],
        calendar=calendar_of(holder.state),
        started_at=batch.now,
    )
    batch.tasks.append((task, clock))
    return task.id


def _texts(values: Mapping[str, str]) -> dict[str, Json]:
    return dict(values)


def record_plain(record: RecordFacts) -> Json:
    """Return the record's facts as they are kept beside a draft."""
    return plain(
        {
            "evidence": sorted(record.evidence),
            "id": record.id,
            "marks": sorted(record.marks),
            "origin": record.origin,
            "origin_state": record.origin_state,
            "payload_item": record.payload_item,
            "subject_handle": record.subject_handle,
            "validated_at": record.validated_at,
        }
    )


def record_from_plain(value: Json) -> RecordFacts:
    """Return the record's facts that `record_plain` kept."""
    if not isinstance(value, dict):
        raise TypeError("a draft without its record's facts")
    return RecordFacts(
        id=UUID(str(value["id"])),
        subject_handle=UUID(str(value["subject_handle"])),
        origin=str(value["origin"]),
        origin_state=str(value["origin_state"]),
        marks=_codes(value["marks"]),
        evidence=_codes(value["evidence"]),
        payload_item=UUID(str(value["payload_item"])),
        validated_at=datetime.fromisoformat(str(value["validated_at"])),
    )


def _codes(value: Json) -> frozenset[str]:
    return frozenset(str(code) for code in value) if isinstance(value, list) else frozenset()


def answered(case: Case, status: str, now: datetime) -> Answered:
    """Return what the asker is told at once."""
    classes = asker_view(case, status)
    return Answered(case.named.id, case.named.ask.ask_key, status, classes, now)
