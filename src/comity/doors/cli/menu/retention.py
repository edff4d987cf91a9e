"""`comity retention …`."""

from enum import StrEnum
from typing import Annotated

import typer

from comity.doors.cli.menu.options import Acting
from comity.doors.cli.node import opened

app = typer.Typer(help="Keeping what is due to be purged: another term with a reason, holds.", no_args_is_help=True)

Item = Annotated[
    str,
    typer.Argument(
        metavar="ITEM", help="A record's, a disclosure's or an item's id: `comity record file`, `comity queue --json`."
    ),
]


class Reason(StrEnum):
    """The reasons for which something may be kept another term."""

    STILL_UNDER_INVESTIGATION = "still_under_investigation"
    COURT_PROCEEDING = "court_proceeding"
    VALIDATED_BY_SOURCE = "validated_by_source"
    REQUIRED_BY_STATUTE = "required_by_statute"


@app.command()
def validate(
    context: typer.Context,
    *,
    item: Item,
    acting: Acting,
    reason: Annotated[Reason, typer.Option(help="Why it may be kept; recorded with reviewer and date.")],
) -> None:
    """Keep something for another term; nobody validating it means that it is purged."""
    with opened(context) as node:
        from comity.doors.cli import retention

        retention.validate(node, item=item, reason=reason.value, acting=acting)


@app.command()
def hold(
    context: typer.Context,
    *,
    item: Item,
    acting: Acting,
    reason: Annotated[
        str, typer.Option(metavar="CODE", help="A code of your own; shown to nobody but the post that holds.")
    ],
) -> None:
    """Keep something from being purged until the hold is released; prints the hold's id."""
    with opened(context) as node:
        from comity.doors.cli import retention

        retention.hold(node, item=item, reason=reason, acting=acting)


@app.command()
def release(
    context: typer.Context,
    *,
    item: Item,
    hold_id: Annotated[str, typer.Argument(metavar="HOLD", help="The hold's id.")],
    acting: Acting,
) -> None:
    """Release a hold; only the post that placed it can."""
    with opened(context) as node:
        from comity.doors.cli import retention

        retention.release(node, item=item, hold_id=hold_id, acting=acting)
