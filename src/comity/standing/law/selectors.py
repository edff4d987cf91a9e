"""Reads of the law. Every session of *app* may read it, so nothing here opens a transaction: the caller's is used."""

from collections import OrderedDict
from contextlib import suppress
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import connection

from comity.spine.tenancy.stamps import Stamps, kept
from comity.standing.law.facts import AuthorityFacts, Law, ReleaseFacts, ReleaseState
from comity.standing.law.models import LawApproval, LawAuthority, LawInForce, LawRelease
from comity.standing.law.rules import Release

_KEPT: Final = 8
_laws: OrderedDict[str, Law] = OrderedDict()
"""The laws used last, by release digest: a release never changes, so neither does what is kept."""
# Plain SQL: every ask begins with it, and building a queryset would cost more than the query.
_IN_FORCE: Final = (
    "SELECT f.effective_at, f.release_id, r.digest FROM law_in_force f JOIN law_release r ON r.id = f.release_id"
    " ORDER BY f.effective_at DESC, f.at DESC, f.id DESC"
)


class NoLawInForceError(LookupError):
    """No release had been put in force at that instant; without law nothing may be decided."""


class UnknownReleaseError(LookupError):
    """No such release."""


class DamagedReleaseError(RuntimeError):
    """A stored release no longer has the digest it was loaded under; `comity ledger verify` says what changed."""


def get_current_law(at: datetime, *, stamps: Stamps | None = None) -> Law:
    """Return the law in force at `at`: one small query, none with `stamps` met before. Raises `NoLawInForceError`."""
    for effective_at, release_id, digest in kept(stamps, ("law",), "in force", _list_in_force):
        if effective_at <= at:
            return _law(release_id, digest)
    raise NoLawInForceError(f"no release of the law was in force at {at.isoformat()}; run `comity law load`")


def _list_in_force() -> list[tuple[datetime, UUID, str]]:
    """Return what was ever put in force, the last to take effect first."""
    with connection.cursor() as cursor:
        cursor.execute(_IN_FORCE)
        found: list[tuple[datetime, UUID, str]] = cursor.fetchall()
    return found


def get_law_of_release(release_id: UUID) -> Law:
    """Return the law of any release, in force or not: for replay and for previews of what would change."""
    digest = LawRelease.objects.filter(id=release_id).values_list("digest", flat=True).first()
    if digest is None:
        raise UnknownReleaseError(f"no release `{release_id}`")
    return _law(release_id, digest)


def _law(release_id: UUID, digest: str) -> Law:
    kept = _laws.get(digest)
    if kept is None or kept.release_id != release_id:
        release = read_release(release_id)
        kept = Law(digest, release.rules, release_id, release.texts)
        _laws[digest] = kept
        if len(_laws) > _KEPT:
            _laws.popitem(last=False)
    else:
        with suppress(KeyError):  # another thread may have let go of it meanwhile
            _laws.move_to_end(digest)
    return kept


def read_release(release_id: UUID) -> Release:
    """Return a release from its stored sources. Raises `UnknownReleaseError`, `DamagedReleaseError`."""
    row = LawRelease.objects.filter(id=release_id).first()
    if row is None:
        raise UnknownReleaseError(f"no release `{release_id}`")
    release = Release(row.packs, row.texts, row.authorities)
    if release.digest != row.digest:
        raise DamagedReleaseError(f"release `{release_id}` has the digest `{release.digest}`, not `{row.digest}`")
    return release


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
    since = dict(in_force)
    approved = set(LawApproval.objects.filter(at__lte=at).values_list("rule_digest", flat=True))
    return [
        _release_facts(row, approved, current=current, since=since.get(row.id))
        for row in LawRelease.objects.filter(at__lte=at).order_by("at", "id")
    ]


def _release_facts(
    row: LawRelease, approved: set[str], *, current: UUID | None, since: datetime | None
) -> ReleaseFacts:
    digests = Release(row.packs, row.texts, row.authorities).rule_digests
    unapproved = tuple(sorted(rule_id for rule_id, digest in digests.items() if digest not in approved))
    return ReleaseFacts(
        id=row.id,
        digest=row.digest,
        loaded_at=row.at,
        loaded_by_post=row.post_id,
        state=_state(is_current=row.id == current, was_in_force=since is not None, is_approved=not unapproved),
        unapproved=unapproved,
        effective_at=since,
    )


def _state(*, is_current: bool, was_in_force: bool, is_approved: bool) -> ReleaseState:
    if is_current:
        return ReleaseState.CURRENT
    if was_in_force:
        return ReleaseState.SUPERSEDED
    return ReleaseState.APPROVED if is_approved else ReleaseState.DRAFT


def list_authorities() -> list[AuthorityFacts]:
    """Return the authorities, by code."""
    return [
        AuthorityFacts(
            code=row.code,
            citation=row.citation,
            effect=row.effect,
            starts_on=row.starts_on,
            ends_on=row.ends_on,
            mark=row.mark,
            confidence=row.confidence,
        )
        for row in LawAuthority.objects.order_by("code")
    ]
