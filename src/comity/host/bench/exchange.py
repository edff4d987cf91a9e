"""`comity bench exchange`: the full durable path over HTTP, alone and with a million disclosures already there."""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Final

import msgspec

from comity.config.node import NodeSettings, Role
from comity.host.bench.asks import ASKERS, ELEMENTS, HOLDERS, PERMITTED, Lodged, lodge, make_bodies
from comity.host.bench.figures import Measured
from comity.host.bench.http_load import AnswerError, Answers, closed_loop, send_lines, steady
from comity.host.bench.node import BenchNode, Say, bench_node
from comity.host.bench.plain_commits import CLIENTS, measure_commits, prepare_commits
from comity.host.bench.samples import machine, median, quantile, spread
from comity.host.bench.seed_exchange import seed_disclosures
from comity.host.bench.servers import issue_keys, serving, target_of, wait_sequenced

RATE: Final = 200.0
STREAMS: Final = 4
"""Bulk requests at once."""
BULK, SINGLE = "/api/v1/asks/bulk", "/api/v1/asks"
EMPTY, FULL_OF = "alone", "beside"
_SEQUENCED_SECONDS: Final = 900.0


@dataclass(frozen=True, slots=True)
class ExchangeSize:
    """How much to measure: records at each holder, asks a run of each kind, disclosures that are already there."""

    records: int
    bulk: int
    single: int
    steady: int
    commits_seconds: float
    there: int
    gigabytes: float


FULL: Final = ExchangeSize(
    records=2_000, bulk=4_000, single=800, steady=1_000, commits_seconds=5, there=1_000_000, gigabytes=16
)
QUICK: Final = ExchangeSize(
    records=200, bulk=1_000, single=300, steady=400, commits_seconds=2, there=20_000, gigabytes=2
)


@dataclass
class _Place:
    """One of the two nodes measured: its address, its keys, and what each run found."""

    settings: NodeSettings
    secrets: Mapping[str, str]
    bulk: list[float] = field(default_factory=list)
    single: list[float] = field(default_factory=list)
    p95: list[float] = field(default_factory=list)
    single_p95: list[float] = field(default_factory=list)
    statuses: dict[str, int] = field(default_factory=dict)


def measure_exchange(*, size: ExchangeSize, runs: int, say: Say) -> Measured:
    """Start two nodes on one durable database server, one with disclosures already there, and measure them in turn."""
    with bench_node("exchange", say=say, gigabytes=size.gigabytes) as node, ExitStack() as stack:
        lodged, places = _prepare(node, size, say)
        for place in places.values():
            stack.enter_context(serving(place.settings, "sequencer", "api", say=say))
        say("sequencing what is there")
        for name in (node.access.name, FULL_OF):
            wait_sequenced(node.access.named(name), seconds=_SEQUENCED_SECONDS)
            with node.connect(Role.BOOTSTRAP, name) as connection:
                connection.execute("VACUUM ANALYZE")
                connection.execute("CHECKPOINT")
        prefixes = (f"r{number}" for number in count())
        for place in places.values():
            _warm_up(place, lodged, next(prefixes), size)
        commits: list[float] = []
        counter = ""
        for run in range(runs):
            say(f"run {run + 1} of {runs}")
            rate, counter = measure_commits(node, seconds=size.commits_seconds)
            commits.append(rate)
            for place in _in_turn(places, run):
                with node.connect(Role.BOOTSTRAP) as connection:  # what the run before left to write is not this one's
                    connection.execute("CHECKPOINT")
                _run(place, lodged, prefixes, size)
        return _measured(places, commits, counter, size, runs, node)


def _in_turn(places: Mapping[str, _Place], run: int) -> list[_Place]:
    """Return the nodes, another one first in every run: whatever goes before a run then weighs on both alike."""
    ordered = list(places.values())
    return ordered if run % 2 == 0 else ordered[::-1]


def _prepare(node: BenchNode, size: ExchangeSize, say: Say) -> tuple[Lodged, dict[str, _Place]]:
    from comity.host.demonstration.exchange import interface_of
    from comity.host.demonstration.standing import load_standing
    from comity.spine.keys.file_ring import FileKeyRing
    from comity.spine.tenancy.clock import database_now

    load_standing(now=database_now(), say=say)
    lodged = lodge(each=size.records, clock=database_now, keys=FileKeyRing(node.paths.keys), say=say)
    secrets = issue_keys(*ASKERS)
    asker, holder = interface_of(ASKERS[0]), interface_of(HOLDERS[0])
    prepare_commits(node)
    settings = node.copy_to(FULL_OF)
    with node.connect(Role.OWNER, FULL_OF) as owner:
        seed_disclosures(
            owner,
            count=size.there,
            asker_id=asker.agency_id,
            holder_id=holder.agency_id,
            post_id=asker.post_id,
            say=say,
        )
    return lodged, {EMPTY: _Place(node.settings, secrets), FULL_OF: _Place(settings, secrets)}


def _warm_up(place: _Place, lodged: Lodged, prefix: str, size: ExchangeSize) -> None:
    """Let every worker and thread load its law, slices and connections before anything is timed."""
    _single(place, _bodies(lodged, min(400, size.single), prefix)).require(201)
    _bulk(place, _bodies(lodged, min(800, size.bulk), f"{prefix}b"))


def _run(place: _Place, lodged: Lodged, prefixes: Iterator[str], size: ExchangeSize) -> None:
    """Measure one node once: bulk, one a request as fast as it goes, one a request at a steady rate."""
    place.bulk.append(_bulk(place, _bodies(lodged, size.bulk, next(prefixes))))
    singly = _single(place, _bodies(lodged, size.single, next(prefixes)))
    singly.require(201)
    place.single.append(singly.per_second)
    place.single_p95.append(quantile(singly.seconds, 0.95) * 1000)
    target = target_of(place.settings, place.secrets[ASKERS[0]])
    requests = [target.post(SINGLE, body) for body in _bodies(lodged, size.steady, next(prefixes))]
    steadily = steady(target, requests, per_second=RATE)
    steadily.require(201)
    place.p95.append(quantile(steadily.seconds, 0.95) * 1000)


def _bodies(lodged: Lodged, number: int, prefix: str) -> list[bytes]:
    return list(make_bodies(lodged=lodged, count=number, prefix=prefix, seed=sum(prefix.encode())))


def _single(place: _Place, bodies: Sequence[bytes]) -> Answers:
    target = target_of(place.settings, place.secrets[ASKERS[0]])
    return closed_loop(target, [target.post(SINGLE, body) for body in bodies], clients=CLIENTS)


def _bulk(place: _Place, bodies: Sequence[bytes]) -> float:
    """Send the asks as four NDJSON requests at once, two of each asker; return asks a second.

    Which of the API's processes takes a connection is chance; with four one of them seldom takes all.
    """
    parts = [bodies[number::STREAMS] for number in range(STREAMS)]
    targets = [target_of(place.settings, place.secrets[ASKERS[number % len(ASKERS)]]) for number in range(STREAMS)]
    with ThreadPoolExecutor(STREAMS) as pool:
        sent = list(pool.map(lambda part: send_lines(part[0], BULK, part[1]), zip(targets, parts, strict=True)))
    for (lines, _), part in zip(sent, parts, strict=True):
        _count(place, lines, len(part))
    return len(bodies) / max(took for _, took in sent)


def _count(place: _Place, lines: Sequence[bytes], expected: int) -> None:
    answers: list[dict[str, Any]] = [msgspec.json.decode(line) for line in lines]
    wrong = [answer for answer in answers if answer["status"] != 201]  # noqa: PLR2004 - created
    if wrong or len(answers) != expected:
        raise AnswerError(f"{len(wrong)} of {len(answers)} lines were not recorded, the first: {wrong[:1]}")
    for answer in answers:
        status = answer["answer"]["status"]
        place.statuses[status] = place.statuses.get(status, 0) + 1


def _measured(
    places: Mapping[str, _Place], commits: Sequence[float], counter: str, size: ExchangeSize, runs: int, node: BenchNode
) -> Measured:
    alone, beside = places[EMPTY], places[FULL_OF]
    slower = {
        "bulk": [one / other for one, other in zip(alone.bulk, beside.bulk, strict=True)],
        "single": [one / other for one, other in zip(alone.single, beside.single, strict=True)],
    }
    told = sum(alone.statuses.values())
    return Measured(
        "exchange",
        {
            "bulk_per_s": median(alone.bulk),
            "single_per_s": median(alone.single),
            "p95_ms": median(alone.p95),
            "of_pgbench": median([one / rate for one, rate in zip(alone.single, commits, strict=True)]),
            "growth": max(median(ratios) for ratios in slower.values()),
        },
        {
            "runs": runs,
            "asks_a_run": {"bulk": size.bulk, "single": size.single, "steady": size.steady},
            "elements": ELEMENTS,
            "permitted": PERMITTED,
            "answers": {status: round(number / told, 3) for status, number in sorted(alone.statuses.items())},
            "disclosures_there": size.there,
            "clients": {"bulk": STREAMS, "single": CLIENTS},
            "steady_per_s": RATE,
            "commits_per_s": {"by": counter, **spread(commits)},
            **{
                name: {
                    "bulk_per_s": spread(place.bulk),
                    "single_per_s": spread(place.single),
                    "single_p95_ms": spread(place.single_p95),
                    "p95_ms": spread(place.p95),
                }
                for name, place in places.items()
            },
            "growth": {name: spread(ratios) for name, ratios in slower.items()},
            "running": "API with 2 workers, sequencer; deliveries wait in the outbox",
            **node.details,
            "machine": machine(),
        },
    )
