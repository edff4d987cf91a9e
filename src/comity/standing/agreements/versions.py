"""Versions of one agreement side by side: who offered them and when, what changed; who brought which word."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from comity.standing.agreements.facts import AgreementFacts, EventFacts, VersionFacts
from comity.standing.agreements.redline import Brought, Change, blame, redline
from comity.standing.agreements.redline_terms import FieldChange, TermChange, redline_terms
from comity.standing.agreements.vocabulary import EventKind


class NoSuchVersionError(LookupError):
    """The agreement has no version of that number, or none to compare with."""


@dataclass(frozen=True, slots=True)
class Offer:
    """That a version was offered; `agency_id` is who offered it, None where no event says so."""

    number: int
    title: str
    digest: str
    offered_at: datetime
    agency_id: UUID | None


@dataclass(frozen=True, slots=True)
class Compared:
    """What changed from one version to another: the head (title, period), the words, the terms."""

    old: Offer
    new: Offer
    head: tuple[FieldChange, ...]
    changes: tuple[Change, ...]
    terms: tuple[TermChange, ...]

    @property
    def is_same(self) -> bool:
        """Tell whether nothing changed."""
        return not (self.head or self.terms) and all(change.kind == "keep" for change in self.changes)


def compare_versions(
    agreement: AgreementFacts,
    *,
    versions: Sequence[VersionFacts],
    events: Iterable[EventFacts],
    older: int | None = None,
    newer: int | None = None,
    language: str = "en",
    names: Mapping[str, str] | None = None,
) -> Compared:
    """Return what changed between two versions, by number; `versions` are all of them, oldest first.

    Left out, `newer` is the newest and `older` the one in force, or where that is the newer one the version before it.
    `names`: what agencies are called in sentences, by code; a code that is not there stands for itself.
    Raises `NoSuchVersionError`, `TooLongError`.
    """
    by_number = {version.number: version for version in versions}
    new = _numbered(agreement, by_number, newer if newer is not None else max(by_number, default=0))
    old = _numbered(agreement, by_number, older if older is not None else _usual(agreement, versions, new.number))
    offers = {offer.number: offer for offer in list_offers(versions, events=events)}
    return Compared(
        old=offers[old.number],
        new=offers[new.number],
        head=_head(old, new),
        changes=redline(old.text, new.text),
        terms=redline_terms(old.terms, new.terms, language=language, names=names),
    )


def list_offers(versions: Sequence[VersionFacts], *, events: Iterable[EventFacts]) -> tuple[Offer, ...]:
    """Return who offered each version and when, oldest first."""
    by_version = {event.version_id: event.agency_id for event in events if event.event is EventKind.OFFERED}
    return tuple(
        Offer(version.number, version.title, version.digest, version.offered_at, by_version.get(version.id))
        for version in versions
    )


def blame_versions(
    agreement: AgreementFacts, *, versions: Sequence[VersionFacts], newer: int | None = None
) -> tuple[Brought, ...]:
    """Return the text of a version (the newest when left out) in runs, each with the version that brought it.

    Raises `NoSuchVersionError`, `TooLongError`.
    """
    by_number = {version.number: version for version in versions}
    last = _numbered(agreement, by_number, newer if newer is not None else max(by_number, default=0))
    return blame([(version.number, version.text) for version in versions if version.number <= last.number])


def _numbered(agreement: AgreementFacts, versions: Mapping[int, VersionFacts], number: int) -> VersionFacts:
    if not versions:
        raise NoSuchVersionError(f"no version of `{agreement.code}` was offered yet; offer its draft first")
    if number not in versions:
        known = ", ".join(str(one) for one in versions)
        raise NoSuchVersionError(f"`{agreement.code}` has no version `{number}`; it has {known}")
    return versions[number]


def _usual(agreement: AgreementFacts, versions: Sequence[VersionFacts], newer: int) -> int:
    in_force = next((one.number for one in versions if one.id == agreement.current_version_id), None)
    if in_force is not None and in_force != newer:
        return in_force
    before = [one.number for one in versions if one.number < newer]
    if not before:
        raise NoSuchVersionError(f"version `{newer}` of `{agreement.code}` is its first; name the two to compare")
    return before[-1]


def _head(old: VersionFacts, new: VersionFacts) -> tuple[FieldChange, ...]:
    rows = (
        ("title", old.title, new.title),
        ("starts_at", old.period.starts_at, new.period.starts_at),
        ("ends_at", old.period.ends_at, new.period.ends_at),
    )
    return tuple(FieldChange(name, before, after) for name, before, after in rows if before != after)
