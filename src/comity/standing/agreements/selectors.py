"""Reads of agreements. Nothing here opens a transaction: the caller's is used, and row-level security applies.

A session sees the agreements its agency is party to; courier, retention, steward and the node's own auditor see all.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection
from django.db.models import Q

from comity.kernel.time import Period
from comity.spine.policy.facts import Party as RuleParty
from comity.spine.policy.slices import RuleSlice
from comity.standing.agreements.compile import parse_rule_id
from comity.standing.agreements.conflicts import Weighing
from comity.standing.agreements.due import Due, list_due
from comity.standing.agreements.explain import clause_sentence
from comity.standing.agreements.facts import AgreementFacts, EventFacts, LiveAgreement, PartyFacts, VersionFacts
from comity.standing.agreements.live import PairIds, list_live_agreements, lock_agreements
from comity.standing.agreements.models import Agreement, Event, Party, Version
from comity.standing.agreements.negotiation import (
    get_readiness,
    list_bound,
    list_comments,
    list_confirmations,
    list_reviews,
    list_signatures,
)
from comity.standing.agreements.rulebook import Between, build_slice, covered_elements
from comity.standing.agreements.states import COMING, IN_FORCE, SUSPENDED
from comity.standing.agreements.terms import SCHEMA, read_terms
from comity.standing.agreements.vocabulary import AgreementKind, EventKind, PartyRole
from comity.standing.directory.selectors import NotInDirectoryError, list_agencies_by_code
from comity.standing.law.selectors import get_current_law

__all__ = [
    "Between",
    "PairIds",
    "build_slice",
    "covered_elements",
    "explain_clause",
    "get_agreement",
    "get_agreement_by_code",
    "get_readiness",
    "get_rulebook",
    "get_version",
    "get_weighing",
    "list_agreements",
    "list_all_due",
    "list_comments",
    "list_confirmations",
    "list_due_under",
    "list_events",
    "list_live_agreements",
    "list_reviews",
    "list_signatures",
    "list_versions",
    "lock_agreements",
]

DISCLOSE = "disclose"
FACTS: Final = (
    "id", "code", "title", "kind", "state", "current_version_id", "suspended_reason", "successor_id", "starts_at",
    "ends_at", "notice_ends_at",
)  # fmt: skip
"""Columns of an agreement, as `agreement_facts` takes them."""


class NoSuchAgreementError(LookupError):
    """No agreement the session may see answers to the identifier."""


class UnknownActError(ValueError):
    """Agreements know no rules for the act."""


def get_rulebook(
    *, act: str, sender: str, receiver: str, origin_state: str, sender_state: str, receiver_state: str, at: datetime
) -> RuleSlice:
    """Return law and clauses in force from `sender` to `receiver` (agency codes) at the instant, nothing locked.

    For one question outside a chunk; a chunk uses `lock_agreements` and `build_slice`. States are two letters or "".
    Raises `UnknownActError`, `NotInDirectoryError`.
    """
    if act != DISCLOSE:
        raise UnknownActError(f"no rules for the act `{act}`; the gate knows `{DISCLOSE}`")
    agencies = list_agencies_by_code({sender, receiver})
    for code in (sender, receiver):
        if code not in agencies:
            raise NotInDirectoryError(f"no agency with code `{code}` in the directory")
    pair = (agencies[sender].id, agencies[receiver].id)
    with connection.cursor() as cursor:
        agreements = list_live_agreements(cursor, [pair])[pair]
    between = Between(sender, receiver, sender_state, receiver_state, origin_state)
    return build_slice(law=get_current_law(at), agreements=agreements, between=between, at=at)


def get_agreement(agreement_id: UUID) -> AgreementFacts:
    """Return the agreement; raise `NoSuchAgreementError`."""
    return _only(_agreements(Q(id=agreement_id)), agreement_id)


def get_agreement_by_code(code: str) -> AgreementFacts:
    """Return the agreement with this code; raise `NoSuchAgreementError`."""
    return _only(_agreements(Q(code=code)), code)


def list_agreements() -> list[AgreementFacts]:
    """Return the agreements the session may see, by code."""
    return _agreements(Q())


def list_versions(agreement_id: UUID) -> list[VersionFacts]:
    """Return the texts that were offered, oldest first."""
    return _versions(Q(agreement_id=agreement_id))


def get_version(version_id: UUID) -> VersionFacts:
    """Return one version; raise `NoSuchAgreementError`."""
    found = _versions(Q(id=version_id))
    if not found:
        raise NoSuchAgreementError(f"no version `{version_id}` of an agreement that is open to you")
    return found[0]


def get_weighing(version_id: UUID, at: datetime) -> Weighing:
    """Return a version's clauses with the law in force at `at`, for `find_conflicts`, which takes no transaction.

    Raises `NoSuchAgreementError`, `NoLawInForceError`, `UnknownTermError`.
    """
    version = get_version(version_id)
    parties = {
        one.code: RuleParty(one.code, one.kind.value, one.state, frozenset(one.powers))
        for one in list_agencies_by_code(version.parties).values()
    }
    return Weighing(read_terms(version.terms), parties, get_current_law(at).rules, at.astimezone(UTC).date())


def list_all_due(now: datetime) -> tuple[Due, ...]:
    """Return what falls due under the agreements in force that the session may see, the earliest first."""
    return tuple(sorted(one for due in list_due_under(list_agreements(), now).values() for one in due))


def list_due_under(agreements: Collection[AgreementFacts], now: datetime) -> dict[str, tuple[Due, ...]]:
    """Return what falls due under each of the agreements, by code, the earliest first; one reading for all of them.

    Raises `UnknownTermError`.
    """
    rows = Version.objects.filter(id__in=[one.current_version_id for one in agreements if one.current_version_id])
    provisions = dict(rows.values_list("id", "terms__provisions"))
    return {
        one.code: due_under(one, provisions.get(one.current_version_id) if one.current_version_id else None, now)
        for one in agreements
    }


def due_under(agreement: AgreementFacts, provisions: object, now: datetime) -> tuple[Due, ...]:
    """Return what falls due under one agreement, nothing unless it is in force, coming or suspended.

    `provisions`: of its version in force, as they are stored. Raises `UnknownTermError`.
    """
    if agreement.standing(now) not in {COMING, IN_FORCE, SUSPENDED} or agreement.period is None:
        return ()
    return list_due(
        agreement=agreement.code,
        period=agreement.period,
        notice_ends_at=agreement.notice_ends_at,
        provisions=read_terms({"schema": SCHEMA, "clauses": (), "provisions": provisions or ()}).provisions,
        now=now,
    )


def list_events(agreement_id: UUID) -> list[EventFacts]:
    """Return what happened to the agreement, oldest first."""
    columns = ("id", "event", "version_id", "reason", "at", "agency_id", "post_id", "effective_at", "for_agency_id")
    rows = Event.objects.filter(agreement_id=agreement_id).order_by("at", "id").values_list(*columns)
    return [EventFacts(row[0], EventKind(row[1]), *row[2:]) for row in rows]


def explain_clause(
    *,
    rule_id: str,
    agreements: Collection[LiveAgreement],
    language: str = "en",
    names: Mapping[str, str] | None = None,
) -> str | None:
    """Return in plain words what the clause behind a rule says; None when no agreement at hand has it.

    `names`: what agencies are called, by code; a code that is not there stands for itself. Raises
    `UnknownTermError` when the stored terms cannot be read.
    """
    ref = parse_rule_id(rule_id)
    if ref is None:
        return None
    for live in agreements:
        if (live.code, live.number) == (ref.code, ref.number):
            for clause in read_terms(live.terms).clauses:
                if clause.id == ref.clause:
                    return clause_sentence(clause, language=language, names=names)
    return None


def _agreements(where: Q) -> list[AgreementFacts]:
    rows = list(Agreement.objects.filter(where).order_by("code").values_list(*FACTS))
    parties: dict[UUID, list[PartyFacts]] = {}
    columns = ("agreement_id", "agency_id", "agency_code", "role")
    for agreement_id, agency_id, code, role in (
        Party.objects.filter(agreement_id__in=[row[0] for row in rows]).order_by("agency_code").values_list(*columns)
    ):
        parties.setdefault(agreement_id, []).append(PartyFacts(agency_id, code, PartyRole(role)))
    return [agreement_facts(row, parties.get(row[0], ())) for row in rows]


def agreement_facts(row: Sequence[Any], parties: Iterable[PartyFacts]) -> AgreementFacts:
    """Return the columns `FACTS` of a row as facts."""
    return AgreementFacts(
        id=row[0],
        code=row[1],
        title=row[2],
        kind=AgreementKind(row[3]),
        state=row[4],
        current_version_id=row[5],
        suspended_reason=row[6],
        successor_id=row[7],
        period=Period(row[8], row[9]) if row[8] else None,
        parties=tuple(parties),
        notice_ends_at=row[10],
    )


def _versions(where: Q) -> list[VersionFacts]:
    rows = list(Version.objects.filter(where).order_by("agreement_id", "number"))
    signed = list_bound([row.id for row in rows])
    return [
        VersionFacts(
            id=row.id,
            agreement_id=row.agreement_id,
            number=row.number,
            title=row.title,
            text=row.text,
            terms=row.terms,
            parties=tuple(row.parties),
            period=Period(row.starts_at, row.ends_at),
            digest=row.digest,
            offered_at=row.offered_at,
            signed_by=frozenset(signed.get(row.id, ())),
        )
        for row in rows
    ]


def _only(found: Iterable[AgreementFacts], key: object) -> AgreementFacts:
    for agreement in found:
        return agreement
    raise NoSuchAgreementError(f"no agreement `{key}` that is open to you")
