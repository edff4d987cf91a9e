"""`comity directory …`."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from comity.doors.cli.input import read_bytes
from comity.doors.cli.menu.options import Json, form_of
from comity.doors.cli.mistakes import told
from comity.doors.cli.node import opened

app = typer.Typer(help="Agencies, their posts and who holds them; public lists taken in.", no_args_is_help=True)


class ListKind(StrEnum):
    """The public lists that can be taken in."""

    FBI = "fbi"
    ICE_287G = "287g"


class AgencyKindName(StrEnum):
    """Whose law an agency lives under, seen from this node."""

    FEDERAL = "federal"
    STATE = "state"
    LOCAL = "local"
    TRIBAL = "tribal"
    NEIGHBORING_STATE = "neighboring_state"


@app.command("import")
def import_list(
    context: typer.Context,
    *,
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE", exists=True, dir_okay=False, readable=True, help="The list as published, CSV in UTF-8."
        ),
    ],
    kind: Annotated[
        ListKind | None, typer.Option(help="Which list it is; told by its heading when left out.", show_default=False)
    ] = None,
    report: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the refused and ambiguous lines there, as CSV.")
    ] = None,
    json: Json = False,
) -> None:
    """Take a public list of agencies in: the FBI's, or ICE's of 287(g) participants.

    Safe to run again: then everything is matched and nothing new. Nothing is guessed: a line that fits two agencies
    is reported as ambiguous, and a listing is never taken for an agreement. A file that is not the list writes nothing.
    """
    with opened(context) as node:
        from comity.doors.cli import directory

        chosen = kind.value if kind else None
        directory.import_list(node, file=file, kind=chosen, report_file=report, form=form_of(json))


@app.command()
def show(
    context: typer.Context,
    *,
    agency: Annotated[str, typer.Argument(metavar="CODE|ORI", help="An agency's code or ORI.")],
    json: Json = False,
) -> None:
    """Show one agency: powers and limits, posts and their holders, how it is reached, what public lists say of it."""
    with opened(context) as node:
        from comity.doors.cli import directory

        directory.show(node, name=agency, form=form_of(json))


@app.command("list")
def list_agencies(
    context: typer.Context,
    *,
    state: Annotated[str | None, typer.Option(metavar="AZ", help="Two letters; federal agencies have none.")] = None,
    kind: Annotated[AgencyKindName | None, typer.Option(help="Only agencies of this kind.", show_default=False)] = None,
    hosted: Annotated[bool, typer.Option("--hosted", help="Only the tenants of this node.")] = False,
    after: Annotated[str, typer.Option(metavar="CODE", help="Go on after this code.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="At most so many.")] = 100,
    json: Json = False,
) -> None:
    """List agencies by code."""
    with opened(context):
        from comity.doors.cli import directory
        from comity.standing.directory.vocabulary import AgencyKind, Hosting

        directory.list_agencies(
            state=state,
            kind=AgencyKind(kind.value) if kind else None,
            hosting=Hosting.HERE if hosted else None,
            after=after,
            limit=limit,
            form=form_of(json),
        )


@app.command()
def tenant(
    context: typer.Context,
    *,
    file: Annotated[str, typer.Argument(metavar="FILE|-", help="An agency with its posts and holders, as TOML.")],
) -> None:
    """Make an agency a tenant of this node, as the node's steward, with its posts and who holds them.

    An agency of the lists is named by its code; a new one also by name and kind. Holders are badge references, never
    names. Safe to run again: only what is missing is added.
    """
    with told():
        content = read_bytes(file, "FILE")
    with opened(context) as node:
        from comity.doors.cli import tenants

        tenants.make_tenant(node, content=content)
