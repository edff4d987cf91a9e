"""What somebody must do next about an ask: tasks with their clocks, and the drafts of what waits."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from comity.coordination.exchange.ask import AWAITING_ANSWER
from comity.coordination.exchange.batch import Batch
from comity.coordination.exchange.case import Case
from comity.coordination.exchange.duties import escalates_to, words_of
from comity.coordination.exchange.facts import RecordFacts
from comity.coordination.exchange.minimize import minimize
from comity.coordination.exchange.rules import DEFAULT_RETENTION_DAYS, calendar_of
from comity.kernel.canonical import Json, plain
from comity.kernel.ids import new_id
from comity.spine.clocks.rules import Term, Unit
from comity.spine.clocks.start import Start
from comity.spine.tasks.open import NewTask
from comity.spine.tasks.vocabulary import Kind
from comity.spine.vault.seal import Plain
from comity.standing.directory.facts import AgencyFacts

TERMS: Final = {
    Kind.ANSWER: Term(10, Unit.BUSINESS_DAYS),
    Kind.APPROVAL: Term(2, Unit.BUSINESS_DAYS),
    Kind.COUNSEL: Term(5, Unit.BUSINESS_DAYS),
    Kind.REDRESS: Term(10, Unit.BUSINESS_DAYS),
    Kind.DEAD_LETTER: Term(1, Unit.BUSINESS_DAYS),
}
"""How long a holder has: an answer as Utah Code 63G-2-204 gives, approval and counsel by the node's own choice."""
ESCALATES_AFTER: Final = Term(1, Unit.HOURS)
"""How long an approver has where a rule names who decides in its stead (danger to life), by the node's own choice."""


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
    value = {"record": record_plain(case.record), "values": texts_plain(draft.values)}
    tasks = _ask_posts(batch, case, draft.root)
    batch.sealed += [
        Plain(
            id=task_id,
            kind="draft",
            owner_id=case.named.holder.id,
            value=value,
            retain_until=batch.now + timedelta(days=DEFAULT_RETENTION_DAYS),
        )
        for task_id in tasks
    ]
    return tasks


def _ask_posts(batch: Batch, case: Case, digest: str) -> tuple[UUID, ...]:
    """Ask counsel, or the next approver and, shown once its time is over, the post it then goes to.

    Both tasks have one digest: the verdict of either decides, and that of the second counts as the first's.
    """
    if case.is_held:
        return (_open_task(batch, case, Kind.COUNSEL, case.next_post, digest),)
    after = escalates_to(case)
    if not after:
        return (_open_task(batch, case, Kind.APPROVAL, case.next_post, digest),)
    first = _open_task(batch, case, Kind.APPROVAL, case.next_post, digest, term=ESCALATES_AFTER)
    shown_at = batch.now + timedelta(hours=ESCALATES_AFTER.count)
    second = _open_task(
        batch, case, Kind.APPROVAL, after, digest, term=Term(2 * ESCALATES_AFTER.count, Unit.HOURS), not_before=shown_at
    )
    return first, second


def _open_task(
    batch: Batch,
    case: Case,
    kind: Kind,
    function: str,
    digest: str,
    *,
    term: Term | None = None,
    not_before: datetime | None = None,
) -> UUID:
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
        term=term,
        not_before=not_before,
    )


def review_emergency(batch: Batch, case: Case) -> None:
    """Open a review where a rule behind the release asks for one (`review_within:<hours>`), the shortest counts."""
    behind = (*case.basis, *case.decision.duties)
    hours = [int(word) for word in words_of(case.rules, behind, "review_within:")]
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
    not_before: datetime | None = None,
) -> UUID:
    """Open a task of an agency with its clock; return its id. A term in hours is danger to life's, and its review's."""
    task = NewTask(
        id=new_id(),
        kind=kind,
        agency_id=holder.id,
        function=function,
        subject_id=subject_id,
        digest=digest,
        opened_at=batch.now,
        not_before=not_before,
        excluded_agency_ids=excluded_agency_ids,
        is_urgent=term is not None and term.unit is Unit.HOURS,
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


def texts_plain(values: Mapping[str, str]) -> dict[str, Json]:
    """Return element values as JSON values, ready to be sealed."""
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
