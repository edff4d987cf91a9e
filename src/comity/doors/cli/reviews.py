"""`comity review`: the privacy officer's finding on what went in an emergency or was told outside the gate."""

from comity.coordination.exchange.commands.review import ReviewFinding, review_disclosure
from comity.doors.cli.acting import acting_as
from comity.doors.cli.node import Node
from comity.doors.cli.say import moment, say, say_facts
from comity.doors.cli.tasks import REVIEWS, Seen, own_task, parse_id
from comity.spine.tenancy.transaction import reading


def say_reviewed(seen: Seen) -> None:
    """Print what was disclosed, to whom and what for; no value."""
    if seen.ask is None:
        return
    named = seen.ask.named
    say_facts(
        {
            "disclosed to": f"{named.asker.name} ({named.asker.code})",
            "how": "told outside the gate" if seen.ask.path == "outside" else "through the gate",
            "purpose": named.ask.purpose,
            "category": named.ask.category,
            "elements": ", ".join(named.ask.elements),
            "due": moment(seen.task.due_at),
            "digest": seen.task.digest,
        }
    )


def review(node: Node, *, task: str, finding: str, digest: str, acting: str) -> None:
    """Record the finding on exactly what has `digest`."""
    by, now = acting_as(acting), node.now()
    with reading(by) as cursor:
        found = own_task(cursor, parse_id(task, "TASK"), by=by, kinds=REVIEWS, now=now)
    review_disclosure(
        task_id=found.id, finding=ReviewFinding(finding), digest=digest, by=by, now=now, keys=node.open_keys()
    )
    say(f"recorded: {finding}")
