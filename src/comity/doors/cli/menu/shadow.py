"""`comity shadow …`."""

from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from comity.doors.cli.input import read_bytes
from comity.doors.cli.menu.options import Acting, Json, form_of
from comity.doors.cli.mistakes import told
from comity.doors.cli.node import opened


class FileFirst(TyperGroup):
    """Takes a first word that is no command as the file of `run`, so that `comity shadow FILE` reads as it should."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:  # noqa: ANN401 - click's types
        """Return the command that the words name."""
        known = not args or args[0] in self.commands
        return super().resolve_command(ctx, args if known else ["run", *args])


app = typer.Typer(
    cls=FileFirst, help="Past requests through the gate, nothing released: `comity shadow FILE`.", no_args_is_help=True
)


@app.command()
def run(
    context: typer.Context,
    *,
    file: Annotated[
        str, typer.Argument(metavar="FILE|-", help="Past requests as JSON or NDJSON, as `comity ask` takes them.")
    ],
    acting: Acting,
    json: Json = False,
) -> None:
    """Put past requests through the gate: nothing is released, and only the holder learns what would have happened.

    Each line is told `accepted` or what is wrong with it. Running this again changes nothing.
    """
    with told():
        content = read_bytes(file, "FILE")
    with opened(context) as node:
        from comity.doors.cli import shadow

        code = shadow.put_past(node, content=content, acting=acting, form=form_of(json))
    raise typer.Exit(code)


@app.command()
def decisions(
    context: typer.Context,
    *,
    acting: Acting,
    before: Annotated[
        str | None, typer.Option(metavar="DECISION", help="Only those older than this one, to page on.")
    ] = None,
    json: Json = False,
) -> None:
    """Show a holder what would have happened to past requests made to it; no reference, no values."""
    with opened(context):
        from comity.doors.cli import shadow

        shadow.list_decisions(acting=acting, before=before, form=form_of(json))
