"""Which reviews a version needs before its parties may sign. Pure.

Strict by default: where it is open whether a statute reaches an agreement, its review is asked for. Sources: A10, U13,
F18, U06, F38; `law-67`, `law-69`.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from comity.standing.agreements.vocabulary import Finding, ReviewKind
from comity.standing.directory.vocabulary import AgencyKind, PostFunction

_PUBLIC: Final = frozenset({AgencyKind.STATE, AgencyKind.LOCAL})
_BY_STATE: Final = {"AZ": ReviewKind.ATTORNEY_DETERMINATION, "UT": ReviewKind.INTERLOCAL_APPROVAL}

REVIEWERS: Final[Mapping[ReviewKind, PostFunction]] = {
    ReviewKind.ATTORNEY_DETERMINATION: PostFunction.COUNSEL,
    ReviewKind.INTERLOCAL_APPROVAL: PostFunction.COUNSEL,
    ReviewKind.PRIVACY_ASSESSMENT: PostFunction.PRIVACY_OFFICER,
    ReviewKind.TRIBAL_COUNCIL: PostFunction.AGENCY_HEAD,
}
"""Which post of a party records its review."""


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A party as the need for reviews depends on it. `sends`: some clause lets go what it holds."""

    code: str
    kind: AgencyKind
    state: str
    sends: bool


@dataclass(frozen=True, slots=True, order=True)
class Needed:
    """One review that one party owes; written `kind:agency code`."""

    kind: ReviewKind
    agency: str

    def __str__(self) -> str:
        return f"{self.kind.value}:{self.agency}"


def required_reviews(parties: Iterable[Reviewed]) -> tuple[Needed, ...]:
    """Return the reviews owed, sorted: by state, by who sends, by who is a Nation."""
    found: set[Needed] = set()
    for party in parties:
        if party.kind in _PUBLIC and party.state in _BY_STATE:
            found.add(Needed(_BY_STATE[party.state], party.code))
        if party.kind is AgencyKind.TRIBAL:
            found.add(Needed(ReviewKind.TRIBAL_COUNCIL, party.code))
        if party.sends:
            found.add(Needed(ReviewKind.PRIVACY_ASSESSMENT, party.code))
    return tuple(sorted(found))


def read_needed(stored: Collection[str] | None) -> tuple[Needed, ...]:
    """Return the reviews as `Needed` writes them; a version offered before reviews were asked for owes none."""
    parts = (one.partition(":") for one in stored or ())
    return tuple(Needed(ReviewKind(kind), agency) for kind, _, agency in parts)


def open_reviews(needed: Iterable[Needed], found: Mapping[tuple[ReviewKind, str], Finding]) -> tuple[Needed, ...]:
    """Return those that were not found satisfied, by kind and agency code."""
    return tuple(one for one in needed if found.get((one.kind, one.agency)) is not Finding.SATISFIED)
