"""What the asker is shown of a decision: as much as it may know. Pure.

A refusal that rests on what the record is (a mark, where it came from) would tell of it; unless the asker can show
what is missing, it reads `withheld`. The holder's decision keeps every rule.
"""

from collections.abc import Mapping
from typing import Final

from comity.coordination.exchange.ask import AWAITING_ANSWER
from comity.coordination.exchange.case import Case
from comity.coordination.exchange.rules import outcomes_listed
from comity.kernel.canonical import Json
from comity.spine.policy.decision import DISCLOSED, Refuse
from comity.spine.policy.narrow import can_apply, known_of
from comity.standing.law.catalogue import Source, load_catalogue

PERMITTED_BY_TYPE: Final = "permitted_by_type"
WITHHELD: Final[Mapping[str, Json]] = {
    "missing": [],
    "outcome": "refused",
    "reason": "withheld",
    "rules": [],
    "unmet": [],
}


def asker_view(case: Case, status: str) -> Json:
    """Return the outcome of each class for the asker.

    While the holder has yet to answer nothing has left: what the type permits is then `permitted_by_type`.
    """
    listed = outcomes_listed(case.decision)
    told = _telling(case)
    shown: dict[str, Json] = {}
    for name, outcome in case.decision.outcomes:
        if isinstance(outcome, Refuse) and told & set(outcome.rules):
            shown[name] = dict(WITHHELD)
        elif status == AWAITING_ANSWER and listed[name]["outcome"] == DISCLOSED:
            shown[name] = {**listed[name], "outcome": PERMITTED_BY_TYPE}
        else:
            shown[name] = dict(listed[name])
    return shown


def _telling(case: Case) -> frozenset[str]:
    """Return the rules that refuse only because of the record and about which the asker can do nothing."""
    if case.record is None or not (case.record.marks or case.record.origin):
        return frozenset()
    own = load_catalogue().evidence_from(Source.ASKER)
    bare = {**known_of(case.facts), "marks": frozenset[str](), "origin": "", "origin_state": ""}
    refusing = {rule for _, o in case.decision.outcomes if isinstance(o, Refuse) for rule in o.rules}
    return frozenset(
        rule.id
        for rule in case.rules.rules
        if rule.id in refusing
        and not can_apply(case.rules.conditions[rule.id], bare)
        and not any(code in own for group in rule.needs for code in group)
    )
