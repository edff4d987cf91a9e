"""Counsel's approval of rules, each with its words, by signature."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

from comity.kernel.ids import new_id
from comity.spine.keys.ring import Signature
from comity.spine.tenancy.actor import Actor
from comity.spine.tenancy.transaction import acting
from comity.standing.directory.selectors import check_signature
from comity.standing.law.commands.record import (
    NotCounselError,
    Row,
    done_by,
    require_counsel,
    require_steward,
    write_act,
)
from comity.standing.law.facts import ApprovalRequest
from comity.standing.law.models import LawRelease
from comity.standing.law.selectors import get_approval_request

Note = Literal["", "demo approval"]
"""What is said of approvals beside their signature."""


def approve_rules(
    *, by: Actor, now: datetime, release_id: UUID, rule_ids: Sequence[str], signature: Signature, note: Note = ""
) -> list[UUID]:
    """Record counsel's approval of rules of a release, each with its words; returns the ids of new approvals.

    `signature` signs the digest of `selectors.get_approval_request` for the same rules, by a key the directory keeps
    for counsel's agency, for signatures, good at `now`. A rule whose digest is approved already is passed over and
    not part of what is signed; when none is left nothing is looked at. `note`: what a demonstration says of itself.
    Writes one `law_approval` per rule and ledger entries `law.rules_approved` (one for every 400), in one transaction.
    Raises `NotStewardError`, `NotCounselError`, `UnknownReleaseError`, `UnknownRuleError`, `KeyNotGoodError`,
    `SignatureNotGoodError`; then nothing is written.
    """
    require_steward(by)
    with acting(by) as cursor:
        require_counsel(by)
        if LawRelease.objects.filter(id=release_id, post_id=by.post_id).exists():
            raise NotCounselError("the post that loaded a release does not approve it")
        asked = get_approval_request(release_id, rule_ids)
        if not asked.rules:
            return []
        check_signature(agency_id=by.agency_id, signature=signature, digest=asked.digest, at=now)
        rows = _rows(asked, signature, {**done_by(by, now), "demo": note or None})
        write_act(cursor, act="law.rules_approved", by=by, now=now, rows=rows, ruleset=asked.release)
    return [row["id"] for _, row in rows if isinstance(row["id"], UUID)]


def _rows(asked: ApprovalRequest, signature: Signature, shared: Row) -> list[tuple[str, Row]]:
    signed: Row = {
        **shared,
        "release_id": asked.release_id,
        "key_id": signature.key_id,
        "scheme": str(signature.scheme),
        "signature": signature.blob,
        "digest": asked.digest.hex(),
    }
    return [
        ("law_approval", {**signed, "id": new_id(), "rule_id": rule_id, "rule_digest": digest})
        for rule_id, digest in asked.rules.items()
    ]
