"""What a replay came to: counts, differences by rule, and their list under one digest. No facts, no references."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from comity.kernel.canonical import Json, canonical, plain
from comity.kernel.digest import sha256
from comity.kernel.time import Period, utc_text
from comity.spine.policy.again import Again, Replaced, Turn

SCHEMA: Final = "comity/replay/1"
EXAMPLES: Final = 5
"""Decisions named for each line."""


@dataclass(frozen=True, slots=True)
class Line:
    """What one rule turned: `decisions` of which some class was `was` and is `now`, by the rule being there or `gone`.

    `rule` is "" where nothing permits. `part` is `outcome`, `elements` or `approvers`; where it is not the outcome,
    `was` and `now` are one word. `examples`: the first of the decisions, by time.
    """

    rule: str
    how: str
    cite: str
    says: str
    part: str
    was: str
    now: str
    decisions: int
    examples: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class Replayed:
    """A replay of the decisions of `period` under `tried` (names of what was tried, as text).

    Every decision found is one of `same`, `different`, `undetermined` (nothing differs for certain, and something
    turns on facts that nobody asked for then: `missing` counts decisions by what is missing), `not_bearing` (the
    rules tried leave its rules alone), or unreadable (`unreadable` counts them by why). `transitions` counts classes
    by `was`, `now`, `part`. `other_engine`: how many were decided by another engine, in whichever of the others.
    """

    tried: Mapping[str, str]
    period: Period
    found: int
    same: int
    different: int
    undetermined: int
    not_bearing: int
    other_engine: int
    unreadable: Mapping[str, int]
    missing: Mapping[str, int]
    transitions: Mapping[tuple[str, str, str], int]
    lines: tuple[Line, ...]

    @property
    def body(self) -> Json:
        """The whole as canonical JSON values: the same for everybody who replays the same decisions."""
        return plain(
            {
                "different": self.different,
                "found": self.found,
                "from": utc_text(self.period.starts_at),
                "lines": [
                    {
                        "cite": line.cite,
                        "decisions": line.decisions,
                        "examples": list(line.examples),
                        "how": line.how,
                        "now": line.now,
                        "part": line.part,
                        "rule": line.rule,
                        "was": line.was,
                    }
                    for line in self.lines
                ],
                "missing": dict(self.missing),
                "not_bearing": self.not_bearing,
                "other_engine": self.other_engine,
                "same": self.same,
                "schema": SCHEMA,
                "to": utc_text(self.period.ends_at) if self.period.ends_at else None,
                "transitions": [
                    {"classes": count, "now": now, "part": part, "was": was}
                    for (was, now, part), count in self.transitions.items()
                ],
                "tried": dict(self.tried),
                "undetermined": self.undetermined,
                "unreadable": dict(self.unreadable),
            }
        )

    @property
    def digest(self) -> str:
        """Hex SHA-256 of `body` in canonical JSON."""
        return sha256(canonical(self.body)).hex()


_Key = tuple[str, str, str, str, str]


@dataclass(slots=True)
class Tally:
    """Counts decision by decision; its size is that of the differences, not of the decisions.

    `counts`, `examples`: by line; `words`: citation and text key of each rule, there or gone.
    """

    found: int = 0
    same: int = 0
    different: int = 0
    undetermined: int = 0
    not_bearing: int = 0
    other_engine: int = 0
    unreadable: Counter[str] = field(default_factory=Counter)
    missing: Counter[str] = field(default_factory=Counter)
    transitions: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    counts: Counter[_Key] = field(default_factory=Counter)
    examples: dict[_Key, list[tuple[datetime, UUID]]] = field(default_factory=dict)
    words: dict[tuple[str, str], tuple[str, str]] = field(default_factory=dict)

    def add(self, decision: tuple[datetime, UUID], again: Again, rules: Replaced) -> None:
        """Count a decision (when it was made, its id) that was decided again; they come by time."""
        self.missing.update(again.missing)
        if not again.turns:
            if again.missing:
                self.undetermined += 1
            else:
                self.same += 1
            return
        self.different += 1
        self.transitions.update((turn.was, turn.now, turn.part) for turn in again.turns)
        for key in sorted({key for turn in again.turns for key in _keys(turn)}):
            self.counts[key] += 1
            examples = self.examples.setdefault(key, [])
            if len(examples) < EXAMPLES:
                examples.append(decision)
            self._remember(key[0], key[1], rules)

    def merge(self, later: "Tally") -> None:
        """Count what another counted of other decisions."""
        for name in ("found", "same", "different", "undetermined", "not_bearing", "other_engine"):
            setattr(self, name, getattr(self, name) + getattr(later, name))
        self.unreadable.update(later.unreadable)
        self.missing.update(later.missing)
        self.transitions.update(later.transitions)
        self.counts.update(later.counts)
        for key, examples in later.examples.items():
            self.examples[key] = sorted(self.examples.get(key, []) + examples)[:EXAMPLES]
        self.words = later.words | self.words

    def _remember(self, name: str, how: str, rules: Replaced) -> None:
        if (name, how) not in self.words:
            rule = (rules.before if how == "gone" else rules.after).by_id.get(name)
            self.words[name, how] = (rule.cite, rule.says) if rule else ("", "")

    def finish(self, *, tried: Mapping[str, str], period: Period) -> Replayed:
        """Return what it came to; the lines with the most decisions first."""
        ordered = sorted(self.counts.items(), key=lambda item: (-item[1], item[0]))
        return Replayed(
            tried=tried,
            period=period,
            found=self.found,
            same=self.same,
            different=self.different,
            undetermined=self.undetermined,
            not_bearing=self.not_bearing,
            other_engine=self.other_engine,
            unreadable=dict(sorted(self.unreadable.items())),
            missing=dict(sorted(self.missing.items())),
            transitions=dict(sorted(self.transitions.items())),
            lines=tuple(self._line(key, count) for key, count in ordered),
        )

    def _line(self, key: _Key, count: int) -> Line:
        rule, how, was, now, part = key
        cite, says = self.words[rule, how]
        return Line(rule, how, cite, says, part, was, now, count, tuple(name for _, name in self.examples[key]))


def _keys(turn: Turn) -> list[_Key]:
    return [(ground.rule, ground.how, turn.was, turn.now, turn.part) for ground in turn.grounds]
