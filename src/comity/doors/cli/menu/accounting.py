"""`comity accounting …`."""

from typing import Annotated

import typer

from comity.doors.cli.menu.options import Acting, Json, form_of
from comity.doors.cli.node import opened

app = typer.Typer(help="What was disclosed about one subject; opened from a task, never browsed.", no_args_is_help=True)


@app.command()
def request(
    context: typer.Context,
    *,
    handle: Annotated[str, typer.Argument(metavar="HANDLE", help="The subject's handle, from your own file.")],
    acting: Acting,
    json: Json = False,
) -> None:
    """Ask for a subject's accounting: a task for the agency's privacy officer, with its clock.

    Nothing here finds a handle, and the answer is the same whether or not anything was disclosed.
    """
    with opened(context) as node:
        from comity.doors.cli import accounting

        accounting.request(node, handle=handle, acting=acting, form=form_of(json))


@app.command("open")
def open_one(
    context: typer.Context,
    *,
    task: Annotated[str, typer.Argument(metavar="TASK", help="The task's id, from `comity queue`.")],
    acting: Acting,
    json: Json = False,
) -> None:
    """Open an accounting from its task, as the privacy officer; that it was read is recorded before it is shown."""
    with opened(context) as node:
        from comity.doors.cli import accounting

        accounting.open_one(node, task=task, acting=acting, form=form_of(json))
