"""`comity agreement replay` and `comity law replay`: past decisions decided again under other rules."""

from typing import Annotated

import typer

from comity.doors.cli.menu.agreement import Code
from comity.doors.cli.menu.options import Json, form_of
from comity.doors.cli.node import opened

Since = Annotated[str, typer.Option("--from", metavar="DATE", help="First day (UTC), or an instant.")]
Until = Annotated[
    str | None, typer.Option("--to", metavar="DATE", help="First day not taken, or an instant; now when left out.")
]
Out = Annotated[str | None, typer.Option(metavar="FILE", help="Write the whole list into this new file, as JSON.")]


def replay_agreement(
    context: typer.Context,
    *,
    code: Code,
    since: Since,
    until: Until = None,
    version: Annotated[
        int | None, typer.Option(min=1, help="Which version; the newest that was offered when left out.")
    ] = None,
    acting: Annotated[
        str | None,
        typer.Option(
            "--as",
            metavar="AGENCY/POST",
            help="A party's head, counsel, privacy officer or auditor, for what that agency decided; the node itself, "
            "for what every party did, when left out.",
        ),
    ] = None,
    out: Out = None,
    json: Json = False,
) -> None:
    """Decide past disclosures again as if a version had been in force, before anyone signs it.

    Lists by clause what would have come out otherwise. What turns on facts nobody asked for then is counted, not
    guessed. Nothing changes but that the replay is recorded. Exit code 1 unless every decision came out the same.
    """
    with opened(context) as node:
        from comity.doors.cli import replay as work

        found = work.of_version(
            node, code=code, number=version, since=since, until=until, acting=acting, out=out, form=form_of(json)
        )
    raise typer.Exit(found)


def replay_law(
    context: typer.Context,
    *,
    release: Annotated[
        str | None, typer.Argument(metavar="RELEASE", help="By id or its first characters; the one that waits.")
    ] = None,
    since: Since,
    until: Until = None,
    out: Out = None,
    json: Json = False,
) -> None:
    """Decide past disclosures again as if a release had been the law, before it is put in force.

    Lists by rule what would have come out otherwise. That it was done is recorded, and clears the way for
    `put-in-force`. Exit code 1 unless every decision came out the same.
    """
    with opened(context) as node:
        from comity.doors.cli import replay as work

        found = work.of_law(node, release=release, since=since, until=until, out=out, form=form_of(json))
    raise typer.Exit(found)


def mount(*, agreement: typer.Typer, law: typer.Typer) -> None:
    """Add the two commands."""
    agreement.command("replay")(replay_agreement)
    law.command("replay")(replay_law)
