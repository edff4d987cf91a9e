"""`comity agreement passkey-options`, `sign --assertion`: signing by passkey."""

import msgspec

from comity.doors.cli.acting import STEWARD, acting_as
from comity.doors.cli.agreement_signing import find_on_offer, say_signed
from comity.doors.cli.input import read_bytes, read_small
from comity.doors.cli.mistakes import MistakeError
from comity.doors.cli.node import Node
from comity.doors.cli.say import say_json
from comity.doors.cli.signing import Means
from comity.spine.keys.passkey import PasskeyRefusedError, read_assertion, request_options
from comity.spine.keys.webauthn import AssertionJson, UnreadableError
from comity.spine.tenancy.transaction import reading
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
    agreement, _ = find_on_offer(code, by)
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
