"""What a task's page says of the ask behind it: who asks for what, and by which rules it waits. No values."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.backends.utils import CursorWrapper
from django.utils.functional import Promise
from django.utils.translation import get_language

from comity.coordination.exchange.reload import Reloaded
from comity.coordination.exchange.why import Behind, WhyClass, get_why
from comity.doors.web.exchange.task_words import (
    CAME_TO,
    OUTCOMES,
    category_label,
    element_labels,
    function_label,
    label,
    purpose_label,
)
from comity.doors.web.posts import title_of
from comity.standing.law.catalogue import load_catalogue
from comity.standing.law.explain import get_rule_text
from comity.standing.law.facts import Law
from comity.standing.law.selectors import get_current_law

_CLAUSE: Final = "agreement"


@dataclass(frozen=True, slots=True)
class Asked:
    """An ask in words. `agreement` is "" where any that applies was meant; `states` and `denies` are claims."""

    id: UUID
    asker: str
    post: str
    purpose: str
    category: str
    elements: tuple[tuple[str, str], ...]
    agreement: str
    states: tuple[str, ...]
    denies: tuple[str, ...]
    asked_at: datetime
    came_to: Promise | str


@dataclass(frozen=True, slots=True)
class RuleLine:
    """A rule in words. `is_law`: it has a page of its own; else it is a clause, or stands no more."""

    id: str
    says: str
    cite: str
    authorities: tuple[tuple[str, str], ...]
    is_law: bool


@dataclass(frozen=True, slots=True)
class WhyLine:
    """Why one part of what was asked waits. Of what is held, `rules` bar it and `mandates` command it."""

    part: str
    outcome: str
    outcome_label: str
    rules: tuple[RuleLine, ...]
    mandates: tuple[RuleLine, ...]
    approvers: tuple[str, ...]


def asked_part(found: Reloaded) -> Asked:
    """Return an ask in the words of the page's language."""
    named, known = found.named, load_catalogue()
    claims = named.ask.claims
    return Asked(
        id=named.id,
        asker=named.asker.name,
        post=title_of(named.post),
        purpose=purpose_label(named.ask.purpose),
        category=category_label(named.ask.category),
        elements=tuple(zip(named.ask.elements, element_labels(named.ask.elements), strict=True)),
        agreement=named.ask.agreement,
        states=tuple(label(known.evidence, code) for code, shown in claims.items() if shown),
        denies=tuple(label(known.evidence, code) for code, shown in claims.items() if not shown),
        asked_at=found.asked_at,
        came_to=CAME_TO.get(found.status, found.status),
    )


def why_part(cursor: CursorWrapper, found: Reloaded, *, now: datetime) -> tuple[WhyLine, ...]:
    """Return what waits, by sensitivity class, with the rules behind it; raises `NoLawInForceError`."""
    law = get_current_law(now)
    waiting = [one for one in get_why(cursor, found, now=now) if one.approvers or one.mandates]
    return tuple(_line(one, law) for one in waiting)


def _line(one: WhyClass, law: Law) -> WhyLine:
    return WhyLine(
        part=label(load_catalogue().classes, one.sensitivity_class),
        outcome=one.outcome,
        outcome_label=str(OUTCOMES.get(one.outcome, one.outcome)),
        rules=tuple(rule_line(behind, law) for behind in one.rules),
        mandates=tuple(rule_line(behind, law) for behind in one.mandates),
        approvers=tuple(function_label(function) for function in one.approvers),
    )


def rule_line(behind: Behind, law: Law) -> RuleLine:
    """Return a rule in words with the authorities it rests on."""
    rule = behind.rule
    if rule is None:
        return RuleLine(behind.id, "", "", (), is_law=False)
    words = get_rule_text(rule.says, get_language() or "en", texts=law.texts)
    known = [found for code in rule.source.split() if (found := law.authorities.get(code.strip(",")))]
    authorities = tuple((one.citation, one.effect) for one in known)
    return RuleLine(rule.id, words.says, rule.cite, authorities, is_law=rule.jurisdiction != _CLAUSE)
