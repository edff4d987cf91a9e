"""`comity keys …`."""

from enum import StrEnum
from typing import Annotated

import typer

from comity.doors.cli.input import read_bytes
from comity.doors.cli.menu.options import Acting, Json, form_of
from comity.doors.cli.mistakes import told
from comity.doors.cli.node import opened
from comity.doors.cli.say import note

app = typer.Typer(
    help="API keys for posts; public keys of agencies; rotation of the key that seals the vault.",
    no_args_is_help=True,
)


class Purpose(StrEnum):
    """What a public key may prove."""

    SIGNATURE = "signature"
    ENVELOPE = "envelope"
    DELIVERY = "delivery"


@app.command("issue-api-key")
def issue_api_key(
    context: typer.Context,
    *,
    acting: Acting,
    scope: Annotated[list[str], typer.Option(metavar="SCOPE", help="What it may, `exchange:ask`; may be repeated.")],
    days: Annotated[int, typer.Option(min=1, max=366, help="How long it is valid.")] = 90,
    json: Json = False,
) -> None:
    """Issue an API key that speaks for a post. The secret is printed this once; only its SHA-256 is kept."""
    with opened(context) as node:
        from comity.doors.cli import keys

        keys.issue(node, acting_text=acting, scopes=scope, days=days, form=form_of(json))


@app.command("revoke-api-key")
def revoke_api_key(
    context: typer.Context,
    *,
    prefix: Annotated[str, typer.Argument(metavar="PREFIX", help="The twelve characters after `comity_` in the key.")],
    acting: Acting,
) -> None:
    """Revoke an API key of an agency, as of now."""
    with opened(context) as node:
        from comity.doors.cli import keys

        keys.revoke(node, prefix=prefix, acting_text=acting)


@app.command()
def publish(
    context: typer.Context,
    *,
    file: Annotated[str, typer.Argument(metavar="FILE|-", help="The public key as PEM; never the private half.")],
    acting: Acting,
    purpose: Annotated[Purpose, typer.Option(help="What it proves; `signature` binds the agency.")],
    since: Annotated[
        str | None, typer.Option("--from", metavar="TIME", help="From when on, `2026-07-01` (UTC) or an instant; now.")
    ] = None,
    until: Annotated[
        str | None, typer.Option("--to", metavar="TIME", help="The first instant it is not valid any more; none.")
    ] = None,
    json: Json = False,
) -> None:
    """Publish a public key of an agency in the directory, Ed25519 or ECDSA P-384, for one purpose and a period.

    One for signatures binds the agency: its head publishes it.
    """
    with told():
        content = read_bytes(file, "FILE")
    with opened(context) as node:
        from comity.doors.cli import public_keys

        public_keys.publish(
            node,
            content=content,
            acting=acting,
            purpose=purpose.value,
            since=since,
            until=until,
            form=form_of(json),
        )


@app.command("publish-passkey")
def publish_passkey(
    context: typer.Context,
    *,
    file: Annotated[
        str, typer.Argument(metavar="FILE|-", help="What the browser's `toJSON()` gave when the passkey was made.")
    ],
    acting: Acting,
    since: Annotated[
        str | None, typer.Option("--from", metavar="TIME", help="From when on, `2026-07-01` (UTC) or an instant; now.")
    ] = None,
    until: Annotated[
        str | None, typer.Option("--to", metavar="TIME", help="The first instant it is not valid any more; none.")
    ] = None,
    json: Json = False,
) -> None:
    """Publish a passkey of an agency in the directory, ES256 or EdDSA, to sign agreements with, for a period.

    It was made at a page of this node, its user verified.
    """
    with told():
        content = read_bytes(file, "FILE")
    with opened(context) as node:
        from comity.doors.cli import public_keys

        public_keys.publish_passkey(node, content=content, acting=acting, since=since, until=until, form=form_of(json))


@app.command("revoke-public")
def revoke_public(
    context: typer.Context,
    *,
    key: Annotated[str, typer.Argument(metavar="KEY_ID", help="Its id; `comity keys published` lists them.")],
    acting: Acting,
) -> None:
    """Revoke a public key of an agency, as of now. What it signed before stays signed.

    One for signatures is revoked by the agency's head.
    """
    with opened(context) as node:
        from comity.doors.cli import public_keys

        public_keys.revoke(node, key_id=key, acting=acting)


@app.command()
def published(
    context: typer.Context,
    *,
    agency: Annotated[str, typer.Argument(metavar="AGENCY", help="The agency's code or ORI.")],
    json: Json = False,
) -> None:
    """List the public keys ever published for an agency: what each proves, from when to when, whether revoked."""
    with opened(context) as node:
        from comity.doors.cli import public_keys

        public_keys.list_published(node, agency=agency, form=form_of(json))


@app.command()
def rotate(context: typer.Context) -> None:
    """Make a new master key and seal every data key of the vault under it; yearly is enough.

    Content is not touched and every digest stays. Interrupted, `comity keys rewrap` goes on. Back the key file up.
    """
    with opened(context) as node:
        from comity.doors.cli import keys

        code = keys.rotate(node)
    raise typer.Exit(code)


@app.command()
def rewrap(context: typer.Context) -> None:
    """Finish a rotation: seal under the current master key what an older one still seals. Safe to repeat."""
    with opened(context) as node:
        from comity.doors.cli import keys

        code = keys.rewrap(node)
    raise typer.Exit(code)


@app.command()
def masters(context: typer.Context, *, json: Json = False) -> None:
    """List the master keys: where each is kept, since when, how many items it seals, which one is current."""
    with opened(context) as node:
        from comity.doors.cli import keys

        keys.masters(node, form=form_of(json))


@app.command()
def retire(
    context: typer.Context,
    *,
    key: Annotated[str, typer.Argument(metavar="KEY", help="The master key; `comity keys masters` lists them.")],
) -> None:
    """Destroy an old master key, for good; asks back.

    Refused for the current one, while anything is sealed under it, and for ten minutes after it was replaced. Of a key
    file that was moved into a token the file goes with its last master key.
    """
    with opened(context) as node:
        from comity.doors.cli import keys

        keys.show_retirable(node, key_id=key)
        if not typer.confirm("destroy it? there is no way back"):
            note("nothing was destroyed")
            raise typer.Exit(1)
        keys.retire(node, key_id=key)
