"""`comity agreement …`: what lies between an offer and its force."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

import typer

from comity.doors.cli.menu.agreement import Code, app
from comity.doors.cli.menu.options import Acting, Json, form_of
from comity.doors.cli.node import opened

__all__ = ["app"]

Digest = Annotated[
    str, typer.Option(metavar="DIGEST", help="Of the version that was read, as `show --offered` prints it.")
]


class Review(StrEnum):
    """What a party looks into before it may sign."""

    ATTORNEY_DETERMINATION = "attorney_determination"
    INTERLOCAL_APPROVAL = "interlocal_approval"
    PRIVACY_ASSESSMENT = "privacy_assessment"
    TRIBAL_COUNCIL = "tribal_council"


class Found(StrEnum):
    """How a review came out."""

    SATISFIED = "satisfied"
    NOT_SATISFIED = "not_satisfied"


@app.command()
def status(context: typer.Context, *, code: Code, json: Json = False) -> None:
    """Show what the version on offer lacks before it may be in force: reviews, confirmations, signatures.

    What its clauses would permit and the law keeps back all the same is named as well.
    """
    with opened(context) as node:
        from comity.doors.cli import agreement_signing

        found = agreement_signing.status(node, code=code, form=form_of(json))
    raise typer.Exit(found)


@app.command()
def review(
    context: typer.Context,
    *,
    code: Code,
    digest: Digest,
    kind: Annotated[Review, typer.Option(help="Which review; `status` lists what is owed.")],
    finding: Annotated[Found, typer.Option(help="How it came out; the last one counts.")],
    document: Annotated[
        str, typer.Option(metavar="FILE|-", help="The paper that holds the finding; only its SHA-256 is kept.")
    ],
    acting: Acting,
    agency: Annotated[
        str | None,
        typer.Option("--for", metavar="AGENCY", help="A party of another node, whose paper the steward files here."),
    ] = None,
    reason: Annotated[str, typer.Option(help="A word on why, without names of persons.")] = "",
) -> None:
    """Record a review of the version on offer, by the party's own post for it. A party signs when its own are there.

    The digest names the text that was reviewed: what somebody offers meanwhile is reviewed anew.
    """
    with opened(context) as node:
        from comity.doors.cli import agreement_signing
        from comity.standing.agreements.vocabulary import Finding, ReviewKind

        agreement_signing.review(
            node,
            code=code,
            digest=digest,
            kind=ReviewKind(kind.value),
            agency=agency,
            finding=Finding(finding.value),
            document=document,
            reason=reason,
            acting=acting,
        )


@app.command()
def confirm(
    context: typer.Context,
    *,
    code: Code,
    digest: Digest,
    acting: Acting,
    clause: Annotated[
        list[str] | None, typer.Option(metavar="CLAUSE", help="A clause's id, may be repeated; all when left out.")
    ] = None,
) -> None:
    """Confirm that clauses say what the text says, as head, counsel or privacy officer of a party.

    Nothing is enforced that nobody confirmed; what permits needs two persons in two posts, and one of every agency
    that would send.
    """
    with opened(context) as node:
        from comity.doors.cli import agreement_signing

        agreement_signing.confirm(node, code=code, digest=digest, clauses=clause or None, acting=acting)


@app.command("digest")
def digest_to_sign(
    context: typer.Context,
    *,
    code: Code,
    agency: Annotated[str, typer.Option("--for", metavar="AGENCY", help="The party whose key will sign.")],
    out: Annotated[str | None, typer.Option(metavar="FILE", help="Write the 32 bytes to this new file.")] = None,
    json: Json = False,
) -> None:
    """Print what a party's key signs to be bound to the version on offer, for a signature made elsewhere."""
    with opened(context):
        from comity.doors.cli import agreement_signing

        agreement_signing.digest_to_sign(code=code, agency=agency, out=out, form=form_of(json))


@app.command("passkey-options")
def passkey_options(
    context: typer.Context,
    *,
    code: Code,
    agency: Annotated[str, typer.Option("--for", metavar="AGENCY", help="The party whose passkey will sign.")],
    rp_id: Annotated[
        str, typer.Option("--rp-id", metavar="NAME", help="The relying party, where its passkeys have several.")
    ] = "",
) -> None:
    """Print, as JSON, what a browser gives a passkey of a party to sign, to be bound to the version on offer.

    `PublicKeyCredential.parseRequestOptionsFromJSON()` takes it; the challenge is what `digest` prints.
    """
    with opened(context) as node:
        from comity.doors.cli import agreement_passkeys

        agreement_passkeys.options(node, code=code, agency=agency, rp_id=rp_id)


@app.command()
def sign(
    context: typer.Context,
    *,
    code: Code,
    acting: Acting,
    digest: Digest,
    key: Annotated[
        str | None, typer.Option(metavar="FILE", help="A private key (PKCS#8 PEM) whose public half is published.")
    ] = None,
    signature: Annotated[
        str | None, typer.Option(metavar="FILE", help="A signature made elsewhere over what `digest` prints.")
    ] = None,
    key_id: Annotated[str | None, typer.Option(metavar="ID", help="The key it was made with.")] = None,
    assertion: Annotated[
        str | None,
        typer.Option(metavar="FILE|-", help="What a passkey signed of `passkey-options`: the browser's `toJSON()`."),
    ] = None,
) -> None:
    """Sign the version on offer, as head of a party, by a key or passkey the agency published for signatures."""
    with opened(context) as node:
        from comity.doors.cli import agreement_passkeys, agreement_signing
        from comity.doors.cli.signing import Means

        means = Means(key, signature, key_id)
        if assertion is None:
            agreement_signing.sign(node, code=code, digest=digest, acting=acting, means=means)
        else:
            agreement_passkeys.sign(node, code=code, digest=digest, acting=acting, file=assertion, besides=means)


@app.command()
def verify(context: typer.Context, *, json: Json = False) -> None:
    """Check that every signature by key or passkey still proves what it says, and every agreement stands as its acts.

    Returns 1 when something does not.
    """
    with opened(context):
        from comity.doors.cli import agreement_verify

        found = agreement_verify.verify(form=form_of(json))
    raise typer.Exit(found)


@app.command()
def attest(
    context: typer.Context,
    *,
    code: Code,
    acting: Acting,
    digest: Digest,
    agency: Annotated[str, typer.Option("--for", metavar="AGENCY", help="The party that signed on paper.")],
    scan: Annotated[str | None, typer.Option(metavar="FILE|-", help="The scan; only its SHA-256 is kept.")] = None,
    scan_sha256: Annotated[str | None, typer.Option(metavar="HASH", help="The scan's SHA-256 instead.")] = None,
) -> None:
    """Attest that a party signed the version on paper. Two posts do, each held by another person, on the same scan.

    Of a party of this node its own head or counsel is one of them.
    """
    with opened(context) as node:
        from comity.doors.cli import agreement_signing

        agreement_signing.attest(
            node, code=code, digest=digest, agency=agency, scan=scan, scan_sha256=scan_sha256, acting=acting
        )


@app.command()
def due(
    context: typer.Context,
    *,
    within: Annotated[
        int | None, typer.Option(min=1, max=36_500, metavar="DAYS", help="Only what falls due within so many days.")
    ] = None,
    json: Json = False,
) -> None:
    """List what falls due under the agreements in force: ends, notices, first reviews and meetings their texts want."""
    with opened(context) as node:
        from comity.doors.cli import agreement_signing

        agreement_signing.due(node, within=within, form=form_of(json))


@app.command()
def comment(
    context: typer.Context,
    *,
    code: Code,
    words: Annotated[str, typer.Argument(metavar="WORDS", help="What you say, without names of persons.")],
    acting: Acting,
    digest: Annotated[
        str | None, typer.Option(metavar="DIGEST", help="Of the version that was read, to speak of no other.")
    ] = None,
    place: Annotated[str, typer.Option(metavar="PLACE", help="A clause's id or a heading's number.")] = "",
    answers: Annotated[UUID | None, typer.Option(metavar="COMMENT", help="The comment that is answered.")] = None,
) -> None:
    """Say something about the version on offer, as any post of a party; the parties read it, nobody else."""
    with opened(context) as node:
        from comity.doors.cli import agreement_signing

        agreement_signing.comment(
            node, code=code, words=words, digest=digest, place=place, answers=answers, acting=acting
        )


@app.command()
def comments(context: typer.Context, *, code: Code, json: Json = False) -> None:
    """Show what the parties said about the versions of an agreement, oldest first."""
    with opened(context):
        from comity.doors.cli import agreement_signing

        agreement_signing.comments(code=code, form=form_of(json))
