"""Recorded decisions read in batches and decided again. Memory is that of one batch, however many there are."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec
from django.db.backends.utils import CursorWrapper

from comity.coordination.exchange.instead import Instead
from comity.coordination.exchange.replayed import Tally
from comity.coordination.exchange.rulesets import RulesetLostError, load_ruleset
from comity.kernel.digest import sha256
from comity.kernel.time import Period
from comity.spine.keys.ring import KeyRing
from comity.spine.policy.again import Again, Recorded, Replaced, decide_again
from comity.spine.policy.decide import Answers
from comity.spine.policy.facts import Facts, UnreadableFactsError, facts_from_text
from comity.spine.policy.rules import ENGINE, BrokenRuleError, Rule
from comity.spine.policy.slices import RuleSlice, make_slice
from comity.spine.vault.seal import open_sound_texts

PURGED, ALTERED, NOT_READABLE, RULES_LOST = "facts_purged", "facts_altered", "facts_not_readable", "rules_lost"
"""Why a decision is not decided again."""
_COUNT: Final = (
    "SELECT count(*) FROM exchange_decision WHERE decided_at >= %(from)s AND decided_at < %(to)s"
    " AND (%(holders)s::uuid[] IS NULL OR holder_id = ANY(%(holders)s::uuid[]))"
)
_PAGE: Final = """
SELECT id, decided_at, ruleset, engine, facts_item, outcomes::text FROM exchange_decision
WHERE decided_at >= %(from)s AND decided_at < %(to)s AND (decided_at, id) > (%(from)s, %(after)s::uuid)
    AND (%(holders)s::uuid[] IS NULL OR holder_id = ANY(%(holders)s::uuid[]))
ORDER BY decided_at, id LIMIT %(limit)s
"""
_NEWEST: Final = """
SELECT decided_at FROM exchange_decision
WHERE decided_at < %(to)s AND (%(holders)s::uuid[] IS NULL OR holder_id = ANY(%(holders)s::uuid[]))
ORDER BY decided_at DESC OFFSET %(skip)s LIMIT 1
"""
_KEPT: Final = 100_000
_OUTCOMES: Final = msgspec.json.Decoder(dict[str, Recorded])
_ZERO: Final = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Scope:
    """Which decisions: those of the period by these holders, or, with None, by whoever the session sees."""

    period: Period
    holder_ids: tuple[UUID, ...] | None = None


class Past(msgspec.Struct, frozen=True):
    """One recorded decision; `outcomes` is JSON text."""

    id: UUID
    decided_at: datetime
    ruleset: str
    engine: str
    facts_item: UUID
    outcomes: str


def count_decisions(cursor: CursorWrapper, scope: Scope) -> int:
    """Return how many decisions there are to be decided again."""
    cursor.execute(_COUNT, _values(scope))
    found: int = cursor.fetchone()[0]
    return found


def find_newest(cursor: CursorWrapper, scope: Scope, *, number: int) -> datetime | None:
    """Return when the `number`th newest decision before the scope's end was made; None where there are fewer."""
    cursor.execute(_NEWEST, _values(scope) | {"skip": number - 1})
    row = cursor.fetchone()
    return row[0] if row else None


def next_decisions(cursor: CursorWrapper, scope: Scope, after: Past | None, *, limit: int) -> list[Past]:
    """Return the decisions of the scope that follow `after`, by time; the first ones for None."""
    values = _values(scope) | {"limit": limit, "after": _ZERO}
    if after is not None:
        values |= {"from": after.decided_at, "after": after.id}
    cursor.execute(_PAGE, values)
    return [Past(*row) for row in cursor.fetchall()]


def _values(scope: Scope) -> dict[str, Any]:
    holders = None if scope.holder_ids is None else list(scope.holder_ids)
    return {"from": scope.period.starts_at, "to": scope.period.ends_at, "holders": holders}


@dataclass(frozen=True, slots=True)
class Pages:
    """Decisions as read, with all that deciding them again needs: no database, no key.

    `facts` of those that opened, as JSON, by item; `altered`: items that did not; `rulesets`: the rules under a digest
    (None: lost), of those digests that were not among the earlier pages for the same reader.
    """

    past: Sequence[Past]
    facts: Mapping[UUID, bytes]
    altered: frozenset[UUID]
    rulesets: Mapping[str, tuple[Rule, ...] | None]


def read_pages(
    cursor: CursorWrapper, keys: KeyRing, scope: Scope, after: Past | None, *, known: Collection[str], limit: int
) -> Pages:
    """Read at most `limit` decisions that follow `after`, in the caller's transaction, which says what may be read.

    The rules of `known` digests are left out. Deciding takes no transaction: it may take longer than one may be idle.
    """
    past = next_decisions(cursor, scope, after, limit=limit)
    opened = open_sound_texts(cursor, keys, [one.facts_item for one in past])
    wanted = sorted({one.ruleset for one in past} - set(known))
    rulesets = {digest: _rules_of(cursor, digest) for digest in wanted}
    return Pages(past, opened.texts, frozenset(opened.damaged), rulesets)


def _rules_of(cursor: CursorWrapper, digest: str) -> tuple[Rule, ...] | None:
    try:
        return load_ruleset(cursor, digest).rules
    except (RulesetLostError, BrokenRuleError):
        return None


_Found = tuple[Again, Replaced]


@dataclass(slots=True)
class Redecider:
    """Decides pages again under `instead`. It keeps every rule set it was told of: they are as many as pairs."""

    instead: Instead
    _done: dict[tuple[str, bytes, str], _Found | None] = field(default_factory=dict)
    _answers: Answers = field(default_factory=Answers)
    _rulesets: dict[str, RuleSlice | None] = field(default_factory=dict)

    def decide(self, pages: Pages) -> Tally:
        """Decide them again. Facts purged, altered or of no known form, and rules lost, are counted as such."""
        self._rulesets |= {name: make_slice(rules) if rules else None for name, rules in pages.rulesets.items()}
        tally = Tally()
        for past in pages.past:
            tally.found += 1
            tally.other_engine += past.engine != ENGINE
            why = self._decide(past, pages, tally)
            if why:
                tally.unreadable[why] += 1
        return tally

    def _decide(self, past: Past, pages: Pages, tally: Tally) -> str:
        """Decide one again and count it; return why it cannot be, "" where it was."""
        text = pages.facts.get(past.facts_item)
        if text is None:
            return ALTERED if past.facts_item in pages.altered else PURGED
        before = self._rulesets[past.ruleset]
        if before is None:
            return RULES_LOST
        try:
            found = self._found(text, past, before)
        except (UnreadableFactsError, msgspec.ValidationError):
            return NOT_READABLE
        if found is None:
            tally.not_bearing += 1
        else:
            tally.add((past.decided_at, past.id), *found)
        return ""

    def _found(self, text: bytes, past: Past, before: RuleSlice) -> _Found | None:
        """Decide facts again, under what is tried; those that are alike, recorded alike and under the same rules, once.

        None where what is tried does not bear on them.
        """
        key = (past.ruleset, sha256(text), past.outcomes)
        if key not in self._done:
            if len(self._done) >= _KEPT:
                self._done.clear()
            self._done[key] = self._again(facts_from_text(text), past, before)
        return self._done[key]

    def _again(self, facts: Facts, past: Past, before: RuleSlice) -> _Found | None:
        rules = self.instead.replaced(before, facts)
        if rules is None:
            return None
        recorded = _OUTCOMES.decode(past.outcomes)
        adapted = self.instead.adapted(facts, rules)
        return decide_again(facts=adapted, rules=rules, recorded=recorded, answers=self._answers), rules
