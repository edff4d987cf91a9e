"""`comity ask`, `asks`, `queue`, `answer`, `approve`, `refuse`, `receive`."""

from typing import Annotated

import typer

from comity.doors.cli.input import read_bytes
from comity.doors.cli.menu.options import Acting, Json, Lang, Language, form_of
from comity.doors.cli.mistakes import MistakeError, told
from comity.doors.cli.node import Node, opened
from comity.doors.cli.say import note

Task = Annotated[str, typer.Argument(metavar="TASK", help="The task's id, from `comity queue`.")]
Digest = Annotated[
    str | None,
    typer.Option(metavar="HEX", help="The task's digest from `comity queue --json`: decides without asking back."),
]


def mount(app: typer.Typer) -> None:
    """Add the commands to the top level."""
    app.command()(ask)
    app.command()(asks)
    app.command()(queue)
    app.command()(answer)
    app.command()(approve)
    app.command()(refuse)
    app.command()(receive)


def ask(
    context: typer.Context,
    *,
    file: Annotated[
        str, typer.Argument(metavar="FILE|-", help="One ask as JSON, an array of them, or one a line (NDJSON).")
    ],
    acting: Acting,
    preview: Annotated[
        bool,
        typer.Option("--preview", help="Only say what would be, by type: no record is looked at, nothing recorded."),
    ] = False,
    brief: Annotated[bool, typer.Option("--brief", help="One line an ask, without the reasons.")] = False,
    lang: Lang = Language.EN,
    json: Json = False,
) -> None:
    """Ask another agency for information; the gate decides each ask, records it, and says why.

    An ask: {"ask_id": "2026-0001", "holder": "pima-so", "purpose": "criminal_investigation", "category": "case",
    "elements": ["person_name"], "reference": "C-123"}, and as needed "agreement", "claims" (evidence you show),
    "justification", "case_number", "post". Codes: `comity law elements`, `categories`, `purposes`, `evidence`.

    A line that cannot be used is named with its remedy and stops no other. The same ask_id never asks twice: running
    this again shows what became of the asks. Exit code 1 when some lines could not be used, 2 when none could.
    """
    with told():
        content = read_bytes(file, "FILE")
    with opened(context) as node:
        from comity.doors.cli import asks

        code = asks.ask(
            node,
            content=content,
            acting=acting,
            preview="by_type" if preview else "live",
            form="brief" if brief and not json else form_of(json),
            language=lang.value,
        )
    raise typer.Exit(code)


def asks(
    context: typer.Context,
    *,
    acting: Acting,
    told: Annotated[
        bool, typer.Option("--told", help="What the agency was told by radio or telephone, not what it asked for.")
    ] = False,
    before: Annotated[
        str | None, typer.Option(metavar="ASK", help="List only those older than this one, to page on.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=500, help="How many to list.")] = 50,
    json: Json = False,
) -> None:
    """List what an agency asked for and how it stands, newest first; `comity ask` with the same file says why."""
    with opened(context):
        from comity.doors.cli import own_asks

        path = "outside" if told else "live"
        own_asks.list_own(acting=acting, path=path, before=before, limit=limit, form=form_of(json))


def queue(
    context: typer.Context,
    *,
    acting: Acting,
    agency: Annotated[
        bool, typer.Option("--agency", help="Everything that waits in the agency, not for the post.")
    ] = False,
    json: Json = False,
) -> None:
    """Show what waits for a post: asks to answer, approvals, decisions of counsel; what is due first on top."""
    with opened(context) as node:
        from comity.doors.cli import tasks

        tasks.queue(node, acting=acting, scope="agency" if agency else "post", form=form_of(json))


def answer(
    context: typer.Context,
    *,
    task: Task,
    acting: Acting,
    values: Annotated[
        str | None,
        typer.Option(metavar="FILE|-", help='JSON: {"element": "text", …}, or with "values", "marks", "evidence".'),
    ] = None,
    no_record: Annotated[bool, typer.Option("--no-record", help="There is no such record.")] = False,
    mark: Annotated[list[str] | None, typer.Option(help="What the record is marked as; `comity law marks`.")] = None,
    evidence: Annotated[list[str] | None, typer.Option(help="What you attest of it; `comity law evidence`.")] = None,
) -> None:
    """Answer an ask from the queue: in full, in part (fewer elements than asked), or that there is no record.

    The record is judged now, with its marks: what the gate permits goes, what needs approval waits, the rest stays.
    """
    with told():
        if (values is None) is not no_record:
            remedy = "give the record with `--values FILE`, or write `--no-record`"
            raise MistakeError("--values, --no-record", "one of the two is needed", remedy)
        content = None if values is None else read_bytes(values, "--values")
    with opened(context) as node:
        from comity.doors.cli import tasks

        tasks.answer(node, task=task, acting=acting, content=content, marks=mark or (), evidence=evidence or ())


def approve(context: typer.Context, *, task: Task, acting: Acting, digest: Digest = None) -> None:
    """Release what waits: as approver, or as counsel when a mandate meets a state's bar.

    Shows exactly what would leave and asks back; the verdict binds to that and to nothing else. The gate decides once
    more: an agreement suspended meanwhile still refuses.
    """
    with opened(context) as node:
        _decide(node, task, acting, "release", digest)


def refuse(context: typer.Context, *, task: Task, acting: Acting, digest: Digest = None) -> None:
    """Refuse what waits: it stays with the holder, and the asker is told that it was refused."""
    with opened(context) as node:
        _decide(node, task, acting, "refuse", digest)


def _decide(node: Node, task: str, acting: str, verdict: str, digest: str | None) -> None:
    from comity.doors.cli import tasks

    if digest is None:
        seen = tasks.look(node, task=task, acting=acting, kinds=tasks.VERDICTS)
        tasks.say_seen(seen)
        if not typer.confirm(f"{verdict} exactly this?"):
            note("nothing was recorded")
            raise typer.Exit(1)
        digest = seen.task.digest
    tasks.decide(node, task=task, acting=acting, verdict=verdict, digest=digest)


def receive(
    context: typer.Context,
    *,
    acting: Acting,
    disclosure: Annotated[
        str | None,
        typer.Argument(metavar="DISCLOSURE", help="The disclosure's id; without it, what was sent is listed."),
    ] = None,
    before: Annotated[
        str | None, typer.Option(metavar="DISCLOSURE", help="List only those older than this one, to page on.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=500, help="How many to list.")] = 50,
    json: Json = False,
) -> None:
    """Take over what was disclosed to an agency; the receipt is filed before a value is shown."""
    with opened(context) as node:
        from comity.doors.cli import tasks

        if disclosure is None:
            tasks.list_received(acting=acting, before=before, limit=limit, form=form_of(json))
        else:
            tasks.receive(node, disclosure=disclosure, acting=acting, form=form_of(json))
