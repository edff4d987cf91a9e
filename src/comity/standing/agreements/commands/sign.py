"""Signing: a party is bound to a version, named by its digest: by a published key or passkey, or on attested paper."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.backends.utils import CursorWrapper

from comity.spine.keys.passkey import Assertion
from comity.spine.keys.ring import Signature as KeySignature
from comity.spine.tenancy.actor import Actor
from comity.spine.tenancy.transaction import acting
from comity.standing.agreements.commands.record import (
    HEADS,
    RESPONSIBLE,
    lock_agreement,
    record_act,
    record_event,
    require_post,
    require_second_person,
    state_at,
    version_read,
)
from comity.standing.agreements.digest import is_sha256, signed_digest
from comity.standing.agreements.models import Agreement, Party, Signature, Version
from comity.standing.agreements.negotiation import get_readiness, list_bound
from comity.standing.agreements.selectors import get_agreement
from comity.standing.agreements.states import AGREEMENT
from comity.standing.agreements.vocabulary import EventKind, SigningMethod
from comity.standing.directory.selectors import check_passkey, check_signature


class AlreadySignedError(ValueError):
    """The party has signed this version, or this post has attested its signature."""


class UnreviewedError(ValueError):
    """A review the party owes is not recorded as satisfied; it does not sign before."""


class NoScanError(ValueError):
    """A signature on paper is attested by the SHA-256 of its scan; this is none, or another scan's."""


def sign_agreement(
    *, by: Actor, now: datetime, agreement_id: UUID, digest: str, signature: KeySignature, note: str = ""
) -> None:
    """Sign the version on offer, whose `digest` the signer read, by a key the agency published for signatures.

    `signature` is over `digest.signed_digest` of version and agency. One transaction: signature, event `signed` with
    the digest, two ledger entries. Raises `WrongPostError` unless `by` is the head of a party, `NothingOfferedError`,
    `AnotherTextError`, `AlreadySignedError`, `UnreviewedError`, `KeyNotGoodError`, `SignatureNotGoodError`,
    `IllegalTransitionError`.
    """
    with _signing(by, now, agreement_id, digest) as signing:
        check_signature(agency_id=by.agency_id, signature=signature, digest=signing.signed, at=now)
        signing.record(SigningMethod.KEY, signature.key_id, signature.scheme, signature.blob, note)


def sign_by_passkey(
    *, by: Actor, now: datetime, agreement_id: UUID, digest: str, assertion: Assertion, hosts: Collection[str]
) -> None:
    """Sign the version on offer, whose `digest` the signer read, by a passkey the agency published.

    The challenge of `assertion` is `digest.signed_digest` of version and agency, its page was at one of `hosts`, the
    node's names. One transaction: signature with the whole assertion, event `signed`, two ledger entries. Raises
    `PasskeyRefusedError`, `UnreadableError`, and what `sign_agreement` raises but `SignatureNotGoodError`.
    """
    with _signing(by, now, agreement_id, digest) as signing:
        agency_id, challenge = by.agency_id, signing.signed
        key = check_passkey(agency_id=agency_id, assertion=assertion, challenge=challenge, hosts=hosts, at=now)
        signing.record(SigningMethod.PASSKEY, key.key_id, key.scheme.value, assertion.blob)


def attest_signature(
    *, by: Actor, now: datetime, agreement_id: UUID, digest: str, agency: str, scan_sha256: str
) -> int:
    """Attest that the party `agency` (code) signed the version on paper, as its scan shows; return how many attested.

    The second attestation, of the same scan by another person in another post, binds the party; one hosted here only
    once its own head or counsel is among them. Done by head, counsel or privacy officer of any party. One transaction:
    attestation, with the one that binds also event `signed`; a ledger entry each. Raises `NotPartyError`,
    `NoScanError`, `NobodyThereError`, `SamePersonError` and what `sign_agreement` raises.
    """
    if not is_sha256(scan_sha256):
        raise NoScanError(f"`{scan_sha256}` is no SHA-256 of a scan; `sha256sum FILE` prints it")
    with acting(by) as cursor:
        agreement = lock_agreement(agreement_id)
        require_post(by, agreement, RESPONSIBLE)
        version = version_read(agreement, digest)
        party_id = get_agreement(agreement.id).agency_of(agency)
        _require_signable(agreement, version, party_id, agency, now=now)
        before = list(Signature.objects.filter(version_id=version.id, for_agency_id=party_id))
        if any(row.post_id == by.post_id for row in before):
            raise AlreadySignedError(f"your post has attested the signature of `{agency}`; a second post does")
        if any(row.scan_sha256 != scan_sha256 for row in before):
            raise NoScanError(f"`{scan_sha256}` is not the scan attested before, `{before[0].scan_sha256}`")
        require_second_person(by, now, [(row.post_id, row.at) for row in before])
        row: dict[str, object] = {
            "agreement_id": agreement.id,
            "version_id": version.id,
            "for_agency_id": party_id,
            "method": SigningMethod.PAPER.value,
            "key_id": "",
            "scheme": "",
            "blob": b"",
            "scan_sha256": scan_sha256,
            "note": "",
        }
        record_act(cursor, Signature, act="agreement.signature_attested", by=by, now=now, row=row)
        if party_id in list_bound([version.id]).get(version.id, frozenset()):
            _record_signed(cursor, agreement, version, by=by, now=now)
    return len(before) + 1


@dataclass(frozen=True, slots=True)
class _Signing:
    """A version its party may sign, in the transaction that will say so; `signed` is what its key signs."""

    cursor: CursorWrapper
    agreement: Agreement
    version: Version
    signed: bytes
    by: Actor
    now: datetime

    def record(self, method: SigningMethod, key_id: str, scheme: str, blob: bytes, note: str = "") -> None:
        """Record the signature, which was checked, and that the party signed."""
        row: dict[str, object] = {
            "agreement_id": self.agreement.id,
            "version_id": self.version.id,
            "for_agency_id": self.by.agency_id,
            "method": method.value,
            "key_id": key_id,
            "scheme": scheme,
            "blob": blob,
            "scan_sha256": "",
            "note": note,
        }
        record_act(self.cursor, Signature, act="agreement.signature", by=self.by, now=self.now, row=row)
        _record_signed(self.cursor, self.agreement, self.version, by=self.by, now=self.now)


@contextmanager
def _signing(by: Actor, now: datetime, agreement_id: UUID, digest: str) -> Iterator[_Signing]:
    """Lock the agreement and see that the acting head may sign the version whose digest was read."""
    with acting(by) as cursor:
        agreement = lock_agreement(agreement_id)
        require_post(by, agreement, HEADS)
        version = version_read(agreement, digest)
        code = Party.objects.values_list("agency_code", flat=True).get(
            agreement_id=agreement.id, agency_id=by.agency_id
        )
        _require_signable(agreement, version, by.agency_id, code, now=now)
        yield _Signing(cursor, agreement, version, signed_digest(version=version.digest, agency=code), by, now)


def _require_signable(agreement: Agreement, version: Version, agency_id: UUID, code: str, *, now: datetime) -> None:
    AGREEMENT.next(state_at(agreement, now), "sign")
    if agency_id in list_bound([version.id]).get(version.id, frozenset()):
        raise AlreadySignedError(f"`{code}` has signed version {version.number} of `{agreement.code}`")
    owed = [one.kind.value for one in get_readiness(version.id).unreviewed if one.agency == code]
    if owed:
        raise UnreviewedError(
            f"`{code}` owes {', '.join(owed)} before it signs version {version.number}; record it first"
        )


def _record_signed(cursor: CursorWrapper, agreement: Agreement, version: Version, *, by: Actor, now: datetime) -> None:
    record_event(
        cursor,
        agreement=agreement,
        event=EventKind.SIGNED,
        by=by,
        now=now,
        version_id=version.id,
        digest=version.digest,
    )
    Agreement.objects.filter(id=agreement.id).update(state=AGREEMENT.next(state_at(agreement, now), "sign"))
