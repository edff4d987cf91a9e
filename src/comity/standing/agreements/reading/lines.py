"""Lines of the pages without what only belongs to the paper: running heads and feet, page numbers, revision marks."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from rapidfuzz import fuzz

from comity.standing.agreements.reading.recognize import ORDINARY, VOCABULARY

EDGE: Final = 3
"""How many lines from the top or the bottom of a page a running head or foot stands."""
ALIKE: Final = 84
"""From which likeness, of 100, two lines are the same running line, recognized differently."""
LONGEST: Final = 110
FOOT_WORDS: Final = 9
TAIL: Final = 200
"""Characters at the end of what is joined, in which a broken word is looked for; no word is longer."""
_REVISED: Final = re.compile(
    r"(?:\bR[eo][vyu][il1]?[s5]?e[dcl]{1,2}|\bRev\.?)[:\s]*(?P<on>[0-9OolI]{1,2}\s?[/1.\-]\s?[0-9OolI]{1,2}\s?[/1.\-]?\s?[0-9OolI]{2,4})\W*$",
    re.IGNORECASE,
)
_PAGE: Final = re.compile(r"\W*(?:page\s*)?[\dlIO]{0,2}\d(?:\s*(?:of|/)\s*\d{1,3})?\W*", re.IGNORECASE)
_FORM: Final = re.compile(r"\W*(?:ICE|DHS)\s+Form\s[\w-]+\W*(?:\(.{1,12}\))?\W*", re.IGNORECASE)
_NUMBERED: Final = re.compile(
    r"\W*(?:(?:attachment|exhibit|item)\s+\w{1,4}\W+)?page\s*\d{1,3}(?:\s*(?:of|/)\s*\d{1,3})?\W*|[-–—]\s*\d{1,3}\s*[-–—]",
    re.IGNORECASE,
)
_STAMPED: Final = re.compile(r"[A-Z]{2,10}(?:[-_. ]\w{2,8})*[-_. ]\d{5,8}")
"""The number that each page of a file handed over bears."""
_BULLET: Final = re.compile(r"^[o0°●▪■◦·*»–-] (?=[A-Z])")
_BROKEN: Final = re.compile(r"(?<![A-Za-z])([A-Za-z]+)[-\u2010\u2011¬]$")
_CONTROLS: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\xad\u200b-\u200f\u202a-\u202e\ufeff]")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the document; `number` counts through all pages from 1, as does `page`."""

    number: int
    page: int
    text: str

    @property
    def bare(self) -> str:
        """The line without the space around it."""
        return self.text.strip()


@dataclass(frozen=True, slots=True)
class Body:
    """The lines that say something, blank ones among them; `furniture`, what was taken away; when it was revised."""

    lines: tuple[Line, ...]
    furniture: tuple[Line, ...]
    revised: str


def read_lines(pages: Sequence[str]) -> Body:
    """Return the lines of the pages, those of the paper apart."""
    lines = [
        Line(0, page, _CONTROLS.sub("", text).replace("\u00a0", " ").replace("\t", "    ").rstrip())
        for page, whole in enumerate(pages, start=1)
        for text in whole.split("\n")
    ]
    lines = [Line(number, line.page, line.text) for number, line in enumerate(lines, start=1)]
    taken = _marked(lines) | _repeated(lines)
    if len(pages) == 1:
        lines = _paged(lines, taken)
    furniture = tuple(line for line in lines if line.number in taken)
    return Body(tuple(line for line in lines if line.number not in taken), furniture, _revised(furniture))


def _revised(furniture: Sequence[Line]) -> str:
    """Return the date most of the revision marks give, as `MM/DD/YYYY`, or nothing."""
    found = Counter(
        f"{digits[:2]}/{digits[2:4]}/{digits[4:]}"
        for line in furniture
        if (mark := _REVISED.search(line.text))
        and len(digits := re.sub(r"\D", "", mark["on"].translate(str.maketrans("OolI", "0011")))) == len("MMDDYYYY")
    )
    return max(found, key=lambda on: (found[on], on), default="")


def _edges(lines: Sequence[Line]) -> set[int]:
    """Return the numbers of the lines at the top and the bottom of each page."""
    by_page: dict[int, list[int]] = {}
    for line in lines:
        if line.bare:
            by_page.setdefault(line.page, []).append(line.number)
    return {number for numbers in by_page.values() for number in (*numbers[:EDGE], *numbers[-EDGE:])}


def _alone(lines: Sequence[Line], place: int) -> bool:
    before = place == 0 or not lines[place - 1].bare
    after = place + 1 == len(lines) or not lines[place + 1].bare
    return before and after


def _beside_blank(lines: Sequence[Line], place: int) -> bool:
    before = place == 0 or not lines[place - 1].bare
    return before or place + 1 == len(lines) or not lines[place + 1].bare


def _marked(lines: Sequence[Line]) -> set[int]:
    """Return the numbers of lines that are furniture by what they say."""
    edges, found = _edges(lines), set()
    for place, line in enumerate(lines):
        bare = line.bare
        if not bare or len(bare) > LONGEST:
            continue
        at_edge = line.number in edges
        is_number = _PAGE.fullmatch(bare) or _FORM.fullmatch(bare)
        if (
            _is_mark(bare)
            or _NUMBERED.fullmatch(bare)
            or _STAMPED.fullmatch(bare)
            or (is_number and (at_edge or _alone(lines, place)))
        ):
            found.add(line.number)
    return found


def _is_mark(bare: str) -> bool:
    """Tell whether a line is a mark of revision, alone or with the agency and a page number."""
    mark = _REVISED.search(bare)
    if mark is None:
        return False
    return mark.start() == 0 or bool(re.search(r"\s{3}|\d\s*$", bare[: mark.start()])) or len(bare.split()) < FOOT_WORDS


def _key(text: str) -> str:
    return re.sub(r"[^a-z]", "", text.lower())


def _repeated(lines: Sequence[Line]) -> set[int]:
    """Return the numbers of lines that stand at the edge of several pages, read a little differently each time."""
    pages = {line.page for line in lines}
    if len(pages) > 1:
        edges = _edges(lines)
        near = [line for line in lines if line.number in edges]
    else:
        near = [line for place, line in enumerate(lines) if line.bare and _beside_blank(lines, place)]
    near = [line for line in near if len(line.bare) <= LONGEST and _may_run(line.bare)]
    groups: list[tuple[str, list[Line]]] = []
    for line in near:
        key = _key(line.text)
        group = next((lot for head, lot in groups if fuzz.ratio(head, key) >= ALIKE), None)
        if group is None:
            groups.append((key, [line]))
        else:
            group.append(line)
    least = 2 if len(pages) == 2 else 3  # noqa: PLR2004 - two pages can show it twice only
    return {line.number for _, lot in groups if _spread(lot, pages) >= least for line in lot if not _is_title(line)}


def _spread(lot: Sequence[Line], pages: set[int]) -> int:
    return len({line.page for line in lot}) if len(pages) > 1 else len(lot)


def _may_run(bare: str) -> bool:
    """Tell whether a line can be a running head: letters, no sentence's end, no list, no label."""
    return (
        len(_key(bare)) > 3  # noqa: PLR2004 - shorter ones are marks of lists
        and bare[-1] not in ".;:,"
        and not re.match(r"\W*append[il1]x|\W*attachment|\W*exhibit", bare, re.IGNORECASE)
        and not re.match(r"(?:[•●▪■*-]|\(?\w{1,4}[.)])\s", bare)
    )


def _is_title(line: Line) -> bool:
    return line.page == 1 and line.number <= 5 and "memorandum" in line.text.lower()  # noqa: PLR2004 - the head of the text


def _paged(lines: list[Line], taken: set[int]) -> list[Line]:
    """Return the lines with pages counted by their heads or feet, where the text has no form feeds."""
    page, is_filled, paged = 1, False, []
    for line in lines:
        paged.append(Line(line.number, page, line.text))
        if line.number not in taken:
            is_filled = is_filled or bool(line.bare)
        elif is_filled and (_REVISED.search(line.text) or _PAGE.fullmatch(line.bare)):
            page, is_filled = page + 1, False
    return paged


@dataclass(frozen=True, slots=True)
class Joined:
    """Lines as one text; `marks` says from which place on which line's words stand."""

    text: str
    marks: tuple[tuple[int, Line], ...]

    def line_at(self, place: int) -> Line:
        """Return the line a place of the text came from."""
        found = self.marks[0][1]
        for start, line in self.marks:
            if start > place:
                break
            found = line
        return found


def join_lines(lines: Sequence[Line]) -> Joined:
    """Return lines as one text: single spaces, and words that were broken at a line's end made whole."""
    pieces: list[str] = []
    tail, length, marks = "", 0, []
    for line in lines:
        bare = _BULLET.sub("• ", re.sub(r"\s+", " ", line.bare))
        if not bare:
            continue
        if tail:
            ready = _hyphened(tail, bare) or f"{tail} "
            pieces.append(ready[:-TAIL])
            length += len(ready) - len(tail)
            tail = ready[-TAIL:]
        marks.append((length, line))
        length += len(bare)
        whole = tail + bare
        pieces.append(whole[:-TAIL])
        tail = whole[-TAIL:]
    return Joined("".join((*pieces, tail)), tuple(marks))


def _hyphened(text: str, bare: str) -> str:
    """Return `text`, the last of it, ready for the rest of a broken word, or nothing where its last word is whole."""
    head = _BROKEN.search(text)
    rest = re.match(r"[a-z]+", bare)
    if not (head and rest):
        return ""
    is_piece = not {head[1].lower(), rest[0]} & (VOCABULARY | ORDINARY)
    if is_piece or (head[1] + rest[0]).lower() in VOCABULARY:
        return text[:-1]
    return text
