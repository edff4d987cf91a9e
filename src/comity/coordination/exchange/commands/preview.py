"""Ask what would be: decided by type, without a subject, a record or a trace of one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from uuid import UUID

from comity.coordination.exchange.ask import CHUNK, Ask, Fault, Invalid
from comity.coordination.exchange.case import Case
from comity.coordination.exchange.commands.request import ChunkTooLargeError
from comity.coordination.exchange.deciding import preview_asks, preview_trained
from comity.coordination.exchange.facts import Named, assumed_evidence
from comity.coordination.exchange.gather import name_ask, read_roster
from comity.coordination.exchange.named_agreement import not_in_force
from comity.coordination.exchange.rules import faults_of
from comity.spine.keys.ring import KeyRing
from comity.spine.policy.decide import decide
from comity.spine.policy.decision import Decision
from comity.spine.policy.rules import Rule
from comity.spine.tenancy.actor import Actor
from comity.spine.tenancy.transaction import reading
from comity.standing.directory.selectors import get_agency
from comity.standing.law.catalogue import Catalogue, load_catalogue

TRAINING: Final = "may_counts_on_training"
"""Key of the hint that the answer takes a trained post for granted."""


class NotOfTheTwoError(PermissionError):
    """What may be shared is asked by the agency that would share it or the one that would be told."""


@dataclass(frozen=True, slots=True)
class Previewed:
    """What would be decided of an ask of this type, before any record is touched.

    `rules`: every rule and clause it was decided under, by id, so that what the decision names can be shown in words.
    `counts_on`: what is taken for granted, by key of the hints; `evidence`: codes that the holder would have to have
    recorded, where that was asked for.
    """

    ask_key: str
    decision: Decision
    rules: Mapping[str, Rule]
    counts_on: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()


def preview_disclosures(*, asks: Sequence[Ask], by: Actor, now: datetime, keys: KeyRing) -> list[Previewed | Invalid]:
    """Decide asks by type: agencies, agreement, purpose, elements, training, claims. Writes nothing, reads no record.

    The reference of an ask is not looked at. Marks and evidence of the record, which only the holder knows, are taken
    as the most favorable: what is refused here is refused whatever the record. Raises `ChunkTooLargeError`.
    """
    if len(asks) > CHUNK:
        raise ChunkTooLargeError(f"{len(asks)} asks at once, more than {CHUNK}")
    return [_previewed(one) if isinstance(one, Case) else one for one in _cases(asks, by, now, keys)]


def _cases(asks: Sequence[Ask], by: Actor, now: datetime, keys: KeyRing) -> list[Case | Invalid]:
    catalogue = load_catalogue()
    results: dict[int, Case | Invalid] = {}
    named: dict[int, Named] = {}
    for position, ask in enumerate(asks):
        if faults := _faults(ask, catalogue):
            results[position] = Invalid(ask.ask_key, faults)
    with reading(by) as cursor:
        sound = {position: ask for position, ask in enumerate(asks) if position not in results}
        roster = read_roster(sound.values(), by)
        for position, ask in sound.items():
            found = name_ask(ask, roster, keys)
            if isinstance(found, Named):
                named[position] = found
            else:
                results[position] = Invalid(ask.ask_key, found)
        for position, case in zip(named, preview_asks(cursor, list(named.values()), now), strict=True):
            if not case.standing.named_in_force:
                results[position] = Invalid(case.named.ask.ask_key, (not_in_force(case.named, now),))
                continue
            results[position] = case
    return [results[position] for position in range(len(asks))]


def preview_may(*, ask: Ask, asker_id: UUID, by: Actor, now: datetime, keys: KeyRing) -> Previewed | Invalid:
    """Decide by type what the agency `asker_id` would be told, for one of the two agencies the ask is between.

    For the asker's own post as it stands. For the holder nothing of the asker's posts is read: it is decided as for a
    post whose holder is trained, and `counts_on` says so. `evidence` is told. Writes nothing, reads no record. Raises
    `NotOfTheTwoError`.
    """
    if by.agency_id == asker_id:
        [found] = _cases([ask], by, now, keys)
        return replace(_previewed(found), evidence=_evidence(found)) if isinstance(found, Case) else found
    if faults := _faults(ask, load_catalogue()):
        return Invalid(ask.ask_key, faults)
    with reading(by) as cursor:
        asker = get_agency(asker_id)
        roster = replace(read_roster([ask], by), asker=asker, posts={}, agreements=frozenset(), vouched=frozenset())
        named = name_ask(ask, roster, keys)
        if not isinstance(named, Named):
            return Invalid(ask.ask_key, named)
        if named.holder.id != by.agency_id:
            raise NotOfTheTwoError("you ask about two other agencies")
        [case] = preview_trained(cursor, [named], now)
    return replace(_previewed(case), counts_on=(TRAINING,), evidence=_evidence(case))


def _evidence(case: Case) -> tuple[str, ...]:
    """Return evidence of holder and record that is enough for what was decided, of all that was taken as shown."""
    assumed = assumed_evidence(load_catalogue()) & case.facts.met
    shown = case.facts.met - assumed
    enough, comes_to = assumed, _comes_to(case.decision)
    for code in sorted(assumed):
        fewer = enough - {code}
        if _comes_to(decide(facts=replace(case.facts, met=shown | fewer), rules=case.rules)) == comes_to:
            enough = fewer
    return tuple(sorted(enough))


def _comes_to(decision: Decision) -> list[tuple[str, str, tuple[str, ...]]]:
    """Return by class what may go, whatever the rules it rests on."""
    return [(name, type(one).__name__, getattr(one, "elements", ())) for name, one in decision.outcomes]


def _faults(ask: Ask, catalogue: Catalogue) -> tuple[Fault, ...]:
    return tuple(fault for fault in faults_of(ask, catalogue) if fault.field not in {"reference", "ask_id"})


def _previewed(case: Case) -> Previewed:
    rules = {rule.id: rule for rule in case.rules.rules}
    return Previewed(case.named.ask.ask_key, case.decision, rules)
