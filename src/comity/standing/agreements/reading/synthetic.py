"""Agreements in our own words and a scanner that spoils them: to measure readings with. Deterministic by seed."""

import random
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any, Final

from comity.standing.agreements.reading.found import Model, Value
from comity.standing.agreements.reading.numbers import ROMANS

AGENCIES: Final = (
    "Cedar County Sheriff's Office", "City of Juniper Police Department", "Mesquite County Detention Center",
    "Agave Department of Public Safety", "Town of Larkspur Police Department", "Sagebrush Highway Patrol",
    "Willow County Sheriff's Department", "Red Mesa Nation Police Department",
)  # fmt: skip
"""Bodies there are none of."""
WIDTH: Final = 98
LINES: Final = 46
_WORDS: Final = {
    1: "one", 2: "two", 3: "three", 6: "six", 9: "nine", 12: "twelve", 24: "twenty-four", 30: "thirty",
    45: "forty-five", 48: "forty-eight", 60: "sixty", 72: "seventy-two", 75: "seventy-five", 80: "eighty",
    70: "seventy", 90: "ninety",
}  # fmt: skip
_PLACE: Final = re.compile(r"\{(\w+)(?::(\w+))?\}( hours| years| days| months)?")


@dataclass(frozen=True, slots=True)
class Synthetic:
    """A text with what it holds: the paths of its sections, its terms with their values, the agency."""

    model: Model
    text: str
    agency: str
    paths: tuple[str, ...]
    headings: tuple[str, ...]
    terms: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Noise:
    """How a scan spoils a text: shares of words, of headings, and whether the paper leaves marks."""

    words: float = 0.02
    figures: float = 0.0
    headings: float = 0.05
    joins: float = 0.01
    has_furniture: bool = True


CLEAN: Final = Noise(0.0, 0.0, 0.0, 0.0, has_furniture=False)
MODERATE: Final = Noise()
HEAVY: Final = Noise(words=0.06, figures=0.1, headings=0.2, joins=0.03)


@lru_cache(maxsize=1)
def _stored() -> Mapping[str, Any]:
    return tomllib.loads(files(__package__).joinpath("synthetic.toml").read_text("utf-8"))


def make_agreement(seed: int, *, model: Model, dropped: int = 0) -> Synthetic:
    """Return an agreement of a model with figures of its own; `dropped` sections are left out, the rest renumbered."""
    chance = random.Random(f"{seed}-{model.value}")  # noqa: S311 - not for secrets: the same seed, the same text
    agency = chance.choice(AGENCIES)
    figures = {name: chance.choice(values) for name, values in _stored()["figures"].items()}
    outline = _outline(_stored()["outline"][model.value], chance, dropped)
    terms: dict[str, Value] = {}
    parts = [_stored()["opening"][model.value].replace("{agency}", agency)]
    for number, heading, title in outline:
        is_appendix = number.startswith("@")
        parts.append(f"APPENDIX {number[1:]}\n{title}" if is_appendix else f"{number}. {title}")
        for paragraph in _stored()["paragraphs"]:
            if paragraph["heading"] == heading and model.value in paragraph.get("models", [one.value for one in Model]):
                way = chance.choice(paragraph["ways"]).replace("{agency}", agency)
                parts.append(_PLACE.sub(lambda m: _figure(m, figures), way))
                for term, value in paragraph.get("states", {}).items():
                    terms[term] = figures[term] if value == "figure" else _frozen(value)
    paths = _paths(outline)
    return Synthetic(model, "\n\n".join(parts) + "\n", agency, paths, tuple(one[1] for one in outline), terms)


def _frozen(value: object) -> Value:
    return tuple(value) if isinstance(value, list) else value  # type: ignore[return-value]


def _figure(match: re.Match[str], figures: Mapping[str, int]) -> str:
    value, unit = figures[match[1]], match[3] or ""
    written = {"words": _WORDS[value], "both": f"{_WORDS[value]} ({value})"}.get(match[2] or "", str(value))
    if match[2] == "months":
        return "one year" if value == 12 else f"{_WORDS[value]} months"  # noqa: PLR2004 - months of a year
    return written + (unit[:-1] if value == 1 and unit else unit)


def _outline(lines: Sequence[str], chance: random.Random, dropped: int) -> list[tuple[str, str, str]]:
    rows = [tuple(line.split(" ", 2)) for line in lines]
    loose = [
        row[1] for row in rows if row[1] not in ("parties", "purpose", "responsibilities", "documentation", "functions")
    ]
    gone = set(chance.sample(loose, dropped))
    roman = letter = 0
    found = []
    for number, heading, title in rows:
        if heading in gone and not number.startswith("@"):
            continue
        if number.startswith("@"):
            found.append((number, heading, title))
        elif len(number) == 1 and number in "ABCDEFGHI" and not (number == "I" and roman == 0):
            found.append(("ABCDEFGHI"[letter], heading, title))
            letter += 1
        else:
            found.append((ROMANS[roman], heading, title))
            roman, letter = roman + 1, 0
    return found


def _paths(outline: Sequence[tuple[str, str, str]]) -> tuple[str, ...]:
    paths, top, last = [], "", 0
    for number, _, title in outline:
        if number.startswith("@"):
            paths.append(f"Appendix {number[1:]}")
        elif number in ROMANS and not _is_letter(number, last, title, top):
            top, last = number, 0
            paths.append(number)
        else:
            last += 1
            paths.append(f"{top}.{number}")
    return tuple(paths)


def _is_letter(number: str, last: int, title: str, top: str) -> bool:
    return number == "I" and bool(top) and last == 8 and bool(title)  # noqa: PLR2004 - I follows H


def scan(synthetic: Synthetic, seed: int, *, noise: Noise = MODERATE) -> str:
    """Return the text as a scan gives it: lines broken, paper's marks added, letters and figures misread."""
    chance = random.Random(f"{seed}-scan")  # noqa: S311 - not for secrets: the same seed, the same scan
    lines: list[str] = []
    for block in synthetic.text.split("\n\n"):
        for piece in block.split("\n"):
            is_heading = piece.isupper() or bool(re.match(r"[IVX]+\. [A-Z]|[A-I]\. [A-Z]{3}", piece))
            spoiled = _spoiled_heading(piece, chance, noise) if is_heading else _spoiled(piece, chance, noise)
            lines.extend(_wrapped(spoiled, chance))
        lines.append("")
    return _paged(lines, synthetic.agency, chance) if noise.has_furniture else "\n".join(lines)


def _wrapped(text: str, chance: random.Random) -> list[str]:
    width, lines, line = WIDTH - chance.randrange(12), [], ""
    for word in text.split(" "):
        if line and len(line) + len(word) + 1 > width:
            lines.append(line)
            line = ""
        line = f"{line} {word}".strip()
    return [*lines, line]


def _spoiled(text: str, chance: random.Random, noise: Noise) -> str:
    words = [_misread(word, chance, noise) for word in text.split(" ")]
    joined = words[0]
    for word in words[1:]:
        joined += ("" if chance.random() < noise.joins and joined[-1].isalpha() and word[0].isalpha() else " ") + word
    return joined


_SWAPS: Final = (
    ("rm", "nn"), ("rn", "m"), ("m", "rn"), ("li", "h"), ("l", "1"), ("i", "l"), ("DHS", "OHS"), ("FOD", "FOO"),
    ("cl", "d"), ("h", "b"), ("e", "c"), ("o", "0"), ("t", "l"),
)  # fmt: skip


def _misread(word: str, chance: random.Random, noise: Noise) -> str:
    if any(char.isdigit() for char in word):
        return word.translate(str.maketrans("015", "OlS")) if chance.random() < noise.figures else word
    if len(word) < 4 or chance.random() >= noise.words:  # noqa: PLR2004 - short words are read well
        return word
    fitting = [swap for swap in _SWAPS if swap[0] in word]
    if not fitting:
        return word
    old, new = chance.choice(fitting)
    return word.replace(old, new, 1)


def _spoiled_heading(text: str, chance: random.Random, noise: Noise) -> str:
    if chance.random() >= noise.headings:
        return text
    how = chance.randrange(6)
    if how == 0:
        return re.sub(r"^([IVX]+)\.", lambda m: m[0].replace("I", "l"), text)
    if how == 1:
        return text.replace(". ", " ", 1)
    if how == 2:  # noqa: PLR2004 - ways to spoil a heading
        return re.sub(r"^([IVXA-H]+\.) (.*)$", lambda m: f"{m[1]}      {m[2].title()}", text)
    if how == 3:  # noqa: PLR2004
        return text.replace("O", "0", 1)
    if how == 4:  # noqa: PLR2004
        return text.replace(". ", " . ", 1)
    return text.replace("APPENDIX ", "APPENDIX")


def _paged(lines: Sequence[str], agency: str, chance: random.Random) -> str:
    pages = [lines[start : start + LINES] for start in range(0, len(lines), LINES)]
    told = []
    for number, page in enumerate(pages, start=1):
        name = chance.choice([agency, agency, agency.replace("'", ""), agency.replace("ff's", "trs")])
        revised = chance.choice(
            ["Revised 02/15/2025", "Revised 02/15/2025", "Revised 02/1512025", "Revised 02/l5/2025"]
        )
        told.append("\n".join([*page, "", "", f"{name}{' ' * 24}{number}{' ' * 24}{revised}"]))
    return "\n\f".join(told) + "\n"
