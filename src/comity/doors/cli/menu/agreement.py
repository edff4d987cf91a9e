"""`comity agreement …`."""

from enum import StrEnum
from typing import Annotated

import typer

from comity.doors.cli.input import read_bytes
from comity.doors.cli.menu.options import Acting, Json, Lang, Language, form_of
from comity.doors.cli.mistakes import told
from comity.doors.cli.node import opened

app = typer.Typer(
    help="What agencies agreed, in plain words; suspending, resuming, checking terms.", no_args_is_help=True
)

Code = Annotated[str, typer.Argument(metavar="CODE", help="The agreement's code; `comity agreement list` shows them.")]


class Reason(StrEnum):
    """Why an agreement is suspended. No word says that somebody complained."""

    TERMS_BREACHED = "terms_breached"
    LEGAL_REVIEW = "legal_review"
    COURT_ORDER = "court_order"
    SECURITY_INCIDENT = "security_incident"
    PARTY_REQUEST = "party_request"


@app.command("list")
def show_all(context: typer.Context, *, json: Json = False) -> None:
    """List the agreements of the node and where each stands now."""
    with opened(context) as node:
        from comity.doors.cli import agreements

        agreements.show_all(node, form=form_of(json))


@app.command()
def show(
    context: typer.Context,
    *,
    code: Code,
    text: Annotated[bool, typer.Option("--text", help="With the text as signed.")] = False,
    clauses: Annotated[bool, typer.Option("--clauses", help="With each enforced clause in plain words.")] = False,
    lang: Lang = Language.EN,
    json: Json = False,
) -> None:
    """Show an agreement: parties, period, version, signatures."""
    with opened(context) as node:
        from comity.doors.cli import agreements

        parts = {name for name, wanted in {"text": text, "clauses": clauses}.items() if wanted}
        agreements.show_one(node, code=code, parts=parts, language=lang.value, form=form_of(json))


@app.command()
def suspend(
    context: typer.Context,
    *,
    code: Code,
    acting: Acting,
    reason: Annotated[Reason, typer.Option(help="Why; the word is recorded.")],
) -> None:
    """Suspend an agreement in force, as head, counsel or privacy officer of a party.

    From the moment this returns nothing leaves under it; what is on its way is stopped.
    """
    with opened(context) as node:
        from comity.doors.cli import agreements
        from comity.standing.agreements.vocabulary import SuspensionReason

        agreements.suspend(node, code=code, acting=acting, reason=SuspensionReason(reason.value))


@app.command()
def resume(context: typer.Context, *, code: Code, acting: Acting) -> None:
    """Resume a suspended agreement, as head of the party that suspended it."""
    with opened(context) as node:
        from comity.doors.cli import agreements

        agreements.resume(node, code=code, acting=acting)


@app.command()
def history(context: typer.Context, *, code: Code, json: Json = False) -> None:
    """Show what happened to an agreement, oldest first, and by which post."""
    with opened(context):
        from comity.doors.cli import agreements

        agreements.history(code=code, form=form_of(json))


@app.command()
def validate(
    context: typer.Context,
    *,
    file: Annotated[str, typer.Argument(metavar="FILE|-", help="An agreement as TOML: head, [parties], [[clauses]].")],
    lang: Lang = Language.EN,
    json: Json = False,
) -> None:
    """Check an agreement before it is offered: every unknown term is named with its place and what would be right.

    Nothing is written. When all is known, each clause is read back in plain words: is that what was meant?
    """
    with told():
        content = read_bytes(file, "FILE")
    with opened(context):
        from comity.doors.cli import terms_file

        code = terms_file.validate(content=content, language=lang.value, form=form_of(json))
    raise typer.Exit(code)
