"""`comity conclude`."""

from typing import Annotated

import typer

from comity.doors.cli.menu.exchange import Digest, Task
from comity.doors.cli.menu.options import Acting
from comity.doors.cli.node import opened
from comity.doors.cli.say import note


def conclude(
    context: typer.Context,
    *,
    task: Task,
    acting: Acting,
    verdict: Annotated[str, typer.Option(metavar="WORD", help="How it ends; a wrong word names those there are.")],
    digest: Digest = None,
) -> None:
    """Close a redress, correction, notice or dead letter task: what was asked of the post is done.

    Shows what the task is about and asks back. `--verdict send_again` puts what could not be delivered on its way
    once more.
    """
    with opened(context) as node:
        from comity.doors.cli import conclude as work

        if digest is None:
            digest = work.show(node, task=task, acting=acting)
            if not typer.confirm(f"close it as `{verdict}`?"):
                note("nothing was recorded")
                raise typer.Exit(1)
        work.conclude(node, task=task, verdict=verdict, digest=digest, acting=acting)
