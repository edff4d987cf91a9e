"""Options that several commands take, each explained once."""

from enum import StrEnum
from typing import Annotated

import typer


class Language(StrEnum):
    """The languages rules and words are in."""

    EN = "en"
    ES = "es"


Acting = Annotated[
    str,
    typer.Option(
        "--as",
        metavar="AGENCY/POST",
        help="Whose act this is: an agency's code (or ORI) and one of its posts; the agency alone means its post "
        "`interface`. The ledger records it as that post's.",
    ),
]
Lang = Annotated[Language, typer.Option("--lang", help="Language of rules and words.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON value a line on standard output, for machines.")]


def form_of(json: bool) -> str:  # noqa: FBT001 - a flag as typer hands it over
    """Return how a result is printed."""
    return "json" if json else "full"
