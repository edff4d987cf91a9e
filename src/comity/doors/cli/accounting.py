"""`comity accounting`: a subject's accounting, asked for by handle and opened from a task."""

from comity.coordination.exchange.commands.account import open_accounting, request_accounting
from comity.doors.cli.acting import acting_as
from comity.doors.cli.node import Node
from comity.doors.cli.say import moment, note, say, say_json, say_table
from comity.doors.cli.tasks import parse_id


def request(node: Node, *, handle: str, acting: str, form: str) -> None:
    """Open the task from which the agency's privacy officer opens one subject's accounting."""
    by, subject = acting_as(acting), parse_id(handle, "HANDLE")
    task = request_accounting(subject_handle=subject, by=by, now=node.now(), keys=node.open_keys())
    if form == "json":
        say_json({"task": task})
        return
    say(f"task {task}")
    note(f"the privacy officer opens it: `comity accounting open {task} --as AGENCY/POST`")


def open_one(node: Node, *, task: str, acting: str, form: str) -> None:
    """Print the disclosures about the subject of a task, oldest first; that they were read is recorded first."""
    by, task_id = acting_as(acting), parse_id(task, "TASK")
    rows = open_accounting(task_id=task_id, by=by, now=node.now(), keys=node.open_keys())
    if form == "json":
        for row in rows:
            say_json(
                {
                    "disclosure": row.disclosure_id,
                    "disclosed_at": row.disclosed_at,
                    "nature": row.nature,
                    "purpose": row.purpose,
                    "category": row.category,
                    "recipient_name": row.recipient_name,
                    "recipient_address": row.recipient_address,
                    "path": row.path,
                }
            )
        return
    table = [
        (
            row.disclosure_id,
            moment(row.disclosed_at),
            ", ".join(row.nature),
            f"{row.purpose}, {row.category}",
            "\n".join(filter(None, (row.recipient_name, row.recipient_address))),
            row.path,
        )
        for row in rows
    ]
    say_table(("disclosure", "date", "what", "for what", "recipient", "path"), table)
    say(f"{len(rows)} disclosures; that you read them is recorded")
