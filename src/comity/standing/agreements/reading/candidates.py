"""Lines that may be headings: what number they bear, what they say, and what they can mean."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from comity.standing.agreements.reading.headings import ALIKE_ALONE, Title, is_headed, is_loud, known_title, title_of
from comity.standing.agreements.reading.lines import Line
from comity.standing.agreements.reading.numbers import letters_of, roman_of
from comity.standing.agreements.reading.recognize import VOCABULARY

_ROMAN: Final = re.compile(
    r"(?i:SECTION|ARTICLE)?\s*\(?(?P<number>[IVXLl1|!TUHiv]{1,7})(?P<mark>\s?[.,:;)\-–]+\s*|\s+)(?P<title>[A-Z(\"“].*)$"
)
_STRANGE: Final = re.compile(r"(?P<number>[A-Za-z0-9|!]{1,7})(?P<mark>\s?[.,:;)])\s*(?P<title>[A-Z].*)$")
_LETTER: Final = re.compile(r"\(?(?P<number>[A-Z0-9l|!€(fe])(?P<mark>\s?[.,:)])\s*(?P<title>\S.*)$")
_LOOSE_LETTER: Final = re.compile(r"(?P<number>[A-Z])(?P<mark>)\s+(?P<title>[A-Z].*)$")
_ARABIC: Final = re.compile(r"(?:Section\s+)?(?P<number>\d{1,2})(?P<mark>\s?[.)])\s+(?P<title>[A-Z].*)$", re.IGNORECASE)
_SMALL: Final = re.compile(r"(?P<number>[IVXLivxl1|]{1,7}|[A-Za-z]|\d{1,2})(?P<mark>\s?[.):])\s+(?P<title>[a-z].*)$")
_ALONE: Final = re.compile(r"(?P<number>[IVXLl1|]{1,7}|[A-Z0-9])\s?[.,:)]$")
_APPENDIX: Final = re.compile(
    r"\W*(?P<word>A[PF]{2}[EF]ND[I1l|!][XK]|ATTACHMENT|EXHIBIT|ANNEX)\s*[-–—:]?\s*[\"“']?(?P<number>[A-Z0-9l|€]{1,2})?[\"”']?\b\s*[.:\-–—]*\s*(?P<title>.*)$",
    re.IGNORECASE,
)
_ADDENDUM: Final = re.compile(r"\W*(?:[A-Z][\w'’]*\s+){0,4}ADDENDUM\b.{0,60}$")
LEADER: Final = re.compile(r"(?<!\.)\.{4,}\s*\w{1,4}$")
"""Dots that lead to a number of a page."""
_ENDS: Final = re.compile(r"\W*?[.;:!?”\"]")
"""How a sentence ends, read backwards: forwards, every mark of a row of them would look to the line's end."""
_LIST_END: Final = re.compile(r"(?:;|,|;\s*(?:and|or))\s*$")
NEAR: Final = 8
"""Lines within which the next one that is not blank still belongs to a heading."""
FAR: Final = 24
"""The same for an appendix, whose title may stand on the next page."""
EXACTLY: Final = 97
"""From which likeness, of 100, words in small letters, with a colon or alone, are a known heading."""
SHORT_LINE: Final = 60
"""Characters below which a line ended by itself, not at the margin."""
LONGEST_TITLE: Final = 12
"""Words of a heading that the catalogue does not know."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A line that may be a heading. `first`, `last`: places of its lines; `kinds`: what its number can be."""

    first: int
    last: int
    written: str
    title: Title
    kinds: frozenset[str]
    roman: int | None
    letters: str
    arabic: int | None
    is_marked: bool


def find_candidates(lines: Sequence[Line]) -> Iterator[Candidate]:
    """Yield the lines that may be headings, in their order; a line taken into one heading begins no other."""
    place = 0
    while place < len(lines):
        found = _candidate(lines, place) if lines[place].bare else None
        if found is not None:
            yield found
            place = found.last
        place += 1


def _candidate(lines: Sequence[Line], place: int) -> Candidate | None:
    bare = re.sub(r"\s+", " ", lines[place].bare)
    if LEADER.search(bare):
        return None  # a table of contents
    return (
        _appendix(lines, place, bare)
        or _numbered(lines, place, bare)
        or _number_alone(lines, place, bare)
        or _unnumbered(lines, place, bare)
    )


def _appendix(lines: Sequence[Line], place: int, bare: str) -> Candidate | None:
    found = _APPENDIX.fullmatch(bare)
    number = (found["number"] or "") if found else ""
    if found is None:
        if not (_ADDENDUM.fullmatch(bare) and is_loud(bare) and _is_apart(lines, place)):
            return None
        return Candidate(
            place, place, bare, Title("addendum", bare, "", 100.0), frozenset({"appendix"}), None, "", None, True
        )
    title = found["title"]
    is_title = is_loud(found["word"]) or (_is_apart(lines, place) and not bare.endswith((".", ",", ";")))
    if not is_title or (title and not (is_loud(title) or is_headed(title))) or len(title.split()) > LONGEST_TITLE:
        return None
    if len(number) > 1 and not number.isdigit():
        return None
    last, words = place, title
    after = _next(lines, place, far=FAR)
    if not title and after is not None and (is_loud(lines[after].bare) or known_title(lines[after].bare)[0]):
        last, words = after, lines[after].bare
        more = _next(lines, after)
        joined = f"{words} {lines[more].bare}" if more is not None else ""
        if more is not None and known_title(joined)[1] > known_title(words)[1]:
            last, words = more, joined
    code, score = known_title(words)
    return Candidate(
        place,
        last,
        bare,
        Title(code, words, "", score),
        frozenset({"appendix"}),
        None,
        letters_of(number),
        None,
        True,
    )


@dataclass(slots=True)
class _Read:
    """What the number before a title can be: `found` is the match that told it."""

    found: re.Match[str]
    kinds: set[str]
    roman: int | None = None
    letters: str = ""
    arabic: int | None = None


def _numbered(lines: Sequence[Line], place: int, bare: str) -> Candidate | None:
    read = _small_number(lines, place, bare) or _number(bare) or _strange_number(bare)
    if read is None:
        return None
    found, is_marked = read.found, bool(read.found["mark"].strip())
    title, last = _title(lines, place, found["title"], is_marked=is_marked)
    if title is None:
        return None
    is_pronoun = read.kinds == {"roman"} and found["number"] in ("I", "l", "1") and not is_marked
    if is_pronoun and not is_loud(title.written):
        return None
    return Candidate(place, last, bare, title, frozenset(read.kinds), read.roman, read.letters, read.arabic, is_marked)


def _number(bare: str) -> _Read | None:
    """Return the number a line begins with, as letter, figure or roman number, in each way it can be read."""
    read: _Read | None = None
    for kind, pattern in (("letter", _LETTER), ("arabic", _ARABIC), ("roman", _ROMAN)):
        match = pattern.match(bare)
        roman = roman_of(match["number"]) if match and kind == "roman" else None
        if match is None or (kind == "roman" and roman is None):
            continue
        read = read or _Read(match, set())
        read.found = match
        read.kinds.add(kind)
        if kind == "roman":
            read.roman = roman
        if kind == "letter" or (kind == "roman" and len(match["number"]) == 1):
            read.kinds.add("letter")
            read.letters = letters_of(match["number"])
        if kind == "arabic":
            read.arabic = int(match["number"])
    return read


def _small_number(lines: Sequence[Line], place: int, bare: str) -> _Read | None:
    """Return the number before a known heading in small letters."""
    small = _SMALL.match(bare)
    if small is None or not _is_small_title(lines, place, small["title"]):
        return None
    number = small["number"]
    read = _Read(small, set(), roman_of(number), letters_of(number), int(number) if number.isdigit() else None)
    ways = (("roman", read.roman), ("letter", read.letters), ("arabic", read.arabic))
    read.kinds |= {kind for kind, way in ways if way}
    return read


def _strange_number(bare: str) -> _Read | None:
    """Return a number nobody can read, or a letter without its mark, before a heading the catalogue knows."""
    found = _STRANGE.match(bare)
    if found is not None and found["number"].lower() not in VOCABULARY and title_of(found["title"]):
        return _Read(found, {"roman"})
    found = _LOOSE_LETTER.match(bare)
    if found is not None and title_of(found["title"]):
        return _Read(found, {"letter"}, None, found["number"])
    return None


def _is_small_title(lines: Sequence[Line], place: int, words: str) -> bool:
    """Tell whether words in small letters are a known heading and nothing else."""
    is_begun = _is_apart(lines, place) or not lines[place - 1].bare
    return known_title(words.strip(" .:–—-_"))[1] >= ALIKE_ALONE and is_begun


def _title(lines: Sequence[Line], place: int, words: str, *, is_marked: bool) -> tuple[Title | None, int]:
    """Return what a numbered line says as a heading, over two lines where that is more like one; and its last line."""
    title = title_of(words)
    after = _next(lines, place)
    may_go_on = after is not None and (is_loud(lines[after].bare) if is_loud(words) else is_headed(words))
    if after is not None and after - place <= 2 and may_go_on:  # noqa: PLR2004 - one blank between
        joined = title_of(f"{words} {lines[after].bare}")
        better = joined is not None and (title is None or (joined.score > title.score and not title.rest) or (
            len(joined.written) > len(words) and not title.rest and joined.score >= ALIKE_ALONE))  # fmt: skip
        if better and joined is not None and len(joined.written) > len(words):
            return joined, after
    if title is not None:
        return title, place
    is_own = _is_own(words, is_marked=is_marked) and not _is_item(lines, place)
    return (Title("", words.strip(" .:"), "", 0.0), place) if is_own else (None, place)


def _is_item(lines: Sequence[Line], place: int) -> bool:
    """Tell whether the paragraph of a line ends as an item of a list does, on one of its next lines."""
    for line in lines[place + 1 : place + 4]:
        if not line.bare:
            return False
        if _LIST_END.search(line.bare):
            return True
    return False


def _is_own(words: str, *, is_marked: bool) -> bool:
    """Tell whether words that the catalogue does not know look like a heading of the document's own."""
    bare = words.strip()
    count = len(bare.split())
    if count > LONGEST_TITLE or _LIST_END.search(bare) or not re.search(r"[A-Za-z]{3}", bare):
        return False
    if is_loud(bare):
        return is_marked or count > 1
    return is_marked and count <= LONGEST_TITLE - 3 and is_headed(bare) and not re.search(r"[\d@]", bare)


def _number_alone(lines: Sequence[Line], place: int, bare: str) -> Candidate | None:
    found, after = _ALONE.fullmatch(bare), _next(lines, place)
    if found is None or after is None or not _is_apart(lines, place):
        return None
    title = title_of(lines[after].bare)
    if title is None or not (is_loud(title.written) or is_headed(title.written)):
        return None
    more = _next(lines, after)
    joined = title_of(f"{title.written} {lines[more].bare}") if more is not None and not title.rest else None
    if joined is not None and more is not None and joined.score > title.score and is_loud(lines[more].bare):
        title, after = joined, more
    number = found["number"]
    roman = roman_of(number)
    kinds = {"roman"} if roman is not None else set()
    kinds |= {"letter"} if len(number) == 1 else set()
    return Candidate(place, after, bare, title, frozenset(kinds), roman, letters_of(number), None, True)


def _unnumbered(lines: Sequence[Line], place: int, bare: str) -> Candidate | None:
    """Return a known heading without a number: loud, or apart from other lines, or ending in a colon."""
    words = bare.strip(" .:–—-_")
    code, score = known_title(words)
    last, after = place, _next(lines, place)
    goes_on = after is not None and (
        (is_loud(words) and is_loud(lines[after].bare))
        or (after == place + 1 and is_headed(words) and is_headed(lines[after].bare) and _is_apart(lines, place))
    )
    if goes_on and after is not None:
        joined = known_title(f"{words} {lines[after].bare}")
        if joined[1] > score:
            code, score, last, words = *joined, after, f"{words} {lines[after].bare}".rstrip(" .:")
    is_title = is_loud(words) or (is_headed(words) and (_is_apart(lines, place) or bare.endswith(":")))
    is_ended = bare.endswith(":") or (bare[0].isupper() and place + 1 < len(lines) and not lines[place + 1].bare)
    is_label = is_ended and score >= EXACTLY and _is_apart(lines, place)
    if not code or score < ALIKE_ALONE or not (is_title or is_label):
        return None
    if len(words.split()) == 1 and not _is_apart(lines, place):
        return None
    return Candidate(place, last, bare, Title(code, words, "", score), frozenset({"plain"}), None, "", None, False)


def _next(lines: Sequence[Line], place: int, *, far: int = NEAR) -> int | None:
    return next((p for p in range(place + 1, min(place + far, len(lines))) if lines[p].bare), None)


def _is_apart(lines: Sequence[Line], place: int) -> bool:
    """Tell whether a line begins something: after a blank line, a page's end or a sentence's end."""
    if place == 0:
        return True
    before = lines[place - 1]
    if not before.bare:
        last = next((lines[p] for p in range(place - 1, -1, -1) if lines[p].bare), None)
        return (
            last is None
            or last.page != lines[place].page
            or bool(_ENDS.match(last.bare[::-1]))
            or is_loud(last.bare)
            or len(last.bare) < SHORT_LINE
        )
    return before.page != lines[place].page or bool(_ENDS.match(before.bare[::-1]))
