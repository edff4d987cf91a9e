"""A decision in plain words: rule, citation, what it says, what is missing, the way forward. Pure."""

from collections.abc import Collection, Mapping

import msgspec

from comity.spine.policy.decision import (
    Decision,
    HoldForCounsel,
    NeedsApproval,
    Outcome,
    Permit,
    Refuse,
    headline_of,
    rules_of,
)
from comity.spine.policy.rules import Rule
from comity.standing.law.catalogue import Catalogue, load_catalogue
from comity.standing.law.packs import CLAUSE, ERROR, NOTHING, Texts, Words, load_texts

DUTY, WARNING = "duty", "warning"


class Explanation(msgspec.Struct, frozen=True):
    """Why one sensitivity class came out as it did, by one rule.

    `outcome` is `disclosed`, `needs_approval`, `held`, `refused`, or `duty` and `warning` (then the class is "").
    `rule_id` is "" when nothing permits or the engine erred. `missing` holds labels of evidence nobody showed,
    `unmet` of evidence shown to be false, `approvers` functions of posts.
    """

    sensitivity_class: str
    outcome: str
    rule_id: str
    citation: str
    words: str
    missing: tuple[str, ...]
    unmet: tuple[str, ...]
    approvers: tuple[str, ...]
    forward: str


class _Reader(msgspec.Struct, frozen=True):
    rules: Mapping[str, Rule]
    words: Mapping[str, Words]
    catalogue: Catalogue
    language: str

    def of(
        self, rule_id: str, outcome: str, name: str, refusal: Refuse | None, approvers: tuple[str, ...]
    ) -> Explanation:
        rule = self.rules.get(rule_id)
        words = self.words.get(rule.says) if rule else None
        words = words or self.words[CLAUSE]
        missing: tuple[str, ...] = ()
        unmet: tuple[str, ...] = ()
        if rule and refusal:
            missing, unmet = self.labels(refusal.missing, rule), self.labels(refusal.unmet, rule)
        cite = rule.cite if rule else ""
        return Explanation(name, outcome, rule_id, cite, words.says, missing, unmet, approvers, words.forward)

    def without_rule(self, key: str, outcome: str, name: str) -> Explanation:
        words = self.words[key]
        return Explanation(name, outcome, "", "", words.says, (), (), (), words.forward)

    def labels(self, codes: Collection[str], rule: Rule) -> tuple[str, ...]:
        if not codes:
            return ()
        known, needed = self.catalogue.evidence, rule.needed
        return tuple([known[code].label(self.language) if code in known else code for code in codes if code in needed])


def get_rule_text(says: str, language: str, *, texts: Texts | None = None) -> Words:
    """Return the words of a text key: the release's `texts`, else the package's. Unknown keys read as a clause."""
    known = texts or load_texts()
    words = known.get(language, known["en"])
    return words.get(says, words[CLAUSE])


def explain(
    *,
    decision: Decision,
    rules: Mapping[str, Rule],
    language: str,
    texts: Texts | None = None,
    catalogue: Catalogue | None = None,
) -> list[Explanation]:
    """Explain every outcome, then duties, then warnings, in the order of the decision.

    `rules` are those decided with (law and clauses), by id; `texts` the release's (default: the package's). A clause
    whose `says` is no key of the texts gets the words for clauses. An unknown language reads English.
    """
    known = texts or load_texts()
    reader = _Reader(rules, known.get(language, known["en"]), catalogue or load_catalogue(), language)
    found = [line for name, outcome in decision.outcomes for line in _lines(reader, name, outcome)]
    found += [reader.of(rule_id, DUTY, "", None, ()) for rule_id in decision.duties]
    found += [reader.of(rule_id, WARNING, "", None, ()) for rule_id in decision.warnings]
    return found


def _lines(reader: _Reader, name: str, outcome: Outcome) -> list[Explanation]:
    word = headline_of(outcome)
    match outcome:
        case Refuse(reason="error"):
            return [reader.without_rule(ERROR, word, name)]
        case Refuse(rules=()):
            return [reader.without_rule(NOTHING, word, name)]
        case Refuse():
            return [reader.of(rule_id, word, name, outcome, ()) for rule_id in outcome.rules]
        case NeedsApproval(approvers=approvers):
            return [reader.of(rule_id, word, name, None, approvers) for rule_id in outcome.rules]
        case Permit() | HoldForCounsel():
            return [reader.of(rule_id, word, name, None, ()) for rule_id in rules_of(outcome)]
