"""Recognition errors undone for matching only: what is quoted stays as the document has it.

A word nobody knows is compared with the words of the field (`words.txt`): by shape (rn and m, l and 1, O and D), as two
words run together, as one word broken in two, then by distance. A known word is never changed.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Final

from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

from comity.standing.agreements.reading.figures import Figure, read_figure

VOCABULARY: Final = frozenset(files(__package__).joinpath("words.txt").read_text("utf-8").split())
ORDINARY: Final = frozenset(files(__package__).joinpath("ordinary.txt").read_text("utf-8").split())
"""Words that only look like words of the field: they are left alone, and may still be somebody's name."""
_KNOWN: Final = VOCABULARY | ORDINARY
_LISTED: Final = sorted(VOCABULARY)
_SHORT: Final = frozenset(
    ["a", "of", "an", "in", "to", "by", "or", "is", "be", "as", "at", "on", "if", "no", "it", "us", "so"]
)
_ACRONYMS: Final = ("ICE", "DHS", "FOD", "LEA", "MOA", "OPR", "SOP", "INA", "DOJ", "ERO", "OPLA", "NTA", "OIG", "POC")
_ABBREVIATIONS: Final = frozenset(["no", "pub", "seq", "st", "inc", "co", "mr", "ms", "jr", "vs", "sec", "art", "etc"])
_RAW: Final = re.compile(
    r"U\.\s?S\.(?!\s?C)|(?:[A-Z]\.){2,5}|[A-Za-z0-9~|µ]+(?:['’‘`´][A-Za-z]{1,2}\b)?|[.%•●▪■(;:-]|[^\s\w]"
)
_LETTERS: Final = str.maketrans({"1": "l", "|": "l", "i": "l", "0": "o", "5": "s", "µ": "u", "~": "a"})
_FIGURES: Final = str.maketrans({"0": "o", "1": "i", "5": "s"})
_SHAPES: Final = (("rn", "m"), ("rm", "m"), ("nn", "m"), ("ln", "m"), ("nl", "m"), ("mm", "m"), ("cl", "d"),
                  ("vv", "w"))  # fmt: skip
_CAPITALS: Final = str.maketrans({"D": "O", "0": "O", "Q": "O", "l": "I", "1": "I", "|": "I", "B": "E", "5": "S"})
_BULLETS: Final = "•●▪■"
_DISTANCES: Final = ((5, 0), (9, 1), (11, 2))
"""Up to how many letters a word may differ from a known one, by length; longer words by three."""


@dataclass(frozen=True, slots=True)
class Word:
    """One word as matched, and where it stands in the source. `other` is a second figure the document gives."""

    text: str
    start: int
    end: int
    repaired: bool = False
    figure: Figure | None = None


@dataclass(frozen=True, slots=True)
class Normal:
    """A source in words to be matched: one space between words, ` . ` between sentences."""

    source: str
    text: str
    words: tuple[Word, ...]
    starts: tuple[int, ...]

    def between(self, start: int, end: int) -> tuple[Word, ...]:
        """Return the words of a stretch of `text`."""
        first = max(bisect_right(self.starts, start) - 1, 0)
        return self.words[first : max(bisect_left(self.starts, end), first + 1)]

    def sentences(self) -> Iterator[tuple[int, int]]:
        """Yield start and end of each sentence of `text`."""
        start = 0
        for word, at in zip(self.words, self.starts, strict=True):
            if word.text == ".":
                if at > start:
                    yield start, at
                start = at + 2
        if start < len(self.text):
            yield start, len(self.text)


@dataclass(frozen=True, slots=True)
class _Raw:
    text: str
    start: int
    end: int


def normalize(source: str, *, aliases: Mapping[str, str] | None = None) -> Normal:
    """Return `source` in words to be matched. `aliases`: what the document calls a party, by the word matched."""
    words = list(_words([_Raw(m[0], m.start(), m.end()) for m in _RAW.finditer(source)], aliases or {}))
    starts, at = [], 0
    for word in words:
        starts.append(at)
        at += len(word.text) + 1
    return Normal(source, " ".join(word.text for word in words), tuple(words), tuple(starts))


def _words(raw: list[_Raw], aliases: Mapping[str, str]) -> Iterator[Word]:
    place = 0
    while place < len(raw):
        one = raw[place]
        figure, used = read_figure([r.text for r in raw[place : place + 9]], known=_known)
        if figure is not None:
            yield Word(str(figure.value), one.start, raw[place + used - 1].end, figure.repaired, figure)
            if figure.unit:
                yield Word(figure.unit, one.start, one.end)
            place += used
            continue
        place += 1
        if one.text == "." or one.text in _BULLETS:
            if one.text != "." or _ends_sentence(raw, place - 1):
                yield Word(".", one.start, one.end)
        elif one.text == "%":
            yield Word("percent", one.start, one.end)
        elif one.text[0].isalnum() or one.text[0] in "~|µ":
            found, repaired, joined = _canonical(one, raw[place] if place < len(raw) else None)
            end = raw[place].end if joined else one.end
            place += joined
            for word in found:
                if word != "s":
                    yield Word(aliases.get(word, word), one.start, end, repaired)


def _canonical(one: _Raw, after: _Raw | None) -> tuple[tuple[str, ...], bool, int]:
    """Return (words, whether repaired, how many further tokens were taken in)."""
    bare = re.sub(r"[.\s]", "", re.split(r"['’‘`´]", one.text)[0]) or one.text
    low = bare.lower()
    if low in _KNOWN:
        return (_unit(low),), False, 0
    if after is not None and after.start - one.end == 1 and after.text.isalpha() and low.isalpha():
        together = low + after.text.lower()
        if after.text.lower() not in VOCABULARY:
            if together in VOCABULARY:
                return (together,), True, 1
            if not repair(bare) and len(together) > 7 and (near := _by_distance(together)):  # noqa: PLR2004
                return near, True, 1
    found = repair(bare)
    return (tuple(map(_unit, found)) if found else (low,)), bool(found), 0


def _known(text: str) -> str:
    """Return a word as matched, where a figure may be spelled out."""
    low = text.lower()
    if low in _KNOWN or not text.isalnum():
        return low
    found = repair(text)
    return found[0] if len(found) == 1 else low


_UNITS: Final = {
    "day": "days", "hour": "hours", "month": "months", "year": "years", "week": "weeks", "minute": "minutes",
    "percentage": "percent", "dhs": "dhs", "united": "united",
}  # fmt: skip


def _unit(word: str) -> str:
    return _UNITS.get(word, word)


@lru_cache(maxsize=20_000)
def repair(word: str) -> tuple[str, ...]:
    """Return the known words that `word` was probably written as; nothing where that is not plain."""
    if word.isdigit():
        return ()
    for attempt in (_by_capitals, _by_shape, _as_two, _by_distance):
        found = attempt(word)
        if found:
            return found
    return ()


def misread(word: str) -> tuple[str, ...]:
    """Return the known words whose shape `word` has, run together or not; nothing for what is only near to one."""
    return _by_capitals(word) or _by_shape(word) or _as_two(word)


def _by_capitals(word: str) -> tuple[str, ...]:
    bare = word.translate(_CAPITALS)
    near = [one for one in _ACRONYMS if one.translate(_CAPITALS) == bare] if bare.isupper() else []
    return (near[0].lower(),) if len(near) == 1 else ()


def _shape(word: str) -> str:
    shape = word.translate(_LETTERS)
    for wide, narrow in _SHAPES:
        shape = shape.replace(wide, narrow)
    return shape


@lru_cache(maxsize=1)
def _shapes() -> Mapping[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for word in _LISTED:
        shape = _shape(word)
        found[shape] = (*found.get(shape, ()), word)
    return found


def _by_shape(word: str) -> tuple[str, ...]:
    if len(word) < 3:  # noqa: PLR2004 - too little to have a shape, but a figure among letters is none
        plain = word.lower().translate(_FIGURES)
        return (plain,) if plain in _SHORT and plain != word.lower() else ()
    near = _shapes().get(_shape(word.lower()), ())
    return min(((Levenshtein.distance(word.lower(), one), one) for one in near), default=(0, ""))[1:] if near else ()


def _as_two(word: str) -> tuple[str, ...]:
    """Return the fewest known words that run together make `word`, at most four."""
    low = word.lower()
    if not low.isalpha() or len(low) < 4:  # noqa: PLR2004 - the shortest are "of" and "an"
        return ()
    best: list[tuple[str, ...] | None] = [()]
    for end in range(1, len(low) + 1):
        ways = [
            (*before, low[start:end])
            for start in range(max(0, end - 20), end)
            if (before := best[start]) is not None and len(before) < 4 and _is_part(low[start:end])  # noqa: PLR2004
        ]
        best.append(min(ways, key=lambda way: (len(way), way), default=None))
    found = best[-1]
    return found if found is not None and len(found) > 1 else ()


def _is_part(piece: str) -> bool:
    return piece in _SHORT or (len(piece) > 2 and piece in VOCABULARY)  # noqa: PLR2004 - shorter ones are listed


def _by_distance(word: str) -> tuple[str, ...]:
    most = next((most for length, most in _DISTANCES if len(word) < length), 3)
    if most == 0:
        return ()
    near = process.extract(word.lower(), _LISTED, scorer=Levenshtein.distance, score_cutoff=most, limit=2)
    if not near or (len(near) > 1 and near[0][1] == near[1][1] and most > 1):
        return ()
    return (near[0][0],)


def _ends_sentence(raw: list[_Raw], place: int) -> bool:
    """Tell whether the period at `place` ends a sentence: the next word is capitalized, the last no abbreviation."""
    before = raw[place - 1].text if place else ""
    after = raw[place + 1] if place + 1 < len(raw) else None
    if after is None:
        return True
    spaced = after.start > raw[place].end
    is_short = before.lower() in _ABBREVIATIONS or (len(before) == 1 and before.isalpha())
    return spaced and not is_short and _opens(before, after.text)


def _opens(before: str, after: str) -> bool:
    """Tell whether a sentence can begin so: a capital, a bullet, a bracket, a figure after a word."""
    return after[0].isupper() or after[0] in _BULLETS or after[0] == "(" or (after[0].isdigit() and before.isalpha())
