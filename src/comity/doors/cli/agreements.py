"""`comity agreement`: what was agreed, in plain words, and what became of it; suspending and resuming."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from comity.doors.cli.acting import STEWARD, acting_as
from comity.doors.cli.node import Node
from comity.doors.cli.say import moment, say, say_facts, say_json, say_table
from comity.kernel.time import Period
from comity.spine.tenancy.transaction import reading
from comity.standing.agreements.commands import resume_agreement, suspend_agreement
from comity.standing.agreements.explain import clause_sentence
from comity.standing.agreements.facts import AgreementFacts, VersionFacts
from comity.standing.agreements.selectors import (
    get_agreement,
    get_agreement_by_code,
    list_agreements,
    list_events,
    list_versions,
)
from comity.standing.agreements.terms import read_terms
from comity.standing.agreements.vocabulary import EventKind, SuspensionReason
from comity.standing.directory.selectors import list_agency_page

MOST_AGENCIES: Final = 50_000
"""Of a directory; the FBI lists some nineteen thousand."""


def show_all(node: Node, *, form: str) -> None:
    """Print every agreement of the node and where it stands now."""
    now = node.now()
    with reading(STEWARD):
        found = list_agreements()
    if form == "json":
        for one in found:
            say_json(_agreement_json(one, now))
        return
    rows = [(a.code, _words(a.standing(now)), _words(a.kind), _parties(a), _period(a.period), a.title) for a in found]
    say_table(("code", "standing", "kind", "parties", "period", "title"), rows)


def show_one(node: Node, *, code: str, parts: Collection[str], language: str, form: str) -> None:
    """Print an agreement; `parts` may hold `text`, `clauses` (each in plain words), `offered` (the newest version)."""
    now = node.now()
    with reading(STEWARD):
        agreement = get_agreement_by_code(code)
        versions, events = list_versions(agreement.id), list_events(agreement.id)
        successor = get_agreement(agreement.successor_id).code if agreement.successor_id else None
    newest = versions[-1] if versions else None
    in_force = next((v for v in versions if v.id == agreement.current_version_id), newest)
    current = newest if "offered" in parts else in_force
    clauses = read_terms(current.terms).clauses if current and "clauses" in parts else ()
    if form == "json":
        whole = _agreement_json(agreement, now) | {"successor": successor}
        if current is not None:
            whole |= {"version": current.number, "digest": current.digest}
            whole |= {"from": current.period.starts_at, "to": current.period.ends_at}
            whole |= {"text": current.text} if "text" in parts else {}
            whole |= {"terms": current.terms} if "clauses" in parts else {}
        say_json(whole)
        return
    say(agreement.title, style="bold")
    waits = [v for v in versions if current and v.number > current.number]
    is_open = agreement.standing(now) not in {"terminated", "superseded"}
    scheduled = {one.version_id: one.effective_at for one in events if one.event is EventKind.SCHEDULED}
    say_facts(
        {
            "code": agreement.code,
            "standing": _words(agreement.standing(now)),
            "suspended because": _words(agreement.suspended_reason),
            "superseded by": successor,
            "kind": _words(agreement.kind),
            "parties": _parties(agreement),
            "period": _period(current.period if current else agreement.period),
            "version": f"{current.number}, digest {current.digest}" if current else "none offered yet",
            "signed by": f"{len(current.signed_by)} of {len(current.parties)} parties" if current else "",
            "waits": _waits(waits[-1], scheduled) if waits and is_open else "",
        }
    )
    for clause in clauses:
        say("", f"clause `{clause.id}`", style="bold")
        say(f"  {clause_sentence(clause, language=language)}")
    if current and "text" in parts:
        say("", current.text)


def _waits(version: VersionFacts, scheduled: Mapping[UUID | None, datetime | None]) -> str:
    if version.id in scheduled:
        return f"version {version.number}, in force from {moment(scheduled[version.id])} on"
    return f"version {version.number}, offered {moment(version.offered_at)}"


def suspend(node: Node, *, code: str, acting: str, reason: SuspensionReason) -> None:
    """Suspend an agreement in force: from now on nothing leaves under it."""
    by = acting_as(acting)
    with reading(by):
        agreement = get_agreement_by_code(code)
    suspend_agreement(by=by, now=node.now(), agreement_id=agreement.id, reason=reason)
    say(f"`{code}` is suspended: nothing leaves under it any more, and what was on its way is stopped")


def resume(node: Node, *, code: str, acting: str) -> None:
    """Resume a suspended agreement."""
    by = acting_as(acting)
    with reading(by):
        agreement = get_agreement_by_code(code)
    resume_agreement(by=by, now=node.now(), agreement_id=agreement.id)
    say(f"`{code}` is in force again")


def _agreement_json(agreement: AgreementFacts, now: datetime) -> dict[str, object]:
    return {
        "code": agreement.code,
        "title": agreement.title,
        "kind": agreement.kind.value,
        "standing": agreement.standing(now),
        "suspended_reason": agreement.suspended_reason or None,
        "parties": {party.agency_code: party.role.value for party in agreement.parties},
        "from": agreement.period.starts_at if agreement.period else None,
        "to": agreement.period.ends_at if agreement.period else None,
    }


def _parties(agreement: AgreementFacts) -> str:
    return ", ".join(party.agency_code for party in agreement.parties)


def _period(period: Period | None) -> str:
    if period is None:
        return ""
    return f"{period.starts_at:%Y-%m-%d} to {f'{period.ends_at:%Y-%m-%d}' if period.ends_at else 'no end'}"


def _words(code: str) -> str:
    return str(code).replace("_", " ")


def agencies_by_name() -> dict[str, list[str]]:
    """Return the codes of the directory by the agency's name; several where agencies have the same name."""
    with reading(STEWARD):
        found = list_agency_page(kind=None, state=None, hosting=None, after="", limit=MOST_AGENCIES)
    names: dict[str, list[str]] = {}
    for agency in found:
        names.setdefault(agency.name, []).append(agency.code)
    return names
