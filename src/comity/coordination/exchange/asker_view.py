"""What the asker is shown of a decision: as much as it may know. Pure.

Of each class: what left, what was withheld by rule, and what was permitted but is not in the record. The last is told
of elements that go at once only, as `no_record` is of an ask for nothing else: of what waits for a post nothing is said
of the record, since the post may refuse.

A refusal that rests on what the record is (a mark, where it came from) would tell of it; unless the asker can show
what is missing, it reads `withheld`. The holder's decision keeps every rule.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final, Self

from comity.coordination.exchange.ask import AWAITING_ANSWER, NO_RECORD
from comity.coordination.exchange.case import Case
from comity.coordination.exchange.rules import outcomes_listed
from comity.kernel.canonical import Json
from comity.spine.policy.decision import DISCLOSED, HELD, NEEDS_APPROVAL, REFUSED, Permit, Refuse
from comity.spine.policy.narrow import can_apply, known_of
from comity.standing.law.catalogue import Source, load_catalogue

PERMITTED_BY_TYPE: Final = "permitted_by_type"
REFUSED_BY_POST: Final = "refused_by_post"
HIDDEN_REASON: Final[Mapping[str, Json]] = {
    "missing": [],
    "outcome": REFUSED,
    "reason": "withheld",
    "rules": [],
    "unmet": [],
}


@dataclass(frozen=True, slots=True)
class Given:
    """What there was to give: `at_hand` now, `left` with earlier answers to the same ask.

    `lacking` are the elements known not to be in the record, None: all that are not at hand.
    """

    at_hand: Collection[str]
    left: frozenset[str] = frozenset()
    lacking: frozenset[str] | None = None

    @classmethod
    def of_draft(cls, draft: Collection[str], told: Json) -> Self:
        """Return what an approved draft gives, after an ask was told `told`; a draft is not the whole record."""
        return cls(draft, left_of(told), _named(told, "not_held"))


def asker_view(case: Case, status: str, given: Given) -> dict[str, Json]:
    """Return the outcome of each class for the asker.

    While the holder has yet to answer nothing has left: what the type permits is then `permitted_by_type`.
    """
    listed = outcomes_listed(case.decision)
    hidden = _telling(case)
    shown: dict[str, Json] = {}
    asked = dict(case.facts.asked)
    for name, outcome in case.decision.outcomes:
        if isinstance(outcome, Refuse):
            one = dict(HIDDEN_REASON) if hidden & set(outcome.rules) else listed[name]
            shown[name] = _refused(one, asked[name], given)
        elif status == AWAITING_ANSWER:
            by_type = PERMITTED_BY_TYPE if listed[name]["outcome"] == DISCLOSED else listed[name]["outcome"]
            shown[name] = _with(listed[name] | {"outcome": by_type}, asked[name], outcome.elements, ())
        elif not isinstance(outcome, Permit):
            shown[name] = _waiting(listed[name], asked[name], outcome.elements, given)
        else:
            shown[name] = _granted(listed[name], asked[name], outcome.elements, given)
    return shown


def _refused(one: dict[str, Json], asked: tuple[str, ...], given: Given) -> Json:
    """Show a refusal; what left before it stays gone and heads the class."""
    gone = [element for element in asked if element in given.left]
    if gone:
        one = one | {"outcome": DISCLOSED, "elements": list[Json](gone)}
    return _with(one, asked, gone, ())


def _waiting(one: dict[str, Json], asked: tuple[str, ...], may_go: tuple[str, ...], given: Given) -> Json:
    """Show what waits for a post by rule alone; where nothing of it is on file nobody is asked, and it is withheld."""
    if any(element in given.at_hand or element in given.left for element in may_go):
        return _with(one, asked, may_go, ())
    return _with(dict(HIDDEN_REASON), asked, (), ())


def _granted(one: dict[str, Json], asked: tuple[str, ...], may_go: tuple[str, ...], given: Given) -> Json:
    there = [element for element in may_go if element in given.at_hand or element in given.left]
    if len(there) == len(asked):
        return one
    lacking = [e for e in may_go if e not in there and (given.lacking is None or e in given.lacking)]
    if there:
        return _with(one | {"elements": list[Json](there)}, asked, there, lacking)
    if lacking:
        return _with(one | {"outcome": NO_RECORD, "elements": []}, asked, (), lacking)
    return _with(dict(HIDDEN_REASON), asked, (), ())


def _with(one: dict[str, Json], asked: tuple[str, ...], told: Collection[str], lacking: Collection[str]) -> Json:
    withheld = [element for element in asked if element not in told and element not in lacking]
    if lacking:
        one = one | {"not_held": list[Json](lacking)}
    return one | {"withheld": list[Json](withheld)} if withheld else one


def refused_view(told: Json) -> Json:
    """Return what the asker is shown once a post has refused what waited; what left before stays as it was told."""
    if not isinstance(told, dict):
        return None
    return {name: _no_longer(one) if isinstance(one, dict) else one for name, one in told.items()}


def _no_longer(one: Mapping[str, Json]) -> Json:
    if one.get("outcome") not in {NEEDS_APPROVAL, HELD}:
        return dict(one)
    withheld = sorted({*_codes(one, "elements"), *_codes(one, "withheld")})
    rest: dict[str, Json] = {"not_held": one["not_held"]} if "not_held" in one else {}
    return {
        "missing": [],
        "outcome": REFUSED,
        "reason": REFUSED_BY_POST,
        "rules": one.get("rules", []),
        "unmet": [],
        "withheld": list[Json](withheld),
        **rest,
    }


def left_of(told: Json) -> frozenset[str]:
    """Return the elements that left by what an asker was told."""
    ones = [one for one in told.values() if isinstance(one, dict)] if isinstance(told, dict) else []
    return frozenset(code for one in ones if one.get("outcome") == DISCLOSED for code in _codes(one, "elements"))


def _named(told: Json, name: str) -> frozenset[str]:
    ones = told.values() if isinstance(told, dict) else ()
    return frozenset(code for one in ones if isinstance(one, dict) for code in _codes(one, name))


def _codes(one: Mapping[str, Json], name: str) -> list[str]:
    value = one.get(name)
    return [str(code) for code in value] if isinstance(value, list) else []


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
        and not can_apply(case.rules.conditions(rule.id), bare)
        and not any(code in own for group in rule.needs for code in group)
    )
