"""What a version still lacks before it may be in force (`law-67`). Pure.

The database holds to the same: a trigger refuses the event `put_in_force` of a version that lacks any of it.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from comity.standing.agreements.reviews import Needed
from comity.standing.agreements.terms import Terms, permits

PAPER_WITNESSES = 2
"""How many posts attest a signature on paper, each with the hash of the same scan."""


@dataclass(frozen=True, slots=True)
class Readiness:
    """What is missing, in the order it is usually done. Nothing missing: the version may be put in force.

    `unreviewed` by party; `unconfirmed`, `once_confirmed`: ids of clauses nobody, or for what permits only one person,
    has confirmed; `unsigned`: codes of parties.
    """

    unreviewed: tuple[Needed, ...]
    unconfirmed: tuple[str, ...]
    once_confirmed: tuple[str, ...]
    unsigned: tuple[str, ...]

    @property
    def is_ready(self) -> bool:
        """Tell whether nothing is missing."""
        return not (self.unreviewed or self.unconfirmed or self.once_confirmed or self.unsigned)


def confirmations_missing(
    terms: Terms, confirmed: Iterable[tuple[UUID, Collection[str]]]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the clauses nobody confirmed, and those that permit and one post alone confirmed.

    `confirmed`: post and the ids of the clauses it confirmed.
    """
    posts: dict[str, set[UUID]] = {}
    for post, clauses in confirmed:
        for name in clauses:
            posts.setdefault(name, set()).add(post)
    by_nobody = tuple(clause.id for clause in terms.clauses if clause.id not in posts)
    by_one = tuple(clause.id for clause in terms.clauses if permits(clause) and len(posts.get(clause.id, ())) == 1)
    return by_nobody, by_one


def bound_by_paper(attested: Iterable[tuple[UUID, UUID, str]]) -> frozenset[UUID]:
    """Return the agencies whose signature on paper enough posts attest with one scan.

    `attested`: agency bound, post that attests, SHA-256 of the scan.
    """
    posts: dict[tuple[UUID, str], set[UUID]] = {}
    for agency, post, scan in attested:
        posts.setdefault((agency, scan), set()).add(post)
    return frozenset(agency for (agency, _), seen in posts.items() if len(seen) >= PAPER_WITNESSES)


def unsigned(parties: Mapping[UUID, str], bound: Collection[UUID]) -> tuple[str, ...]:
    """Return the codes of the parties that are not bound, sorted."""
    return tuple(sorted(code for agency, code in parties.items() if agency not in bound))
