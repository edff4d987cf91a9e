"""Recorded decisions read in batches and decided again. Memory is that of one batch, however many there are."""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

import msgspec
from django.db.backends.utils import CursorWrapper

from comity.coordination.exchange.instead import Instead
from comity.coordination.exchange.replayed import Tally
from comity.coordination.exchange.rulesets import RulesetLostError, load_ruleset
from comity.kernel.time import Period
from comity.spine.keys.ring import KeyRing
from comity.spine.policy.again import Recorded, decide_again
from comity.spine.policy.decide import Answers
from comity.spine.policy.facts import UnreadableFactsError, facts_from_plain
from comity.spine.policy.rules import ENGINE, BrokenRuleError
from comity.spine.policy.slices import RuleSlice
from comity.spine.vault.seal import Opened, open_sound_items

BATCH: Final = 2_000
PURGED, ALTERED, NOT_READABLE, RULES_LOST = "facts_purged", "facts_altered", "facts_not_readable", "rules_lost"
"""Why a decision is not decided again."""
_KEPT_RULESETS: Final = 1024
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
_OUTCOMES: Final = msgspec.json.Decoder(dict[str, Recorded])
_ZERO: Final = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Scope:
    """Which decisions: those of the period by these holders, or, with None, by whoever the session sees."""

    period: Period
    holder_ids: tuple[UUID, ...] | None = None


@dataclass(frozen=True, slots=True)
class Past:
    """One recorded decision; `outcomes` is JSON text."""

    id: UUID
    decided_at: object
    ruleset: str
    engine: str
    facts_item: UUID
    outcomes: str


def count_decisions(cursor: CursorWrapper, scope: Scope) -> int:
    """Return how many decisions there are to be decided again."""
    cursor.execute(_COUNT, _values(scope))
    found: int = cursor.fetchone()[0]
    return found


def next_decisions(cursor: CursorWrapper, scope: Scope, after: Past | None, *, limit: int = BATCH) -> list[Past]:
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
    """Decisions as read: what was opened of their facts, and the rules each was made under (None: lost)."""

    past: Sequence[Past]
    opened: Opened
    rulesets: Mapping[str, RuleSlice | None]


@dataclass(slots=True)
class Rereader:
    """Reads batches of decisions, decides them again under `instead`, and counts what comes of them.

    Reading takes a transaction, deciding takes none: a batch may take longer than a transaction may be idle.
    """

    instead: Instead
    keys: KeyRing
    tally: Tally = field(default_factory=Tally)
    _answers: Answers = field(default_factory=Answers)
    _rulesets: OrderedDict[str, RuleSlice | None] = field(default_factory=OrderedDict)

    def read(self, cursor: CursorWrapper, scope: Scope, after: Past | None) -> Pages:
        """Read the decisions that follow `after`, in the caller's transaction, which says what may be read."""
        past = next_decisions(cursor, scope, after)
        opened = open_sound_items(cursor, self.keys, [one.facts_item for one in past])
        return Pages(past, opened, {one.ruleset: self._ruleset(cursor, one.ruleset) for one in past})

    def decide(self, pages: Pages) -> None:
        """Decide them again. Facts purged, altered or of no known form, and rules lost, are counted as such."""
        for past in pages.past:
            self.tally.found += 1
            self.tally.other_engine += past.engine != ENGINE
            why = self._decide(past, pages)
            if why:
                self.tally.unreadable[why] += 1

    def _decide(self, past: Past, pages: Pages) -> str:
        """Decide one again and count it; return why it cannot be, "" where it was."""
        stored = pages.opened.values.get(past.facts_item)
        if stored is None:
            return ALTERED if past.facts_item in pages.opened.damaged else PURGED
        before = pages.rulesets[past.ruleset]
        if before is None:
            return RULES_LOST
        try:
            facts = facts_from_plain(stored)
            recorded = _OUTCOMES.decode(past.outcomes)
        except (UnreadableFactsError, msgspec.ValidationError):
            return NOT_READABLE
        rules = self.instead.replaced(before, facts)
        if rules is None:
            self.tally.not_bearing += 1
        else:
            facts = self.instead.adapted(facts, rules)
            again = decide_again(facts=facts, rules=rules, recorded=recorded, answers=self._answers)
            self.tally.add(past.id, again, rules)
        return ""

    def _ruleset(self, cursor: CursorWrapper, digest: str) -> RuleSlice | None:
        if digest in self._rulesets:
            self._rulesets.move_to_end(digest)
            return self._rulesets[digest]
        try:
            found: RuleSlice | None = load_ruleset(cursor, digest)
        except (RulesetLostError, BrokenRuleError):
            found = None
        self._rulesets[digest] = found
        if len(self._rulesets) > _KEPT_RULESETS:
            self._rulesets.popitem(last=False)
        return found
