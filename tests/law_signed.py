"""Counsel's approval as tests give it: a key published for the agency, its signature over what is approved."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from comity.kernel.time import Period
from comity.spine.keys.detached import PrivateKey, sign_detached
from comity.spine.keys.file_ring import FileKeyRing
from comity.spine.keys.ring import Signature
from comity.spine.tenancy.actor import Actor, Duty, node_actor
from comity.spine.tenancy.transaction import reading


def public_pem(key: PrivateKey) -> str:
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def published(by: Actor, now: datetime, *, key: PrivateKey | None = None, purpose=None, period=None) -> PrivateKey:
    """Publish a key of the actor's agency, by the steward, for signatures unless told; return its private half."""
    from comity.standing.directory.commands import add_agency_key
    from comity.standing.directory.vocabulary import KeyPurpose

    chosen = key or ed25519.Ed25519PrivateKey.generate()
    add_agency_key(
        by=replace(by, duty=Duty.STEWARD),
        now=now,
        agency_id=by.agency_id,
        purpose=purpose or KeyPurpose.SIGNATURE,
        public_pem=public_pem(chosen),
        period=period or Period(now),
    )
    return chosen


def signature_of(counsel: Actor, release_id: UUID, rule_ids: Sequence[str], key: PrivateKey) -> Signature:
    from comity.standing.law.approvals import get_approval_request

    with reading(counsel):
        return sign_detached(key, get_approval_request(release_id, rule_ids).digest)


def approve_signed(
    counsel: Actor, release_id: UUID, rule_ids: Sequence[str], now: datetime, key: PrivateKey | None = None
) -> list[str]:
    from comity.standing.law.commands import approve_rules

    signature = signature_of(counsel, release_id, rule_ids, key or published(counsel, now))
    return approve_rules(by=counsel, now=now, release_id=release_id, rule_ids=rule_ids, signature=signature)


def approve_whole(counsel: Actor, release_id: UUID, now: datetime, key: PrivateKey | None = None) -> list[str]:
    """Approve the release as such, and every rule of it, by one signature; return the rules it approved anew."""
    from comity.standing.law.approvals import get_release_request
    from comity.standing.law.commands import approve_release

    with reading(counsel):
        asked = get_release_request(release_id)
    signature = sign_detached(key or published(counsel, now), asked.digest)
    return approve_release(by=counsel, now=now, release_id=release_id, signature=signature)


def replayed(release_id: UUID, now: datetime, *, days: int = 1) -> None:
    """Replay the release against the law in force over the days before, on a node where nothing was decided yet."""
    from comity.coordination.exchange.commands.replay import replay_law

    with TemporaryDirectory() as folder:
        replay_law(
            release_id=release_id,
            period=Period(now - timedelta(days=days), now),
            by=node_actor(Duty.STEWARD),
            now=now,
            keys=FileKeyRing.create(Path(folder) / "keys.json"),
            progress=lambda *_: None,
        )
