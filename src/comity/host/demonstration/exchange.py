"""The demonstration's records and asks, put through the same commands as any other."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from itertools import groupby, islice
from typing import Any

import msgspec

from comity.coordination.exchange.ask import Answered, Ask
from comity.coordination.exchange.commands.file import NewRecord, file_records
from comity.coordination.exchange.commands.request import request_disclosures
from comity.coordination.exchange.selectors import has_records
from comity.kernel.time import Clock
from comity.spine.keys.ring import KeyRing
from comity.spine.tenancy.actor import Actor, Duty, node_actor
from comity.spine.tenancy.transaction import reading
from comity.standing.directory.selectors import get_post_by_code

VOUCHED = frozenset({"strong_login"})
"""The demonstration's asks stand for asks over the API, whose door vouches for the key."""

CHUNK = 50
"""Asks put through at once: small enough that progress shows."""


@dataclass
class Tally:
    """What became of the asks: how many at each status, and which rules refused how often."""

    statuses: Counter[str] = field(default_factory=Counter)
    refused_by: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)

    def add(self, results: Iterable[object]) -> None:
        """Count the results of one chunk."""
        for result in results:
            if isinstance(result, Answered):
                self.statuses[result.status] += 1
                self._count_rules(result)
            else:
                self.faults.append(repr(result))

    def _count_rules(self, result: Answered) -> None:
        classes = result.classes if isinstance(result.classes, dict) else {}
        for outcome in classes.values():
            if isinstance(outcome, dict) and outcome.get("outcome") == "refused":
                rules = outcome.get("rules")
                named = rules if isinstance(rules, list) and rules else ["nothing permits it"]
                self.refused_by.update(str(rule) for rule in named)


def read_lines(name: str) -> list[dict[str, Any]]:
    """Return the lines of a shipped NDJSON file."""
    text = files("comity.host.demonstration").joinpath(name).read_bytes()
    return [msgspec.json.decode(line) for line in text.splitlines()]


def interface_of(agency_code: str) -> Actor:
    """Return the interface post of a demo agency, acting for it."""
    with reading(node_actor(Duty.STEWARD)):
        post = get_post_by_code(agency_code, "interface")
    return Actor(post.agency_id, post.id, Duty.AGENCY, VOUCHED)


def lodge_records(*, clock: Clock, keys: KeyRing) -> int:
    """Lodge the demonstration's records that are not lodged yet; return how many were."""
    lodged = 0
    for holder, lines in groupby(
        sorted(read_lines("records.ndjson"), key=lambda r: r["holder"]), key=lambda r: r["holder"]
    ):
        by = interface_of(holder)
        if _has_records(by):
            continue
        for chunk in chunks(list(lines), CHUNK):
            records = tuple(
                NewRecord(
                    category=line["category"],
                    reference=line["reference"],
                    values=line["values"],
                    marks=tuple(line["marks"]),
                    evidence=tuple(line["evidence"]),
                    origin=line["origin"],
                )
                for line in chunk
            )
            lodged += len(file_records(records=records, by=by, now=clock(), keys=keys))
    return lodged


def _has_records(by: Actor) -> bool:
    with reading(by) as cursor:
        return has_records(cursor, by.agency_id)


def put_asks(*, clock: Clock, keys: KeyRing, progress: Callable[[int], None]) -> Tally:
    """Put the 500 asks through the gate; run again, each returns what was recorded. `progress` gets each step."""
    tally = Tally()
    by_asker: dict[str, list[Mapping[str, Any]]] = {}
    for line in read_lines("asks.ndjson"):
        by_asker.setdefault(line["asker"], []).append(line)
    for asker, lines in by_asker.items():
        by = interface_of(asker)
        for chunk in chunks(lines, CHUNK):
            tally.add(request_disclosures(asks=[_ask(line) for line in chunk], by=by, now=clock(), keys=keys))
            progress(len(chunk))
    return tally


def _ask(line: Mapping[str, Any]) -> Ask:
    return Ask(
        ask_key=line["ask_id"],
        holder=line["holder"],
        purpose=line["purpose"],
        category=line["category"],
        elements=tuple(line["elements"]),
        reference=line["reference"],
        claims=line["claims"],
        justification=line["justification"],
    )


def chunks(lines: Sequence[Any], size: int) -> Iterator[list[Any]]:
    """Yield the lines in lists of at most `size`."""
    rest = iter(lines)
    while chunk := list(islice(rest, size)):
        yield chunk
