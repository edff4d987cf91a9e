"""What changed between two texts, by word; and who brought each word, over several versions. Pure.

Paragraphs are matched first, by what they say without their number, so that a section that was only renumbered is told
as that; then those that are alike; words are compared within a matched pair. White space is kept but is no change by
itself, except the end of a paragraph. Longest common subsequences are rapidfuzz's; what would take more than
`MOST_CELLS` comparisons is compared in slices of even share, which is right but may tell more changes than there are.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain, pairwise
from typing import Final, NamedTuple

from rapidfuzz.distance import Indel

MOST_WORDS: Final = 500_000
MOST_CELLS: Final = 400_000_000
"""Words of one text times words of the other that are compared at once: 50 MB of bits."""
MOST_PAIRS: Final = 4_096
"""Paragraphs of one text times those of the other that are weighed as pairs."""
ALIKE: Final = 0.5
"""From which share of common words on two paragraphs are versions of each other."""
_CLEARLY: Final = 1.2
"""How many times more words are kept when paragraphs are compared through, where one was cut in two."""
FEWEST_KEPT: Final = 1
"""As many words between two changes are told as changed too: a text in shreds cannot be read."""
_TOKEN: Final = re.compile(r"(\S+)(\s*)")
_END: Final = re.compile(r"\n[^\S\n]*\n")
_NUMBER: Final = re.compile(r"§|\(?\d+[.)]?|\d+(?:\.\d+)+\.?|\(?[ivxlcIVXLC]+[.)]|\(?[A-Za-z][.)]")
"""A word that numbers a paragraph: `12`, `12.`, `3.4`, `IV.`, `(a)`."""


class TooLongError(ValueError):
    """A text has more words than are compared."""


class Kind(StrEnum):
    """What became of a run of words."""

    KEEP = "keep"
    DELETE = "delete"
    INSERT = "insert"


@dataclass(frozen=True, slots=True)
class Change:
    """A run of words of one paragraph with the white space after them.

    The `old` of all runs, joined, is the old text, the `new` the new one. `keep` has both, equal but for white space;
    `delete` has no `new`, `insert` no `old`.
    """

    kind: Kind
    old: str
    new: str

    @property
    def text(self) -> str:
        """The words as they stand now, or stood."""
        return self.old if self.kind is Kind.DELETE else self.new


@dataclass(frozen=True, slots=True)
class Brought:
    """A run of words of the newest text, and the number of the version that brought them."""

    number: int
    text: str


class _Word(NamedTuple):
    """A word with the white space after it, or (`key` "") the end of a paragraph."""

    key: str
    text: str


class _Step(NamedTuple):
    kind: Kind
    old: Sequence[_Word]
    new: Sequence[_Word]


def redline(old: str, new: str) -> tuple[Change, ...]:
    """Return what became of the words of `old`, in the order of reading; raises `TooLongError`.

    Where words were replaced, what went stands before what came.
    """
    return tuple(chain.from_iterable(map(_changes, _readable(_steps(_words(old), _words(new))))))


def paragraphs(changes: Sequence[Change]) -> tuple[tuple[Change, ...], ...]:
    """Return the changes by paragraph."""
    found: list[list[Change]] = []
    for change in changes:
        if not found or _END.search(found[-1][-1].text):
            found.append([])
        found[-1].append(change)
    return tuple(tuple(one) for one in found)


def is_renumbered(paragraph: Sequence[Change]) -> bool:
    """Tell whether nothing of a paragraph changed but its number."""
    changed = [one for one in paragraph if one.kind is not Kind.KEEP]
    at_start = [one.kind for one in paragraph[: len(changed)]] == [one.kind for one in changed]
    return bool(changed) and at_start and all(_NUMBER.fullmatch(one.text.strip()) for one in changed)


def blame(versions: Sequence[tuple[int, str]]) -> tuple[Brought, ...]:
    """Return the newest text in runs, each with the number of the version that brought its words.

    `versions`: number and text, oldest first. What was taken out and came back is the later one's. Raises
    `TooLongError`.
    """
    held: list[tuple[int, _Word]] = []
    for number, text in versions:
        before, held, place = held, [], 0
        for step in _steps([word for _, word in before], _words(text)):
            if step.kind is Kind.KEEP:
                kept = before[place : place + len(step.old)]
                held += [(brought, word) for (brought, _), word in zip(kept, step.new, strict=True)]
            else:
                held += [(number, word) for word in step.new]
            place += len(step.old)
    runs: list[tuple[int, list[str]]] = []
    for number, word in held:
        if not runs or runs[-1][0] != number:
            runs.append((number, []))
        runs[-1][1].append(word.text)
    return tuple(Brought(number, "".join(words)) for number, words in runs)


def _words(text: str) -> list[_Word]:
    """Cut a text; what stands before the first word or after the last is white space of that word."""
    found: list[_Word] = []
    matches = list(_TOKEN.finditer(text))
    if len(matches) > MOST_WORDS:
        raise TooLongError(f"a text has {len(matches)} words; at most {MOST_WORDS} are compared, cut it in parts")
    lead = text[: matches[0].start()] if matches else text
    for match in matches:
        key, space = match[1], match[2]
        if match.end() < len(text) and _END.search(space):
            found += [_Word(key, lead + key), _Word("", space)]
        else:
            found.append(_Word(key, lead + key + space))
        lead = ""
    return [*found, _Word("", lead)] if lead else found


def _steps(old: Sequence[_Word], new: Sequence[_Word]) -> Iterator[_Step]:
    """Yield what became of the words; steps of one kind may follow each other."""
    before, after = _by_paragraph(old), _by_paragraph(new)
    ids: dict[tuple[str, ...], int] = {}
    keys = [[ids.setdefault(_unnumbered(one), len(ids)) for one in side] for side in (before, after)]
    for a, b, is_equal in _blocks(*keys):
        if is_equal:
            for one, other in zip(before[a], after[b], strict=True):
                yield from _compared(one, other)
        else:
            yield from _paired(before[a], after[b])


def _by_paragraph(words: Sequence[_Word]) -> list[Sequence[_Word]]:
    ends = [place + 1 for place, word in enumerate(words) if not word.key]
    cuts = sorted({0, *ends, len(words)})
    return [words[start:end] for start, end in pairwise(cuts)]


def _unnumbered(paragraph: Sequence[_Word]) -> tuple[str, ...]:
    keys = [word.key for word in paragraph if word.key]
    return tuple(keys[1:] if len(keys) > 1 and _NUMBER.fullmatch(keys[0]) else keys)


def _blocks(old: Sequence[int], new: Sequence[int]) -> Iterator[tuple[slice, slice, bool]]:
    """Yield stretches that are equal, and between them stretches that are not."""
    a = b = 0
    for block in Indel.opcodes(old, new):
        if block.tag == "equal":
            if (a, b) != (block.src_start, block.dest_start):
                yield slice(a, block.src_start), slice(b, block.dest_start), False
            yield slice(block.src_start, block.src_end), slice(block.dest_start, block.dest_end), True
            a, b = block.src_end, block.dest_end
    if (a, b) != (len(old), len(new)):
        yield slice(a, len(old)), slice(b, len(new)), False


def _paired(old: Sequence[Sequence[_Word]], new: Sequence[Sequence[_Word]]) -> Iterator[_Step]:
    """Compare paragraphs none of which is the same: those that are alike with each other, others whole.

    Unless a paragraph was cut in two, or two were joined: then word by word, whatever the paragraphs.
    """
    before, after = [*chain(*old)], [*chain(*new)]
    if not (before and after):
        yield from _whole(before, after)
    elif len(old) * len(new) > MOST_PAIRS or len(before) * len(after) > MOST_CELLS:
        yield from _compared(before, after)
    else:
        steps = [*_in_pairs(old, new)]
        if len(old) != len(new):
            through = [*_compared(before, after)]
            least = max(ALIKE * min(len(before), len(after)), _CLEARLY * _count_kept(steps))
            steps = through if _count_kept(through) > least else steps
        yield from steps


def _in_pairs(old: Sequence[Sequence[_Word]], new: Sequence[Sequence[_Word]]) -> Iterator[_Step]:
    a = b = 0
    for one, other in [*_pairs(old, new), (len(old), len(new))]:
        yield from _whole([*chain(*old[a:one])], [*chain(*new[b:other])])
        if one < len(old):
            yield from _compared(old[one], new[other])
        a, b = one + 1, other + 1


def _count_kept(steps: Sequence[_Step]) -> int:
    return sum(len(step.old) for step in steps if step.kind is Kind.KEEP)


def _pairs(old: Sequence[Sequence[_Word]], new: Sequence[Sequence[_Word]]) -> list[tuple[int, int]]:
    """Return which paragraphs are versions of each other, in order, so that most words are in such pairs."""
    ids: dict[str, int] = {}
    before = [_ids(one, ids) for one in old]
    after = [_ids(one, ids) for one in new]
    best = [[0.0] * (len(after) + 1) for _ in range(len(before) + 1)]
    alike: dict[tuple[int, int], float] = {}
    for a in reversed(range(len(before))):
        for b in reversed(range(len(after))):
            share = Indel.normalized_similarity(before[a], after[b], score_cutoff=ALIKE)
            best[a][b] = max(best[a + 1][b], best[a][b + 1])
            if share >= ALIKE:
                alike[a, b] = share * (len(before[a]) + len(after[b])) + best[a + 1][b + 1]
                best[a][b] = max(best[a][b], alike[a, b])
    found, a, b = [], 0, 0
    while a < len(before) and b < len(after):
        if alike.get((a, b), -1.0) == best[a][b]:
            found.append((a, b))
            a, b = a + 1, b + 1
        elif best[a + 1][b] == best[a][b]:
            a += 1
        else:
            b += 1
    return found


def _compared(old: Sequence[_Word], new: Sequence[_Word]) -> Iterator[_Step]:
    """Compare word by word."""
    parts = -(-len(old) * len(new) // MOST_CELLS)
    if parts > 1:
        for part in range(parts):
            yield from _compared(_share(old, part, parts), _share(new, part, parts))
        return
    ids: dict[str, int] = {}
    for a, b, is_equal in _blocks(_ids(old, ids), _ids(new, ids)):
        if is_equal:
            yield _Step(Kind.KEEP, old[a], new[b])
        else:
            yield from _whole(old[a], new[b])


def _share(words: Sequence[_Word], part: int, parts: int) -> Sequence[_Word]:
    return words[len(words) * part // parts : len(words) * (part + 1) // parts]


def _ids(words: Sequence[_Word], ids: dict[str, int]) -> list[int]:
    return [ids.setdefault(word.key, len(ids)) for word in words]


def _whole(old: Sequence[_Word], new: Sequence[_Word]) -> Iterator[_Step]:
    if old:
        yield _Step(Kind.DELETE, old, ())
    if new:
        yield _Step(Kind.INSERT, (), new)


def _readable(steps: Iterator[_Step]) -> Iterator[_Step]:
    """Join what belongs together: deletions before insertions, few kept words between changes counted as changed."""
    kept: list[_Step] = []
    gone: list[_Word] = []
    came: list[_Word] = []
    for step in chain(steps, [_Step(Kind.KEEP, (), ())]):
        if step.kind is not Kind.KEEP:
            if kept and not (gone or came):
                yield _kept(kept)
                kept = []
            elif not kept and _ends_paragraph(gone, came):
                yield from _whole(gone, came)
                gone, came = [], []
            for one in (*kept, step):
                gone += one.old
                came += one.new
            kept = []
            continue
        kept.append(step)
        is_last = not step.old
        is_long = sum(len(one.old) for one in kept) > FEWEST_KEPT or any(not w.key for one in kept for w in one.old)
        if is_last or is_long:
            yield from _whole(gone, came)
            gone, came = [], []
        if is_last and any(one.old for one in kept):
            yield _kept(kept)


def _ends_paragraph(gone: Sequence[_Word], came: Sequence[_Word]) -> bool:
    return bool(gone or came) and not any(words[-1].key for words in (gone, came) if words)


def _kept(steps: Sequence[_Step]) -> _Step:
    return _Step(Kind.KEEP, [*chain(*(one.old for one in steps))], [*chain(*(one.new for one in steps))])


def _changes(step: _Step) -> Iterator[Change]:
    """Yield a step's changes, one a paragraph."""
    length = max(len(step.old), len(step.new))
    ends = [place + 1 for place, word in enumerate(step.new or step.old) if not word.key]
    for start, end in pairwise(sorted({0, *ends, length})):
        old, new = ("".join(word.text for word in side[start:end]) for side in (step.old, step.new))
        yield Change(step.kind, old, new)
