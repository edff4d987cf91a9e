"""`comity account …`."""

from enum import StrEnum
from typing import Annotated

import typer

from comity.doors.cli.menu.options import Json, form_of
from comity.doors.cli.node import opened

app = typer.Typer(
    help="Accounts of the console: opened, invited anew, unlocked, closed by a security officer or the keeper here.",
    no_args_is_help=True,
)
Name = Annotated[str, typer.Argument(metavar="NAME", help="The name its person signs in with.")]
By = Annotated[
    str | None,
    typer.Option("--as", metavar="AGENCY/POST", help="The security officer whose act it is; the node's keeper."),
]


class Change(StrEnum):
    """What is done to an account."""

    INVITE = "invite"
    UNLOCK = "unlock"
    CLOSE = "close"


@app.command("open")
def open_(
    context: typer.Context,
    *,
    agency: Annotated[str, typer.Argument(metavar="AGENCY", help="The agency's code or ORI.")],
    reference: Annotated[str, typer.Argument(metavar="REFERENCE", help="The officer's badge reference.")],
    name: Name,
    acting: By = None,
    json: Json = False,
) -> None:
    """Open an account for an officer. The invitation to choose a password is printed this once."""
    with opened(context) as node:
        from comity.doors.cli import accounts

        accounts.open_one(node, agency=agency, reference=reference, name=name, acting=acting, form=form_of(json))


@app.command()
def invite(context: typer.Context, *, name: Name, acting: By = None, json: Json = False) -> None:
    """Invite the person of an account to choose a password anew; the former invitation is void."""
    _change(context, name, Change.INVITE, acting, json=json)


@app.command()
def unlock(context: typer.Context, *, name: Name, acting: By = None, json: Json = False) -> None:
    """Let a locked account sign in again."""
    _change(context, name, Change.UNLOCK, acting, json=json)


@app.command()
def close(context: typer.Context, *, name: Name, acting: By = None, json: Json = False) -> None:
    """Close an account for good; whoever is signed in by it is out."""
    _change(context, name, Change.CLOSE, acting, json=json)


@app.command("list")
def list_(
    context: typer.Context,
    *,
    agency: Annotated[str, typer.Argument(metavar="AGENCY", help="The agency's code or ORI.")],
    json: Json = False,
) -> None:
    """List the accounts of an agency and how they stand."""
    with opened(context):
        from comity.doors.cli import accounts

        accounts.list_all(agency=agency, form=form_of(json))


def _change(context: typer.Context, name: str, change: Change, acting: str | None, *, json: bool) -> None:
    with opened(context) as node:
        from comity.doors.cli import accounts

        accounts.change(node, name=name, change=change.value, acting=acting, form=form_of(json))
