"""`comity bench hiding`: asks about hidden and about absent records, told apart by bytes and times, or not."""

import asyncio
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import msgspec

from comity.host.bench.classifier import Sample, tell_apart
from comity.host.bench.figures import Measured
from comity.host.bench.http_load import AnswerError, Target, Wire
from comity.host.bench.node import BenchNode, Say, bench_node
from comity.host.bench.samples import machine, median, seeded
from comity.host.bench.servers import issue_keys, serving, target_of

ASKER: Final = "hsi-arizona"
HOLDER: Final = "az-dps"
CATEGORY: Final = "victim_protected"
MARK: Final = "protected_1367"
_ELEMENTS: Final = (
    "person_name", "birth_date", "home_address", "case_number", "victim_statement", "immigration_status",
)  # fmt: skip
_MASK: Final = re.compile(
    rb"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|hide-\d+-\d+|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z"
    rb"|[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT"
)
"""What differs in any two answers and tells nothing of the record: ids and times; times are features of their own."""
_ANSWERED_SECONDS: Final = 600.0


@dataclass(frozen=True, slots=True)
class HidingSize:
    """How many pairs of one hidden and one absent record."""

    pairs: int
    gigabytes: float


FULL: Final = HidingSize(pairs=10_000, gigabytes=3)
QUICK: Final = HidingSize(pairs=200, gigabytes=1)


@dataclass(slots=True)
class _Seen:
    """One ask, from outside: what was sent, what came back at once, what came back after the tick."""

    is_hidden: bool
    body: bytes
    sent_at: float = 0.0
    post_seconds: float = 0.0
    post: bytes = b""
    ask_id: str = ""
    get_seconds: float = 0.0
    get: bytes = b""


def measure_hiding(*, size: HidingSize, runs: int, say: Say) -> Measured:
    """Ask one at a time, hidden and absent in random order; read each answer after its tick; try to tell them apart.

    The runs are pooled before the classifier learns: of few answers even a coin looks clever.
    """
    with bench_node("hiding", say=say, gigabytes=size.gigabytes) as node:
        target = _prepare(node, size.pairs, say)
        asks = _asks(size.pairs)
        each = -(-len(asks) // runs)
        with serving(node.settings, "sequencer", "worker", "api", say=say):
            asyncio.run(_ask(target, _warm_up()))
            for run in range(runs):
                say(f"run {run + 1} of {runs}")
                asyncio.run(_ask(target, asks[run * each : (run + 1) * each]))
        say("telling them apart")
        return _measured(asks, runs, node)


def _prepare(node: BenchNode, pairs: int, say: Say) -> Target:
    from comity.coordination.exchange.commands.file import NewRecord, file_records
    from comity.host.demonstration.exchange import chunks, interface_of
    from comity.host.demonstration.standing import load_standing
    from comity.spine.keys.file_ring import FileKeyRing
    from comity.spine.tenancy.clock import database_now

    load_standing(now=database_now(), say=say)
    keys, by = FileKeyRing(node.paths.keys), interface_of(HOLDER)
    say(f"lodging {pairs:,} records that must not be known to exist")
    for numbers in chunks(range(pairs), 200):
        records = tuple(
            NewRecord(CATEGORY, f"hide-1-{number:06d}", {code: f"{code} {number}" for code in _ELEMENTS}, (MARK,))
            for number in numbers
        )
        file_records(records=records, by=by, now=database_now(), keys=keys)
    return target_of(node.settings, issue_keys(ASKER)[ASKER])


def _asks(pairs: int) -> list[_Seen]:
    """Return an ask for each lodged record and one for each of as many that were never lodged, in random order."""
    luck = seeded(20)
    asks = [(is_hidden, number) for number in range(pairs) for is_hidden in (True, False)]
    luck.shuffle(asks)
    return [
        _Seen(is_hidden, _body(place, 1 if is_hidden else 2, number)) for place, (is_hidden, number) in enumerate(asks)
    ]


def _warm_up() -> list[_Seen]:
    return [_Seen(is_hidden=False, body=_body(10**6 + number, 3, number)) for number in range(100)]


def _body(place: int, kind: int, number: int) -> bytes:
    return msgspec.json.encode(
        {
            "ask_id": f"hide-0-{place:07d}",
            "holder": HOLDER,
            "purpose": "civil_immigration",
            "category": CATEGORY,
            "elements": _ELEMENTS,
            "reference": f"hide-{kind}-{number:06d}",
        }
    )


async def _ask(target: Target, asks: Sequence[_Seen]) -> None:
    """Send every ask over one connection, wait until the last is answered, then read every answer."""
    wire = Wire(target)
    for one in asks:
        began = time.perf_counter()
        one.sent_at = time.time()
        status, one.post = await wire.send(target.post("/api/v1/asks", one.body))
        one.post_seconds = time.perf_counter() - began
        if status != 202:  # noqa: PLR2004 - accepted
            raise AnswerError(f"an ask in `{CATEGORY}` was answered {status}: {one.post[:300]!r}")
        one.ask_id = str(msgspec.json.decode(one.post)["id"])
    deadline = time.monotonic() + _ANSWERED_SECONDS
    for one in asks:
        while await _read(target, wire, one) == "pending":
            if time.monotonic() > deadline:
                raise AnswerError("the ticks did not answer in time; is the worker running?")
            await asyncio.sleep(0.5)
    for one in asks:
        await _read(target, wire, one)
    await wire.close()


async def _read(target: Target, wire: Wire, one: _Seen) -> str:
    began = time.perf_counter()
    _, one.get = await wire.send(target.get(f"/api/v1/asks/{one.ask_id}"))
    one.get_seconds = time.perf_counter() - began
    return str(msgspec.json.decode(one.get)["ask"]["status"])


def _sample(one: _Seen) -> Sample:
    answer = msgspec.json.decode(one.get)
    visible = datetime.fromisoformat(answer["ask"]["visible_at"]).timestamp()
    return Sample(
        one.is_hidden,
        {
            "post_seconds": one.post_seconds,
            "post_bytes": len(one.post),
            "get_seconds": one.get_seconds,
            "get_bytes": len(one.get),
            "visible_after": visible - one.sent_at,
            "visible_in_tick": visible % 5,
        },
        _MASK.sub(b"*", one.post) + b"\n" + _MASK.sub(b"*", one.get),
    )


def _measured(asks: Sequence[_Seen], runs: int, node: BenchNode) -> Measured:
    samples = [_sample(one) for one in asks]
    told = tell_apart(samples, seed=1)
    return Measured(
        "hiding",
        {"auc": told.auc},
        {
            "runs": runs,
            "pairs": len(asks) // 2,
            "auc_of": {name: round(value, 4) for name, value in told.each.items()},
            "auc_together": round(told.together, 4),
            "texts": len({sample.text for sample in samples}),
            "coin_is_off_by": round(_coin(len(samples) // 2), 4),
            "median_ms": {
                name: {
                    "post": round(median([s.numbers["post_seconds"] for s in samples if s.label is label]) * 1000, 3),
                    "get": round(median([s.numbers["get_seconds"] for s in samples if s.label is label]) * 1000, 3),
                }
                for name, label in (("hidden", True), ("absent", False))
            },
            **node.details,
            "machine": machine(),
        },
    )


def _coin(count: int) -> float:
    return float(((count + 1) / (12 * (count / 2) ** 2)) ** 0.5)
