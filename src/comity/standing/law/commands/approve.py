"""Counsel's approval, by signature: of rules, each with its words, or of a release as such and every rule of it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

from comity.kernel.ids import new_id
from comity.spine.keys.ring import Signature
from comity.spine.tenancy.actor import Actor
from comity.spine.tenancy.transaction import acting
from comity.standing.directory.selectors import check_signature
from comity.standing.law.approvals import get_approval_request, get_release_request, read_approvals
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

Note = Literal["", "demo approval"]
"""What is said of approvals beside their signature."""


def approve_rules(
    *, by: Actor, now: datetime, release_id: UUID, rule_ids: Sequence[str], signature: Signature, note: Note = ""
) -> list[str]:
    """Record counsel's approval of rules of a release, each with its words; returns the ids of those approved, sorted.

    `signature` signs the digest of `approvals.get_approval_request` for the same rules, by a key the directory keeps
    for counsel's agency, for signatures, good at `now`. A rule whose digest is approved already, other than for a
    demonstration, is passed over and not part of what is signed; when none is left nothing is looked at. `note`: what a
    demonstration says of itself. Writes one `law_approval` per rule and ledger entries `law.rules_approved` (one for
    every 400), in one transaction. Raises `NotStewardError`, `NotCounselError`, `UnknownReleaseError`,
    `UnknownRuleError`, `KeyNotGoodError`, `SignatureNotGoodError`; then nothing is written.
    """
    require_steward(by)
    with acting(by) as cursor:
        _require_other_counsel(by, release_id)
        asked = get_approval_request(release_id, rule_ids)
        if not asked.rules:
            return []
        check_signature(agency_id=by.agency_id, signature=signature, digest=asked.digest, at=now)
        rows = _rule_rows(asked.rules, _signed(asked, signature, by, now) | {"demo": note or None})
        write_act(cursor, act="law.rules_approved", by=by, now=now, rows=rows, ruleset=asked.release)
    return list(asked.rules)


def approve_release(*, by: Actor, now: datetime, release_id: UUID, signature: Signature, note: Note = "") -> list[str]:
    """Record counsel's approval of a release as such, and with it of every rule of it.

    `signature` signs the digest of `approvals.get_release_request`, by a key as `approve_rules` asks for: what the
    release takes out against another is thereby approved too. `note`: what a demonstration says of itself. Writes one
    `law_release_approval`, one `law_approval` for each rule not approved yet, or for a demonstration only, and ledger
    entries `law.release_approved` (one for every 400 rows), in one transaction; returns the ids of these rules, sorted.
    Raises `NotStewardError`, `NotCounselError`, `UnknownReleaseError`, `KeyNotGoodError`, `SignatureNotGoodError`; then
    nothing is written.
    """
    require_steward(by)
    with acting(by) as cursor:
        _require_other_counsel(by, release_id)
        asked = get_release_request(release_id)
        check_signature(agency_id=by.agency_id, signature=signature, digest=asked.digest, at=now)
        signed = _signed(asked, signature, by, now) | {"demo": note or None}
        left = read_approvals().list_unread(asked.rules)
        rows = _rule_rows({rule_id: asked.rules[rule_id] for rule_id in left}, signed)
        head = ("law_release_approval", signed | {"id": new_id()})
        write_act(cursor, act="law.release_approved", by=by, now=now, rows=[head, *rows], ruleset=asked.release)
    return list(left)


def _require_other_counsel(by: Actor, release_id: UUID) -> None:
    """Raise `NotCounselError` unless `by` is counsel and another post loaded the release."""
    require_counsel(by)
    if LawRelease.objects.filter(id=release_id, post_id=by.post_id).exists():
        raise NotCounselError("the post that loaded a release does not approve it")


def _signed(asked: ApprovalRequest, signature: Signature, by: Actor, now: datetime) -> Row:
    return {
        **done_by(by, now),
        "release_id": asked.release_id,
        "key_id": signature.key_id,
        "scheme": str(signature.scheme),
        "signature": signature.blob,
        "digest": asked.digest.hex(),
    }


def _rule_rows(rules: Mapping[str, str], signed: Row) -> list[tuple[str, Row]]:
    return [
        ("law_approval", {**signed, "id": new_id(), "rule_id": rule_id, "rule_digest": digest})
        for rule_id, digest in rules.items()
    ]
