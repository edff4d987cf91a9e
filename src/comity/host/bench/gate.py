"""`comity bench gate`: the whole decision with its explanation, and the same Cedar calls bare, on the same asks."""

import gc
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import perf_counter_ns, thread_time_ns
from types import SimpleNamespace
from typing import Any, Final

import cedarpy

from comity.host.bench.figures import Measured
from comity.host.bench.gate_asks import ELEMENTS, PERMITTED, Ask, make_asks, make_asks_of
from comity.host.bench.gate_rulebook import AT, Rulebook, make_crowded_pair, make_pair, make_rulebook
from comity.host.bench.samples import machine, median, quantile, spread
from comity.spine.policy import decide as gate
from comity.spine.policy.slices import SCHEMA
from comity.standing.agreements.rulebook import build_slice
from comity.standing.law.explain import explain

_NS_IN_US: Final = 1000.0
_BLOCK: Final = 50
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class GateSize:
    """How much to measure: asks a run, rules of the small and the large rulebook, clauses of the crowded pair."""

    asks: int
    few: int
    many: int
    crowd: int
    cold: int


FULL: Final = GateSize(asks=5_000, few=200, many=20_000, crowd=2_000, cold=200)
QUICK: Final = GateSize(asks=500, few=200, many=2_000, crowd=300, cold=20)


@dataclass(frozen=True, slots=True)
class _Times:
    """Microseconds of each ask by the clock and by the processor: on a busy machine only the second is the gate's."""

    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)

    def add(self, other: "_Times") -> None:
        """Append another's times."""
        self.wall.extend(other.wall)
        self.cpu.extend(other.cpu)


@dataclass(frozen=True, slots=True)
class _Calls:
    """The Cedar calls of one decision with their arguments: the facts handed over once, then each question."""

    facts: str
    questions: tuple[tuple[dict[str, Any], cedarpy.PolicySet], ...]


def measure_gate(*, size: GateSize, runs: int, say: Say) -> Measured:
    """Measure the gate in this process; needs no database."""
    say("making rulebooks and asks")
    books = {name: make_rulebook(rules=rules, edition=name) for name, rules in (("few", size.few), ("many", size.many))}
    asks = {name: make_asks(book, count=size.asks, seed=number) for number, (name, book) in enumerate(books.items())}
    calls = {name: _record(books[name], chosen) for name, chosen in asks.items()}
    crowd = make_crowded_pair(edition="many", clauses=size.crowd)
    crowded = make_asks_of(crowd, books["many"], count=max(10, size.cold), seed=7)
    whole: dict[str, list[_Times]] = {"few": [], "many": []}
    bare: dict[str, list[list[float]]] = {"few": [], "many": []}
    cold: list[float] = []
    crowded_us: list[float] = []
    for run in range(runs):
        say(f"run {run + 1} of {runs}")
        timed = _time_in_turn(books, asks, calls)
        for name in books:
            whole[name].append(timed[name][0])
            bare[name].append(timed[name][1])
        gc.collect()
        cold.append(median(_time_whole(books["many"], _strangers(books["many"], size.cold, f"cold{run}")).wall))
        crowded_us.append(median(_time_whole(books["many"], crowded).wall))
    means = {name: [_mean(times.wall) for times in found] for name, found in whole.items()}
    bare_means = {name: [_mean(times) for times in found] for name, found in bare.items()}
    shares = [one / all_of_it for one, all_of_it in zip(bare_means["many"], means["many"], strict=True)]
    growths = [many / few for few, many in zip(means["few"], means["many"], strict=True)]
    return Measured(
        "gate",
        {
            "p99_us": median([quantile(times.wall, 0.99) for times in whole["many"]]),
            "of_bare": median(shares),
            "growth": median(growths),
            "cold_us": median(cold),
            "crowded_us": median(crowded_us),
        },
        {
            "runs": runs,
            "asks_a_run": size.asks,
            "elements": ELEMENTS,
            "permitted": PERMITTED,
            "classes": _mean([len(facts.asked) for _, facts in asks["many"]]),
            "cedar_questions": _mean([len(one.questions) for one in calls["many"]]),
            "rules": {name: book.rules for name, book in books.items()},
            "pairs": {name: len(book.pairs) for name, book in books.items()},
            "crowded_clauses": size.crowd,
            "whole_mean_us": {name: spread(found) for name, found in means.items()},
            "bare_mean_us": {name: spread(found) for name, found in bare_means.items()},
            "p50_us": median([quantile(times.wall, 0.5) for times in whole["many"]]),
            "cpu_us": {
                f"p{share * 100:.0f}": median([quantile(times.cpu, share) for times in whole["many"]])
                for share in (0.5, 0.99)
            },
            "of_bare": spread(shares),
            "growth": spread(growths),
            "machine": machine(),
        },
    )


def _strangers(book: Rulebook, count: int, edition: str) -> list[Ask]:
    """Return one ask each of pairs nobody has asked for: agreement, slice and policies are all new to the process."""
    known = make_asks(book, count=count, seed=11)
    made = [make_pair(edition=edition, number=number) for number in range(count)]
    return [(pair, facts) for pair, (_, facts) in zip(made, known, strict=True)]


def _time_in_turn(
    books: Mapping[str, Rulebook], asks: Mapping[str, Sequence[Ask]], calls: Mapping[str, Sequence[_Calls]]
) -> dict[str, tuple[_Times, list[float]]]:
    """Return, per rulebook, the times of every ask whole and bare, measured block by block in turn.

    A machine that slows down for a second then slows what is compared alike.
    """
    gc.collect()
    found: dict[str, tuple[_Times, list[float]]] = {name: (_Times(), []) for name in books}
    for start in range(0, max(len(some) for some in asks.values()), _BLOCK):
        block = slice(start, start + _BLOCK)
        for name, book in books.items():
            times, bare = found[name]
            if start % (2 * _BLOCK):  # neither always comes first and finds the caches cold
                bare += _time_bare(calls[name][block])
                times.add(_time_whole(book, asks[name][block]))
            else:
                times.add(_time_whole(book, asks[name][block]))
                bare += _time_bare(calls[name][block])
    return found


def _time_whole(book: Rulebook, asks: Sequence[Ask]) -> _Times:
    """Return the microseconds of each ask: its slice, the decision, the explanation in plain words."""
    times = _Times()
    texts = book.law.texts
    for pair, facts in asks:
        worked, began = thread_time_ns(), perf_counter_ns()
        rules = build_slice(law=book.law, agreements=(pair.agreement,), between=pair.between, at=AT)
        decision = gate.decide(facts=facts, rules=rules)
        explain(decision=decision, rules=rules.by_id, language="en", texts=texts)
        times.wall.append((perf_counter_ns() - began) / _NS_IN_US)
        times.cpu.append((thread_time_ns() - worked) / _NS_IN_US)
    return times


def _time_bare(calls: Sequence[_Calls]) -> list[float]:
    """Return the microseconds of the same Cedar calls with nothing around them."""
    times: list[float] = []
    read, ask, schema = cedarpy.Entities.from_json_str, cedarpy.is_authorized, SCHEMA
    for one in calls:
        began = perf_counter_ns()
        entities = read(one.facts)
        for request, policies in one.questions:
            ask(request, policies, entities, schema=schema)
        times.append((perf_counter_ns() - began) / _NS_IN_US)
    return times


def _record(book: Rulebook, asks: Sequence[Ask]) -> list[_Calls]:
    """Decide every ask once and note what the engine was asked; warms the slices too."""
    recorded: list[_Calls] = []
    for pair, facts in asks:
        rules = build_slice(law=book.law, agreements=(pair.agreement,), between=pair.between, at=AT)
        with _listening() as (texts, questions):
            gate.decide(facts=facts, rules=rules)
        recorded.append(_Calls(texts[0], tuple(questions)))
    return recorded


@contextmanager
def _listening() -> Iterator[tuple[list[str], list[tuple[dict[str, Any], cedarpy.PolicySet]]]]:
    """Stand between the gate and the engine, and pass everything on."""
    texts: list[str] = []
    questions: list[tuple[dict[str, Any], cedarpy.PolicySet]] = []

    def read(text: str) -> cedarpy.Entities:
        texts.append(text)
        return cedarpy.Entities.from_json_str(text)

    def ask(request: dict[str, Any], policies: cedarpy.PolicySet, *rest: Any, **named: Any) -> Any:  # noqa: ANN401
        questions.append((request, policies))
        return cedarpy.is_authorized(request, policies, *rest, **named)

    engine = SimpleNamespace(is_authorized=ask, Entities=SimpleNamespace(from_json_str=read), Decision=cedarpy.Decision)
    vars(gate)["cedarpy"] = engine
    try:
        yield texts, questions
    finally:
        vars(gate)["cedarpy"] = cedarpy


def _mean(values: Sequence[float]) -> float:
    return round(sum(values) / len(values), 2)
