"""Tables of contents told from the sections they list: their lines say headings only, and the headings come again."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from comity.standing.agreements.reading.headings import known_title
from comity.standing.agreements.reading.lines import Line

LEAST: Final = 6
"""Headings one after the other that make a table of contents."""
LONGEST: Final = 120
_LEAD: Final = re.compile(r"(?<![ \t.·_…-])(?:[ \t]*[.·_…-]){3,}[ \t]*\w{0,4}$|(?<![ \t])[ \t]+\d{1,3}$")
_NUMBER: Final = re.compile(
    r"(?:section|article)?\s*(?:[IVXLl1|]{1,7}|[A-Z]|\d{1,2})\s*[.:)]?\s+(?=[A-Z])", re.IGNORECASE
)  # fmt: skip
_APPENDIX: Final = re.compile(r"(?:appendix|attachment|exhibit)\s*[A-Z0-9]\s*[.:–—-]*\s*", re.IGNORECASE)
_TITLE: Final = re.compile(r"\W*(?:table\s+of\s+)?contents\W*|\W*index\W*|\W*page\W*", re.IGNORECASE)


def without_contents(lines: Sequence[Line]) -> tuple[Line, ...]:
    """Return the lines without tables of contents; sections that only follow each other closely stay."""
    codes = [_listed(line.bare) for line in lines]
    taken: set[int] = set()
    for run in _runs(lines, codes):
        after = {code for code in codes[run[-1] + 1 :] if code}
        listed = [codes[place] for place in run if codes[place]]
        if len(listed) >= LEAST and 2 * sum(code in after for code in listed) > len(listed):
            taken |= set(run)
    return tuple(line for place, line in enumerate(lines) if place not in taken)


def _runs(lines: Sequence[Line], codes: Sequence[str]) -> Iterator[list[int]]:
    """Yield the places of lines that follow each other, blank ones between, and say headings only."""
    run: list[int] = []
    for place, line in enumerate(lines):
        if not line.bare:
            continue
        begun = next((codes[one] for one in run if codes[one]), "")
        if begun and codes[place] == begun:  # the sections themselves begin
            yield run
            run = [place]
        elif codes[place] or _TITLE.fullmatch(line.bare) or _APPENDIX.fullmatch(_LEAD.sub("", line.bare)):
            run.append(place)
        else:
            yield from [run] if run else []
            run = []
    yield from [run] if run else []


def _listed(bare: str) -> str:
    """Return the code of the heading a line says, its number and the page it is on left away; or nothing."""
    if not bare or len(bare) > LONGEST:
        return ""
    words = _LEAD.sub("", bare).strip()
    return next(
        (code for pattern in (_APPENDIX, _NUMBER) if (code := known_title(pattern.sub("", words, count=1))[0])),
        known_title(words)[0],
    )
