"""Pages as they would read on their own: letters apart, columns one after the other, no numbers in the margin."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

_LIGATURES: Final = str.maketrans({"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"})
_MARKUP: Final = re.compile(r"^[ \t]{0,3}#{1,6}[ \t]+|\*\*(?=\S)|(?<=\S)\*\*", re.MULTILINE)
_MARGIN: Final = re.compile(r"[ \t]{0,8}(?P<number>\d{1,3})(?:[ \t]{1,8}|$)|[ \t]{0,4}>[ \t]?")
_WITHIN: Final = re.compile(
    r"Docu[Ss]ign\s+Envelope\s+ID:\s*[\dA-Fa-f-]{20,40}"
    r"|\b(?:(?i:attachment|exhibit|item)\s+\w{1,4}\W+)?[Pp]age\s+\d{1,3}\s+[o0]f\s+\d{1,3}\b"
    r"|(?:\b[A-Z][\w'’-]* ){0,8}\d{1,3}\sRevised\s\d\d/\d\d/\d{4}"
)
"""Marks of the paper that a later wrapping carried into a sentence."""
NUMBERED: Final = 0.7
"""Share of lines that bear the next number of a row, or a quotation mark, from which these are of the margin."""
LEAST_LINES: Final = 12
SPANNING: Final = 0.1
"""Share of lines that may run across both columns of a page, as titles do."""
BESIDE: Final = 0.3
"""Share of lines that have words in both columns, at least."""


def lay_out(pages: Sequence[str]) -> tuple[str, ...]:
    """Return the pages without what only belongs to how they were set."""
    plain = [_without_marks(_MARKUP.sub("", page.translate(_LIGATURES))) for page in pages]
    if _has_margin([line for page in plain for line in page.split("\n")]):
        plain = ["\n".join(_MARGIN.sub("", line, count=1) for line in page.split("\n")) for page in plain]
    return tuple(_in_one_column(page) for page in plain)


def _without_marks(page: str) -> str:
    """Return a page without marks of the paper inside its sentences; those on lines of their own stay."""

    def left(match: re.Match[str]) -> str:
        begins = not page[: match.start()].rpartition("\n")[2].strip()
        ends = not page[match.end() :].partition("\n")[0].strip()
        return match[0] if begins and ends else "\n" * match[0].count("\n")

    return _WITHIN.sub(left, page)


def _has_margin(lines: Sequence[str]) -> bool:
    """Tell whether most lines begin with the next number of a row, or all with the mark of a quotation."""
    filled = [line for line in lines if line.strip()]
    marks = [match["number"] or ">" if (match := _MARGIN.match(line)) else "" for line in filled]
    following = sum(
        one == before == ">" or (one.isdigit() and before.isdigit() and (int(one) == int(before) + 1 or one == "1"))
        for before, one in pairwise(marks)
    )
    return len(filled) >= LEAST_LINES and following > NUMBERED * len(filled)


def _in_one_column(page: str) -> str:
    """Return a page of two columns as one, the left before the right; any other page as it is."""
    lines = page.split("\n")
    start = _second_column(lines)
    return "\n".join(_columns(lines, start)) if start else page


def _second_column(lines: Sequence[str]) -> int:
    """Return the place at which the words of a second column begin on most lines, or 0."""
    filled = [line.expandtabs() for line in lines if line.strip()]
    starts = Counter(match.end() for line in filled for match in re.finditer(r"(?:^|\S)\s{2,}(?=\S)", line))
    if len(filled) < LEAST_LINES or not starts:
        return 0
    start = max(starts, key=lambda place: (starts[place], -place))
    beside = sum(bool(_is_open(line, start) and line[:start].strip() and line[start:].strip()) for line in filled)
    wide = sum(len(line[:start].strip()) * 2 > start for line in filled)
    spanning = sum(not _is_open(line, start) for line in filled)
    is_set = spanning <= SPANNING * len(filled) and min(beside, wide) >= BESIDE * len(filled)
    return start if is_set else 0


def _is_open(line: str, start: int) -> bool:
    """Tell whether nothing of a line stands in the gap before the second column."""
    return not line[max(start - 2, 0) : start].strip()


def _columns(lines: Sequence[str], start: int) -> Iterator[str]:
    left: list[str] = []
    right: list[str] = []
    for line in (one.expandtabs() for one in lines):
        if _is_open(line, start):
            left.append(line[:start].rstrip())
            right.append(line[start:])
            continue
        yield from (*left, *right, line)
        left, right = [], []
    yield from (*left, *right)
