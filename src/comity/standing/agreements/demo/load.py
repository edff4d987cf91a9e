"""Loading the demo agreements: drafted, offered, then concluded as parties do. Safe to run again."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files
from typing import Final, cast
from uuid import UUID

from comity.kernel.time import Period
from comity.spine.tenancy.actor import Actor
from comity.spine.tenancy.transaction import reading
from comity.standing.agreements.commands import draft_agreement, offer_agreement
from comity.standing.agreements.demo.conclude import BrokenDemoError, conclude
from comity.standing.agreements.facts import AgreementFacts
from comity.standing.agreements.selectors import list_agreements, list_versions
from comity.standing.agreements.states import DRAFT, OFFERED
from comity.standing.agreements.terms import SCHEMA
from comity.standing.agreements.vocabulary import AgreementKind, PartyRole

_KEYS: Final = frozenset({"code", "title", "kind", "source", "starts_at", "ends_at", "parties", "text", "clauses"})


@dataclass(frozen=True, slots=True)
class DemoAgreement:
    """One file of the demo. `source`: keys of docs/sources.md, separated by spaces."""

    code: str
    title: str
    kind: AgreementKind
    source: str
    period: Period
    parties: Mapping[str, PartyRole]
    text: str
    terms: Mapping[str, object]


def list_demo() -> list[DemoAgreement]:
    """Return the demo agreements, by code; raises `BrokenDemoError`."""
    folder = files("comity.standing.agreements.demo")
    names = sorted(item.name for item in folder.iterdir() if item.name.endswith(".toml"))
    return [_read(name, folder.joinpath(name).read_text("utf-8")) for name in names]


def load_demo(*, by: Actor, now: datetime) -> int:
    """Put the demo agreements in force that are not; return how many that were. `by` acts as the steward.

    Each step is its command's own transaction, so a run that was cut off is taken up where it stopped.
    """
    with reading(by):
        known = {agreement.code: agreement for agreement in list_agreements()}
    return sum(_load(demo, known.get(demo.code), by=by, now=now) for demo in list_demo())


def _load(demo: DemoAgreement, found: AgreementFacts | None, *, by: Actor, now: datetime) -> int:
    if found is not None and found.state not in {DRAFT, OFFERED}:
        return 0
    agreement_id = found.id if found else _draft(demo, by=by, now=now)
    if found is None or found.state == DRAFT:
        offer_agreement(by=by, now=now, agreement_id=agreement_id)
    with reading(by):
        version = list_versions(agreement_id)[-1]
    conclude(version, by=by, now=now)
    return 1


def _draft(demo: DemoAgreement, *, by: Actor, now: datetime) -> UUID:
    return draft_agreement(
        by=by,
        now=now,
        code=demo.code,
        title=demo.title,
        kind=demo.kind,
        parties=demo.parties,
        text=demo.text,
        terms=demo.terms,
        period=demo.period,
    )


def _read(name: str, text: str) -> DemoAgreement:
    raw = tomllib.loads(text)
    if set(raw) != _KEYS:
        raise BrokenDemoError(f"`{name}` does not have exactly {sorted(_KEYS)}")
    return DemoAgreement(
        code=raw["code"],
        title=raw["title"],
        kind=AgreementKind(raw["kind"]),
        source=raw["source"],
        period=Period(raw["starts_at"], raw["ends_at"]),
        parties={code: PartyRole(role) for code, role in raw["parties"].items()},
        text=raw["text"].strip() + "\n",
        terms={"schema": SCHEMA, "clauses": cast("Sequence[object]", raw["clauses"])},
    )
