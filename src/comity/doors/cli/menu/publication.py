"""`comity public …`, and `comity agreement publish`."""

from typing import Annotated

import typer

from comity.doors.cli.input import read_bytes
from comity.doors.cli.menu.options import Acting, Json, Lang, Language, form_of
from comity.doors.cli.node import opened

app = typer.Typer(
    help="What the public may know, read as the public reads it: agreements that are or were in force.",
    no_args_is_help=True,
)

Code = Annotated[str, typer.Argument(metavar="CODE", help="The agreement's code; `comity public list` shows them.")]


@app.command("list")
def show_all(context: typer.Context, *, lang: Lang = Language.EN, json: Json = False) -> None:
    """List the published agreements and where each stands now; as JSON with everything that is public of them."""
    with opened(context) as node:
        from comity.doors.cli import publication

        publication.show_all(node, language=lang.value, form=form_of(json))


@app.command()
def show(
    context: typer.Context,
    *,
    code: Code,
    version: Annotated[int | None, typer.Option(min=1, help="An earlier version instead of the newest.")] = None,
    text: Annotated[bool, typer.Option("--text", help="With its text, as far as it is public.")] = False,
    history: Annotated[bool, typer.Option("--history", help="With what the public was told, and when.")] = False,
    lang: Lang = Language.EN,
    json: Json = False,
) -> None:
    """Show what is public of an agreement: state, parties, a summary in plain words."""
    with opened(context) as node:
        from comity.doors.cli import publication

        parts = {name for name, is_wanted in {"text": text, "history": history}.items() if is_wanted}
        publication.show_one(node, code=code, number=version, parts=parts, language=lang.value, form=form_of(json))


def publish(
    context: typer.Context,
    *,
    code: Annotated[str, typer.Argument(metavar="CODE", help="The agreement's code.")],
    digest: Annotated[str, typer.Option(metavar="DIGEST", help="Of the version whose text becomes public.")],
    acting: Acting,
    withhold: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="TOML: tables `withhold`, each with paragraph, authority and perhaps words."),
    ] = None,
    preview: Annotated[
        bool, typer.Option("--preview", help="Print what would be public, its paragraphs numbered; write nothing.")
    ] = False,
    json: Json = False,
) -> None:
    """Make the text of a version public, as a party's privacy officer or counsel; passages may stay back."""
    with opened(context) as node:
        from comity.doors.cli import publication

        publication.publish(
            node,
            code=code,
            digest=digest,
            withhold=read_bytes(withhold, publication.OPTION) if withhold else None,
            mode="preview" if preview else "write",
            acting=acting,
            form=form_of(json),
        )
