"""`comity law load`, `digest`, `approve`, `put-in-force`: how a release of the law comes into force."""

from typing import Annotated

import typer

from comity.doors.cli.menu.options import Acting, Json, form_of
from comity.doors.cli.mistakes import MistakeError, told
from comity.doors.cli.node import opened

Release = Annotated[
    str | None,
    typer.Option(metavar="ID", help="Which release, by id or its first characters; the one that waits when left out."),
]
Rules = Annotated[list[str] | None, typer.Option("--rule", metavar="RULE", help="A rule; may be repeated.")]
Every = Annotated[bool, typer.Option("--all", help="The release as such, with every rule of it and all it leaves out.")]


def _scope(named: list[str], *, is_all: bool) -> str:
    with told():
        if bool(named) == is_all:
            raise MistakeError(
                "--rule, --all", "one of the two is needed", "name rules with `--rule`, or write `--all`"
            )
    return "all" if is_all else "named"


def load(
    context: typer.Context,
    *,
    folder: Annotated[
        str | None,
        typer.Argument(metavar="FOLDER", help="A whole release as `comity law export` writes one; what ships if none."),
    ] = None,
    json: Json = False,
) -> None:
    """Load rules, words and authorities as a release that decides nothing yet: those of a folder, or those shipped.

    Everything is checked first; with one fault nothing is loaded. What it changes against the law in force is shown.
    Then counsel approves, then the release is put in force. Loading the same rules again changes nothing.
    """
    with opened(context) as node:
        from comity.doors.cli import law_release

        law_release.load(node, folder=folder, form=form_of(json))


def export(
    context: typer.Context,
    *,
    folder: Annotated[str, typer.Argument(metavar="FOLDER", help="A folder that is new or empty.")],
    release: Annotated[
        str | None, typer.Option(metavar="ID", help="Which release, by id or its first characters; the one in force.")
    ] = None,
    json: Json = False,
) -> None:
    """Write a release as the folder that `comity law load` takes: packs, texts, authorities, for counsel to edit."""
    with opened(context) as node:
        from comity.doors.cli import law_release

        law_release.export(node, folder=folder, release=release, form=form_of(json))


def check(
    context: typer.Context,
    *,
    folder: Annotated[
        str | None, typer.Argument(metavar="FOLDER", help="A folder as `comity law load` takes; what ships if none.")
    ] = None,
    release: Annotated[
        str | None, typer.Option(metavar="ID", help="A loaded release instead, with whether counsel approved it.")
    ] = None,
    tables: Annotated[
        str | None, typer.Option(metavar="FOLDER", help="The decision tables: is each rule tried both ways?")
    ] = None,
    on: Annotated[str | None, typer.Option(metavar="DAY", help="The day to check for; today when left out.")] = None,
    json: Json = False,
) -> None:
    """Find what is wrong, missing or about to end: citations, authorities, days no version covers, words, approvals.

    Ends with 1 when there is an error, with 0 when there are warnings only: they may stand. Nothing is written; without
    `--release` no node is needed.
    """
    from comity.doors.cli import law_check

    checking = law_check.Checking(tables, on, form_of(json))
    with told():
        if folder is not None and release is not None:
            raise MistakeError("FOLDER, --release", "one of the two at most", "leave one out")
        if release is None:
            raise typer.Exit(law_check.check_sources(folder, checking))
    with opened(context) as node:
        code = law_check.check_loaded(node, release or "", checking)
    raise typer.Exit(code)


def diff(
    context: typer.Context,
    *,
    release: Annotated[
        str | None, typer.Argument(metavar="RELEASE", help="By id or its first characters; the one that waits.")
    ] = None,
    against: Annotated[
        str | None, typer.Option(metavar="RELEASE", help="Compared with which; the one in force when left out.")
    ] = None,
    json: Json = False,
) -> None:
    """Show what a release changes: rules, their words in each language, authorities, part by part."""
    with opened(context) as node:
        from comity.doors.cli import law_difference

        law_difference.show_difference(node, release=release, against=against, form=form_of(json))


def digest(
    context: typer.Context,
    *,
    rule: Rules = None,
    all_rules: Every = False,
    release: Release = None,
    out: Annotated[
        str | None, typer.Option(metavar="FILE", help="Write the 32 bytes to sign into this new file.")
    ] = None,
    json: Json = False,
) -> None:
    """Show what counsel signs: the digest of a release with all its rules, or of rules by name, each with its words.

    Of rules by name those approved already are left out. `comity law approve --key` computes and signs the same digest.
    """
    named = list(rule or ())
    scope = _scope(named, is_all=all_rules)
    with opened(context) as node:
        from comity.doors.cli import law_release

        law_release.digest(node, release=release, rules=named, scope=scope, out=out, form=form_of(json))


def approve(
    context: typer.Context,
    *,
    acting: Acting,
    rule: Rules = None,
    all_rules: Every = False,
    release: Release = None,
    key: Annotated[
        str | None,
        typer.Option(metavar="PRIVATE.pem", help="Sign here with this private key (PKCS#8 PEM, passphrase asked)."),
    ] = None,
    signature: Annotated[
        str | None, typer.Option(metavar="FILE", help="A signature made elsewhere over what `digest` wrote.")
    ] = None,
    key_id: Annotated[str | None, typer.Option(metavar="ID", help="Which published key made that signature.")] = None,
    json: Json = False,
) -> None:
    """Record counsel's approval, by signature: of a release as such with `--all`, or of rules of it with `--rule`.

    Only the former lets a release be put in force: it covers what the release leaves out, too. The post must be
    counsel of the node, the key published for its agency for signatures. An approval of a rule holds for it and its
    words as they are, in every release; a changed rule needs a new one.
    """
    named = list(rule or ())
    scope = _scope(named, is_all=all_rules)
    with told():
        if (key is None) == (signature is None) or (signature is None) != (key_id is None):
            raise MistakeError(
                "--key, --signature",
                "an approval is signed in one of two ways",
                "give `--key PRIVATE.pem`, or `--signature FILE` with `--key-id ID`",
            )
    with opened(context) as node:
        from comity.doors.cli import law_release
        from comity.doors.cli.signing import Means

        means = Means(key, signature, key_id)
        law_release.approve(
            node, acting=acting, release=release, rules=named, scope=scope, means=means, form=form_of(json)
        )


def put_in_force(
    context: typer.Context,
    *,
    release: Release = None,
    at: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="From when on, `2026-07-01` (UTC) or an instant; now when left out."),
    ] = None,
) -> None:
    """Make a release the law, once counsel has approved it with its rules. Decisions already made stay as they are."""
    with opened(context) as node:
        from comity.doors.cli import law_release

        law_release.enforce(node, release=release, at=at)


def name_counsel(
    context: typer.Context,
    *,
    agency: Annotated[str, typer.Argument(metavar="AGENCY", help="A tenant, by code or ORI.")],
) -> None:
    """Say whose counsel is that of the node, in the place of any other's: it approves the law and switches settings.

    For the keeper of the node. What was approved stays approved.
    """
    with opened(context) as node:
        from comity.doors.cli import law_release

        law_release.name_counsel(node, agency=agency)


def mount(app: typer.Typer) -> None:
    """Add the commands to `comity law`."""
    for command in (load, export, check, diff, digest, approve):
        app.command()(command)
    app.command("put-in-force")(put_in_force)
    app.command("name-counsel")(name_counsel)
