"""Reads of the law. Every session of *app* may read it, so nothing here opens a transaction: the caller's is used."""

from collections import OrderedDict
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from itertools import takewhile
from typing import Final
from uuid import UUID

from django.db import connection

from comity.kernel.time import Period
from comity.spine.tenancy.stamps import Stamps, kept
from comity.standing.law.facts import (
    InForce,
    Law,
    ReplayCounts,
    ReplayFacts,
)
from comity.standing.law.models import LawRelease, LawReplay, LawSetting
from comity.standing.law.packs import Authority
from comity.standing.law.rules import Release
from comity.standing.law.setting_facts import SETTING_ON, SETTING_PREFIX, SettingFacts

_KEPT: Final = 8
_laws: OrderedDict[str, Law] = OrderedDict()
"""The laws used last, by release digest: a release never changes, so neither does what is kept."""
# Plain SQL: every ask begins with it, and building a queryset would cost more than the query.
_IN_FORCE: Final = (
    "SELECT DISTINCT ON (f.effective_at) f.effective_at, f.release_id, r.digest"
    " FROM law_in_force f JOIN law_release r ON r.id = f.release_id"
    " ORDER BY f.effective_at DESC, f.at DESC, f.id DESC"
)

_VALUES: Final = "SELECT effective_at, setting, value FROM law_setting ORDER BY effective_at, at, id"


class NoLawInForceError(LookupError):
    """No release had been put in force at that instant; without law nothing may be decided."""


class UnknownReleaseError(LookupError):
    """No such release."""


class DamagedReleaseError(RuntimeError):
    """A stored release no longer has the digest it was loaded under; `comity ledger verify` says what changed."""


def get_current_law(at: datetime, *, stamps: Stamps | None = None) -> Law:
    """Return the law in force at `at`: one small query, none with `stamps` met before. Raises `NoLawInForceError`."""
    found = get_in_force(at, stamps=stamps)
    if found is None:
        raise NoLawInForceError(f"no release of the law was in force at {at.isoformat()}; run `comity law load`")
    return _law(found.release_id, found.digest)


def get_in_force(at: datetime, *, stamps: Stamps | None = None) -> InForce | None:
    """Return which release is the law at `at`, by digest and since when; None where none is."""
    every = kept(stamps, ("law",), "in force", list_in_force)
    return next((one for one in every if one.effective_at <= at), None)


def list_in_force() -> list[InForce]:
    """Return what was ever put in force, the last to take effect first; of several at one instant the last put."""
    with connection.cursor() as cursor:
        cursor.execute(_IN_FORCE)
        return [InForce(*row) for row in cursor.fetchall()]


def since_when(every: Sequence[InForce], one: InForce) -> datetime:
    """Return since when the law of `one`, of `list_in_force`, has been the law with no other between."""
    run = takewhile(lambda other: other.digest == one.digest, every[every.index(one) :])
    return min(other.effective_at for other in run)


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
        kept = Law(digest, release.rules, release_id, release.texts, release.authorities)
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


def require_release_digest(digest: str) -> None:
    """Raise `UnknownReleaseError` unless some release was loaded under this digest."""
    if not LawRelease.objects.filter(digest=digest).exists():
        raise UnknownReleaseError(f"no release with the digest `{digest}`")


def list_replays(release_id: UUID) -> list[ReplayFacts]:
    """Return the recorded replays of a release, oldest first."""
    return [
        ReplayFacts(
            id=row.id,
            at=row.at,
            release_id=row.release_id,
            against=row.against,
            period=Period(row.starts_at, row.ends_at),
            counts=ReplayCounts(
                same=row.same,
                different=row.different,
                undetermined=row.undetermined or 0,
                unreadable=row.unreadable,
                covered=row.covered or 0,
                made=row.made,
            ),
            list_digest=row.list_digest,
        )
        for row in LawReplay.objects.filter(release_id=release_id).order_by("at", "id")
    ]


def list_authorities(at: datetime) -> list[Authority]:
    """Return the authorities of the law in force at `at`, by code. Raises `NoLawInForceError`."""
    return [one for _, one in sorted(get_current_law(at).authorities.items())]


def list_citations() -> dict[str, str]:
    """Return the citation of every authority of a release that was ever put in force, by code; the newest counts."""
    found: dict[str, str] = {}
    for one in reversed(list_in_force()):
        known = get_law_of_release(one.release_id).authorities
        found |= {code: authority.citation for code, authority in known.items()}
    return found


def list_settings(at: datetime) -> dict[str, SettingFacts]:
    """Return the settings counsel gave a value that holds at `at`, by id; every other has its default."""
    rows = LawSetting.objects.filter(effective_at__lte=at).order_by("effective_at", "at", "id")
    return {row.setting: _setting(row) for row in rows}


def list_coming_settings(at: datetime) -> list[SettingFacts]:
    """Return the values counsel gave from an instant after `at` on, the earliest first."""
    rows = LawSetting.objects.filter(effective_at__gt=at).order_by("effective_at", "at", "id")
    return [_setting(row) for row in rows]


def _setting(row: LawSetting) -> SettingFacts:
    return SettingFacts(
        id=row.setting,
        value=row.value,
        reason=row.reason,
        effective_at=row.effective_at,
        at=row.at,
        agency_id=row.agency_id,
        post_id=row.post_id,
    )


def get_setting_codes(at: datetime, *, stamps: Stamps | None = None) -> frozenset[str]:
    """Return the evidence `setting_<id>` of every setting that is on at `at`; none was set: none, the strict reading.

    One small query, none with `stamps` met before.
    """
    values = {
        setting: value
        for effective_at, setting, value in kept(stamps, ("law",), "settings", _list_values)
        if effective_at <= at
    }
    return frozenset(f"{SETTING_PREFIX}{setting}" for setting, value in values.items() if value == SETTING_ON)


def _list_values() -> list[tuple[datetime, str, str]]:
    """Return every value ever set, the last to take effect last."""
    with connection.cursor() as cursor:
        cursor.execute(_VALUES)
        found: list[tuple[datetime, str, str]] = cursor.fetchall()
    return found
