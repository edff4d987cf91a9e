"""Counsel's approvals, and where each release stands by them. Every signature is checked again from the rows.

Reads; every session of *app* may read the law, so nothing here opens a transaction: the caller's is used.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from comity.kernel.digest import sha256
from comity.spine.keys.ring import Signature
from comity.standing.directory.selectors import KeyNotGoodError, SignatureNotGoodError, check_signature
from comity.standing.law.facts import NOT_APPROVED, ApprovalFacts, ApprovalRequest, Law, ReleaseFacts, ReleaseState
from comity.standing.law.models import LawApproval, LawInForce, LawRelease, LawReleaseApproval, LawRule
from comity.standing.law.rules import Release, approval_statement, release_statement, rule_digest
from comity.standing.law.selectors import UnknownReleaseError, read_release

K = TypeVar("K", str, UUID)


class UnknownRuleError(LookupError):
    """The release has no such rule."""


@dataclass(frozen=True, slots=True)
class _Act:
    """What one act of approving signed with; every row of the act bears the same."""

    agency_id: UUID
    at: datetime
    key_id: str
    scheme: str
    signature: bytes
    digest: str
    release_id: UUID | None


@dataclass(frozen=True, slots=True)
class Approvals:
    """What counsel approved. `rules`: rule digest to the approval that counts; `releases`: likewise by release id.

    The latest whose signature is good counts; where none is, the latest, which says so.
    """

    rules: Mapping[str, ApprovalFacts]
    releases: Mapping[UUID, ApprovalFacts]

    def list_open(self, digests: Mapping[str, str]) -> tuple[str, ...]:
        """Return the ids of those rules (id to digest) that lack an approval with a good signature, sorted."""
        return tuple(sorted(rule_id for rule_id, digest in digests.items() if not _is_good(self.rules.get(digest))))

    def list_unread(self, digests: Mapping[str, str]) -> tuple[str, ...]:
        """Return the ids of those rules that counsel may approve: open ones, and those with a demo approval only."""
        open_rules = set(self.list_open(digests))
        demo = {rule for rule, digest in digests.items() if rule not in open_rules and self.rules[digest].demo}
        return tuple(sorted(open_rules | demo))

    def is_release_approved(self, release_id: UUID) -> bool:
        """Tell whether counsel's good signature covers the release as such."""
        return _is_good(self.releases.get(release_id))

    def words_for_release(self, release_id: UUID) -> str:
        """Return how the release as such is approved, as `ApprovalFacts.words` says it, or `none`."""
        found = self.releases.get(release_id)
        return found.words if found else NOT_APPROVED


def _is_good(found: ApprovalFacts | None) -> bool:
    return found is not None and found.is_good


@dataclass(slots=True)
class _Checking:
    """Checks each signature once: over what the rows that bear it say was approved."""

    releases: Mapping[UUID, str]
    rules: Mapping[UUID, Mapping[str, str]]
    together: Mapping[_Act, Mapping[str, str]]
    _known: dict[_Act, bool] = field(default_factory=dict)

    def is_good(self, act: _Act) -> bool:
        """Tell whether the act bears a good signature over its rules, or over its release with all rules of it."""
        if act not in self._known:
            self._known[act] = self._is_good(act)
        return self._known[act]

    def _is_good(self, act: _Act) -> bool:
        digest = sha256(self._statement(act))
        signature = Signature(act.scheme, act.key_id, digest, act.signature)
        try:
            check_signature(agency_id=act.agency_id, signature=signature, digest=digest, at=act.at)
        except (KeyNotGoodError, SignatureNotGoodError):
            return False
        return act.digest == digest.hex()

    def _statement(self, act: _Act) -> bytes:
        """Return what the act must have signed; nothing where its rows say what it cannot have."""
        release, together = self.releases.get(act.release_id or UUID(int=0), ""), self.together.get(act, {})
        every = self.rules.get(act.release_id or UUID(int=0), {})
        whole = release_statement(release=release, rules=every)
        if act.digest == sha256(whole).hex():
            return whole if together.items() <= every.items() else b""
        return approval_statement(release=release, rules=together)


def read_approvals(*, until: datetime | None = None) -> Approvals:
    """Return every approval given until an instant (ever, for None), with whether its signature is good."""
    where = {} if until is None else {"at__lte": until}
    rows = list(LawApproval.objects.filter(**where).order_by("at", "id"))
    whole = list(LawReleaseApproval.objects.filter(**where).order_by("at", "id"))
    together: dict[_Act, dict[str, str]] = {}
    for row in rows:
        known = together.setdefault(_act_of(row), {})
        # Two digests for one rule were never signed together: a row was slipped in, and none of them is good.
        known[row.rule_id] = row.rule_digest if known.get(row.rule_id, row.rule_digest) == row.rule_digest else ""
    checking = _Checking(dict(LawRelease.objects.values_list("id", "digest")), list_rule_digests(), together)
    rules: dict[str, ApprovalFacts] = {}
    for row in rows:
        _keep(rules, row.rule_digest, _facts(row, rule_id=row.rule_id, checking=checking))
    releases: dict[UUID, ApprovalFacts] = {}
    for one in whole:
        _keep(releases, one.release_id, _facts(one, rule_id="", checking=checking))
    return Approvals(rules, releases)


def _keep(found: dict[K, ApprovalFacts], key: K, facts: ApprovalFacts) -> None:
    """Let an approval count in the place of an earlier one, unless that has a good signature and this has none."""
    if facts.is_good or not _is_good(found.get(key)):
        found[key] = facts


def _act_of(row: LawApproval | LawReleaseApproval) -> _Act:
    return _Act(
        agency_id=row.agency_id,
        at=row.at,
        key_id=row.key_id or "",
        scheme=row.scheme or "",
        signature=bytes(row.signature or b""),
        digest=row.digest or "",
        release_id=row.release_id,
    )


def _facts(row: LawApproval | LawReleaseApproval, *, rule_id: str, checking: _Checking) -> ApprovalFacts:
    act = _act_of(row)
    return ApprovalFacts(
        rule_id=rule_id,
        at=act.at,
        agency_id=act.agency_id,
        post_id=row.post_id,
        key_id=act.key_id,
        scheme=act.scheme,
        digest=act.digest,
        demo=row.demo or "",
        is_good=bool(act.digest) and checking.is_good(act),
    )


def list_rule_digests() -> dict[UUID, dict[str, str]]:
    """Return the rules of every release, by its id: rule id to digest of rule and words."""
    found: dict[UUID, dict[str, str]] = {}
    for release_id, rule_id, digest in LawRule.objects.values_list("release_id", "rule_id", "rule_digest"):
        found.setdefault(release_id, {})[rule_id] = digest
    return found


def get_approval_request(release_id: UUID, rule_ids: Sequence[str]) -> ApprovalRequest:
    """Return what counsel signs to approve these rules of a release; those approved already are left out.

    A rule with a demo approval, or with one whose signature is not good, is approved anew. Raises
    `UnknownReleaseError`, `UnknownRuleError`, `DamagedReleaseError`.
    """
    release = read_release(release_id)
    digests = release.rule_digests
    unknown = [rule_id for rule_id in rule_ids if rule_id not in digests]
    if unknown:
        raise UnknownRuleError(f"release `{release_id}` has no rule `{unknown[0]}`")
    wanted = {rule_id: digests[rule_id] for rule_id in sorted(set(rule_ids))}
    rules = {rule_id: wanted[rule_id] for rule_id in read_approvals().list_unread(wanted)}
    return ApprovalRequest(release_id, release.digest, rules, approval_statement(release=release.digest, rules=rules))


def get_release_request(release_id: UUID) -> ApprovalRequest:
    """Return what counsel signs to approve a release as such, and with it every rule of it, approved already or not.

    Raises `UnknownReleaseError`, `DamagedReleaseError`.
    """
    release = read_release(release_id)
    rules = dict(sorted(release.rule_digests.items()))
    return ApprovalRequest(release_id, release.digest, rules, release_statement(release=release.digest, rules=rules))


def list_approvals(digests: Iterable[str]) -> dict[str, ApprovalFacts]:
    """Return the approvals that count of these rule digests, by digest."""
    found = read_approvals().rules
    return {digest: found[digest] for digest in digests if digest in found}


def list_unsigned(release: Release) -> tuple[str, ...]:
    """Return the approved rules of a release whose approval bears no good signature, sorted.

    Approvals of before they were signed count as not signed.
    """
    found = list_approvals(release.rule_digests.values())
    return tuple(
        sorted(rule for rule, digest in release.rule_digests.items() if digest in found and not found[digest].is_good)
    )


def list_rule_approvals(law: Law) -> dict[str, ApprovalFacts]:
    """Return counsel's approvals of the rules of a law, by rule id."""
    digests = {rule.id: rule_digest(rule, law.texts) for rule in law.rules}
    found = list_approvals(digests.values())
    return {rule_id: found[digest] for rule_id, digest in digests.items() if digest in found}


def get_release(release_id: UUID, at: datetime) -> ReleaseFacts:
    """Return where a release stands at `at`. Raises `UnknownReleaseError`."""
    for facts in list_releases(at):
        if facts.id == release_id:
            return facts
    raise UnknownReleaseError(f"no release `{release_id}`")


def list_releases(at: datetime) -> list[ReleaseFacts]:
    """Return every release and where it stands at `at`, oldest first."""
    in_force = list(
        LawInForce.objects.filter(effective_at__lte=at)
        .order_by("effective_at", "at", "id")
        .values_list("release_id", "effective_at")
    )
    current = in_force[-1][0] if in_force else None
    standing = _Standing(current, dict(in_force), list_rule_digests(), read_approvals(until=at))
    return [
        standing.facts_of(row)
        for row in LawRelease.objects.filter(at__lte=at).only("id", "digest", "at", "post_id").order_by("at", "id")
    ]


@dataclass(frozen=True, slots=True)
class _Standing:
    """What says where a release stands: which one is the law, which were since when, their rules, the approvals."""

    current: UUID | None
    since: Mapping[UUID, datetime]
    rules: Mapping[UUID, Mapping[str, str]]
    approvals: Approvals

    def facts_of(self, row: LawRelease) -> ReleaseFacts:
        digests = self.rules.get(row.id, {})
        unapproved = self.approvals.list_open(digests)
        is_approved = not unapproved and self.approvals.is_release_approved(row.id)
        in_force = self.rules.get(self.current, {}) if self.current else {}
        return ReleaseFacts(
            id=row.id,
            digest=row.digest,
            loaded_at=row.at,
            loaded_by_post=row.post_id,
            state=self._state(row.id, is_approved=is_approved),
            unapproved=unapproved,
            approval=self.approvals.words_for_release(row.id),
            takes_out=tuple(sorted(in_force.keys() - digests.keys())),
            effective_at=self.since.get(row.id),
            demo_approvals=sum(bool(self._demo(digest)) for digest in digests.values()),
        )

    def _demo(self, digest: str) -> str:
        found = self.approvals.rules.get(digest)
        return found.demo if found else ""

    def _state(self, release_id: UUID, *, is_approved: bool) -> ReleaseState:
        if release_id == self.current:
            return ReleaseState.CURRENT
        if release_id in self.since:
            return ReleaseState.SUPERSEDED
        return ReleaseState.APPROVED if is_approved else ReleaseState.DRAFT
