"""What of a redline is shown: the paragraphs that changed and some around them. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from comity.standing.agreements.redline import Change, Kind, is_renumbered, paragraphs


@dataclass(frozen=True, slots=True)
class Left:
    """Paragraphs that are not shown, and how many of them have another number than before."""

    count: int
    renumbered: int


def excerpt(changes: Sequence[Change], around: int | None) -> Iterator[tuple[Change, ...] | Left]:
    """Yield the paragraphs with changes and `around` others on both sides (all of them for None), and what is left out.

    One that only has another number is no change to be shown for its own sake.
    """
    found = paragraphs(changes)
    if around is None:
        yield from found
        return
    touched = [
        place
        for place, one in enumerate(found)
        if any(change.kind is not Kind.KEEP for change in one) and not is_renumbered(one)
    ]
    near = {place for one in touched for place in range(one - around, one + around + 1)}
    for is_near, group in groupby(enumerate(found), key=lambda one: one[0] in near):
        left = [one for _, one in group]
        if is_near:
            yield from left
        else:
            yield Left(len(left), sum(map(is_renumbered, left)))
