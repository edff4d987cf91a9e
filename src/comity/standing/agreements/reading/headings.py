"""Headings recognized: by likeness with those the catalogue knows, alone on their lines or run into a sentence."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Final

from rapidfuzz import fuzz

ALIKE: Final = 84
"""From which likeness, of 100, words are a known heading when a number stands before them."""
ALIKE_ALONE: Final = 91
"""The same without a number."""
_OPENERS: Final = frozenset(
    ["The", "This", "ICE", "LEA", "All", "Any", "For", "Before", "Upon", "Section", "Except", "Each", "In",
     "Participating", "Immigration", "It", "If", "By"]
)  # fmt: skip
"""Words sentences of these agreements begin with: after a title in small letters only they show a sentence."""
_LOOK: Final = str.maketrans({"0": "O", "1": "I", "|": "I", "5": "S", "8": "B"})


@dataclass(frozen=True, slots=True)
class KnownHeading:
    """A heading of the catalogue: its code and its name in English and Spanish."""

    code: str
    names: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Title:
    """Words that are a heading: the code (empty where unknown), as written, and what follows in the same line."""

    code: str
    written: str
    rest: str
    score: float


@lru_cache(maxsize=1)
def known_headings() -> Mapping[str, KnownHeading]:
    """Return the headings of the catalogue by code."""
    stored = tomllib.loads(files(__package__).joinpath("headings.toml").read_text("utf-8"))
    return {code: KnownHeading(code, {"en": one["en"], "es": one["es"]}) for code, one in stored.items()}


@lru_cache(maxsize=1)
def _variants() -> tuple[tuple[str, str], ...]:
    """Return (letters, code) of every way a heading is written, longest first."""
    stored = tomllib.loads(files(__package__).joinpath("headings.toml").read_text("utf-8"))
    pairs = [(_letters(variant), code) for code, one in stored.items() for variant in one["variants"]]
    return tuple(sorted(pairs, key=lambda pair: (-len(pair[0]), pair[0])))


def _letters(text: str) -> str:
    return re.sub(r"[^A-Z]", "", text.upper().translate(_LOOK))


@lru_cache(maxsize=20_000)
def known_title(text: str) -> tuple[str, float]:
    """Return (code, likeness) of the heading the whole text is most like; an empty code below `ALIKE`."""
    letters = _letters(text)
    if not 3 < len(letters) < 90:  # noqa: PLR2004 - no heading is shorter or longer
        return "", 0.0
    best, code = 0.0, ""
    for variant, its_code in _variants():
        if abs(len(variant) - len(letters)) > max(2, len(variant) // 5):
            continue
        score = fuzz.ratio(variant, letters, score_cutoff=max(best, ALIKE))
        if score > best:
            best, code = score, its_code
    return code, best


def title_of(text: str) -> Title | None:
    """Return the known heading that a numbered line says or begins with."""
    bare = text.strip(" .:–—-_")
    code, score = known_title(bare)
    if code:
        return Title(code, bare, "", score)
    return _run_in(text.strip())


@lru_cache(maxsize=20_000)
def _run_in(text: str) -> Title | None:
    """Return the known heading a line begins with, where a sentence follows it."""
    for variant, code in _variants():
        end = _end_of(text, len(variant))
        if end is None:
            continue
        head, rest = text[:end], text[end:]
        score = fuzz.ratio(variant, _letters(head))
        if score >= ALIKE_ALONE and _begins_sentence(head, rest):
            return Title(code, head.strip(" .:–—-"), rest.lstrip(" .:–—-"), score)
    return None


def _end_of(text: str, letters: int) -> int | None:
    """Return where a word ends after about so many letters, or nothing where no word ends there."""
    seen = 0
    for place, char in enumerate(text):
        seen += char.isalnum() or char == "|"
        if seen >= letters:
            after = text[place + 1 : place + 2]
            is_end = not after.isalpha() or (
                char.isupper() and after.isupper() and text[place + 2 : place + 3].islower()
            )
            return place + 1 if is_end else None
    return None


def _begins_sentence(head: str, rest: str) -> bool:
    """Tell whether what follows a heading in its line is a sentence of its own."""
    words = rest.lstrip(" .:–—-")
    if not words:
        return True
    if not (words[0].isupper() or words[0] in '"“('):
        return False
    marked = bool(re.match(r"\s*[.:–—]", rest)) and is_headed(head)
    return is_loud(head) or marked or (is_headed(head) and words.split()[0] in _OPENERS)


def is_loud(text: str) -> bool:
    """Tell whether text is mostly in capitals."""
    letters = [char for char in text if char.isalpha()]
    return len(letters) > 2 and sum(char.isupper() for char in letters) >= 0.75 * len(letters)  # noqa: PLR2004


def is_headed(text: str) -> bool:
    """Tell whether the words of text begin with capitals, as in a title."""
    words = [word for word in re.findall(r"[A-Za-z]+", text) if len(word) > 3]  # noqa: PLR2004 - of, and, the, to
    return bool(words) and sum(word[0].isupper() for word in words) >= 0.75 * len(words)
