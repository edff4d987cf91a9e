"""`comity keys publish`, `publish-passkey`, `revoke-public`, `published`: the dated public keys of agencies."""

from datetime import datetime
from uuid import UUID

from comity.doors.cli.acting import STEWARD, acting_as, find_agency
from comity.doors.cli.input import read_small
from comity.doors.cli.mistakes import MistakeError
from comity.doors.cli.node import Node
from comity.doors.cli.say import moment, note, say, say_json, say_table
from comity.doors.cli.when import parse_moment
from comity.kernel.time import EmptyPeriodError, Period
from comity.spine.keys.new_passkey import read_new_passkey
from comity.spine.keys.passkey import PasskeyRefusedError
from comity.spine.keys.webauthn import RegistrationJson, UnreadableError
from comity.spine.tenancy.transaction import reading
from comity.standing.directory.commands import KeyRefusedError, add_agency_key, add_passkey, revoke_agency_key
from comity.standing.directory.facts import PublicKeyFacts
from comity.standing.directory.selectors import list_public_keys_of
from comity.standing.directory.vocabulary import KeyPurpose


def publish(
    node: Node, *, content: bytes, acting: str, purpose: str, since: str | None, until: str | None, form: str
) -> None:
    """Publish a public key of the acting post's agency; the ledger records it as that post's act."""
    by, now = acting_as(acting), node.now()
    period = _period(now, since, until)
    try:
        pem = content.decode("ascii")
        row_id = add_agency_key(
            by=by, now=now, agency_id=by.agency_id, purpose=KeyPurpose(purpose), public_pem=pem, period=period
        )
    except (UnicodeDecodeError, KeyRefusedError) as error:
        what = str(error) if isinstance(error, KeyRefusedError) else "not the PEM of a public key"
        remedy = "give the public half of an Ed25519 or P-384 key: `openssl pkey -in PRIVATE.pem -pubout`"
        raise MistakeError("FILE", what, remedy) from None
    _say_published(by.agency_id, row_id, acting, form)


def publish_passkey(
    node: Node, *, content: bytes, acting: str, since: str | None, until: str | None, form: str
) -> None:
    """Publish the passkey in a registration (JSON) of the acting post's agency, made at a page of this node."""
    by, now = acting_as(acting), node.now()
    period = _period(now, since, until)
    try:
        passkey = read_new_passkey(read_small(content, RegistrationJson, "FILE"), node.hosts)
    except (PasskeyRefusedError, UnreadableError) as error:
        remedy = "docs/how-to/publish-a-key.md shows how a passkey is made; nothing was published"
        raise MistakeError("FILE", str(error), remedy) from None
    row_id = add_passkey(by=by, now=now, agency_id=by.agency_id, passkey=passkey, period=period)
    _say_published(by.agency_id, row_id, acting, form)


def _say_published(agency_id: UUID, row_id: UUID, acting: str, form: str) -> None:
    with reading(STEWARD):
        key = next(one for one in list_public_keys_of(agency_id) if one.id == row_id)
    if form == "json":
        say_json(_as_json(key))
        return
    at = f", at `{key.rp_id}`" if key.rp_id else ""
    say(f"public key {key.key_id} ({key.scheme.value}) is published for {acting}, for `{key.purpose.value}`{at}")
    note(f"to revoke it: `comity keys revoke-public {key.key_id} --as {acting}`")


def _period(now: datetime, since: str | None, until: str | None) -> Period:
    starts_at = now if since is None else parse_moment(since, "--from")
    ends_at = None if until is None else parse_moment(until, "--to")
    try:
        return Period(starts_at, ends_at)
    except EmptyPeriodError:
        raise MistakeError("--to", "is not after the start", "name a later time, or leave it out") from None


def revoke(node: Node, *, key_id: str, acting: str) -> None:
    """Revoke a public key as of now."""
    revoke_agency_key(by=acting_as(acting), now=node.now(), key_id=key_id)
    say(f"revoked: what key {key_id} signs from now on binds nobody; what it signed before stays signed")


def list_published(node: Node, *, agency: str, form: str) -> None:
    """Print the public keys of an agency, newest first."""
    with reading(STEWARD):
        keys = list_public_keys_of(find_agency(agency, "AGENCY").id)
    if form == "json":
        for key in keys:
            say_json(_as_json(key))
        return
    now = node.now()
    rows = [
        (key.key_id, key.purpose.value, key.scheme.value, key.rp_id or "", moment(key.starts_at), moment(key.ends_at),
         _state(key, now))
        for key in keys
    ]  # fmt: skip
    say_table(("key", "proves", "scheme", "at", "from", "to", "now"), rows)


def _state(key: PublicKeyFacts, now: datetime) -> str:
    if key.revoked_at is not None and key.revoked_at <= now:
        return f"revoked {moment(key.revoked_at)}"
    if now < key.starts_at:
        return "to come"
    return "over" if key.ends_at is not None and key.ends_at <= now else "valid"


def _as_json(key: PublicKeyFacts) -> dict[str, object]:
    return {
        "key": key.key_id,
        "purpose": key.purpose.value,
        "scheme": key.scheme.value,
        "from": key.starts_at,
        "to": key.ends_at,
        "revoked_at": key.revoked_at,
        "pem": key.public_pem,
        "credential_id": key.credential_id,
        "rp_id": key.rp_id,
    }
