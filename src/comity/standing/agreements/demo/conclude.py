"""Taking a demo agreement from offer to force, as its parties would: reviewed, confirmed by two, signed by keys.

Every act is the real command by the party's own post. The keys are made here, published, used once and forgotten.
"""

from datetime import datetime
from hashlib import sha256
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from comity.kernel.time import Period
from comity.spine.keys.detached import sign_detached
from comity.spine.tenancy.actor import Actor, Duty
from comity.spine.tenancy.transaction import reading
from comity.standing.agreements.commands import confirm_clauses, put_in_force, record_review, sign_agreement
from comity.standing.agreements.digest import signed_digest
from comity.standing.agreements.facts import PartyFacts, VersionFacts
from comity.standing.agreements.reviews import REVIEWERS
from comity.standing.agreements.selectors import get_agreement, get_readiness
from comity.standing.agreements.vocabulary import Finding
from comity.standing.directory.commands import add_agency_key
from comity.standing.directory.selectors import find_post
from comity.standing.directory.vocabulary import KeyPurpose, PostFunction

NOTE: Final = "demo signature"


class BrokenDemoError(ValueError):
    """A demo file lacks or misnames a field, or a party has no post that could act."""


def conclude(version: VersionFacts, *, by: Actor, now: datetime) -> None:
    """Do all that the version on offer lacks, and put it in force; safe to take up where a run was cut off."""
    with reading(by):
        parties = {party.agency_code: party for party in get_agreement(version.agreement_id).parties}
        lacks = get_readiness(version.id)
    document = sha256(f"demonstration: nobody has reviewed {version.digest}".encode()).hexdigest()
    for one in lacks.unreviewed:
        record_review(
            by=_post(parties[one.agency], REVIEWERS[one.kind], by),
            now=now,
            agreement_id=version.agreement_id,
            digest=version.digest,
            kind=one.kind,
            agency=one.agency,
            finding=Finding.SATISFIED,
            document_sha256=document,
            reason="nobody has reviewed it",
        )
    for party in parties.values():
        post = _post(party, PostFunction.COUNSEL, by)
        confirm_clauses(by=post, now=now, agreement_id=version.agreement_id, digest=version.digest)
    for code in lacks.unsigned:
        _sign(version, parties[code], by=by, now=now)
    put_in_force(by=by, now=now, agreement_id=version.agreement_id)


def _sign(version: VersionFacts, party: PartyFacts, *, by: Actor, now: datetime) -> None:
    key = Ed25519PrivateKey.generate()
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    period, purpose = Period(now), KeyPurpose.SIGNATURE
    add_agency_key(by=by, now=now, agency_id=party.agency_id, purpose=purpose, public_pem=public, period=period)
    digest = signed_digest(version=version.digest, agency=party.agency_code)
    sign_agreement(
        by=_post(party, PostFunction.AGENCY_HEAD, by),
        now=now,
        agreement_id=version.agreement_id,
        digest=version.digest,
        signature=sign_detached(key, digest),
        note=NOTE,
    )


def _post(party: PartyFacts, function: PostFunction, by: Actor) -> Actor:
    with reading(by):
        post = find_post(party.agency_id, function)
    if post is None:
        raise BrokenDemoError(f"`{party.agency_code}` has no post `{function.value}` that could act")
    return Actor(party.agency_id, post.id, Duty.AGENCY)
