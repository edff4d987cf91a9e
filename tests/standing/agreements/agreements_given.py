"""What the tests of agreements are given: clauses, facts, a version in hand, a law without rules."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from comity.kernel.ids import new_id
from comity.kernel.time import Period
from comity.spine.policy.decide import decide
from comity.spine.policy.decision import Decision
from comity.spine.policy.facts import Facts, Party
from comity.spine.policy.rules import Rule
from comity.standing.agreements.digest import text_digest, version_digest
from comity.standing.agreements.facts import Hold, LiveAgreement
from comity.standing.agreements.rulebook import Between, build_slice
from comity.standing.agreements.terms import plain_terms, read_terms
from comity.standing.agreements.vocabulary import AgreementKind
from comity.standing.law.catalogue import load_catalogue

NOW = datetime(2026, 3, 2, 16, tzinfo=UTC)
YEAR = Period(datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))
SHARE: Mapping[str, object] = {
    "id": "custody",
    "kind": "share",
    "from": ["pima-so"],
    "to": ["ice-ero-phoenix"],
    "purposes": ["criminal_investigation"],
    "categories": ["custody"],
    "elements": ["person_name", "custody_status", "charge"],
}


def terms_of(*clauses: Mapping[str, object]) -> dict[str, object]:
    """Return terms of the clauses, as an agency writes them."""
    return {"schema": "comity/terms/1", "clauses": [dict(clause) for clause in clauses]}


def facts_of(
    *,
    sender: str = "pima-so",
    receiver: str = "ice-ero-phoenix",
    purpose: str = "criminal_investigation",
    category: str = "custody",
    elements: tuple[str, ...] = ("person_name", "custody_status"),
    marks: frozenset[str] = frozenset(),
    met: frozenset[str] = frozenset(),
    origin: str = "",
    exhausted: frozenset[str] = frozenset(),
) -> Facts:
    """Return facts of an ask between two agencies of no particular power, so that clauses alone decide."""
    return Facts(
        act="disclose",
        sender=Party(sender, "local", "AZ", frozenset()),
        receiver=Party(receiver, "federal", "", frozenset()),
        purpose=purpose,
        category=category,
        asked=load_catalogue().group(elements),
        marks=marks,
        met=met,
        origin=origin,
        exhausted=exhausted,
    )


@dataclass(frozen=True)
class Silence:
    """A law without rules: clauses alone decide."""

    digest: str = "0" * 64
    rules: tuple[Rule, ...] = ()


def live_of(
    *clauses: Mapping[str, object],
    code: str = "mou",
    number: int = 1,
    hold: Hold = Hold.BETWEEN,
    parties: tuple[str, ...] = ("hsi-arizona", "ice-ero-phoenix", "pima-so"),
    state: str = "in_force",
) -> LiveAgreement:
    """Return a version in hand, as `live` would find it."""
    terms = plain_terms(read_terms(terms_of(*clauses)))
    text = text_digest("text")
    kind = AgreementKind.SHARING_MOU
    return LiveAgreement(
        id=new_id(),
        code=code,
        title="Memorandum",
        kind=kind,
        state=state,
        period=YEAR,
        version_id=new_id(),
        number=number,
        digest=version_digest(
            code=code,
            kind=kind,
            number=number,
            title="Memorandum",
            text_digest=text,
            terms=terms,
            parties=parties,
            period=YEAR,
        ),
        hold=hold,
        terms=terms,
        version_title="Memorandum",
        text_digest=text,
        parties=parties,
    )


def ask(facts: Facts, *agreements: LiveAgreement, at: datetime = NOW) -> Decision:
    """Decide under the agreements and nothing else."""
    between = Between(facts.sender.code, facts.receiver.code, facts.sender.state, facts.receiver.state)
    return decide(facts=facts, rules=build_slice(law=Silence(), agreements=agreements, between=between, at=at))
