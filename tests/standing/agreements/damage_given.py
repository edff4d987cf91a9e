"""How a text comes out of paper, one way at a time: each takes a clean text and a seed, and gives what is read."""

import random
import re
from collections.abc import Callable
from typing import Final

from comity.standing.agreements.reading.numbers import ROMANS

LINES: Final = 44
"""Of a page."""
GUTTER: Final = 6
_HEADING: Final = re.compile(r"(?P<number>[IVX]{1,6}|[A-I])\. (?P<title>[A-Z][A-Z ,()]+)")


def wrapped(text: str, width: int) -> list[str]:
    """Return a text in lines of a width; its own lines stay apart, but long headings are wrapped as well."""
    lines: list[str] = []
    for piece in text.split("\n"):
        line = ""
        for word in piece.split(" "):
            if line and len(line) + len(word) + 1 > width:
                lines.append(line)
                line = ""
            line = f"{line} {word}".strip()
        lines.append(line)
    return lines


def _paged(text: str, foot: Callable[[int, int], str], head: Callable[[int, int], str], *, between: str) -> str:
    lines = wrapped(text, 90)
    pages = [lines[start : start + LINES] for start in range(0, len(lines), LINES)]
    count = len(pages)
    told = (
        "\n".join(one for one in (head(n, count), *page, foot(n, count)) if one is not None)
        for n, page in enumerate(pages, start=1)
    )
    return between.join(told)


def _headings(text: str, change: Callable[[str, str], str]) -> str:
    return "\n".join(
        change(match["number"], match["title"]) if (match := _HEADING.fullmatch(line)) else line
        for line in text.split("\n")
    )


def narrow(text: str, seed: int) -> str:
    return "\n".join(wrapped(text, 44 + 6 * (seed % 3)))


def one_line_a_paragraph(text: str, _seed: int) -> str:
    return text


def feet(text: str, seed: int) -> str:
    foot = FEET[seed % len(FEET)]
    return _paged(text, foot, lambda _n, _of: "", between="\n\f" if seed % 2 else "\n")


def feet_wrapped_into_sentences(text: str, seed: int) -> str:
    flat = (re.sub(r"\s+", " ", block) if len(block) > 160 else block for block in feet(text, 2 * seed).split("\n\n"))
    return "\n\n".join("\n".join(wrapped(block, 70 + 10 * (seed % 3))) for block in flat)


def heads_of_an_exhibit(text: str, _seed: int) -> str:
    return _paged(text, lambda _n, _of: "", lambda n, of: f"ATTACHMENT A Page {n} of {of}", between="\n\f")


def line_numbers(text: str, _seed: int) -> str:
    return "\n".join(f"{place % 28 + 1:>2}  {line}" for place, line in enumerate(wrapped(text, 80)))


def two_columns(text: str, _seed: int) -> str:
    width, told = 44, []
    lines = wrapped(text, width)
    for start in range(0, len(lines), 2 * LINES):
        left, right = lines[start : start + LINES], lines[start + LINES : start + 2 * LINES]
        right += [""] * (len(left) - len(right))
        told.append("\n".join(f"{a:<{width + GUTTER}}{b}".rstrip() for a, b in zip(left, right, strict=True)))
    return "\n\f".join(told)


def table_of_contents(text: str, seed: int) -> str:
    lead = (" " + "." * 30 + " ", "      ", " . . . . . ", " ")[seed % 4]
    titles = [line for line in text.split("\n") if _HEADING.fullmatch(line)]
    listed = [f"{title}{lead}{place // 3 + 1}" for place, title in enumerate(titles)]
    head, _, rest = text.partition("\n\n")
    return "\n".join([head, "", "TABLE OF CONTENTS", "", *listed, "", "\f"]) + rest


def blank_pages(text: str, seed: int) -> str:
    return feet(text, 2 * seed + 1).replace("\f", "\f\n\n\f\n   \n\f")


def ligatures(text: str, _seed: int) -> str:
    return text.replace("ffi", "\ufb03").replace("ff", "\ufb00").replace("fi", "\ufb01").replace("fl", "\ufb02")


def marked_up(text: str, seed: int) -> str:
    return _headings(text, lambda n, title: f"**{n}. {title}**" if seed % 2 else f"## {n}. {title}")


def roman_numbers_misread(text: str, seed: int) -> str:
    chance = random.Random(seed)  # noqa: S311 - not for secrets: the same seed, the same damage
    ways = (("I", "l"), ("II", "ll"), ("I", "1"), ("VI", "Vl"), ("I", "|"), ("III", "Ill"), ("V", "v"))

    def spoiled(number: str, title: str) -> str:
        return f"{number.replace(*chance.choice(ways)) if number in ROMANS else number}. {title}"

    return _headings(text, spoiled)


def headings_in_small_letters(text: str, _seed: int) -> str:
    return _headings(text, lambda n, title: f"{n}. {title.lower()}")


def headings_with_a_word_before(text: str, seed: int) -> str:
    word = ("Section", "SECTION", "Article", "ARTICLE")[seed % 4]
    return _headings(
        text, lambda n, title: f"{word} {n}{'.:'[seed % 2]} {title}" if len(n) > 1 or n in "IVX" else f"{n}. {title}"
    )


def headings_with_dots(text: str, seed: int) -> str:
    end = (".", ":", " .", " —", " ...")[seed % 5]
    return _headings(text, lambda n, title: f"{n}. {title}{end}")


def justified(text: str, seed: int) -> str:
    chance = random.Random(seed)  # noqa: S311 - not for secrets: the same seed, the same damage
    return re.sub(r"(?<=\S) ", lambda _: " " * chance.choice([1, 1, 2, 3]), "\n".join(wrapped(text, 80)))


def quoted_in_a_message(text: str, _seed: int) -> str:
    return "\n".join(f"> {line}" for line in wrapped(text, 90))


def lines_ended_by_signs(text: str, seed: int) -> str:
    return "\n".join(wrapped(text, 90)).replace("\n", ("\r\n", "\r", "\u2028", "\x0b")[seed % 4])


def sixteen_bits(text: str, seed: int) -> bytes:
    encoding = ("utf-16-le", "utf-16-be", "utf-16")[seed % 3]
    return text.encode(encoding)


def encoded_twice(text: str, _seed: int) -> str:
    return text.replace("'", "\u00e2\u20ac\u2122").replace("•", "\u00e2\u20ac\u00a2").replace("§", "\u00c2\u00a7")


FEET: Final[tuple[Callable[[int, int], str], ...]] = (
    lambda n, of: f"Page {n} of {of}",
    lambda n, _of: f"Cedar County {n} Revised 03/07/2025",
    lambda n, _of: f"- {n} -",
    lambda _n, _of: "Docusign Envelope ID: 3F2504E0-4F89-41D3-9A0C-0305E82C3301",
    lambda n, _of: f"ICE-2025-{n:06d}",
    lambda _n, _of: "LAW ENFORCEMENT SENSITIVE",
)
DAMAGES: Final = (
    narrow, one_line_a_paragraph, feet, feet_wrapped_into_sentences, heads_of_an_exhibit, line_numbers, two_columns,
    table_of_contents, blank_pages, ligatures, marked_up, roman_numbers_misread, headings_in_small_letters,
    headings_with_a_word_before, headings_with_dots, justified, quoted_in_a_message, lines_ended_by_signs, sixteen_bits,
    encoded_twice,
)  # fmt: skip
