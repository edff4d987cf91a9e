"""Why an ask waits, for its holder: the rules behind the latest decision, with what they rest on."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.backends.utils import CursorWrapper

from comity.coordination.exchange.deciding import preview_asks
from comity.coordination.exchange.reload import Reloaded
from comity.kernel.canonical import Json
from comity.spine.policy.rules import Rule
from comity.spine.tenancy.transaction import decoded
from comity.standing.law.selectors import get_current_law

_LATEST: Final = "SELECT outcomes FROM exchange_decision WHERE ask_id = %s ORDER BY number DESC LIMIT 1"


@dataclass(frozen=True, slots=True)
class Behind:
    """A rule behind a decision by its id; None: it stands in no law or agreement between the two any more."""

    id: str
    rule: Rule | None


@dataclass(frozen=True, slots=True)
class WhyClass:
    """What one sensitivity class came to, and by which rules.

    `outcome`: `disclosed`, `needs_approval`, `held`, `refused`. Of what is held, `rules` bar and `mandates` command;
    of what needs approval, `approvers` are the functions that must approve.
    """

    sensitivity_class: str
    outcome: str
    rules: tuple[Behind, ...]
    mandates: tuple[Behind, ...]
    approvers: tuple[str, ...]


def get_why(cursor: CursorWrapper, asked: Reloaded, *, now: datetime) -> tuple[WhyClass, ...]:
    """Return what each class of an ask came to when it was last decided, for its holder.

    The words of the rules are those in force at `now`. Raises `NoLawInForceError`.
    """
    cursor.execute(_LATEST, (asked.named.id,))
    row = cursor.fetchone()
    outcomes = decoded(row[0]) if row else None
    if not isinstance(outcomes, dict):
        return ()
    rules = _rules(cursor, asked, now)
    return tuple(_why(name, one, rules) for name, one in outcomes.items() if isinstance(one, dict))


def _rules(cursor: CursorWrapper, asked: Reloaded, now: datetime) -> Mapping[str, Rule]:
    """Return the law in force and the clauses between the two; a state's law that only the record brings in too."""
    [case] = preview_asks(cursor, [asked.named], now)
    return {**get_current_law(now).by_id(), **{rule.id: rule for rule in case.rules.rules}}


def _why(name: str, one: Mapping[str, Json], rules: Mapping[str, Rule]) -> WhyClass:
    return WhyClass(
        sensitivity_class=name,
        outcome=str(one.get("outcome", "")),
        rules=tuple(Behind(code, rules.get(code)) for code in _codes(one, "rules")),
        mandates=tuple(Behind(code, rules.get(code)) for code in _codes(one, "mandates")),
        approvers=tuple(_codes(one, "approvers")),
    )


def _codes(one: Mapping[str, Json], name: str) -> list[str]:
    value = one.get(name)
    return [str(code) for code in value] if isinstance(value, list) else []
