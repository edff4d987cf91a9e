"""Recorded decisions read in batches and decided again. Memory is that of one batch, however many there are."""

from collections import OrderedDict
from collections.abc import Collection, Mapping
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
from comity.spine.policy.again import Again, Recorded, Replaced, decide_again
from comity.spine.policy.facts import Facts, UnreadableFactsError, facts_from_plain
from comity.spine.policy.rules import ENGINE, BrokenRuleError
from comity.spine.policy.slices import RuleSlice
from comity.spine.vault.seal import Opened, open_sound_items

BATCH: Final = 2_000
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


@dataclass(slots=True)
class Rereader:
    """Decides batches of decisions again under `instead` and counts what comes of them."""

    instead: Instead
    keys: KeyRing
    tally: Tally = field(default_factory=Tally)
    _rulesets: OrderedDict[str, RuleSlice | None] = field(default_factory=OrderedDict)

    def reread(self, cursor: CursorWrapper, batch: Collection[Past]) -> None:
        """Decide a batch again, in the caller's transaction, which says what may be read.

        Facts that are purged, altered or of no known form, and rules that are lost, are counted as such.
        """
        opened = open_sound_items(cursor, self.keys, [past.facts_item for past in batch])
        for past in batch:
            self.tally.found += 1
            self.tally.other_engine += past.engine != ENGINE
            why = self._decide(cursor, past, opened)
            if why:
                self.tally.unreadable[why] += 1

    def _decide(self, cursor: CursorWrapper, past: Past, opened: Opened) -> str:
        """Decide one again and count it; return why it cannot be, "" where it was."""
        stored = opened.values.get(past.facts_item)
        if stored is None:
            return "facts_altered" if past.facts_item in opened.damaged else "facts_purged"
        try:
            facts = facts_from_plain(stored)
            recorded = _OUTCOMES.decode(past.outcomes)
        except (UnreadableFactsError, msgspec.ValidationError):
            return "not_readable"
        before = self._ruleset(cursor, past.ruleset)
        if before is None:
            return "rules_lost"
        rules = self.instead.replaced(before, facts)
        if rules is None:
            self.tally.not_bearing += 1
        else:
            self.tally.add(past.id, self._again(facts, rules, recorded), rules)
        return ""

    def _again(self, facts: Facts, rules: Replaced, recorded: Mapping[str, Recorded]) -> Again:
        return decide_again(facts=self.instead.adapted(facts, rules), rules=rules, recorded=recorded)

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
