"""Clauses of the gate's vocabulary that a reading proposes: what restricts, and, always doubtful, what permits."""

from collections.abc import Iterator, Sequence

from comity.standing.agreements.reading.found import Party, ProposedClause, Provision
from comity.standing.agreements.reading.parties import ICE, LEA


def propose_clauses(provisions: Sequence[Provision], parties: Sequence[Party]) -> Iterator[ProposedClause]:
    """Yield clauses with the words they came from. Codes are the directory's, else placeholders offering refuses."""
    ice = next((party.code for party in parties if party.role == "federal"), ICE)
    others = [party.code for party in parties if party.role != "federal"] or [LEA]
    for one in provisions:
        if one.term == "information_control" and one.value == "federal":
            yield ProposedClause(
                {"id": "ice-control", "kind": "onward", "from": [ice], "to": others, "rule": "consent"},
                one.term,
                one.words,
                permits=False,
                doubtful=bool(one.doubt),
                why=one.doubt or "what was obtained under the agreement is passed on only with consent",
            )
        if one.term == "statistics_on_request":
            yield ProposedClause(
                {
                    "id": "statistics", "kind": "share", "from": others, "to": [ice], "purposes": ["statistics"],
                    "categories": ["case"], "elements": ["case_number"],
                },
                one.term,
                one.words,
                permits=True,
                doubtful=True,
                why="it permits: a second person confirms it, and which elements the figures need",
            )  # fmt: skip
