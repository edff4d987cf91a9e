"""`comity told`."""

from enum import StrEnum
from typing import Annotated

import typer

from comity.doors.cli.input import read_bytes
from comity.doors.cli.menu.options import Acting, Json, form_of
from comity.doors.cli.mistakes import MistakeError, told
from comity.doors.cli.node import opened


class Means(StrEnum):
    """How it was told."""

    RADIO = "radio"
    TELEPHONE = "telephone"
    IN_PERSON = "in_person"
    WRITING = "writing"


def record_told(
    context: typer.Context,
    *,
    file: Annotated[
        str | None,
        typer.Argument(metavar="FILE|-", help="One disclosure as JSON, an array, or NDJSON; or use the options."),
    ] = None,
    acting: Acting,
    key: Annotated[str | None, typer.Option(metavar="KEY", help="Your own id: the same is recorded once.")] = None,
    recipient: Annotated[str | None, typer.Option(metavar="AGENCY", help="Who was told: code or ORI.")] = None,
    recipient_post: Annotated[
        str | None, typer.Option(metavar="POST", help="Which of its posts; without it nobody's training counts.")
    ] = None,
    purpose: Annotated[str | None, typer.Option(metavar="CODE", help="`comity law purposes`.")] = None,
    category: Annotated[str | None, typer.Option(metavar="CODE", help="`comity law categories`.")] = None,
    element: Annotated[
        list[str] | None, typer.Option(metavar="CODE", help="What was told, not its value; may be repeated.")
    ] = None,
    reference: Annotated[str | None, typer.Option(metavar="TEXT", help="The record's number.")] = None,
    told_at: Annotated[str | None, typer.Option(metavar="TIME", help="When: `2026-07-01T07:00:00Z`.")] = None,
    means: Annotated[Means | None, typer.Option(help="How it was told.")] = None,
    claim: Annotated[
        list[str] | None, typer.Option(metavar="CODE", help="Evidence shown then; `comity law evidence`.")
    ] = None,
    justification: Annotated[str | None, typer.Option(metavar="TEXT", help="Kept in the vault.")] = None,
    subject: Annotated[
        str | None, typer.Option(metavar="HANDLE", help="The subject's handle; a new one is issued without it.")
    ] = None,
    json: Json = False,
) -> None:
    """Record what an agency already told by radio or telephone: what and to whom, never the values.

    The gate judges it under the law and agreements of then; what it would not have let go is named a breach. The
    privacy officer reviews it within 24 hours. In a file: {"key", "recipient", "purpose", "category", "elements",
    "reference", "told_at", "means"}, and as needed "claims", "justification", "subject_handle",
    "recipient_post".
    """
    options: dict[str, object] = {
        "key": key,
        "recipient": recipient,
        "recipient_post": recipient_post,
        "purpose": purpose,
        "category": category,
        "elements": element,
        "reference": reference,
        "told_at": told_at,
        "means": means and means.value,
        "claims": dict.fromkeys(claim or (), True),
        "justification": justification,
        "subject_handle": subject,
    }
    with told():
        if file is not None and any(options.values()):
            raise MistakeError("FILE", "stands beside options", "give either a file or the options")
        content = None if file is None else read_bytes(file, "FILE")
    with opened(context) as node:
        from comity.doors.cli import outside

        given = outside.line_of(options) if content is None else content
        code = outside.record_told(node, content=given, acting=acting, form=form_of(json))
    raise typer.Exit(code)
