"""`comity conclude`: a task that asks for no answer and no release is closed by its post."""

from comity.coordination.exchange.commands.conclude import CONCLUSIONS, conclude_task
from comity.coordination.exchange.queue import read_notice
from comity.doors.cli.acting import acting_as
from comity.doors.cli.node import Node
from comity.doors.cli.say import moment, say, say_facts
from comity.doors.cli.tasks import own_task, parse_id
from comity.spine.tasks.vocabulary import Kind
from comity.spine.tenancy.transaction import reading


def show(node: Node, *, task: str, acting: str) -> str:
    """Print what a task is about, to its post and no other; return its digest."""
    by, now = acting_as(acting), node.now()
    with reading(by) as cursor:
        found = own_task(cursor, parse_id(task, "TASK"), by=by, kinds=CONCLUSIONS.keys(), now=now)
        told = read_notice(cursor, found, keys=node.open_keys()) if found.kind is Kind.NOTICE else {}
    disclosure = found.subject_id if found.kind is Kind.DEAD_LETTER else None
    facts: dict[str, object] = {"asks for": found.kind.value.replace("_", " "), "disclosure": disclosure, **told}
    say_facts({**facts, "due": moment(found.due_at), "digest": found.digest})
    say(f"ends as: {', '.join(sorted(CONCLUSIONS[found.kind]))}")
    return found.digest


def conclude(node: Node, *, task: str, verdict: str, digest: str, acting: str) -> None:
    """Record how a task ended, on exactly what has `digest`."""
    by, now = acting_as(acting), node.now()
    with reading(by) as cursor:
        found = own_task(cursor, parse_id(task, "TASK"), by=by, kinds=CONCLUSIONS.keys(), now=now)
    conclude_task(task_id=found.id, verdict=verdict, digest=digest, by=by, now=now, keys=node.open_keys())
    say(f"recorded: {verdict}")
