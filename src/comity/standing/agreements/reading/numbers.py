"""Numbers of sections as a scan shows them: `Vlll`, `1V`, `XVHI`, `8.` for B, and what they can have been."""

import re
from collections.abc import Mapping, Sequence
from typing import Final

ROMANS: Final = (
    "I II III IV V VI VII VIII IX X XI XII XIII XIV XV XVI XVII XVIII XIX XX XXI XXII XXIII XXIV XXV XXVI "
    "XXVII XXVIII XXIX"
).split()
_VALUES: Final = {roman: value for value, roman in enumerate(ROMANS, start=1)}
_LOOKS: Final = (
    ("l", "I"), ("1", "I"), ("|", "I"), ("!", "I"), ("T", "I"), ("i", "I"), ("j", "I"), ("v", "V"), ("x", "X"),
    ("Y", "V"), ("y", "V"), ("U", "II"), ("H", "II"), ("W", "VI"), ("K", "IX"), ("L", "I"), ("M", "III"), ("N", "IV"),
)  # fmt: skip
_LETTERS: Final[Mapping[str, str]] = {
    "8": "B", "6": "G", "0": "DO", "O": "OD", "1": "I", "l": "I", "|": "I", "L": "LI", "!": "I", "5": "S", "€": "C",
    "¢": "C", "(": "C", "Q": "OG", "P": "FP", "T": "IT", "f": "F", "e": "C",
}  # fmt: skip


def roman_of(text: str) -> int | None:
    """Return the value of a roman number, recognition errors allowed for; nothing where it can be none."""
    bare = re.sub(r"[\s.,]", "", text)
    if bare in _VALUES:
        return _VALUES[bare]
    for look, roman in _LOOKS:
        bare = bare.replace(look, roman)
    return _VALUES.get(bare)


def letters_of(text: str) -> str:
    """Return the letters one character can have been, the likeliest first."""
    if len(text) != 1:
        return ""
    own = text.upper() if text.isalpha() and text != "l" else ""
    return own + "".join(one for one in _LETTERS.get(text, "") if one != own)


def repaired(values: Sequence[int | None]) -> list[tuple[int | None, str]]:
    """Return numbers of one sequence with what reading got wrong put right, each with a doubt where it was.

    A number is inferred only where its neighbors leave exactly one place. Of more than `MOST_NUMBERS` none is.
    """
    if len(values) > MOST_NUMBERS:
        return [(value, OUT_OF_ORDER) for value in values]
    tried = [_repaired(values, steady) for steady in _rising(values)]
    return min(tried, key=lambda found: sum(doubt == OUT_OF_ORDER for _, doubt in found), default=[])


OUT_OF_ORDER: Final = "its number is out of order"
MOST_NUMBERS: Final = 100
"""Of a sequence that is repaired: agreements have some twenty sections."""


def _repaired(values: Sequence[int | None], steady: frozenset[int]) -> list[tuple[int | None, str]]:
    found: list[tuple[int | None, str]] = []
    for place, value in enumerate(values):
        if place in steady:
            found.append((value, ""))
            continue
        before = next((values[p] for p in range(place - 1, -1, -1) if p in steady), 0) or 0
        after = next((values[p] for p in range(place + 1, len(values)) if p in steady), None)
        between = [p for p in range(len(values)) if p not in steady and _is_beside(p, place, steady)]
        inferred = before + 1 + between.index(place)
        fits = inferred <= len(ROMANS) and (after is None or after - before - 1 == len(between))
        if fits and (after is not None or value is None):
            told = "is missing" if value is None else f"reads as `{ROMANS[value - 1]}`"
            found.append((inferred, f"its number {told}; from its neighbors it is {ROMANS[inferred - 1]}"))
        else:
            found.append((value, OUT_OF_ORDER if value is not None else "its number cannot be read"))
    return found


def _is_beside(one: int, other: int, steady: frozenset[int]) -> bool:
    low, high = sorted((one, other))
    return not any(place in steady for place in range(low, high))


def _rising(values: Sequence[int | None]) -> list[frozenset[int]]:
    """Return the places of the longest rising runs with the smallest steps: the earliest of them and the latest."""
    best: list[tuple[int, int, tuple[int, ...]]] = []
    for place, value in enumerate(values):
        if value is None or value > len(ROMANS):
            continue
        before = [(0, 0, ()), *(run for run in best if (values[run[2][-1]] or 0) < value)]
        longest = max(length for length, _, _ in before)
        for length, step, run in before:
            if length == longest:
                last = values[run[-1]] if run else 0
                best.append((length + 1, step + max(value - (last or 0) - 1, 0), (*run, place)))
        best = _few(best)
    if not best:
        return [frozenset()]
    length, step, _ = min(best, key=lambda run: (-run[0], run[1]))
    equal = sorted(run for far, steps, run in best if (far, steps) == (length, step))
    return [frozenset(equal[0]), frozenset(equal[-1])]


def _few(runs: list[tuple[int, int, tuple[int, ...]]]) -> list[tuple[int, int, tuple[int, ...]]]:
    """Return, of the runs that end at one place, the earliest and the latest of the best ones."""
    kept: list[tuple[int, int, tuple[int, ...]]] = []
    for end in sorted({run[-1] for _, _, run in runs}):
        own = [run for run in runs if run[2][-1] == end]
        length, step, _ = min(own, key=lambda run: (-run[0], run[1]))
        equal = sorted(run for run in own if run[:2] == (length, step))
        kept += list(dict.fromkeys([equal[0], equal[-1]]))
    return kept
