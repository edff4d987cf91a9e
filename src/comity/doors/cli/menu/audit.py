"""`comity audit …`."""

from pathlib import Path
from typing import Annotated

import typer

from comity.doors.cli.menu.options import Json, form_of
from comity.doors.cli.node import opened

app = typer.Typer(help="An auditor's work, without asking an agency.", no_args_is_help=True)


@app.callback()
def audit() -> None:
    """Keep `sample` a subcommand, alone as it is."""


@app.command()
def sample(
    context: typer.Context,
    *,
    seed: Annotated[str, typer.Option(metavar="SEED", help="What draws the sample; write down who chose it and how.")],
    since: Annotated[str, typer.Option("--from", metavar="DATE", help="First day (UTC), or an instant.")],
    until: Annotated[str, typer.Option("--to", metavar="DATE", help="First day not taken, or an instant.")],
    size: Annotated[int, typer.Option(min=1, max=1000, help="How many decisions.")] = 50,
    acting: Annotated[
        str | None,
        typer.Option("--as", metavar="AGENCY/POST", help="The auditor's post; the node itself when left out."),
    ] = None,
    out: Annotated[Path | None, typer.Option(metavar="DIR", help="Write the papers into this new folder.")] = None,
    json: Json = False,
) -> None:
    """Draw decisions at random, decide each again under its recorded rules, prove its ledger entry.

    The same seed and days give the same paper to whoever draws it. Having drawn it is recorded. Exit code 1 when a
    decision comes out otherwise, cannot be replayed, or is not proven.
    """
    with opened(context) as node:
        from comity.doors.cli import audit as work

        code = work.sample(
            node, seed=seed, since=since, until=until, size=size, acting=acting, folder=out, form=form_of(json)
        )
    raise typer.Exit(code)
