"""The holder's side of an ask: answer it, approve what would leave, decide as counsel."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from django.db.backends.utils import CursorWrapper

from comity.coordination.exchange.ask import AWAITING_ANSWER, NO_RECORD, Fault
from comity.coordination.exchange.asker_view import Given, left_of, refused_view
from comity.coordination.exchange.batch import Act, ActRow, Batch
from comity.coordination.exchange.deciding import decide_on, decide_with
from comity.coordination.exchange.facts import RecordFacts
from comity.coordination.exchange.follow_up import record_from_plain
from comity.coordination.exchange.gather import read_records, read_standing, tenant_of
from comity.coordination.exchange.hidden import add_late_release, is_hiding
from comity.coordination.exchange.holders import require_holder
from comity.coordination.exchange.open_records import open_values, texts
from comity.coordination.exchange.outcome import Stage, add_decided, answer_row
from comity.coordination.exchange.reload import Reloaded, read_told, reload_ask
from comity.coordination.exchange.rules import DEFAULT_RETENTION_DAYS, LONGEST_TEXT, functions_of
from comity.kernel.canonical import plain
from comity.kernel.ids import new_id, random_id
from comity.spine.clocks.change import stop_clocks_of
from comity.spine.keys.ring import KeyRing
from comity.spine.policy.decide import APPROVED, COUNSEL_MANDATE
from comity.spine.policy.decision import DISCLOSED, REFUSED
from comity.spine.tasks.open import withdraw_twins
from comity.spine.tasks.selectors import TaskView, get_task, get_verdicts, list_tasks
from comity.spine.tasks.verdict import VERDICTS, give_verdict
from comity.spine.tasks.vocabulary import Capacity, Kind
from comity.spine.tenancy.actor import Actor
from comity.spine.tenancy.transaction import acting
from comity.spine.vault.retention import shorten_retention
from comity.spine.vault.seal import Plain, open_item
from comity.standing.directory import selectors as directory
from comity.standing.directory.facts import AgencyFacts
from comity.standing.directory.vocabulary import HoldingKind
from comity.standing.law.catalogue import Source, load_catalogue
from comity.standing.law.selectors import get_current_law

KEPT_AFTER_VERDICT: Final = timedelta(days=30)
"""How long the draft of what was decided on is kept; then it is purged, its digest stays."""
NEVER: Final = datetime(1970, 1, 1, tzinfo=UTC)


class Verdict(StrEnum):
    """What an approver or counsel may say. `release` as counsel: the mandate prevails; `refuse`: the bar does."""

    RELEASE = "release"
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True)
class HolderAnswer:
    """What the holder found. `values` None: there is no record; fewer elements than asked: answered in part.

    `origin` is the code of the agency the record came from, "" for the holder's own. `validated_at` is when the record
    was last validated; None counts as never (it matters for intelligence).
    """

    values: Mapping[str, str] | None
    marks: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    subject_handle: UUID | None = None
    origin: str = ""
    validated_at: datetime | None = None


class NotAwaitingError(ValueError):
    """The ask was answered already, or does not wait for its holder."""


class AnswerFaultError(ValueError):
    """The answer names an element, mark or evidence that does not belong there; `faults` say which and what to do."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__("; ".join(f"`{fault.field}` {fault.message}; {fault.remedy}" for fault in faults))
        self.faults = faults


def answer_request(*, task_id: UUID, answer: HolderAnswer, by: Actor, now: datetime, keys: KeyRing) -> str:
    """Answer an ask from the holder's queue; return its status.

    The record is judged now, with its marks: what the gate permits goes, what needs approval waits, what it refuses
    stays. One durable transaction: decision, answer, disclosure, vault items, the task's verdict, a ledger entry.
    Raises `NotAwaitingError`, `AnswerFaultError` and the errors of `spine.tasks`.
    """
    with acting(by) as cursor:
        task = get_task(cursor, task_id)
        if task.kind is not Kind.ANSWER:
            raise NotAwaitingError(f"task `{task_id}` asks for `{task.kind}`, not for an answer")
        loaded = reload_ask(cursor, task.subject_id)
        if loaded.status != AWAITING_ANSWER:
            raise NotAwaitingError(f"ask `{loaded.named.id}` is `{loaded.status}`, not waiting for an answer")
        batch = Batch(now)
        if answer.values is None:
            status = _no_record(batch, loaded, by)
        else:
            _check(answer, loaded)
            status = _with_record(cursor, batch, loaded, answer, by)
        give(cursor, batch, task, by, verdict=_verdict_of(answer, loaded), digest=task.digest)
        batch.write(cursor, keys)
    return status


def _verdict_of(answer: HolderAnswer, loaded: Reloaded) -> str:
    if not answer.values:
        return "no_record"
    return "answered" if answer.values.keys() == set(loaded.named.ask.elements) else "answered_in_part"


def give(
    cursor: CursorWrapper, batch: Batch, task: TaskView, by: Actor, *, verdict: str, digest: str, reason: str = ""
) -> None:
    """Record the verdict of whoever holds the post now, or acts for it, with a ledger entry; stop the task's clock.

    The words of `reason` are sealed for the post's own agency; raises `AnswerFaultError` for words that are too long.
    """
    now = batch.now
    post = directory.get_post(by.post_id)
    holder = require_holder(by, now)
    entry_id = new_id()
    words = _sealed_reason(batch, reason, by)
    given = give_verdict(
        cursor,
        task_id=task.id,
        by=by,
        capacity=Capacity.ACTING if holder.kind is HoldingKind.ACTING else Capacity.HOLDER,
        functions=functions_of(post.function.value),
        verdict=verdict,
        digest=digest,
        now=now,
        entry_id=entry_id,
        reason_item_id=words[0] if words else None,
    )
    recorded = (ActRow(VERDICTS, {name: plain(value) for name, value in given.row.items()}),)
    batch.acts.append(Act("task.decided", by, (), recorded=recorded, items=words, entry_id=entry_id))
    stop_clocks_of(cursor, subject_ids=[task.id], kind=task.kind.value, now=now)


def _sealed_reason(batch: Batch, reason: str, by: Actor) -> tuple[UUID, ...]:
    """Seal the words of a reason; return their item, nothing for no words."""
    words = reason.strip()
    if len(words) > LONGEST_TEXT or "\0" in words:
        fault = Fault("reason", f"is longer than {LONGEST_TEXT} characters or holds a NUL character", "shorten it")
        raise AnswerFaultError(fault)
    if not words:
        return ()
    item = Plain(
        id=new_id(),
        kind="reason",
        owner_id=by.agency_id,
        value={"words": words},
        retain_until=batch.now + timedelta(days=DEFAULT_RETENTION_DAYS),
    )
    batch.sealed.append(item)
    return (item.id,)


def _no_record(batch: Batch, loaded: Reloaded, by: Actor) -> str:
    row = answer_row(
        loaded.named,
        number=loaded.answers + 1,
        status=NO_RECORD,
        classes=None,
        visible_at=batch.now,
        now=batch.now,
    )
    batch.acts.append(Act("disclosure.no_record", by, (row,)))
    return NO_RECORD


def _check(answer: HolderAnswer, loaded: Reloaded) -> None:
    catalogue = load_catalogue()
    faults = []
    beyond = sorted(set(answer.values or ()) - set(loaded.named.ask.elements))
    if beyond:
        faults.append(Fault("values", f"holds what was not asked for: {', '.join(beyond)}", "leave it out"))
    unknown = sorted(set(answer.marks) - catalogue.marks.keys())
    if unknown:
        faults.append(Fault("marks", f"holds unknown marks: {', '.join(unknown)}", "see `comity law marks`"))
    attestable = catalogue.evidence_from(Source.HOLDER) | catalogue.evidence_from(Source.RECORD)
    unknown = sorted(set(answer.evidence) - attestable)
    if unknown:
        message = f"holds what a holder does not attest: {', '.join(unknown)}"
        faults.append(Fault("evidence", message, "see `comity law evidence`"))
    if not catalogue.may_file(loaded.named.ask.category, frozenset(answer.marks)):
        hiding = ", ".join(sorted(set(answer.marks) & catalogue.hiding_marks))
        message = f"holds `{hiding}`, which hides that a record exists; `{loaded.named.ask.category}` does not"
        faults.append(Fault("marks", message, "answer that there is no record"))
    if faults:
        raise AnswerFaultError(*faults)


def _with_record(cursor: CursorWrapper, batch: Batch, loaded: Reloaded, answer: HolderAnswer, by: Actor) -> str:
    named = loaded.named
    origin = _origin(answer)
    record = RecordFacts(
        id=new_id(),
        subject_handle=answer.subject_handle or random_id(),
        origin=origin.code if origin else "",
        origin_state=origin.state if origin else "",
        marks=frozenset(answer.marks),
        evidence=frozenset(answer.evidence),
        payload_item=new_id(),
        validated_at=answer.validated_at or NEVER,
        origin_tenant=tenant_of(origin),
    )
    [case] = decide_on(cursor, [named], [record], batch.now)
    stage = Stage(loaded.answers + 1, "record", Given(answer.values or ()))
    return add_decided(batch, case, by, answer.values, stage, (), ()).status


def _origin(answer: HolderAnswer) -> AgencyFacts | None:
    if not answer.origin:
        if "shared_in" in answer.marks:
            raise AnswerFaultError(Fault("origin", "is missing of a record that was shared in", "name the agency"))
        return None
    found = directory.list_agencies_by_code([answer.origin]) if "\0" not in answer.origin else {}
    if answer.origin not in found:
        raise AnswerFaultError(Fault("origin", f"no agency `{answer.origin[:100]}`", "use its code"))
    return found[answer.origin]


def decide_waiting(
    *, task_id: UUID, verdict: Verdict, digest: str, by: Actor, now: datetime, keys: KeyRing, reason: str = ""
) -> str:
    """Give the verdict of an approver or of counsel on what waits; return the ask's status afterwards.

    `digest` is that of what the person saw (`TaskView.digest`): a verdict on something else is refused. `reason`: why,
    in words for the holder's own agency, sealed with the verdict; the asker never reads them.

    A release is decided again by the gate with the verdict as evidence, so that what changed since (a suspended
    agreement, lapsed training) still refuses. One durable transaction: verdict, decision, answer, disclosure, ledger
    entry. Raises `AnswerFaultError` for a reason that is too long, and the errors of `spine.tasks` (not assigned,
    asker's own, digest changed, decided already).
    """
    with acting(by) as cursor:
        task = get_task(cursor, task_id)
        if task.kind not in {Kind.APPROVAL, Kind.COUNSEL}:
            raise NotAwaitingError(f"task `{task_id}` asks for `{task.kind}`, not for a verdict on what would leave")
        batch = Batch(now)
        ended = withdraw_twins(cursor, task.id, now=now)
        stop_clocks_of(cursor, subject_ids=ended, kind=task.kind.value, now=now)
        give(cursor, batch, task, by, verdict=verdict.value, digest=digest, reason=reason)
        shorten_retention(cursor, item_ids=[task.id, *ended], retain_until=now + KEPT_AFTER_VERDICT)
        loaded = reload_ask(cursor, task.subject_id)
        if verdict is Verdict.REFUSE:
            status = _refused_by_post(cursor, batch, loaded, by)
        else:
            status = _released_by_post(cursor, batch, loaded, task, by, keys)
        batch.write(cursor, keys)
    return status


def _refused_by_post(cursor: CursorWrapper, batch: Batch, loaded: Reloaded, by: Actor) -> str:
    """Record that a post said no: what waited stays, what went before stays gone and heads the ask.

    Where the law may hide the record the asker is told nothing: "no" would say that there is one.
    """
    if is_hiding(loaded.named):
        return loaded.status
    status = DISCLOSED if loaded.status == DISCLOSED else REFUSED
    classes = refused_view(read_told(cursor, loaded.named.id))
    row = answer_row(
        loaded.named, number=loaded.answers + 1, status=status, classes=classes, visible_at=batch.now, now=batch.now
    )
    batch.acts.append(Act("disclosure.refused_by_post", by, (row,)))
    return status


def _released_by_post(
    cursor: CursorWrapper, batch: Batch, loaded: Reloaded, task: TaskView, by: Actor, keys: KeyRing
) -> str:
    named = loaded.named
    draft = open_item(cursor, keys, task.id)
    record = record_from_plain(draft["record"])
    latest = read_records(cursor, [named]).get((named.holder.id, named.ask.category, named.reference_key))
    if latest is not None and latest.id != record.id:
        return _put_again(cursor, batch, loaded, latest, by, keys)
    standing = read_standing(cursor, [named], batch.now)[named.id]
    shown = _verdicts_shown(cursor, named.id)
    [case] = decide_with(
        cursor,
        [named],
        [latest or record],
        standing=[replace(standing, shown=standing.shown | shown)],
        law=get_current_law(batch.now),
        now=batch.now,
    )
    if is_hiding(named):
        stage = Stage(loaded.decisions + 1, task.kind.value)
        return add_late_release(batch, loaded, case, by, texts(draft), stage)
    values = texts(draft)
    stage = Stage(loaded.answers + 1, task.kind.value, Given.of_draft(values, read_told(cursor, named.id)))
    return add_decided(batch, case, by, values, stage, (), ()).status


def _put_again(
    cursor: CursorWrapper, batch: Batch, loaded: Reloaded, latest: RecordFacts, by: Actor, keys: KeyRing
) -> str:
    """Decide on the record as it stands now: what was approved was another version, so approval is asked again.

    So are notices opened again: they tell of another version.
    """
    named = loaded.named
    [case] = decide_on(cursor, [named], [latest], batch.now)
    values = open_values(cursor, [case], keys).get(named.id) if case.wants_values else None
    if is_hiding(named):
        return add_late_release(batch, loaded, case, by, values or {}, Stage(loaded.decisions + 1, "record"))
    given = Given(values or (), left=left_of(read_told(cursor, named.id)))
    return add_decided(batch, case, by, values, Stage(loaded.answers + 1, "record", given), (), ()).status


def _verdicts_shown(cursor: CursorWrapper, ask_id: UUID) -> frozenset[str]:
    """Return the evidence codes that the releases recorded so far amount to.

    Who released what had passed on to it did so in the stead of the approver who did not answer.
    """
    tasks = {task.id: task for task in list_tasks(cursor, [ask_id])}
    released = [tasks[v.task_id] for v in get_verdicts(cursor, tasks).values() if v.verdict == Verdict.RELEASE]
    approved = {f"{APPROVED}{one.function}" for task in released for one in tasks.values() if _counts_for(task, one)}
    return frozenset(approved | {COUNSEL_MANDATE for task in released if task.kind is Kind.COUNSEL})


def _counts_for(released: TaskView, one: TaskView) -> bool:
    """Tell whether the verdict on `released` counts for the task `one`: itself, or the one it was passed on from."""
    if released.kind is not Kind.APPROVAL or one.kind is not Kind.APPROVAL or one.digest != released.digest:
        return False
    return one.id == released.id or one.not_before < released.not_before
