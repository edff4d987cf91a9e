"""What changed from one release of the law to another: rules, their words, authorities. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from comity.spine.policy.rules import Rule
from comity.standing.law.packs import Authority, Texts
from comity.standing.law.rules import Release


class How(StrEnum):
    """What became of a rule, a text or an authority."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Part:
    """One thing said of a rule, a text or an authority, as text; "" where it was not there or is not any more.

    `name` of a rule's: `text`, `kind`, `cite`, `source`, `from`, `to`, `needs`, `obligations`, `classes`,
    `jurisdiction`, `says`, and of its words `says.en`, `forward.en`, ….
    """

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Change:
    """What became of the rule, text or authority `name`; `parts` holds what differs, in a fixed order."""

    name: str
    how: How
    parts: tuple[Part, ...]

    @property
    def changed(self) -> tuple[str, ...]:
        """The names of the parts that differ."""
        return tuple(part.name for part in self.parts)


@dataclass(frozen=True, slots=True)
class Difference:
    """Changes by name. `texts`: of keys that no rule says before or after (the words of a rule are among its parts)."""

    rules: tuple[Change, ...]
    texts: tuple[Change, ...]
    authorities: tuple[Change, ...]

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing changed but form: comments, order, spaces."""
        return not (self.rules or self.texts or self.authorities)

    def count(self, how: How) -> int:
        """Return how many rules were added, removed or changed."""
        return sum(change.how is how for change in self.rules)


def difference_of(before: Release | None, after: Release) -> Difference:
    """Return what changed; `before` None: there was no law, and everything is added."""
    said = {rule.says for release in (before, after) if release for rule in release.rules}
    return Difference(
        rules=_changes(_rules(before), _rules(after)),
        texts=_changes(_unsaid(before, said), _unsaid(after, said)),
        authorities=_changes(_authorities(before), _authorities(after)),
    )


Parts = Mapping[str, str]


def _changes(before: Mapping[str, Parts], after: Mapping[str, Parts]) -> tuple[Change, ...]:
    return tuple(_changed(before, after))


def _changed(before: Mapping[str, Parts], after: Mapping[str, Parts]) -> Iterator[Change]:
    for name in sorted(before.keys() | after.keys()):
        old, new = before.get(name), after.get(name)
        if old == new:
            continue
        how = How.ADDED if old is None else How.REMOVED if new is None else How.CHANGED
        names = dict.fromkeys([*(new or {}), *(old or {})])
        pairs = ((part, (old or {}).get(part, ""), (new or {}).get(part, "")) for part in names)
        yield Change(name, how, tuple(Part(part, was, now) for part, was, now in pairs if was != now))


def _rules(release: Release | None) -> dict[str, Parts]:
    return {rule.id: _parts_of(rule, release.texts) for rule in release.rules} if release else {}


def _parts_of(rule: Rule, texts: Texts) -> Parts:
    return {
        "kind": rule.kind.value,
        "cite": rule.cite,
        "source": rule.source,
        "from": _day(rule.starts_on),
        "to": _day(rule.ends_on),
        "needs": " | ".join(" ".join(group) for group in rule.needs),
        "obligations": " ".join(rule.obligations),
        "classes": " ".join(sorted(rule.classes or ())),
        "jurisdiction": rule.jurisdiction,
        "says": rule.says,
        **_words(rule.says, texts),
        "text": _condition(rule.text),
    }


def _condition(text: str) -> str:
    """Return a policy without the annotations above it, each of which is a part of its own."""
    lines = text.splitlines()
    starts = [place for place, line in enumerate(lines) if line.startswith(("permit", "forbid"))]
    return "\n".join(lines[starts[0] :]) if starts else text


def _words(key: str, texts: Texts) -> Parts:
    found: dict[str, str] = {}
    for language, words in sorted(texts.items()):
        if key in words:
            found |= {f"says.{language}": words[key].says, f"forward.{language}": words[key].forward}
    return found


def _unsaid(release: Release | None, said: Iterable[str]) -> dict[str, Parts]:
    if release is None:
        return {}
    keys = set().union(*(words.keys() for words in release.texts.values())) - set(said)
    return {key: _words(key, release.texts) for key in keys}


def _authorities(release: Release | None) -> dict[str, Parts]:
    return {code: _authority(one) for code, one in release.authorities.items()} if release else {}


def _authority(one: Authority) -> Parts:
    return {
        "citation": one.citation,
        "effect": one.effect,
        "from": _day(one.starts_on),
        "to": _day(one.ends_on),
        "mark": one.mark,
        "confidence": one.confidence,
        "tags": " ".join(one.tags),
    }


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""
