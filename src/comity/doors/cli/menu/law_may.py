"""`comity law may`: the answer to "may I, now?"."""

from typing import Annotated

import typer

from comity.doors.cli.menu.options import Json, Lang, Language, form_of
from comity.doors.cli.node import opened


def may(
    context: typer.Context,
    *,
    holder: Annotated[
        str, typer.Option("--from", metavar="AGENCY", help="Who would share: the agency that holds the record.")
    ],
    asker: Annotated[
        str,
        typer.Option("--to", metavar="AGENCY/POST", help="Who would be told; without `--as` this post asks."),
    ],
    purpose: Annotated[str, typer.Option(metavar="PURPOSE", help="What for; `comity law purposes` lists them.")],
    category: Annotated[str, typer.Option(metavar="CATEGORY", help="Which kind of record; `comity law categories`.")],
    element: Annotated[
        list[str], typer.Option(metavar="ELEMENT", help="What of it; may be repeated. `comity law elements`.")
    ],
    claim: Annotated[
        list[str] | None, typer.Option(metavar="EVIDENCE", help="What the asker would show; may be repeated.")
    ] = None,
    acting: Annotated[
        str | None,
        typer.Option(
            "--as", metavar="AGENCY/POST", help="Who wants to know, of one of the two; who would be told if none."
        ),
    ] = None,
    lang: Lang = Language.EN,
    json: Json = False,
) -> None:
    """Say whether one agency may share something with another, now: yes, after whose approval, or no and why.

    By type only, with rule or clause, citation, what is missing and the way forward. No record is looked at and nothing
    is written: what is refused here is refused whatever the record, what is not may still be by what the record is. Who
    would share is answered as for a trained post: whether one is, the other agency alone knows.
    """
    with opened(context) as node:
        from comity.doors.cli import law_may

        asked = law_may.Question(holder, asker, purpose, category, tuple(element), tuple(claim or ()), acting)
        law_may.may(node, asked, language=lang.value, form=form_of(json))
