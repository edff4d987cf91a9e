"""A rulebook of the size a benchmark wants: the shipped law, and for each pair of agencies an agreement of its own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from comity.kernel.ids import new_id
from comity.kernel.time import Period
from comity.spine.policy.rules import Rule
from comity.standing.agreements.compile import compile_terms
from comity.standing.agreements.digest import text_digest, version_digest
from comity.standing.agreements.facts import Hold, LiveAgreement
from comity.standing.agreements.rulebook import Between
from comity.standing.agreements.terms import SCHEMA, plain_terms, read_terms
from comity.standing.agreements.vocabulary import AgreementKind
from comity.standing.law.catalogue import load_catalogue
from comity.standing.law.facts import Law
from comity.standing.law.packs import (
    load_authorities,
    load_rules,
    load_texts,
    shipped_authority_source,
    shipped_packs,
    shipped_text_sources,
)
from comity.standing.law.rules import Release

AT: Final = datetime(2026, 3, 2, 16, tzinfo=UTC)
_YEARS: Final = Period(datetime(2025, 1, 1, tzinfo=UTC), datetime(2030, 1, 1, tzinfo=UTC))
_EXCLUDED: Final = ["protected_1367", "asylum", "tu_visa", "continued_presence", "juvenile_social", "expunged"]

Clause = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two agencies and the agreement between them."""

    between: Between
    agreement: LiveAgreement


@dataclass(frozen=True, slots=True)
class Rulebook:
    """The law and the pairs; `rules` counts every rule of the whole."""

    law: Law
    pairs: tuple[Pair, ...]
    rules: int


def shipped_law() -> Law:
    """Return the law this release ships."""
    release = Release(shipped_packs(), shipped_text_sources(), shipped_authority_source())
    return Law(release.digest, load_rules(), new_id(), load_texts(), load_authorities())


def make_rulebook(*, rules: int, edition: str) -> Rulebook:
    """Return a rulebook of about `rules` rules; `edition` tells its agreements from another rulebook's."""
    law = shipped_law()
    each = len(_rules_of(make_pair(edition=edition, number=0)))
    count = max(1, round((rules - len(law.rules)) / each))
    pairs = tuple(make_pair(edition=edition, number=number) for number in range(count))
    return Rulebook(law, pairs, len(law.rules) + count * each)


def make_pair(*, edition: str, number: int) -> Pair:
    """Return one pair of agencies with the clauses of an ordinary sharing memorandum between them."""
    sender, receiver = f"az-{edition}-{number}", f"us-{edition}-{number}"
    return _pair(f"mou-{edition}-n{number}", sender, receiver, _memorandum(sender, receiver))


def make_crowded_pair(*, edition: str, clauses: int) -> Pair:
    """Return one pair of agencies with `clauses` clauses between them, spread over elements, purposes, categories."""
    sender, receiver = f"az-{edition}-crowd", f"us-{edition}-crowd"
    catalogue = load_catalogue()
    purposes, categories = sorted(catalogue.purposes), ("case", "custody", "criminal_history", "intelligence")
    elements = sorted(catalogue.elements)
    made = [
        _share(
            f"c{number}",
            sender,
            receiver,
            purposes=[purposes[number % len(purposes)]],
            categories=[categories[number % len(categories)]],
            elements=[elements[number % len(elements)]],
        )
        for number in range(clauses)
    ]
    return _pair(f"mou-{edition}-crowd", sender, receiver, made)


def _memorandum(sender: str, receiver: str) -> list[Clause]:
    ends = {"from": [sender], "to": [receiver]}
    investigating, immigration = "criminal_investigation", "civil_immigration"
    named = ["person_name", "birth_date", "physical_description", "sex"]
    return [
        _share(
            "cases",
            sender,
            receiver,
            purposes=[investigating, "customs"],
            categories=["case", "custody"],
            elements=[*named, "case_number", "incident_report", "warrant", "vehicle_description"],
            retention_days=1825,
        ),
        _share(
            "custody",
            sender,
            receiver,
            purposes=[investigating, immigration],
            categories=["custody"],
            elements=["custody_status", "custody_facility", "booking_date", "booking_number", "charge", "bail"],
        ),
        _share(
            "contact",
            sender,
            receiver,
            purposes=[investigating],
            categories=["case", "custody"],
            elements=["home_address", "telephone"],
            approvals=["records_supervisor"],
        ),
        _share(
            "release",
            sender,
            receiver,
            purposes=[investigating],
            categories=["custody"],
            elements=["release_date", "release_place"],
            approvals=["records_supervisor"],
        ),
        _share(
            "history",
            sender,
            receiver,
            purposes=[investigating],
            categories=["criminal_history"],
            elements=[*named, "criminal_history_record", "state_id_number", "fbi_number", "case_number"],
            training=["receive_cji"],
        ),
        {"id": "protected", "kind": "exclude", **ends, "marks": _EXCLUDED},
        {"id": "minors", "kind": "exclude", **ends, "marks": ["minor"], "classes": ["contact", "release"]},
        {"id": "trained", "kind": "training", **ends, "functions": ["receive_information"]},
        {"id": "kept", "kind": "retention", **ends, "days": 1825},
    ]


def _share(name: str, sender: str, receiver: str, **terms: object) -> Clause:
    return {"id": name, "kind": "share", "from": [sender], "to": [receiver], **terms}


def _pair(code: str, sender: str, receiver: str, clauses: Sequence[Clause]) -> Pair:
    return Pair(Between(sender, receiver, "AZ", ""), _live(code, (sender, receiver), clauses))


def _live(code: str, parties: tuple[str, str], clauses: Sequence[Clause]) -> LiveAgreement:
    terms = plain_terms(read_terms({"schema": SCHEMA, "clauses": list(clauses)}))
    kind, text = AgreementKind.SHARING_MOU, text_digest(code)
    digest = version_digest(
        code=code, kind=kind, number=1, title=code, text_digest=text, terms=terms, parties=parties, period=_YEARS
    )
    return LiveAgreement(
        id=new_id(),
        code=code,
        title=code,
        kind=kind,
        state="in_force",
        period=_YEARS,
        version_id=new_id(),
        number=1,
        digest=digest,
        hold=Hold.BETWEEN,
        terms=terms,
        version_title=code,
        text_digest=text,
        parties=parties,
    )


def _rules_of(pair: Pair) -> tuple[Rule, ...]:
    agreement = pair.agreement
    return compile_terms(read_terms(agreement.terms), source=agreement.source).between[
        pair.between.sender, pair.between.receiver
    ]
