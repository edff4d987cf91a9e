"""Terms found in the words of the sections: by meaning, with the words they came from and how sure that is."""

import calendar
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from comity.standing.agreements.reading.catalogue import Saying, Term, load_terms
from comity.standing.agreements.reading.found import (
    CONFLICTING,
    ELSEWHERE,
    EXACT,
    FIGURE_REPAIRED,
    REPAIRED,
    Provision,
    Value,
)
from comity.standing.agreements.reading.lines import Line
from comity.standing.agreements.reading.recognize import Normal, Word, normalize
from comity.standing.agreements.reading.sections import Part

_TIMES: Final = {"minutes": 1, "hours": 60, "days": 60 * 24, "weeks": 60 * 24 * 7}
_LONG: Final = {"months": 1, "years": 12}
_MONTHS: Final = tuple(calendar.month_name[number].lower() for number in range(1, 13))
_WORKING: Final = re.compile(r"\d (?:business|working) ")
LONGEST_WORDS: Final = 400
"""Characters of the document quoted for one term."""


@dataclass(frozen=True, slots=True)
class Read:
    """A section with its words normalized, sentence by sentence."""

    part: Part
    normal: Normal
    sentences: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class _Hit:
    term: Term
    value: Value
    unit: str
    read: Read
    sentence: tuple[int, int]
    start: int
    words: tuple[Word, ...]
    other: int | None


def read_parts(parts: Sequence[Part], *, aliases: Mapping[str, str]) -> tuple[Read, ...]:
    """Return the sections with their words normalized."""
    found = []
    for part in parts:
        normal = normalize(part.joined.text, aliases=aliases)
        found.append(Read(part, normal, tuple(normal.sentences())))
    return tuple(found)


def find_provisions(reads: Sequence[Read]) -> tuple[Provision, ...]:
    """Return the terms the sections state, doubtful ones first, then in the order of the catalogue."""
    found = [one for term in load_terms().values() for one in _of_term(term, reads)]
    return tuple(sorted(found, key=lambda one: (not one.doubt, one.confidence if one.doubt else 0.0)))


def _of_term(term: Term, reads: Sequence[Read]) -> Iterator[Provision]:
    if term.items:
        yield from _list(term, reads)
        return
    hits = _nearest(term, term.sayings, reads)
    if not hits:
        return
    values = {(_text(hit.value), hit.unit) for hit in hits}
    if len(values) == 1 or term.takes_first:
        yield _provision(max(hits, key=_sureness) if len(values) == 1 else hits[0], against=())
        return
    told: set[tuple[str, str]] = set()
    for hit in hits:
        if (_text(hit.value), hit.unit) not in told:
            told.add((_text(hit.value), hit.unit))
            others = sorted(f"{value} {unit}".strip() for value, unit in values - {(_text(hit.value), hit.unit)})
            yield _provision(hit, against=others)


def _nearest(term: Term, sayings: Sequence[Saying], reads: Sequence[Read]) -> list[_Hit]:
    """Return the hits where the term is expected, else elsewhere, where the words may mean another thing."""
    expected = [hit for read in reads if _is_expected(term, read) for hit in _hits(term, sayings, read)]
    if expected:
        return expected
    others = [read for read in reads if not _is_expected(term, read)]
    if term.is_within:
        others = [read for read in others if not read.part.section.heading and read.part.section.level]
    return [hit for read in others for hit in _hits(term, sayings, read)]


def _sureness(hit: _Hit) -> tuple[float, int]:
    return _confidence(hit)[0], -hit.start


def _hits(term: Term, sayings: Sequence[Saying], read: Read) -> Iterator[_Hit]:
    for start, end in read.sentences:
        sentence = read.normal.text[start:end].rstrip()
        if (term.only and not term.only.search(sentence)) or (term.never and term.never.search(sentence)):
            continue
        for saying in sayings:
            for match in saying.pattern.finditer(sentence):
                value, unit = _value_of(term, saying, match)
                if value is not None:
                    at = start + match.start()
                    words = read.normal.between(at, start + match.end())
                    other = _other(words) if saying.value is None else None
                    yield _Hit(term, value, unit, read, (start, start + len(sentence)), at, words, other)


def _is_expected(term: Term, read: Read) -> bool:
    return read.part.section.heading in term.sections


def _value_of(term: Term, saying: Saying, match: re.Match[str]) -> tuple[Value | None, str]:
    """Return the value a match gives in the unit of its term, or in its own where that cannot be."""
    if saying.value is not None:
        is_counted = isinstance(saying.value, int) and not isinstance(saying.value, bool)
        return saying.value, term.unit if is_counted else ""
    groups = match.groupdict()
    if term.unit == "date":
        month = _MONTHS.index(groups["month"]) + 1
        return f"{groups['year']}-{month:02d}-{int(groups['day']):02d}", "date"
    value, unit = int(groups["n"]), groups.get("unit") or term.unit
    if unit in term.units and (term.is_exact or _WORKING.search(match[0])):
        return value, unit
    if unit not in term.units and _converted(value, unit, term.unit) is None:
        return None, ""
    converted = _converted(value, unit, term.unit)
    return (value, unit) if converted is None else (converted, term.unit)


def _converted(value: int, unit: str, to: str) -> int | None:
    for scale in (_TIMES, _LONG):
        if unit in scale and to in scale:
            whole, rest = divmod(value * scale[unit], scale[to])
            return whole if rest == 0 else None
    return value if unit == to else None


def _other(words: Sequence[Word]) -> int | None:
    return next((word.figure.other for word in words if word.figure and word.figure.other is not None), None)


def _confidence(hit: _Hit) -> tuple[float, str]:
    """Return how sure a hit is, and what is doubtful about it: the rules of the reference page."""
    figures = [word for word in hit.words if word.figure is not None]
    if hit.other is not None:
        return CONFLICTING, f"the figure in words and the one in digits differ: {_text(hit.value)} and {hit.other}"
    if _is_figure(hit) and any(word.repaired for word in figures):
        return FIGURE_REPAIRED, "the figure was repaired from a recognition error"
    if _is_figure(hit) and _WORKING.search(" ".join(word.text for word in hit.words)):
        return ELSEWHERE, "these are working days: how long that is, depends on weekends and holidays"
    if not _is_expected(hit.term, hit.read):
        return ELSEWHERE, "the words stand in another section than in the models"
    return (REPAIRED if any(word.repaired for word in hit.words) else EXACT), ""


def _is_figure(hit: _Hit) -> bool:
    return isinstance(hit.value, int) and not isinstance(hit.value, bool)


def _provision(hit: _Hit, *, against: Sequence[str]) -> Provision:
    confidence, doubt = _confidence(hit)
    if against:
        confidence, doubt = CONFLICTING, f"the document also says {' and '.join(against)}"
    quoted, line = _quoted(hit)
    return Provision(
        term=hit.term.code, value=hit.value, unit=hit.unit, section=hit.read.part.section.path, page=line.page,
        line=line.number, words=quoted, confidence=confidence, doubt=doubt,
    )  # fmt: skip


def _quoted(hit: _Hit) -> tuple[str, Line]:
    """Return the sentence of a hit as the document has it, or around the hit where it is long; and its line."""
    normal = hit.read.normal
    whole = normal.between(*hit.sentence)
    start, end = whole[0].start, whole[-1].end
    if end - start > LONGEST_WORDS:
        start, end = hit.words[0].start, hit.words[-1].end
    source = normal.source
    while end < len(source) and source[end] in ".)”\"'’%":
        end += 1
    return source[start:end][: 2 * LONGEST_WORDS], hit.read.part.joined.line_at(hit.words[0].start)


def _list(term: Term, reads: Sequence[Read]) -> Iterator[Provision]:
    """Yield one provision with every item named where the term is expected, else elsewhere unless it must be there."""
    ways = [saying for item in term.items.values() for saying in item]
    kept = _nearest(term, ways, reads)
    if not kept:
        return
    firsts: dict[str, _Hit] = {}
    for hit in kept:
        firsts.setdefault(_text(hit.value), hit)
    sure = [_confidence(hit) for hit in firsts.values()]
    confidence, doubt = min(sure)
    head = min(firsts.values(), key=lambda hit: (hit.read.part.section.first_line, hit.start))
    quotes = list(dict.fromkeys(_short(hit) for hit in firsts.values()))
    line = head.read.part.joined.line_at(head.words[0].start)
    yield Provision(
        term=term.code, value=tuple(sorted(firsts)), unit="list", section=head.read.part.section.path,
        page=line.page, line=line.number, words=" … ".join(quotes), confidence=confidence, doubt=doubt,
    )  # fmt: skip


def _short(hit: _Hit) -> str:
    return hit.read.normal.source[hit.words[0].start : hit.words[-1].end]


def _text(value: Value) -> str:
    return str(value)
