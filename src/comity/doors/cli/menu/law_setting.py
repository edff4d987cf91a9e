"""`comity law setting …`."""

from typing import Annotated

import typer

from comity.doors.cli.menu.options import Acting, Json, Lang, Language, form_of
from comity.doors.cli.node import opened

app = typer.Typer(
    help="Points of law that are not built in: off, or strict, until counsel of the node chooses otherwise.",
    no_args_is_help=True,
)


@app.command("list")
def list_all(context: typer.Context, *, lang: Lang = Language.EN, json: Json = False) -> None:
    """List the settings: what each says when on, its value now, since when, and counsel's reason."""
    with opened(context) as node:
        from comity.doors.cli import law_setting

        law_setting.list_all(node, language=lang.value, form=form_of(json))


@app.command("set")
def set_one(
    context: typer.Context,
    *,
    setting: Annotated[str, typer.Argument(metavar="SETTING", help="Its id; `comity law setting list` shows them.")],
    value: Annotated[str, typer.Argument(metavar="VALUE", help="One of its values, such as `on` or `off`.")],
    acting: Acting,
    reason: Annotated[
        str, typer.Option(help="Why, in a line, such as the number of an opinion; never about a person.")
    ],
    at: Annotated[
        str | None, typer.Option(metavar="TIME", help="From when on, `2026-07-01` (UTC) or an instant; now if none.")
    ] = None,
) -> None:
    """Give a setting a value, as counsel of the node. Decisions from then on are made under it, those made are not."""
    with opened(context) as node:
        from comity.doors.cli import law_setting

        law_setting.set_one(node, setting=setting, value=value, reason=reason, acting=acting, at=at)
