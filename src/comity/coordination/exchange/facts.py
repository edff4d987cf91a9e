"""What the gate's decisions on asks are made from: gathered rows in, typed facts out."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from comity.coordination.exchange.ask import Ask
from comity.spine.policy.facts import Facts, Party
from comity.standing.agreements.facts import LiveAgreement
from comity.standing.directory.facts import AgencyFacts, PostFacts
from comity.standing.law.catalogue import Catalogue, Source

ALWAYS: Final = frozenset({"ledger_ready"})
"""What holds for every ask that reaches the gate: its ledger entry is in the same transaction."""

OF_FORCE: Final = ("handling_accepted", "recipient_agreement")
"""What is met where an agreement is in force between the two, else unmet."""
OF_COVER: Final = ("own_legal_basis",)
"""What is met where a clause covers something asked for, else unmet."""
VALIDATED: Final = "validated"
"""Told by the date of the last validation alone, never by attestation."""
VALIDATION_YEARS: Final = 5
"""Intelligence not validated within five years may not be disseminated (28 CFR 23.20(h))."""


@dataclass(frozen=True, slots=True)
class Named:
    """An ask whose parties, post and record reference are resolved.

    `reference_key` is the blind index of the reference, `body_digest` the keyed digest of everything asked; both hex.
    """

    id: UUID
    ask: Ask
    asker: AgencyFacts
    holder: AgencyFacts
    post: PostFacts
    reference_key: str
    body_digest: str
    vouched: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class RecordFacts:
    """The lodged record an ask names, without its values.

    `origin_tenant`: the agency it came from, where that is a tenant of this node; not kept with a draft.
    """

    id: UUID
    subject_handle: UUID
    origin: str
    origin_state: str
    marks: frozenset[str]
    evidence: frozenset[str]
    payload_item: UUID
    validated_at: datetime
    origin_tenant: UUID | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands between the two agencies when an ask is decided.

    `in_force` tells whether one of `agreements` is in force between the two at that instant, `covered` whether a
    clause of one covers something asked for, by purpose, category and element, `named_in_force` whether the agreement
    the ask names, if any, is among them. `trained` and
    `untrained` are evidence codes of the asker's post holder; `shown` are codes the node itself established
    (`approved_…`, `counsel_mandate`) or counsel of the node switched on (`setting_…`).
    """

    agreements: tuple[LiveAgreement, ...]
    in_force: bool
    covered: bool
    named_in_force: bool
    trained: frozenset[str] = frozenset()
    untrained: frozenset[str] = frozenset()
    shown: frozenset[str] = frozenset()
    exhausted: frozenset[str] = frozenset()


def party_of(agency: AgencyFacts) -> Party:
    """Return the agency as rules see it."""
    return Party(agency.code, str(agency.kind), agency.state, frozenset(agency.powers))


def facts_by_type(*, named: Named, standing: Standing, catalogue: Catalogue) -> Facts:
    """Return the facts while no record is known: decided as for an unmarked record that shows all it should.

    A preview and an ask whose record is not lodged are decided on these; what the record turns out to be decides
    again when it is answered.
    """
    return _facts(named, standing, catalogue, *_evidence(named, standing, assumed_evidence(catalogue)))


def assumed_evidence(catalogue: Catalogue) -> frozenset[str]:
    """Return the evidence that is taken as shown while no record is known."""
    return frozenset(catalogue.evidence_from(Source.HOLDER) | catalogue.evidence_from(Source.RECORD))


def facts_by_record(
    *, named: Named, standing: Standing, catalogue: Catalogue, record: RecordFacts, now: datetime
) -> Facts:
    """Return the facts with the record's own marks, origin and evidence."""
    met, unmet = _evidence(named, standing, record.evidence - {VALIDATED})
    is_fresh = record.validated_at > now - timedelta(days=365 * VALIDATION_YEARS)
    for codes, holds in ((met, is_fresh), (unmet, not is_fresh)):
        (codes.add if holds else codes.discard)(VALIDATED)
    return _facts(named, standing, catalogue, met, unmet, record)


def _evidence(named: Named, standing: Standing, of_record: Collection[str]) -> tuple[set[str], set[str]]:
    """Return what was shown and what was shown to be false; what is both counts as false."""
    claims = named.ask.claims
    met = {code for code, shown in claims.items() if shown} | set(of_record)
    unmet = {code for code, shown in claims.items() if not shown}
    met |= standing.trained | standing.shown | named.vouched | ALWAYS
    unmet |= standing.untrained
    for code, holds in _found(named, standing).items():
        (met if holds else unmet).add(code)
    return met - unmet, unmet


def _facts(
    named: Named,
    standing: Standing,
    catalogue: Catalogue,
    met: Collection[str],
    unmet: Collection[str],
    record: RecordFacts | None = None,
) -> Facts:
    ask = named.ask
    return Facts(
        act="disclose",
        sender=party_of(named.holder),
        receiver=party_of(named.asker),
        purpose=ask.purpose,
        category=ask.category,
        asked=catalogue.group(ask.elements),
        marks=record.marks if record else frozenset(),
        origin=record.origin if record else "",
        origin_state=record.origin_state if record else "",
        met=frozenset(met),
        unmet=frozenset(unmet),
        exhausted=standing.exhausted,
    )


def _found(named: Named, standing: Standing) -> dict[str, bool]:
    """Return the evidence Comity finds itself: an agreement in force, an ORI, a covering clause."""
    own = {"authorized_ori": named.asker.ori is not None}
    return own | dict.fromkeys(OF_FORCE, standing.in_force) | dict.fromkeys(OF_COVER, standing.covered)


def is_in_force(agreements: Collection[LiveAgreement], now: datetime) -> bool:
    """Tell whether one of the agreements is in force between the pair; limits on passing on do not count."""
    return any(live.binds_between(now) for live in agreements)
