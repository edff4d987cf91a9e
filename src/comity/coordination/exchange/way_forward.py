"""What would help with a refusal, in words: evidence, agreements that stand, legal process, whom to ask.

Never a record and never another purpose: a hint says what a rule asks for, not how to get round it.
"""

import tomllib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Final
from uuid import UUID

from django.db.backends.utils import CursorWrapper

from comity.spine.policy.decision import Refuse
from comity.spine.policy.rules import Rule
from comity.standing.agreements.live import list_live_agreements
from comity.standing.directory.facts import AgencyFacts, PostFacts
from comity.standing.directory.selectors import find_post
from comity.standing.directory.vocabulary import PostFunction
from comity.standing.law.catalogue import Evidence, Source, load_catalogue
from comity.standing.law.explain import get_rule_text
from comity.standing.law.facts import Law
from comity.standing.law.packs import ERROR, NOTHING

EXPLAINED: Final = frozenset({"forbidden", "evidence_missing"})
"""Reasons of a refusal that rests on rules the asker may know."""
TOLD: Final = EXPLAINED | {"unmatched", "error"}
"""Reasons the asker may know; of any other, which has a sentence under its own name, it learns whom to ask."""


@dataclass(frozen=True, slots=True)
class Counterpart:
    """Who refused: the holder, its liaison post, the codes of the agreements in force from it to the asker."""

    holder: AgencyFacts
    liaison: PostFacts | None
    agreements: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WayForward:
    """What would help with one refused class.

    `hints` are sentences; `claims` the evidence codes the asker may state when it asks again; `contact` the holder's
    liaison as `agency/post`, "" where this node knows none.
    """

    sensitivity_class: str
    hints: tuple[str, ...]
    claims: tuple[str, ...]
    contact: str


def get_counterpart(cursor: CursorWrapper, *, holder: AgencyFacts, asker_id: UUID, at: datetime) -> Counterpart:
    """Return what stands between the asker and a holder, in the asker's transaction; nothing is locked."""
    pair = (holder.id, asker_id)
    live = list_live_agreements(cursor, [pair])[pair]
    codes = {one.code for one in live if one.binds_between(at)}
    return Counterpart(holder, find_post(holder.id, PostFunction.LIAISON), tuple(sorted(codes)))


def ways_forward(
    *,
    refused: Mapping[str, Refuse],
    law: Law,
    rules: Iterable[Rule],
    holder: str,
    counterpart: Counterpart | None,
    language: str,
) -> tuple[WayForward, ...]:
    """Return what would help with each refused class, by class. Pure.

    `rules`: those of law and clauses at hand. `counterpart` None: nothing was read of the `holder`, so neither
    agreements nor its liaison post are named.
    """
    teller = _Teller(law, {rule.id: rule for rule in rules}, holder, counterpart, language)
    return tuple(teller.way(name, refusal) for name, refusal in sorted(refused.items()))


@dataclass(frozen=True, slots=True)
class _Teller:
    law: Law
    rules: Mapping[str, Rule]
    named: str
    counterpart: Counterpart | None
    language: str

    def way(self, name: str, refusal: Refuse) -> WayForward:
        missing = set(refusal.missing) if refusal.reason in EXPLAINED else set()
        return WayForward(
            sensitivity_class=name,
            hints=(*dict.fromkeys(self.hints(refusal)), self.contact()),
            claims=tuple(sorted(missing & load_catalogue().evidence_from(Source.ASKER))),
            contact=self.liaison(),
        )

    def hints(self, refusal: Refuse) -> list[str]:
        if refusal.reason == "error":
            return [self.words(ERROR)]
        if refusal.reason == "unmatched":
            return [*self.agreements(), self.words(NOTHING)]
        return self.of_rules(refusal) if refusal.reason in EXPLAINED else [say_untold(refusal.reason, self.language)]

    def of_rules(self, refusal: Refuse) -> list[str]:
        told: list[str] = []
        open_codes = {*refusal.missing, *refusal.unmet}
        for rule_id in refusal.rules:
            rule = self.rules.get(rule_id)
            told.append(self.words(rule.says if rule else rule_id))
            groups = [tuple(code for code in group if code in open_codes) for group in (rule.needs if rule else ())]
            if any(groups):
                told.append(self.say("show", needs=self.say("one_of").join(self.all_of(g) for g in groups if g)))
        if refusal.unmet:
            told.append(self.say("found_not_so", needs="; ".join(self.label(code) for code in refusal.unmet)))
        return told

    def all_of(self, codes: Collection[str]) -> str:
        return self.say("all_of").join(self.one(code) for code in codes)

    def one(self, code: str) -> str:
        known = _evidence(code)
        who = self.say(f"by_{known.source}") if known else ""
        return self.say("show_one", label=self.label(code), code=code, who=who)

    def label(self, code: str) -> str:
        known = _evidence(code)
        return known.label(self.language) if known else code

    def agreements(self) -> list[str]:
        if self.counterpart is None:
            return []
        holder, codes = self.counterpart.holder.code, self.counterpart.agreements
        if not codes:
            return [self.say("no_agreement", holder=holder)]
        return [self.say("agreements", holder=holder, codes=", ".join(f"`{code}`" for code in codes))]

    def liaison(self) -> str:
        known = self.counterpart
        return f"{known.holder.code}/{known.liaison.code}" if known and known.liaison else ""

    def contact(self) -> str:
        if self.counterpart is None:
            return self.say("contact_unread", holder=self.named)
        if self.counterpart.liaison is None:
            return self.say("contact_nobody", name=self.counterpart.holder.name)
        return self.say("contact", post=self.liaison(), title=self.counterpart.liaison.title)

    def words(self, says: str) -> str:
        return get_rule_text(says, self.language, texts=self.law.texts).forward

    def say(self, key: str, **parts: str) -> str:
        return load_hints(self.language)[key].format(**parts)


def _evidence(code: str) -> Evidence | None:
    return load_catalogue().evidence.get(code)


def say_untold(reason: str, language: str) -> str:
    """Return what is said of a refusal whose rule is not told, by its reason."""
    hints = load_hints(language)
    return hints.get(reason, hints["withheld"])


@cache
def load_hints(language: str) -> Mapping[str, str]:
    """Return the sentences; every language but `es` reads English."""
    name = "es" if language == "es" else "en"
    text = files("comity.coordination.exchange").joinpath("texts", f"{name}.toml").read_text("utf-8")
    return dict(tomllib.loads(text))
