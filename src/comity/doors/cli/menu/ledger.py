"""`comity ledger …`."""

from pathlib import Path
from typing import Annotated

import typer

from comity.doors.cli.menu.options import Json, form_of
from comity.doors.cli.node import opened

app = typer.Typer(help="The record of every decision: its state, its soundness, its proofs.", no_args_is_help=True)


@app.command()
def status(context: typer.Context, *, json: Json = False) -> None:
    """Show how many entries there are, the newest signed checkpoint, and what waits to be sequenced."""
    with opened(context) as node:
        from comity.doors.cli import ledger

        ledger.status(node, form=form_of(json))


@app.command()
def verify(context: typer.Context, *, json: Json = False) -> None:
    """Recompute everything: entries, tiles, checkpoints, act rows, stored payloads, the checkpoint kept outside.

    A byte changed anywhere is named. Exit code 1 when anything is found.
    """
    with opened(context) as node:
        from comity.doors.cli import ledger

        code = ledger.verify(node, form=form_of(json))
    raise typer.Exit(code)


@app.command()
def prove(
    context: typer.Context,
    *,
    entry: Annotated[str, typer.Argument(metavar="ENTRY", help="The entry's id, as `comity ask` shows it.")],
) -> None:
    """Prove that an entry is in the ledger: hashes from it to the root that the log signed, as JSON, checked here."""
    with opened(context) as node:
        from comity.doors.cli import ledger

        code = ledger.prove(node, entry=entry)
    raise typer.Exit(code)


@app.command()
def export(
    context: typer.Context,
    *,
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A new or empty folder; only its owner may read it.")],
) -> None:
    """Write the whole ledger in the layout of tlog-tiles, for `comity-verify` and for witnesses."""
    with opened(context) as node:
        from comity.doors.cli import ledger

        ledger.export(node, folder=folder)


@app.command()
def checkpoint(context: typer.Context, *, json: Json = False) -> None:
    """Sign what waits (or wait until the running sequencer has) and print the newest checkpoint, a signed note."""
    with opened(context) as node:
        from comity.doors.cli import ledger

        ledger.checkpoint(node, form=form_of(json))
