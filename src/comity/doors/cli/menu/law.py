"""`comity law …`."""

from enum import StrEnum
from typing import Annotated

import typer

from comity.doors.cli.menu.options import Json, Lang, Language, form_of
from comity.doors.cli.node import opened

app = typer.Typer(
    help="The rules the gate decides by, their authorities and words; how a release of them comes into force.",
    no_args_is_help=True,
)


class RuleKind(StrEnum):
    """What a rule does."""

    PERMIT = "permit"
    FORBID = "forbid"
    MANDATE = "mandate"
    REQUIRE = "require"
    WARN = "warn"


Category = Annotated[str | None, typer.Option(metavar="CATEGORY", help="Only what may be asked in this category.")]


@app.command()
def show(
    context: typer.Context,
    *,
    rule: Annotated[str | None, typer.Argument(metavar="RULE", help="A rule's id, such as `law-28`.")] = None,
    lang: Lang = Language.EN,
    json: Json = False,
) -> None:
    """Show the law in force and every release, or one rule: what it says, on which authority, what satisfies it."""
    with opened(context) as node:
        from comity.doors.cli import law

        if rule is None:
            law.show_law(node, form=form_of(json))
        else:
            law.show_rule(node, rule_id=rule, language=lang.value, form=form_of(json))


@app.command()
def rules(
    context: typer.Context,
    *,
    kind: Annotated[RuleKind | None, typer.Option(help="Only rules that do this.", show_default=False)] = None,
    jurisdiction: Annotated[str | None, typer.Option(metavar="us-az", help="Only this jurisdiction's.")] = None,
    lang: Lang = Language.EN,
    json: Json = False,
) -> None:
    """List the rules in force, each with its authority in plain words."""
    with opened(context) as node:
        from comity.doors.cli import law

        chosen = kind.value if kind else None
        law.list_rules(node, kind=chosen, jurisdiction=jurisdiction, language=lang.value, form=form_of(json))


def _words(context: typer.Context, of: str, category: str | None, lang: Language, form: str) -> None:
    with opened(context):
        from comity.doors.cli import law

        law.list_words(of=of, category=category, language=lang.value, form=form)


@app.command()
def elements(
    context: typer.Context, *, category: Category = None, lang: Lang = Language.EN, json: Json = False
) -> None:
    """List what may be asked for: each element, its sensitivity class (decided as one) and its NIEM name."""
    _words(context, "elements", category, lang, form_of(json))


@app.command()
def categories(context: typer.Context, *, lang: Lang = Language.EN, json: Json = False) -> None:
    """List the kinds of record, and which of them may hide that a record exists."""
    _words(context, "categories", None, lang, form_of(json))


@app.command()
def purposes(context: typer.Context, *, lang: Lang = Language.EN, json: Json = False) -> None:
    """List what information may be asked for."""
    _words(context, "purposes", None, lang, form_of(json))


@app.command()
def marks(context: typer.Context, *, lang: Lang = Language.EN, json: Json = False) -> None:
    """List what a record may be marked as by its holder."""
    _words(context, "marks", None, lang, form_of(json))


@app.command()
def evidence(context: typer.Context, *, lang: Lang = Language.EN, json: Json = False) -> None:
    """List what may be shown to satisfy a rule, and who may show it; an ask shows its own under `claims`."""
    _words(context, "evidence", None, lang, form_of(json))


@app.command()
def authorities(
    context: typer.Context,
    *,
    tag: Annotated[str | None, typer.Option(metavar="TAG", help="Only what is about this, such as `privacy`.")] = None,
    json: Json = False,
) -> None:
    """List the statutes, regulations, cases and policies the rules in force rest on, and how sure we are of each."""
    with opened(context) as node:
        from comity.doors.cli import law

        law.show_authorities(node, tag=tag, form=form_of(json))
