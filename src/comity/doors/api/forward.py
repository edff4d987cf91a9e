"""What would help with a refusal, as the API tells it."""

from collections.abc import Iterable, Mapping
from datetime import datetime

import msgspec

from comity.coordination.exchange.way_forward import get_counterpart, ways_forward
from comity.doors.api.outcomes import ClassOutcome
from comity.spine.policy.decision import REFUSED, Refuse
from comity.spine.policy.rules import Rule
from comity.spine.tenancy.actor import Actor
from comity.spine.tenancy.transaction import reading
from comity.standing.directory.facts import AgencyFacts
from comity.standing.directory.selectors import list_agencies_by_code, list_agencies_by_ori
from comity.standing.law.facts import Law


class WayForward(msgspec.Struct, frozen=True, kw_only=True):
    """What would help with one refused class.

    `claims`: evidence to state when you ask again; `contact`: the holder's liaison as `agency/post`, empty where this
    node knows none.
    """

    sensitivity_class: str
    hints: tuple[str, ...]
    claims: tuple[str, ...]
    contact: str


def read_ways_forward(
    classes: Mapping[str, ClassOutcome] | None,
    *,
    holder: str,
    by: Actor,
    law: Law,
    now: datetime,
    language: str,
    rules: Iterable[Rule] = (),
) -> tuple[WayForward, ...]:
    """Return what would help with the refused classes of an answer, none where none was refused.

    `holder` is a code or ORI, `rules` are the clauses at hand beside those of `law`.
    """
    refused = {name: _refuse(one) for name, one in (classes or {}).items() if one.outcome == REFUSED}
    if not refused:
        return ()
    with reading(by) as cursor:
        counterpart = get_counterpart(cursor, holder=_agency(holder), asker_id=by.agency_id, at=now)
    found = ways_forward(
        refused=refused, law=law, rules=(*law.rules, *rules), counterpart=counterpart, language=language
    )
    return tuple(
        WayForward(sensitivity_class=one.sensitivity_class, hints=one.hints, claims=one.claims, contact=one.contact)
        for one in found
    )


def _refuse(one: ClassOutcome) -> Refuse:
    return Refuse(one.reason, one.rules, one.missing, one.unmet)


def _agency(name: str) -> AgencyFacts:
    found = list_agencies_by_code([name]) or list_agencies_by_ori([name])
    return next(iter(found.values()))
