"""`comity review`."""

from enum import StrEnum
from typing import Annotated

import typer

from comity.doors.cli.menu.exchange import Digest, Task
from comity.doors.cli.menu.options import Acting
from comity.doors.cli.node import opened
from comity.doors.cli.say import note


class Finding(StrEnum):
    """What a privacy officer finds."""

    PROPER = "proper"
    BREACH = "breach"


def review(
    context: typer.Context,
    *,
    task: Task,
    acting: Acting,
    finding: Annotated[Finding, typer.Option(help="Proper, or a breach.")],
    digest: Digest = None,
) -> None:
    """Find a disclosure proper or a breach: what went in an emergency, or was told outside the gate.

    Shows what was disclosed to whom and asks back; the finding binds to that. Within 24 hours, or late.
    """
    with opened(context) as node:
        from comity.doors.cli import reviews, tasks

        if digest is None:
            seen = tasks.look(node, task=task, acting=acting, kinds=tasks.REVIEWS)
            reviews.say_reviewed(seen)
            if not typer.confirm(f"find this {finding.value}?"):
                note("nothing was recorded")
                raise typer.Exit(1)
            digest = seen.task.digest
        reviews.review(node, task=task, finding=finding.value, digest=digest, acting=acting)
