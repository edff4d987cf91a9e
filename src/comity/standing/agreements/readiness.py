"""What a version still lacks before it may be in force (`law-67`). Pure.

No party can bind another that this node hosts: of what stands in for it, something is its own doing. The database holds
to the same: a trigger refuses the event `put_in_force` of a version that lacks any of it.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from comity.standing.agreements.reviews import Needed
from comity.standing.agreements.terms import Terms, permits
from comity.standing.directory.vocabulary import PostFunction

PAPER_WITNESSES: Final = 2
"""How many posts attest a signature on paper, each with the hash of the same scan."""
OWN_WITNESSES: Final = frozenset({PostFunction.AGENCY_HEAD, PostFunction.COUNSEL})
"""Functions of posts one of which has to be among the witnesses of a party hosted here, as its own."""


@dataclass(frozen=True, slots=True)
class Readiness:
    """What is missing, in the order it is usually done. Nothing missing: the version may be put in force.

    `unreviewed` by party; ids of clauses: `unconfirmed` by anybody, and of those that permit `confirmed_by_one_alone`
    and `unconfirmed_by_sender`, where a sender hosted here has not; codes of parties: `unsigned`, and of them
    `attested_by_others_alone`, whose paper its own head or counsel has not attested.
    """

    unreviewed: tuple[Needed, ...]
    unconfirmed: tuple[str, ...]
    confirmed_by_one_alone: tuple[str, ...]
    unconfirmed_by_sender: tuple[str, ...]
    unsigned: tuple[str, ...]
    attested_by_others_alone: tuple[str, ...]

    @property
    def is_ready(self) -> bool:
        """Tell whether nothing is missing."""
        unconfirmed = self.unconfirmed or self.confirmed_by_one_alone or self.unconfirmed_by_sender
        return not (self.unreviewed or unconfirmed or self.unsigned)


@dataclass(frozen=True, slots=True)
class Confirmed:
    """The ids of clauses that a post of the party (code) confirmed."""

    party: str
    post: UUID
    clauses: Collection[str]


@dataclass(frozen=True, slots=True)
class Attested:
    """That a post attests the party's signature on paper, by the SHA-256 of the scan.

    `is_own`: it is a post of the party itself with one of the functions `OWN_WITNESSES`.
    """

    party: UUID
    post: UUID
    scan: str
    is_own: bool


def confirmations_missing(
    terms: Terms, confirmed: Iterable[Confirmed], hosted: Collection[str]
) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Return the clauses nobody confirmed; of those that permit the ones one post alone did, and not every sender did.

    `hosted`: codes of the parties hosted here; a sender elsewhere has no post that could. In both ways both send.
    """
    posts: dict[str, set[UUID]] = {}
    parties: dict[str, set[str]] = {}
    for one in confirmed:
        for name in one.clauses:
            posts.setdefault(name, set()).add(one.post)
            parties.setdefault(name, set()).add(one.party)
    permitting = [clause for clause in terms.clauses if permits(clause) and clause.id in posts]
    here = {clause.id: {sender for sender, _ in clause.pairs}.intersection(hosted) for clause in permitting}
    return (
        tuple(clause.id for clause in terms.clauses if clause.id not in posts),
        tuple(clause.id for clause in permitting if len(posts[clause.id]) == 1),
        tuple(name for name, senders in here.items() if not senders <= parties[name]),
    )


def bound_by_paper(attested: Iterable[Attested], hosted: Collection[UUID]) -> frozenset[UUID]:
    """Return the parties whose signature on paper enough posts attest with one scan.

    Of a party hosted here (`hosted`) one of them is its own.
    """
    seen: dict[tuple[UUID, str], list[Attested]] = {}
    for one in attested:
        seen.setdefault((one.party, one.scan), []).append(one)
    return frozenset(
        party
        for (party, _), rows in seen.items()
        if len({row.post for row in rows}) >= PAPER_WITNESSES and (party not in hosted or any(r.is_own for r in rows))
    )


def without_own_witness(attested: Iterable[Attested], hosted: Collection[UUID]) -> frozenset[UUID]:
    """Return the parties hosted here whose paper others attest, and none of its own posts that has to."""
    rows = [one for one in attested if one.party in hosted]
    return frozenset(one.party for one in rows) - {one.party for one in rows if one.is_own}


def unsigned(parties: Mapping[UUID, str], bound: Collection[UUID]) -> tuple[str, ...]:
    """Return the codes of the parties that are not bound, sorted."""
    return tuple(sorted(code for agency, code in parties.items() if agency not in bound))
