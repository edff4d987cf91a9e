"""What became of each class, in words: outcome, elements, grounds with their citations, and what would help."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from comity.coordination.exchange.way_forward import Counterpart, WayForward
from comity.doors.web.exchange.words import CLASS_OUTCOMES
from comity.doors.web.posts import FUNCTIONS, title_of
from comity.kernel.canonical import Json
from comity.spine.policy.decision import REFUSED, Refuse
from comity.standing.agreements.compile import parse_rule_id
from comity.standing.agreements.facts import LiveAgreement
from comity.standing.agreements.selectors import explain_clause
from comity.standing.law.catalogue import load_catalogue
from comity.standing.law.explain import get_rule_text
from comity.standing.law.facts import Law
from comity.standing.law.packs import CLAUSE, ERROR, NOTHING

_SAID_BY_NO_RULE: Final = {"unmatched": NOTHING, "error": ERROR}


@dataclass(frozen=True, slots=True)
class Ground:
    """A rule or clause behind an outcome: `is_law`: it has a page of its own."""

    rule: str
    citation: str
    says: str
    is_law: bool


@dataclass(frozen=True, slots=True)
class ClassLine:
    """What became of one class; lists hold labels, `outcome` a code, `codes` the codes of what left or waits.

    `claims`: codes of evidence to state when asking again; `forward`: what would help, as sentences.
    """

    part: str
    outcome: str
    outcome_label: str
    elements: tuple[str, ...]
    withheld: tuple[str, ...]
    not_held: tuple[str, ...]
    approvers: tuple[str, ...]
    missing: tuple[str, ...]
    unmet: tuple[str, ...]
    grounds: tuple[Ground, ...]
    forward: tuple[str, ...]
    claims: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Teller:
    """Puts outcomes into words, of the law in force and the clauses at hand. `names`: of agencies, by code."""

    law: Law
    language: str
    names: Mapping[str, str]
    agreements: Collection[LiveAgreement] = ()
    outcomes: Mapping[str, Promise] | None = None

    def classes(self, told: Json, ways: Iterable[WayForward] = ()) -> tuple[ClassLine, ...]:
        """Return a line for each class of an answer or a decision; none where the classes are not told."""
        helps = {way.sensitivity_class: way for way in ways}
        listed = told if isinstance(told, Mapping) else {}
        return tuple(
            self._class(name, one, helps.get(name)) for name, one in sorted(listed.items()) if isinstance(one, Mapping)
        )

    def _class(self, name: str, one: Mapping[str, Json], way: WayForward | None) -> ClassLine:
        known, outcome = load_catalogue(), str(one.get("outcome", ""))
        words = (self.outcomes or CLASS_OUTCOMES).get(outcome, outcome)
        return ClassLine(
            part=known.classes[name].label(self.language) if name in known.classes else name,
            outcome=outcome,
            outcome_label=str(words),
            elements=self.elements(codes_of(one, "elements")),
            withheld=self.elements(codes_of(one, "withheld")),
            not_held=self.elements(codes_of(one, "not_held")),
            approvers=tuple(str(FUNCTIONS.get(code, code)) for code in codes_of(one, "approvers")),
            missing=self.evidence(codes_of(one, "missing")),
            unmet=self.evidence(codes_of(one, "unmet")),
            grounds=self._grounds(one),
            forward=tuple(hint.replace("`", "") for hint in way.hints) if way else (),
            claims=way.claims if way else (),
        )

    def _grounds(self, one: Mapping[str, Json]) -> tuple[Ground, ...]:
        names = dict.fromkeys((*codes_of(one, "rules"), *codes_of(one, "mandates")))
        if not names and str(one.get("reason", "")) in _SAID_BY_NO_RULE:
            words = get_rule_text(_SAID_BY_NO_RULE[str(one["reason"])], self.language, texts=self.law.texts)
            return (Ground("", "", words.says, is_law=False),)
        return tuple(self.ground(name) for name in names)

    def ground(self, name: str) -> Ground:
        """Return a rule with its authority and what it says; of a clause, which it is and what it says."""
        rule = self.law.by_id().get(name)
        if rule is not None:
            words = get_rule_text(rule.says, self.language, texts=self.law.texts)
            return Ground(name, rule.cite, words.says, is_law=True)
        ref = parse_rule_id(name)
        said = explain_clause(rule_id=name, agreements=self.agreements, language=self.language, names=self.names)
        words = get_rule_text(CLAUSE, self.language, texts=self.law.texts)
        where = (
            _("agreement %(code)s, version %(number)s, clause %(clause)s")
            % {"code": ref.code, "number": ref.number, "clause": ref.clause}
            if ref
            else name
        )
        return Ground(name, where, said or words.says, is_law=False)

    def elements(self, codes: Iterable[str]) -> tuple[str, ...]:
        """Return the labels of elements."""
        known = load_catalogue().elements
        return tuple(known[code].label(self.language) if code in known else code for code in codes)

    def evidence(self, codes: Iterable[str]) -> tuple[str, ...]:
        """Return the labels of evidence."""
        known = load_catalogue().evidence
        return tuple(known[code].label(self.language) if code in known else code for code in codes)


def addressed(counterpart: Counterpart | None) -> Counterpart | None:
    """Return whom to ask with the title of its liaison in the reader's language."""
    if counterpart is None or counterpart.liaison is None:
        return counterpart
    return replace(counterpart, liaison=replace(counterpart.liaison, title=title_of(counterpart.liaison)))


def refused_in(told: Json) -> dict[str, Refuse]:
    """Return the refused classes of an answer, for `ways_forward`."""
    listed = told if isinstance(told, Mapping) else {}
    return {
        name: Refuse(
            str(one.get("reason", "")), codes_of(one, "rules"), codes_of(one, "missing"), codes_of(one, "unmet")
        )
        for name, one in listed.items()
        if isinstance(one, Mapping) and one.get("outcome") == REFUSED
    }


def codes_of(one: Mapping[str, Json], name: str) -> tuple[str, ...]:
    """Return a list of codes of a recorded outcome."""
    value = one.get(name)
    return tuple(str(code) for code in value) if isinstance(value, list | tuple) else ()
