"""`comity agreement …`."""

from enum import StrEnum
from typing import Annotated

import typer

from comity.doors.cli.input import hash_file, read_bytes
from comity.doors.cli.letter_act import LetterAct
from comity.doors.cli.menu.options import Acting, Json, Lang, Language, form_of
from comity.doors.cli.mistakes import told
from comity.doors.cli.node import opened

app = typer.Typer(
    help="What agencies agree, in plain words: from a draft in a file to force, suspension and end.",
    no_args_is_help=True,
)

Code = Annotated[str, typer.Argument(metavar="CODE", help="The agreement's code; `comity agreement list` shows them.")]


class Reason(StrEnum):
    """Why an agreement is suspended. No word says that somebody complained."""

    TERMS_BREACHED = "terms_breached"
    LEGAL_REVIEW = "legal_review"
    COURT_ORDER = "court_order"
    SECURITY_INCIDENT = "security_incident"
    PARTY_REQUEST = "party_request"


class Template(StrEnum):
    """The models of 287(g) agreements."""

    TFM = "tfm"
    WSO = "wso"
    JEM = "jem"


class End(StrEnum):
    """Why an agreement ends."""

    PARTY_WITHDREW = "party_withdrew"
    MUTUAL = "mutual"
    PUBLIC_SAFETY = "public_safety"
    COURT_ORDER = "court_order"
    LAW_CHANGED = "law_changed"
    NOT_CONCLUDED = "not_concluded"


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
    offered: Annotated[bool, typer.Option("--offered", help="The newest version instead of the one in force.")] = False,
    lang: Lang = Language.EN,
    json: Json = False,
) -> None:
    """Show an agreement: parties, period, version, signatures."""
    with opened(context) as node:
        from comity.doors.cli import agreements

        wanted = {"text": text, "clauses": clauses, "offered": offered}
        parts = {name for name, is_wanted in wanted.items() if is_wanted}
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
    """Show what happened to an agreement, oldest first, and by which post: also who reviewed and confirmed."""
    with opened(context):
        from comity.doors.cli import agreement_history

        agreement_history.history(code=code, form=form_of(json))


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


@app.command()
def draft(
    context: typer.Context,
    *,
    file: Annotated[str, typer.Argument(metavar="FILE|-", help="An agreement as TOML: head, [parties], [[clauses]].")],
    acting: Acting,
) -> None:
    """Write an agreement, or the next text of one that is there, as a party. Nobody is bound by a draft.

    What offering would refuse is not written: every problem is named, as `validate` does.
    """
    with told():
        content = read_bytes(file, "FILE")
    with opened(context) as node:
        from comity.doors.cli import agreement_steps

        code = agreement_steps.draft(node, content=content, acting=acting)
    raise typer.Exit(code)


@app.command()
def offer(context: typer.Context, *, code: Code, acting: Acting) -> None:
    """Offer your agency's draft, as a party: it becomes a version that nothing changes any more.

    Reviews, confirmations and signatures given to an earlier offer lapse. On top of another party's offer it is a
    counter-offer.
    """
    with opened(context) as node:
        from comity.doors.cli import agreement_steps

        agreement_steps.offer(node, code=code, acting=acting)


@app.command("put-in-force")
def put_in_force(context: typer.Context, *, code: Code, acting: Acting) -> None:
    """Put the version in force that lacks nothing any more; the one it replaces is superseded in the same step."""
    with opened(context) as node:
        from comity.doors.cli import agreement_steps

        agreement_steps.into_force(node, code=code, acting=acting)


@app.command()
def terminate(
    context: typer.Context,
    *,
    code: Code,
    acting: Acting,
    reason: Annotated[End, typer.Option(help="Why; the word is recorded.")],
) -> None:
    """End an agreement for good, as head of a party: at once, or when the notice its text states is over.

    `mutual` ends it once the head of every party has said so. Limits on passing on what was received stay.
    """
    with opened(context) as node:
        from comity.doors.cli import agreement_steps
        from comity.standing.agreements.vocabulary import TerminationReason

        agreement_steps.terminate(node, code=code, acting=acting, reason=TerminationReason(reason.value))


@app.command()
def letter(
    context: typer.Context,
    *,
    code: Code,
    party: Annotated[str, typer.Option("--from", metavar="AGENCY", help="The party that wrote; not hosted here.")],
    act: Annotated[LetterAct, typer.Option(help="What it says.")],
    document: Annotated[str, typer.Option(metavar="FILE", help="The letter; its SHA-256 is recorded, it stays here.")],
    reason: Annotated[str, typer.Option(help="Why, for `suspend` and `terminate`; the word is recorded.")] = "",
) -> None:
    """Enter a letter of a party that is no tenant of this node, as the node's steward: it suspends, resumes or ends."""
    with told():
        paper = hash_file(document, "--document")
    with opened(context) as node:
        from comity.doors.cli import agreement_steps

        agreement_steps.enter_letter(node, code=code, party=party, act=act, reason=reason, document=paper)


@app.command("withdraw-notice")
def withdraw_notice(context: typer.Context, *, code: Code, acting: Acting) -> None:
    """Take back a notice before it is over, as head of the party that gave it: the agreement goes on."""
    with opened(context) as node:
        from comity.doors.cli import agreement_steps

        agreement_steps.withdraw(node, code=code, acting=acting)


@app.command()
def supersede(
    context: typer.Context,
    *,
    code: Code,
    acting: Acting,
    successor: Annotated[
        str, typer.Option(metavar="CODE", help="The agreement that takes its place: in force, with all its parties.")
    ],
) -> None:
    """End an agreement because another takes its place, as head of a party. Limits on passing on stay.

    The other is in force already, between at least the same parties. For a new text of the same agreement draft, offer
    and sign it again: `put-in-force` replaces the version in the same step.
    """
    with opened(context) as node:
        from comity.doors.cli import agreement_steps

        agreement_steps.supersede(node, code=code, successor=successor, acting=acting)


@app.command("import")
def import_agreement(
    context: typer.Context,
    *,
    file: Annotated[str, typer.Argument(metavar="FILE|-", help="A signed 287(g) agreement: PDF with text, or text.")],
    model: Annotated[Template | None, typer.Option(help="Which model it follows; found out otherwise.")] = None,
    draft_file: Annotated[
        str, typer.Option(metavar="OUT.toml", help="Write a draft to this new file, to be completed by a person.")
    ] = "",
    directory: Annotated[
        bool, typer.Option("--directory", help="Look the parties up in this node's directory; opens the node.")
    ] = False,
    lang: Lang = Language.EN,
    json: Json = False,
) -> None:
    """Read a signed agreement as it comes out of a scan: parties, sections, terms with their words, differences.

    Doubtful terms come first. Nothing is written to the node, and nothing binds until a person confirms it. Works
    without a node.
    """
    with told():
        content = read_bytes(file, "FILE")
        agencies = _agencies(context) if directory else None
        from comity.doors.cli import agreement_import
        from comity.standing.agreements.reading.found import Model

        code = agreement_import.import_agreement(
            content=content,
            model=None if model is None else Model(model.value),
            agencies=agencies,
            draft_file=draft_file,
            form=form_of(json),
            language=lang.value,
        )
    raise typer.Exit(code)


def _agencies(context: typer.Context) -> dict[str, list[str]]:
    """Return the codes of the directory by the agency's name."""
    with opened(context):
        from comity.doors.cli import agreements

        return agreements.agencies_by_name()
