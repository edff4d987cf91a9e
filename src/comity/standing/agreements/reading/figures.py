"""Figures as agreements write them: `48`, `ninety (90)`, `twenty-four`, `70-percent`, `l2 months`, `48hours`."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

_ONES: Final = {
    word: value
    for value, word in enumerate(
        ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
         "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"]
    )
}  # fmt: skip
_TENS: Final = {
    word: 10 * value
    for value, word in enumerate(
        ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], start=2
    )
}
UNITS: Final = {
    "minute": "minutes", "minutes": "minutes", "hour": "hours", "hours": "hours", "hr": "hours", "hrs": "hours",
    "day": "days", "days": "days", "week": "weeks", "weeks": "weeks", "month": "months", "months": "months",
    "year": "years", "years": "years", "percent": "percent", "%": "percent",
}  # fmt: skip
_LOOK: Final = str.maketrans("lIi|!OoQDSsBZz", "11111000055822")
_DIGITS: Final = re.compile(r"\d{1,6}")
_LOOKS: Final = re.compile(r"(?=.{0,4}\d)[0-9lIi|OoQSsBZz]{1,5}")
_ONLY_LOOKS: Final = re.compile(r"[lI|OSBZ]{1,3}")
_WITH_UNIT: Final = re.compile(r"(\d{1,4})(minutes?|hours?|hrs?|days?|weeks?|months?|years?|percent)", re.IGNORECASE)
_BETWEEN: Final = ("-", "–", "—")


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure. `other` is a second value that the document gives for the same; `unit` where it is glued to it."""

    value: int
    repaired: bool = False
    other: int | None = None
    unit: str = ""


def read_figure(tokens: Sequence[str], *, known: Callable[[str], str]) -> tuple[Figure | None, int]:
    """Return the figure the tokens begin with, and of how many it is made. `known` undoes recognition errors."""
    first = tokens[0]
    glued = _WITH_UNIT.fullmatch(first)
    if glued:
        return Figure(int(glued[1]), unit=UNITS[glued[2].lower()]), 1
    digits, used = _digits(tokens)
    if digits is not None:
        spelled, more = _in_brackets(tokens, used, lambda rest: _spelled(rest, known))
        return _both(digits, spelled, used, more, spelled_first=False)
    value, used = _spelled(tokens, known)
    if value is None:
        return None, 0
    is_repaired = any(token.lower() not in (*_ONES, *_TENS, "hundred", "and", *_BETWEEN) for token in tokens[:used])
    figure = Figure(value, repaired=is_repaired)
    bracketed, more = _in_brackets(tokens, used, _digits)
    return _both(figure, bracketed, used, more, spelled_first=True)


def _both(
    first: Figure, second: Figure | int | None, used: int, more: int, *, spelled_first: bool
) -> tuple[Figure, int]:
    """Return one figure of two that stand for the same; where they differ, `other` is the second."""
    if second is None:
        return first, used
    value = second if isinstance(second, int) else second.value
    if value == first.value:
        return Figure(value), used + more
    if not isinstance(second, int) and second.repaired:
        return Figure(first.value, repaired=True), used + more
    if first.repaired and not spelled_first:
        return Figure(value, repaired=True), used + more
    return Figure(first.value, repaired=first.repaired, other=value), used + more


def _in_brackets(
    tokens: Sequence[str], at: int, read: Callable[[Sequence[str]], tuple[Figure | int | None, int]]
) -> tuple[Figure | int | None, int]:
    """Return what stands in brackets after the figure, and how many tokens it takes with them."""
    if at + 1 >= len(tokens) or tokens[at] != "(":
        return None, 0
    found, used = read(tokens[at + 1 :])
    closed = at + 1 + used < len(tokens) and tokens[at + 1 + used] == ")"
    return (found, used + 2) if found is not None and closed else (None, 0)


def _digits(tokens: Sequence[str]) -> tuple[Figure | None, int]:
    first = tokens[0]
    if _DIGITS.fullmatch(first):
        is_broken = len(tokens) > 2 and len(first) == 1 and re.fullmatch(r"\d", tokens[1]) and tokens[2] in UNITS  # noqa: PLR2004
        return (Figure(int(first + tokens[1]), repaired=True), 2) if is_broken else (Figure(int(first)), 1)
    if _LOOKS.fullmatch(first) or (_ONLY_LOOKS.fullmatch(first) and _is_before_unit(tokens[1:])):
        return Figure(int(first.translate(_LOOK)), repaired=True), 1
    return None, 0


def _is_before_unit(tokens: Sequence[str]) -> bool:
    rest = [token for token in tokens[:2] if token not in _BETWEEN]
    return bool(rest) and rest[0].lower() in UNITS


def _spelled(tokens: Sequence[str], known: Callable[[str], str]) -> tuple[int | None, int]:
    """Return a figure spelled out up to 999, and of how many tokens it is made."""
    words = [known(token) if token.isalnum() else token for token in tokens[:7]]
    if words[0] not in _ONES and words[0] not in _TENS:
        return None, 0
    value, at = _below_hundred(words, 0)
    if at < len(words) and words[at] == "hundred":
        value, at = value * 100, at + 1
        rest = at + (at < len(words) and words[at] == "and")
        if rest < len(words) and (words[rest] in _ONES or words[rest] in _TENS):
            more, at = _below_hundred(words, rest)
            value += more
    return value, at


def _below_hundred(words: Sequence[str], at: int) -> tuple[int, int]:
    if words[at] in _ONES:
        return _ONES[words[at]], at + 1
    value = _TENS[words[at]]
    after = at + 1 + (at + 1 < len(words) and words[at + 1] in _BETWEEN)
    if after < len(words) and 0 < _ONES.get(words[after], 0) < 10:  # noqa: PLR2004 - twenty-one to ninety-nine
        return value + _ONES[words[after]], after + 1
    return value, at + 1
