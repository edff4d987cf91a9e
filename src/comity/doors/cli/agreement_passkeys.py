"""`comity agreement`: signing by passkey; checking every signature that is kept."""

import msgspec

from comity.doors.cli.acting import STEWARD, acting_as
from comity.doors.cli.agreement_signing import find_on_offer, say_signed
from comity.doors.cli.input import read_bytes, read_small
from comity.doors.cli.mistakes import NOT_WELL, MistakeError
from comity.doors.cli.node import Node
from comity.doors.cli.say import say, say_json, say_table
from comity.doors.cli.signing import Means
from comity.spine.keys.passkey import PasskeyRefusedError, read_assertion, request_options
from comity.spine.keys.webauthn import AssertionJson, UnreadableError
from comity.spine.tenancy.transaction import reading
from comity.standing.agreements.audit import list_contradictions, list_unproven_signatures
from comity.standing.agreements.commands import sign_by_passkey
from comity.standing.agreements.digest import signed_digest
from comity.standing.directory.selectors import list_passkeys


def options(node: Node, *, code: str, agency: str, rp_id: str) -> None:
    """Print what a browser gives a passkey of the party to sign, as one line of JSON."""
    agreement, version = find_on_offer(code)
    with reading(STEWARD):
        passkeys = list_passkeys(agreement.agency_of(agency), node.now(), rp_id)
    challenge = signed_digest(version=version.digest, agency=agency)
    say_json(msgspec.to_builtins(request_options(challenge, passkeys)))


def sign(node: Node, *, code: str, digest: str, acting: str, file: str, besides: Means) -> None:
    """Sign the version whose digest was read, as head of a party, by the assertion of a published passkey."""
    if besides != Means(None, None, None):
        raise MistakeError("--assertion", "is given beside another signature", "sign by one of them")
    by = acting_as(acting)
    agreement, _ = find_on_offer(code)
    try:
        sign_by_passkey(
            by=by,
            now=node.now(),
            agreement_id=agreement.id,
            digest=digest,
            assertion=read_assertion(read_small(read_bytes(file, "--assertion"), AssertionJson, "--assertion")),
            hosts=node.hosts,
        )
    except (PasskeyRefusedError, UnreadableError) as error:
        remedy = f"`comity agreement passkey-options {code} --for AGENCY` prints what is signed; nothing was written"
        raise MistakeError("--assertion", str(error), remedy) from None
    say_signed(code, acting)


def verify(*, form: str) -> int:
    """Print what does not hold of the signatures and the states of agreements; return 1 when something does not."""
    with reading(STEWARD):
        unproven, contradictions = list_unproven_signatures(), list_contradictions()
    if form == "json":
        for one in unproven:
            say_json({"agreement": one.code, "version": one.version, "agency": one.agency, "why": one.why})
        for row in contradictions:
            say_json({"agreement": row.code, "version": None, "agency": None, "why": _told(row.row[0], row.acts[0])})
        return NOT_WELL if unproven or contradictions else 0
    rows: list[tuple[object, ...]] = [(one.code, one.version, one.agency, one.why) for one in unproven]
    rows += [(row.code, "", "", _told(row.row[0], row.acts[0])) for row in contradictions]
    if not rows:
        say("every signature by key or passkey proves what it says; every agreement stands as its acts say")
        return 0
    say_table(("agreement", "version", "of", "does not hold"), rows)
    say("→ `comity ledger verify` says whether a row was altered; a verified backup restores it")
    return NOT_WELL


def _told(stands: str, acts: str) -> str:
    return f"stands as `{stands}`, its acts lead to `{acts}`, or to another version or end of notice"
