"""`comity agreement …` on texts: templates and what is written from them, versions compared."""

from typing import Annotated

import typer

from comity.doors.cli.menu.options import Json, Lang, Language, form_of
from comity.doors.cli.mistakes import MistakeError, told
from comity.doors.cli.node import opened

Template = Annotated[str, typer.Argument(metavar="TEMPLATE", help="A template's code; `templates` lists them.")]


def templates(*, lang: Lang = Language.EN, json: Json = False) -> None:
    """List the templates an agreement can be written from. No node is needed."""
    with told():
        from comity.doors.cli import agreement_templates

        agreement_templates.show_templates(language=lang.value, form=form_of(json))


def template(*, code: Template, lang: Lang = Language.EN, json: Json = False) -> None:
    """Show a template: its parties, its clauses in plain words, which of them protect, the fields to fill in."""
    with told():
        from comity.doors.cli import agreement_templates

        agreement_templates.show_template(code=code, language=lang.value, form=form_of(json))


def clauses(
    *,
    clause: Annotated[str | None, typer.Argument(metavar="CLAUSE", help="One clause, in full.")] = None,
    protective: Annotated[bool, typer.Option("--protective", help="Only the optional protective clauses.")] = False,
    lang: Lang = Language.EN,
    json: Json = False,
) -> None:
    """List the catalogue of clauses, or show one in full. No node is needed."""
    with told():
        from comity.doors.cli import agreement_templates

        only = "protective" if protective else "all"
        agreement_templates.show_clauses(code=clause, only=only, language=lang.value, form=form_of(json))


def write(
    *,
    template: Template,
    code: Annotated[str, typer.Option(metavar="CODE", help="The code of the agreement to be.")],
    party: Annotated[
        list[str], typer.Option(metavar="ROLE=AGENCY", help="A party, at a place of the template; may be repeated.")
    ],
    since: Annotated[str, typer.Option("--from", metavar="TIME", help="Its first day (UTC), or an instant.")],
    until: Annotated[str | None, typer.Option("--to", metavar="TIME", help="The day (UTC) it is over.")] = None,
    field: Annotated[
        list[str] | None, typer.Option(metavar="NAME=VALUE", help="What a field is; its default when left out.")
    ] = None,
    wanted: Annotated[
        list[str] | None, typer.Option("--with", metavar="CLAUSE", help="An optional clause more; may be repeated.")
    ] = None,
    unwanted: Annotated[
        list[str] | None, typer.Option("--without", metavar="CLAUSE", help="An optional clause less; may be repeated.")
    ] = None,
    title: Annotated[str | None, typer.Option(metavar="TEXT", help="Its title; the template's when left out.")] = None,
    out: Annotated[str, typer.Option(metavar="FILE|-", help="Where to; a file that is there is not touched.")] = "-",
) -> None:
    """Write an agreement's file from a template, for `validate` and `draft`. No node is needed, nobody is bound."""
    with told():
        from comity.doors.cli import agreement_templates

        agreement_templates.write(
            template=template,
            code=code,
            title=title,
            parties=party,
            fields=field or (),
            wanted=wanted or (),
            unwanted=unwanted or (),
            since=since,
            until=until,
            out=out,
        )


def redline(
    context: typer.Context,
    *,
    code: Annotated[str | None, typer.Argument(metavar="CODE", help="An agreement's code.")] = None,
    older: Annotated[
        int | None, typer.Option("--from", metavar="N", help="The older version; the one in force when left out.")
    ] = None,
    newer: Annotated[int | None, typer.Option("--to", metavar="N", help="The newer; the newest when left out.")] = None,
    files: Annotated[
        tuple[str, str] | None, typer.Option(metavar="OLD NEW", help="Two text or TOML files instead; no node needed.")
    ] = None,
    html: Annotated[str | None, typer.Option(metavar="OUT", help="As a page of its own, to a new file or `-`.")] = None,
    around: Annotated[
        int | None, typer.Option("--context", metavar="PARAGRAPHS", min=0, help="Unchanged paragraphs around changes.")
    ] = None,
    lang: Lang = Language.EN,
    json: Json = False,
) -> None:
    """Show what changed between two versions of an agreement, by word and by clause, and who offered each.

    Deleted words are struck and red, inserted ones underlined and green; without color [-deleted-] and {+inserted+}.
    """
    with told():
        if (code is None) == (files is None):
            raise MistakeError("CODE, --files", "one of the two is needed", "name an agreement, or two files")
        if files is not None and not (older is None and newer is None):
            raise MistakeError("--from, --to", "are versions of an agreement", "leave them out with `--files`")
        if html is not None and json:
            raise MistakeError("--html, --json", "are two forms", "choose one")
    if files is not None:
        with told():
            from comity.doors.cli import redline_files

            redline_files.compare_files(
                old=files[0], new=files[1], around=around, language=lang.value, html=html, form=form_of(json)
            )
        return
    with opened(context):
        from comity.doors.cli import redlines

        redlines.compare(
            code=str(code),
            older=older,
            newer=newer,
            around=around,
            language=lang.value,
            html=html,
            form=form_of(json),
        )


def blame(
    context: typer.Context,
    *,
    code: Annotated[str, typer.Argument(metavar="CODE", help="The agreement's code.")],
    newer: Annotated[int | None, typer.Option("--to", metavar="N", help="As of this version; the newest else.")] = None,
    json: Json = False,
) -> None:
    """Show the text of an agreement with, for each run of words, the version and agency that brought it."""
    with opened(context):
        from comity.doors.cli import redlines

        redlines.show_blame(code=code, newer=newer, form=form_of(json))


def mount(app: typer.Typer) -> None:
    """Add the commands to those of an agreement."""
    for command in (templates, template, clauses, write, redline, blame):
        app.command()(command)
