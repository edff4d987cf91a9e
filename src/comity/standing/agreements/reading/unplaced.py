"""What a reading could not place: sections, figures, blanks, references that lead nowhere."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from comity.standing.agreements.reading.found import Provision, Unplaced
from comity.standing.agreements.reading.privacy import PERSON
from comity.standing.agreements.reading.provisions import Read

_FIGURE: Final = re.compile(r"\b(?P<n>\d+) (?:\S+ )?(?P<unit>minutes|hours|days|weeks|months|years|percent)\b")
_BLANK: Final = re.compile(r"(?<![A-Za-z_])_{4,}(?![A-Za-z_])|\.{8,}|\[\s*(?:insert|tbd|date)[^\]]*\]", re.IGNORECASE)
_REFERENCE: Final = re.compile(r"\bSection\s+(?P<roman>[IVX]+)(?:\s?[.(]\s?(?P<letter>[A-Z])\b\)?)?(?=[\s.,;:)]|$)")
_APPENDIX: Final = re.compile(r"\bAppendix\s+(?P<letter>[A-Z])\b")
_SAME: Final = {"hours": 60, "minutes": 1, "days": 1440, "weeks": 10080, "months": 43800, "years": 525600}
LONGEST: Final = 300


def find_unplaced(reads: Sequence[Read], provisions: Sequence[Provision]) -> Iterator[Unplaced]:
    """Yield what nobody could place, in the order of the document."""
    paths = {read.part.section.path for read in reads}
    claimed = {key for one in provisions for key in _claims(one)}
    for read in reads:
        section = read.part.section
        if section.level and not section.heading:
            words = section.title or section.path
            yield Unplaced("unknown_section", section.path, section.page, section.first_line, words)
        yield from _figures(read, claimed)
        yield from _blanks(read)
        yield from _references(read, paths)
        yield from _persons(read)


def _claims(one: Provision) -> Iterator[tuple[str, int]]:
    if isinstance(one.value, int) and not isinstance(one.value, bool):
        yield one.section, one.value * _SAME.get(one.unit, 1)
    for match in re.finditer(r"\d+", one.words):
        yield one.section, -int(match[0])


def _figures(read: Read, claimed: set[tuple[str, int]]) -> Iterator[Unplaced]:
    path = read.part.section.path
    for match in _FIGURE.finditer(read.normal.text):
        value = int(match["n"])
        if (path, value * _SAME.get(match["unit"], 1)) in claimed or (path, -value) in claimed:
            continue
        words = read.normal.between(match.start(), match.end())
        line = read.part.joined.line_at(words[0].start)
        start, end = _sentence(read, match.start())
        yield Unplaced("figure", path, line.page, line.number, read.normal.source[start:end][:LONGEST])


def _sentence(read: Read, place: int) -> tuple[int, int]:
    for start, end in read.sentences:
        if start <= place < end:
            words = read.normal.between(start, end)
            return words[0].start, words[-1].end
    return 0, LONGEST


def _blanks(read: Read) -> Iterator[Unplaced]:
    for match in _BLANK.finditer(read.normal.source):
        line = read.part.joined.line_at(match.start())
        around = read.normal.source[max(0, match.start() - 60) : match.end() + 60]
        yield Unplaced("blank", read.part.section.path, line.page, line.number, around)


def _references(read: Read, paths: set[str]) -> Iterator[Unplaced]:
    for match in _REFERENCE.finditer(read.normal.source):
        path = match["roman"] + (f".{match['letter']}" if match["letter"] else "")
        if path not in paths:
            yield from _lost(read, match)
    for match in _APPENDIX.finditer(read.normal.source):
        if f"Appendix {match['letter']}" not in paths:
            yield from _lost(read, match)


def _lost(read: Read, match: re.Match[str]) -> Iterator[Unplaced]:
    line = read.part.joined.line_at(match.start())
    yield Unplaced("reference", read.part.section.path, line.page, line.number, match[0])


def _persons(read: Read) -> Iterator[Unplaced]:
    for match in re.finditer(re.escape(PERSON), read.normal.source):
        line = read.part.joined.line_at(match.start())
        yield Unplaced("person", read.part.section.path, line.page, line.number, PERSON)
