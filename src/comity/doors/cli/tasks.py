"""The holder's side at the command line: what waits for a post, answering it, approving exactly what would leave."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec
from django.db.backends.utils import CursorWrapper

from comity.coordination.exchange.commands.answer import HolderAnswer, Verdict, answer_request, decide_waiting
from comity.coordination.exchange.commands.deliver import receive_disclosure
from comity.coordination.exchange.commands.open_draft import open_draft
from comity.coordination.exchange.commands.open_words import open_privates
from comity.coordination.exchange.queue import list_waiting
from comity.coordination.exchange.reload import Reloaded, reload_asks
from comity.coordination.exchange.rules import functions_of
from comity.coordination.exchange.selectors import get_task_of, list_deliveries
from comity.doors.cli.acting import acting_as
from comity.doors.cli.ask_words import STATUS_WORDS
from comity.doors.cli.input import read_as
from comity.doors.cli.mistakes import NOT_WELL, QUEUE, MistakeError
from comity.doors.cli.node import Node
from comity.doors.cli.say import moment, say, say_facts, say_json, say_table
from comity.spine.tasks.selectors import TaskView, get_task, list_open_of_agency
from comity.spine.tasks.verdict import TaskNotVisibleError
from comity.spine.tasks.vocabulary import Kind
from comity.spine.tenancy.actor import Actor
from comity.spine.tenancy.transaction import reading
from comity.standing.directory import selectors as directory
from comity.standing.directory.facts import PostFacts

MOST: Final = 500
ANSWERS: Final = frozenset({Kind.ANSWER})
VERDICTS: Final = frozenset({Kind.APPROVAL, Kind.COUNSEL})
REVIEWS: Final = frozenset({Kind.REVIEW})
_NEXT: Final = {
    Kind.ANSWER: "comity answer",
    Kind.APPROVAL: "comity approve | refuse",
    Kind.COUNSEL: "comity approve | refuse",
    Kind.REVIEW: "comity review --finding",
    Kind.REDRESS: "comity accounting open, then comity conclude",
    Kind.CORRECTION: "comity accounting open, then comity conclude",
    Kind.RETENTION: "comity retention validate",
    Kind.NOTICE: "comity conclude --verdict notice_taken",
    Kind.DEAD_LETTER: "comity conclude --verdict send_again",
}


class AnswerLine(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An answer with more than its values."""

    values: dict[str, str]
    marks: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    subject_handle: UUID | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """A task with the ask it is about, and that ask's private part where the post may see it."""

    task: TaskView
    ask: Reloaded | None
    private: Mapping[str, str]

    def as_json(self) -> dict[str, object]:
        """Return it for machines."""
        about: dict[str, object] = {}
        if self.ask is not None:
            asked = self.ask.named.ask
            about = {
                "ask": self.ask.named.id,
                "asker": self.ask.named.asker.code,
                "purpose": asked.purpose,
                "category": asked.category,
                "elements": asked.elements,
            }
        if self.task.kind is Kind.RETENTION:
            about["item"] = self.task.subject_id
        return {
            "task": self.task.id,
            "kind": self.task.kind.value,
            "function": self.task.function,
            "due_at": self.task.due_at,
            "digest": self.task.digest,
            **about,
            **{name: value for name, value in self.private.items() if value},
        }


def queue(node: Node, *, acting: str, scope: str, form: str) -> None:
    """Print what waits for a post (`scope` = `post`) or for its whole agency (`agency`), what is due first on top.

    Which record an ask to be answered means is shown to who answers, and that it was is recorded first.
    """
    by, now = acting_as(acting), node.now()
    with reading(by) as cursor:
        post = directory.get_post(by.post_id)
        own = list_waiting(cursor, post=post, now=now, limit=MOST)
        of_agency = scope == "agency"
        tasks = list_open_of_agency(cursor, agency_id=by.agency_id, now=now, limit=MOST) if of_agency else own
        asks = {loaded.named.id: loaded for loaded in reload_asks(cursor, [task.subject_id for task in tasks])}
    mine = {task.id for task in own}
    answers = [one.id for one in tasks if one.kind is Kind.ANSWER and one.id in mine and one.subject_id in asks]
    # The asker's private part is for the post that answers, and for nobody else.
    opened = open_privates(task_ids=answers, by=by, now=now, keys=node.open_keys()) if answers else {}
    waiting = [Waiting(task, asks.get(task.subject_id), opened.get(task.id, {})) for task in tasks]
    if form == "json":
        for one in waiting:
            say_json(one.as_json())
        return
    rows = [_row(one, now) for one in waiting]
    say_table(("task", "due", "asks for", "about", "reference", "next"), rows)
    if not waiting:
        say(f"nothing waits for `{post.code}`" if scope == "post" else "nothing waits")


def _row(one: Waiting, now: datetime) -> tuple[object, ...]:
    task = one.task
    due = moment(task.due_at) + (" OVERDUE" if task.due_at and task.due_at <= now else "")
    about = f"item {task.subject_id}" if task.kind is Kind.RETENTION else ""
    if one.ask is not None:
        asked = one.ask.named.ask
        about = f"{one.ask.named.asker.code}, {asked.purpose}, {asked.category}: {', '.join(asked.elements)}"
    asks_for = f"{task.kind.value} by {task.function or 'a named post'}".replace("_", " ")
    return task.id, due, asks_for, about, one.private.get("reference") or "", _NEXT.get(task.kind, "")


def answer(
    node: Node,
    *,
    task: str,
    acting: str,
    content: bytes | None,
    marks: Sequence[str],
    evidence: Sequence[str],
) -> None:
    """Answer an ask with what a file holds, or (`content` None) that there is no record."""
    given = HolderAnswer(None) if content is None else _answer_of(content)
    given = HolderAnswer(
        given.values, (*given.marks, *marks), (*given.evidence, *evidence), subject_handle=given.subject_handle
    )
    by, now = acting_as(acting), node.now()
    with reading(by) as cursor:
        found = own_task(cursor, parse_id(task, "TASK"), by=by, kinds=ANSWERS, now=now)
    status = answer_request(task_id=found.id, answer=given, by=by, now=now, keys=node.open_keys())
    say(f"recorded: {STATUS_WORDS.get(status, status)}")


def _answer_of(content: bytes) -> HolderAnswer:
    """Read `{"values": {...}, "marks": [...], "evidence": [...]}`, or the values alone."""
    try:
        whole = read_as(content, dict[str, msgspec.Raw])
        if "values" in whole:
            line = read_as(content, AnswerLine)
            return HolderAnswer(line.values, line.marks, line.evidence, line.subject_handle)
        return HolderAnswer(read_as(content, dict[str, str]))
    except MistakeError as mistake:
        field = f"--values {mistake.field}".strip()
        raise MistakeError(field, mistake.message, f'{mistake.remedy}: {{"person_name": "…"}}') from None


@dataclass(frozen=True, slots=True)
class Seen:
    """What a verdict is asked about: the task and exactly what would leave."""

    task: TaskView
    ask: Reloaded | None
    leaving: Mapping[str, str]


def look(node: Node, *, task: str, acting: str, kinds: Collection[Kind]) -> Seen:
    """Return what would leave when the task is released, to the post that decides it and to no other.

    The approver sees nothing else of the record. Raises `MistakeError` for another post's task, one of another kind
    and one that is decided.
    """
    by, now = acting_as(acting), node.now()
    with reading(by) as cursor:
        found = own_task(cursor, parse_id(task, "TASK"), by=by, kinds=kinds, now=now)
        if found.closed_at is not None:
            remedy = f"a verdict is given once; {QUEUE}"
            raise MistakeError("TASK", f"task `{found.id}` was decided {moment(found.closed_at)}", remedy, NOT_WELL)
        asks = reload_asks(cursor, [found.subject_id])
    keys = node.open_keys()
    draft = open_draft(task_id=found.id, by=by, now=now, keys=keys) if found.kind in VERDICTS else {}
    return Seen(found, asks[0] if asks else None, draft)


def own_task(cursor: CursorWrapper, task_id: UUID, *, by: Actor, kinds: Collection[Kind], now: datetime) -> TaskView:
    """Return a task of one of `kinds` that the acting post may decide, or decided.

    Another post's is named by what it asks for, so that the right one can act. Raises `MistakeError`, and
    `TaskNotVisibleError` for another agency's.
    """
    found, post = get_task(cursor, task_id), directory.get_post(by.post_id)
    try:
        get_task_of(cursor, task_id, post=post, kinds=tuple(Kind), now=now)
    except TaskNotVisibleError:
        raise _anothers(found, post) from None
    if found.kind not in kinds:
        command = _NEXT.get(found.kind, "comity queue")
        raise MistakeError("TASK", f"task `{task_id}` asks for `{found.kind}`", f"use `{command}`", NOT_WELL)
    return found


def _anothers(task: TaskView, post: PostFacts) -> MistakeError:
    if task.function in functions_of(post.function.value):
        message = f"`{post.code}` does not decide task `{task.id}`: it had a part in what the task is about"
        return MistakeError("--as", message, f"act `--as` another post with its function; {QUEUE}", NOT_WELL)
    asked = (task.function or "a post of its own").replace("_", " ")
    message = f"task `{task.id}` is decided by: {asked}; `{post.code}` is: {post.function.replace('_', ' ')}"
    return MistakeError("--as", message, f"act `--as` a post with the function {asked}; {QUEUE}", NOT_WELL)


def say_seen(seen: Seen) -> None:
    """Print what would leave, to whom and what for."""
    if seen.ask is not None:
        named = seen.ask.named
        say_facts(
            {
                "asked by": f"{named.asker.name} ({named.asker.code})",
                "purpose": named.ask.purpose,
                "category": named.ask.category,
                "decides": (seen.task.function or "").replace("_", " "),
                "due": moment(seen.task.due_at),
                "digest": seen.task.digest,
            }
        )
    say_table(("element", "what would leave"), sorted(seen.leaving.items()))


def decide(node: Node, *, task: str, acting: str, verdict: str, digest: str) -> None:
    """Record a post's verdict (`release` or `refuse`) on exactly what has `digest`."""
    by, now = acting_as(acting), node.now()
    with reading(by) as cursor:
        found = own_task(cursor, parse_id(task, "TASK"), by=by, kinds=VERDICTS, now=now)
    status = decide_waiting(
        task_id=found.id, verdict=Verdict(verdict), digest=digest, by=by, now=now, keys=node.open_keys()
    )
    say(f"recorded: {STATUS_WORDS.get(status, status)}")


def receive(node: Node, *, disclosure: str, acting: str, form: str) -> None:
    """Hand a disclosure over to its recipient; the receipt is filed before a value is shown."""
    by = acting_as(acting)
    received = receive_disclosure(
        disclosure_id=parse_id(disclosure, "DISCLOSURE"), by=by, now=node.now(), keys=node.open_keys()
    )
    if form == "json":
        say_json(
            {
                "disclosure": disclosure,
                "values": received.values,
                "labels": received.labels,
                "digests": received.digests,
                "salts": received.salts,
                "envelope": received.envelope,
                "signature": received.signature,
                "receipt": received.receipt_id,
            }
        )
        return
    say_table(("element", "value"), sorted(received.values.items()))
    if received.labels:
        say(f"labels that bind who holds it: {', '.join(received.labels)}")
    say(f"receipt {received.receipt_id}; `--json` shows the holder's signed envelope, salts and digests")


def list_received(*, acting: str, before: str | None, limit: int, form: str) -> None:
    """Print what was sent to an agency and what became of it, newest first, a page at a time."""
    by = acting_as(acting)
    since = None if before is None else parse_id(before, "--before")
    with reading(by) as cursor:
        sent = list_deliveries(cursor, by.agency_id, before=since, limit=limit)
        names = directory.list_agencies({one.holder_id for one in sent})
    if form == "json":
        for one in sent:
            say_json(
                {
                    "disclosure": one.disclosure_id,
                    "ask": one.ask_id,
                    "holder": names[one.holder_id].code,
                    "event": one.event,
                    "at": one.happened_at,
                }
            )
        return
    rows = [(one.disclosure_id, names[one.holder_id].code, one.event, moment(one.happened_at)) for one in sent]
    say_table(("disclosure", "from", "last event", "at"), rows)
    if not sent and before is None:
        say("nothing was sent yet; deliveries go while the node's worker runs: `comity demo` or `comity serve worker`")
    if len(sent) == limit:
        say(f"older ones: --before {sent[-1].disclosure_id}")


def parse_id(text: str, field: str) -> UUID:
    """Return an id; raises `MistakeError`."""
    try:
        return UUID(text)
    except ValueError:
        remedy = "ids read like `0192f0c1-2d3e-7abc-8def-0123456789ab`; copy it whole"
        raise MistakeError(field, f"`{text}` is not an id", remedy) from None
