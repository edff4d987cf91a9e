"""`comity record …`."""

from typing import Annotated

import typer

from comity.doors.cli.input import read_bytes
from comity.doors.cli.menu.options import Acting, Json, form_of
from comity.doors.cli.mistakes import told
from comity.doors.cli.node import opened

app = typer.Typer(
    help="Records of an agency, lodged so that asks naming them are decided at once.", no_args_is_help=True
)


@app.callback()
def record() -> None:
    """Keep `file` a subcommand, alone as it is."""


@app.command("file")
def lodge(
    context: typer.Context,
    *,
    file: Annotated[
        str, typer.Argument(metavar="FILE|-", help="One record as JSON, an array of them, or one a line (NDJSON).")
    ],
    acting: Acting,
    json: Json = False,
) -> None:
    """Lodge records of an agency; a reference lodged before gets its next version.

    A record: {"category": "case", "reference": "C-123", "values": {"person_name": "…"}}, and as needed "marks",
    "evidence", "origin" (the agency it came from), "subject_handle". A line that cannot be used is named with its
    remedy and stops no other. Exit code 1 when some lines could not be used, 2 when none could.
    """
    with told():
        content = read_bytes(file, "FILE")
    with opened(context) as node:
        from comity.doors.cli import records

        code = records.lodge(node, content=content, acting=acting, form=form_of(json))
    raise typer.Exit(code)
