"""`comity bench law`: an agreement read, two texts compared, past decisions decided again, clauses compiled."""

import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any, Final

import cedarpy

from comity.host.bench.figures import Measured
from comity.host.bench.node import Say, bench_node
from comity.host.bench.samples import machine, median, seeded, spread
from comity.host.bench.seed_decisions import seed_decisions
from comity.spine.policy.slices import SCHEMA
from comity.standing.agreements.compile import Source, compile_terms
from comity.standing.agreements.law_in_force import current_vocabulary
from comity.standing.agreements.terms import MAX_CLAUSES, check_terms, read_terms
from comity.standing.agreements.terms import SCHEMA as TERMS
from comity.standing.law.catalogue import load_catalogue

if TYPE_CHECKING:
    from uuid import UUID

    from comity.spine.tenancy.actor import Actor

Version = tuple[tuple[str, str], Mapping[str, object]]
"""The parties of a version, and its terms as they are stored."""
_MS: Final = 1000.0
_CHANGED: Final = 0.05
"""Share of the words that differ between the two texts compared, beside a paragraph gone and one come."""
RULE: Final = """
@id("law-29-vehicle") @kind("forbid") @says("law-29") @obligations("log minimize")
@cite("8 U.S.C. 1373") @source("F02") @from("1996-09-30") @to("")
forbid (principal, action == Comity::Action::"disclose", resource == Comity::Class::"vehicle")
when { principal.purpose == "customs" };
"""
"""What the release that is tried adds to the law: one refusal more."""


@dataclass(frozen=True, slots=True)
class LawSize:
    """How many decisions are decided again, how many of them with facts of their own, between how many pairs.

    `clauses` are compiled, `words` compared.
    """

    decisions: int
    distinct: int
    pairs: int
    clauses: int
    words: int
    gigabytes: float


FULL: Final = LawSize(decisions=40_000, distinct=10_000, pairs=12, clauses=20_000, words=5_000, gigabytes=2)
QUICK: Final = LawSize(decisions=1_000, distinct=250, pairs=3, clauses=1_000, words=5_000, gigabytes=1)


def measure_law(*, size: LawSize, runs: int, say: Say) -> Measured:
    """Measure the four; only the replay needs a database."""
    say("reading agreements")
    read = _time_import(runs)
    say("comparing texts")
    compared = [_timed(_comparison(size.words, run)) * _MS for run in range(runs)]
    say(f"compiling {size.clauses:,} clauses")
    versions = make_versions(size.clauses)
    compiled = [_timed(partial(compile_versions, versions)) for _ in range(runs)]
    with bench_node("law", say=say, gigabytes=size.gigabytes) as node:
        rates, found = _replay(node.paths.keys, size, runs, say)
        details = dict(node.details)
    return Measured(
        "law",
        {
            "import_s": max(median(times) for times in read.values()),
            "redline_ms": median(compared),
            "replay_per_s": median(rates),
            "compile_s": median(compiled),
        },
        {
            "runs": runs,
            "import_s": {model: spread(times) for model, times in read.items()},
            "redline_ms": spread(compared),
            "words": size.words,
            "replay_per_s": spread(rates),
            "replayed": found,
            "compile_s": spread(compiled),
            "clauses": size.clauses,
            **details,
            "machine": machine(),
        },
    )


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _time_import(runs: int) -> dict[str, list[float]]:
    """Return, per model, the seconds to read a scanned agreement in words of our own, each run another text."""
    reading: Any = import_module("comity.standing.agreements.reading.reading")
    synthetic: Any = import_module("comity.standing.agreements.reading.synthetic")
    models: Any = import_module("comity.standing.agreements.reading.found").Model
    found: dict[str, list[float]] = {}
    for model in models:
        for run in range(runs):
            content = synthetic.scan(synthetic.make_agreement(run, model=model), run).encode()
            found.setdefault(str(model), []).append(_timed(partial(reading.read_agreement, content)))
    return found


def _comparison(words: int, seed: int) -> Callable[[], object]:
    """Return the comparison of a text of so many words with another version of it."""
    module: Any = import_module("comity.standing.agreements.redline")
    luck = seeded(seed)
    old = list(_paragraphs(words, luck))
    new = [[_other(luck) if luck.random() < _CHANGED else word for word in paragraph] for paragraph in old]
    new[len(new) // 2] = next(_paragraphs(80, luck))
    return lambda: module.redline(_text(old), _text(new))


def _paragraphs(words: int, luck: Random) -> Iterator[list[str]]:
    while words > 0:
        length = min(words, luck.randint(30, 90))
        yield [_other(luck) for _ in range(length)]
        words -= length


def _other(luck: Random) -> str:
    return f"word{luck.randint(1, 900)}"


def _text(paragraphs: list[list[str]]) -> str:
    return "\n\n".join(f"{number}. {' '.join(words)}." for number, words in enumerate(paragraphs, start=1))


def make_versions(count: int) -> list[Version]:
    """Return `count` clauses, no two alike, as the terms of versions of at most `MAX_CLAUSES`."""
    return [
        _version(number, range(start, min(start + MAX_CLAUSES, count)))
        for number, start in enumerate(range(0, count, MAX_CLAUSES))
    ]


def _version(number: int, clauses: range) -> Version:
    parties = (f"az-n{number}", f"us-n{number}")
    return parties, {"schema": TERMS, "clauses": [_clause(one, parties) for one in clauses]}


def compile_versions(versions: Sequence[Version]) -> int:
    """Compile and validate versions; return how many rules they are.

    That is: the terms are read, each word is checked against the vocabulary, every clause becomes its rules, and the
    engine reads each rule and checks it against its schema, on as many processors as there are up to two.
    """
    with ThreadPoolExecutor(max_workers=2) as pool:
        checked = [pool.submit(_validate, texts) for one in versions for texts in _compile(*one)]
        return sum(one.result() for one in checked)


def _compile(parties: tuple[str, str], stored: Mapping[str, object]) -> Iterator[list[str]]:
    terms = read_terms(stored)
    check_terms(terms, vocabulary=current_vocabulary(), parties=parties)
    rules = compile_terms(terms, source=Source(f"mou-{parties[0]}", "Bench", 1)).rules
    for start in range(0, len(rules), 1_000):
        yield [rule.text for rule in rules[start : start + 1_000]]


def _clause(number: int, parties: tuple[str, str]) -> dict[str, object]:
    """Return a clause; its purposes, categories and elements spell its number, so that no two are alike."""
    catalogue = load_catalogue()
    chosen = {"purposes": sorted(catalogue.purposes), "categories": sorted(catalogue.categories)}
    bits = [bool(number >> place & 1) for place in range(15)]
    scope = {
        "purposes": [name for name, bit in zip(chosen["purposes"], bits[:7], strict=False) if bit],
        "categories": [name for name, bit in zip(chosen["categories"], bits[7:], strict=False) if bit],
    }
    return {
        "id": f"c-n{number}",
        "kind": "share",
        "from": [parties[0]],
        "to": [parties[1]],
        "purposes": scope["purposes"] or chosen["purposes"],
        "categories": scope["categories"] or chosen["categories"],
        "elements": sorted(catalogue.elements)[number % 7 :: 7],
    }


def _validate(texts: list[str]) -> int:
    found = cedarpy.validate_policies("\n".join(texts), SCHEMA, release_gil=True)
    if not found.validation_passed:
        raise RuntimeError(f"the engine does not take what was compiled: {found.errors[:1]}")
    return len(texts)


def _replay(keys_path: Path, size: LawSize, runs: int, say: Say) -> tuple[list[float], dict[str, object]]:
    """Return decisions decided again a second, from the database to the recorded result, and what came of them."""
    from comity.coordination.exchange.commands.replay import replay_law
    from comity.spine.keys.file_ring import FileKeyRing
    from comity.spine.tenancy.actor import Duty, node_actor
    from comity.spine.tenancy.clock import database_now

    keys, steward = FileKeyRing(keys_path), node_actor(Duty.STEWARD)
    release_id = _load_law(steward, say)
    period = seed_decisions(count=size.decisions, distinct=size.distinct, pairs=size.pairs, keys=keys, say=say)
    rates: list[float] = []
    worked: list[float] = []
    for run in range(runs):
        say(f"run {run + 1} of {runs}")
        began, before = time.perf_counter(), sum(os.times()[:4])
        done = replay_law(
            release_id=release_id,
            period=period,
            by=steward,
            now=database_now(),
            keys=keys,
            progress=lambda *_: None,
            processes=os.cpu_count() or 1,
        )
        rates.append(done.found / (time.perf_counter() - began))
        worked.append((sum(os.times()[:4]) - before) / done.found * 1000)
        if done.found != size.decisions or done.unreadable:
            raise RuntimeError(f"{done.found} were decided again of {size.decisions} seeded: {dict(done.unreadable)}")
    return rates, {
        "decisions": done.found,
        "distinct": size.distinct,
        "pairs": size.pairs,
        "same": done.same,
        "different": done.different,
        "processor_ms": spread(worked),
    }


def _load_law(steward: "Actor", say: Say) -> "UUID":
    """Load the demonstration's law, and a release that adds one rule; return the release's id."""
    from comity.host.demonstration.standing import load_standing
    from comity.spine.tenancy.clock import database_now
    from comity.standing.law.commands import load_release
    from comity.standing.law.rules import Release, shipped_release

    load_standing(now=database_now(), say=say)
    shipped = shipped_release()
    packs = {**shipped.packs, "us": shipped.packs["us"] + RULE}
    release = Release(packs, shipped.text_sources, shipped.authority_source)
    return load_release(by=steward, now=database_now(), release=release)
