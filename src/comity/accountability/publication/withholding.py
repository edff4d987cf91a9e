"""A text as the public may read it: the passages that stay back replaced by who keeps them back. Pure."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

_BETWEEN: Final = re.compile(r"(\n[ \t]*(?:\n[ \t]*)+)")
MARK: Final = "[withheld: {citation}]"
_Span = tuple[int, int, tuple[str, ...]]
"""From, until, and the citations of what keeps back what lies between."""


class NoSuchPassageError(ValueError):
    """A passage to withhold is not in the text; the message says where it was looked for."""


@dataclass(frozen=True, slots=True, order=True)
class Withheld:
    """A passage that stays back: `words` of paragraph `paragraph` (from 1), "" for the whole of it.

    `authority`: the code of what keeps it back (`standing.law`); `agency`: the code of the party that says so.
    """

    paragraph: int
    words: str
    authority: str
    agency: str


def paragraphs_of(text: str) -> tuple[str, ...]:
    """Return the paragraphs, which blank lines part."""
    return tuple(_BETWEEN.split(text.strip("\n"))[::2])


def public_text(text: str, *, withheld: Iterable[Withheld], citations: Mapping[str, str]) -> str:
    """Return the text with each passage replaced by the citation of its authority, wherever it stands in its paragraph.

    Passages that overlap go together, and in their place stands every citation, in the order they begin, each once.
    Raises `NoSuchPassageError`, `KeyError` for an authority that `citations` lacks.
    """
    parts = _BETWEEN.split(text.strip("\n"))
    taken: dict[int, list[Withheld]] = defaultdict(list)
    for one in withheld:
        if not 1 <= one.paragraph <= (len(parts) + 1) // 2:
            raise NoSuchPassageError(f"the text has no paragraph {one.paragraph}; it has {(len(parts) + 1) // 2}")
        taken[one.paragraph].append(one)
    for number, passages in taken.items():
        at = (number - 1) * 2
        parts[at] = _without(parts[at], number, passages, citations)
    return "".join(parts) + "\n"


def _without(paragraph: str, number: int, passages: Iterable[Withheld], citations: Mapping[str, str]) -> str:
    spans: list[_Span] = []
    for one in passages:
        cited = (citations[one.authority],)
        if not one.words:
            spans.append((0, len(paragraph), cited))
            continue
        found = [(hit.start(), hit.end(), cited) for hit in _places(one.words, paragraph)]
        if not found:
            raise NoSuchPassageError(f"words to withhold do not stand in paragraph {number}; copy them from the text")
        spans += found
    kept, end = "", 0
    for first, last, every in _joined(spans):
        kept += paragraph[end:first] + MARK.format(citation="; ".join(every))
        end = last
    return kept + paragraph[end:]


def _places(words: str, paragraph: str) -> Iterable[re.Match[str]]:
    """Find the words however their lines are broken."""
    return re.finditer(r"\s+".join(re.escape(word) for word in words.split()) or r"(?!)", paragraph)


def _joined(spans: Iterable[_Span]) -> list[_Span]:
    joined: list[_Span] = []
    for first, last, cited in sorted(spans, key=lambda span: (span[0], -span[1])):
        if joined and first < joined[-1][1]:
            start, end, held = joined[-1]
            joined[-1] = (start, max(end, last), tuple(dict.fromkeys((*held, *cited))))
        else:
            joined.append((first, last, cited))
    return joined
