"""What the tests of signing are given: keys and signatures, what a version lacks, the database that refuses it."""

from uuid import UUID

import pytest
from agreements_given import NOW
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.db import DatabaseError

from comity.kernel.time import Period
from comity.spine.keys.detached import sign_detached
from comity.spine.keys.ring import Signature
from comity.spine.tenancy.actor import Actor
from comity.spine.tenancy.transaction import acting, reading
from comity.standing.agreements import commands as do
from comity.standing.agreements.commands.record import record_event
from comity.standing.agreements.digest import signed_digest
from comity.standing.agreements.models import Agreement
from comity.standing.agreements.selectors import get_readiness, list_versions
from comity.standing.agreements.vocabulary import EventKind, Finding, ReviewKind
from comity.standing.directory.commands import add_agency_key
from comity.standing.directory.vocabulary import KeyPurpose

SCAN = "a" * 64


def publish_key(
    steward: Actor, agency_id: UUID, *, purpose: KeyPurpose = KeyPurpose.SIGNATURE, period: Period | None = None
) -> Ed25519PrivateKey:
    """Return a new key whose public half the agency published."""
    key = Ed25519PrivateKey.generate()
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    add_agency_key(
        by=steward, now=NOW, agency_id=agency_id, purpose=purpose, public_pem=public, period=period or Period(NOW)
    )
    return key


def signature_of(key: Ed25519PrivateKey, *, version: str, agency: str) -> Signature:
    """Return the signature that binds the agency (code) to the version (digest)."""
    return sign_detached(key, signed_digest(version=version, agency=agency))


def newest(steward: Actor, agreement_id: UUID) -> str:
    """Return the digest of the newest version."""
    with reading(steward):
        return list_versions(agreement_id)[-1].digest


def sign(offices: object, office: object, agreement_id: UUID, *, by: Actor | None = None) -> None:
    """Sign the newest version by a key published for it, as the office's head unless told otherwise."""
    digest = newest(offices.steward, agreement_id)
    key = publish_key(offices.steward, office.agency_id)
    do.sign_agreement(
        by=by or office.head,
        now=NOW,
        agreement_id=agreement_id,
        digest=digest,
        signature=signature_of(key, version=digest, agency=office.code),
    )


def review_and_confirm(offices: object, office: object, agreement_id: UUID) -> None:
    """Do what a version lacks besides signatures; clauses are confirmed by the posts of one party.

    A review is recorded by the party that owes it, one of a party of another node by the steward.
    """
    by_code = {one.code: one for one in offices.by_id.values()}
    with reading(offices.steward):
        lacks = get_readiness(list_versions(agreement_id)[-1].id)
    posts = {"privacy_assessment": "privacy", "tribal_council": "head"}
    for one in lacks.unreviewed:
        party = by_code.get(one.agency)
        do.record_review(
            by=getattr(party, posts.get(one.kind.value, "counsel")) if party else offices.steward,
            now=NOW,
            agreement_id=agreement_id,
            digest=newest(offices.steward, agreement_id),
            kind=one.kind,
            agency=one.agency,
            finding=Finding.SATISFIED,
            document_sha256="b" * 64,
        )
    for by in (office.counsel, office.privacy):
        do.confirm_clauses(by=by, now=NOW, agreement_id=agreement_id, digest=newest(offices.steward, agreement_id))


def assessed(offices, agreement_id, **changes) -> dict[str, object]:
    """Return what a satisfied privacy assessment of the newest version for the sheriff is recorded with."""
    return {
        "digest": newest(offices.steward, agreement_id),
        "kind": ReviewKind.PRIVACY_ASSESSMENT,
        "agency": "pima-so",
        "finding": Finding.SATISFIED,
        "document_sha256": "b" * 64,
        **changes,
    }


def readiness(offices, agreement_id):
    with reading(offices.steward):
        return get_readiness(list_versions(agreement_id)[-1].id)


def refused_by_the_database(offices, agreement_id) -> str:
    """Try to put the newest version in force past the commands; return what the database says."""
    with reading(offices.steward):
        version_id = list_versions(agreement_id)[-1].id
    with pytest.raises(DatabaseError) as refused, acting(offices.pima.head) as cursor:
        record_event(
            cursor,
            agreement=Agreement.objects.get(id=agreement_id),
            event=EventKind.PUT_IN_FORCE,
            by=offices.pima.head,
            now=NOW,
            version_id=version_id,
        )
    return str(refused.value)
