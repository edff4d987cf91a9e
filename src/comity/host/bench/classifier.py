"""A small classifier: can anything tell two kinds of answers apart? Pure; trained on one half, judged on the other.

AUC 0.5: no better than a coin; 1.0: always right. Below 0.5 a feature's direction was learned wrongly: it tells as much
the other way round, so what is reported is the distance from 0.5.
"""

import bisect
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from comity.host.bench.samples import seeded

_STEPS: Final = 300
_RATE: Final = 0.5
_SHRINK: Final = 1e-3

Row = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Sample:
    """What was observed of one answer. `label`: whether there was something to hide. `text`: its bytes, masked."""

    label: bool
    numbers: Row
    text: bytes


@dataclass(frozen=True, slots=True)
class Told:
    """How well each feature alone, and all together, told the labels of the half that was not trained on."""

    each: Mapping[str, float]
    together: float

    @property
    def auc(self) -> float:
        """The best of them, as a distance from a coin's 0.5 upwards."""
        return max(abs(one - 0.5) for one in (*self.each.values(), self.together)) + 0.5


def auc(scores: Sequence[float], labels: Sequence[bool]) -> float:
    """Return the share of (positive, negative) pairs that the scores order rightly; ties count half."""
    order = sorted(range(len(scores)), key=scores.__getitem__)
    ranks = [0.0] * len(scores)
    start = 0
    while start < len(order):
        end = start
        while end < len(order) and scores[order[end]] == scores[order[start]]:
            end += 1
        for position in range(start, end):
            ranks[order[position]] = (start + end + 1) / 2
        start = end
    positives = sum(labels)
    negatives = len(labels) - positives
    above = sum(rank for rank, label in zip(ranks, labels, strict=True) if label)
    return (above - positives * (positives + 1) / 2) / (positives * negatives)


def tell_apart(samples: Sequence[Sample], *, seed: int) -> Told:
    """Train on a random half of the samples, judge on the other."""
    shuffled = list(samples)
    seeded(seed).shuffle(shuffled)
    half = len(shuffled) // 2
    seen, unseen = shuffled[:half], shuffled[half:]
    texts = _text_scores(seen)
    columns = {name: _column(seen, unseen, name) for name in seen[0].numbers}
    columns["text"] = ([texts.get(s.text, 0.5) for s in seen], [texts.get(s.text, 0.5) for s in unseen])
    known, asked = [s.label for s in seen], [s.label for s in unseen]
    each: dict[str, float] = {}
    for name, (trained, judged) in columns.items():
        up = auc(trained, known) >= 0.5  # noqa: PLR2004 - a coin
        each[name] = auc(judged if up else [-value for value in judged], asked)
    scaled = [_scaled(*column) for column in columns.values()]
    weights = _fit([list(row) for row in zip(*(one[0] for one in scaled), strict=True)], known)
    judged_rows = zip(*(one[1] for one in scaled), strict=True)
    return Told(each, auc([sum(w * v for w, v in zip(weights[1:], row, strict=True)) for row in judged_rows], asked))


def _column(seen: Sequence[Sample], unseen: Sequence[Sample], name: str) -> tuple[list[float], list[float]]:
    return [s.numbers[name] for s in seen], [s.numbers[name] for s in unseen]


def _text_scores(seen: Sequence[Sample]) -> dict[bytes, float]:
    """Return, for each masked text, how often it stood for something hidden."""
    counts: dict[bytes, tuple[int, int]] = {}
    for sample in seen:
        hidden, all_of_it = counts.get(sample.text, (0, 0))
        counts[sample.text] = (hidden + sample.label, all_of_it + 1)
    return {text: (hidden + 1) / (all_of_it + 2) for text, (hidden, all_of_it) in counts.items()}


def _scaled(seen: list[float], unseen: list[float]) -> tuple[list[float], list[float]]:
    """Return both halves by rank among what was seen: times have long tails."""
    ordered = sorted(set(seen))
    places = {value: number / max(1, len(ordered) - 1) - 0.5 for number, value in enumerate(ordered)}
    return [places[value] for value in seen], [places.get(value, _between(ordered, value)) for value in unseen]


def _between(ordered: Sequence[float], value: float) -> float:
    return bisect.bisect_left(ordered, value) / max(1, len(ordered)) - 0.5


def _fit(rows: Sequence[Sequence[float]], labels: Sequence[bool]) -> list[float]:
    """Return the weights of a logistic regression, the intercept first, by gradient descent."""
    weights = [0.0] * (len(rows[0]) + 1)
    columns = [[1.0] * len(rows), *(list(column) for column in zip(*rows, strict=True))]
    for _ in range(_STEPS):
        sums = [sum(map(_times, weights, row)) for row in zip(*columns, strict=True)]
        errors = [1 / (1 + math.exp(-max(-30.0, min(30.0, s)))) - label for s, label in zip(sums, labels, strict=True)]
        for number, column in enumerate(columns):
            slope = sum(map(_times, errors, column)) / len(rows) + _SHRINK * weights[number]
            weights[number] -= _RATE * slope
    return weights


def _times(one: float, other: float) -> float:
    return one * other
