"""Many lines of one kind, put through in chunks; one that cannot be used is named and stops no other."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeVar

from comity.coordination.exchange.ask import Fault
from comity.doors.cli.input import read_as, split_json
from comity.doors.cli.mistakes import NOT_WELL, UNUSABLE, MistakeError
from comity.doors.cli.say import progress, say, say_json

CHUNK: Final = 50
"""Lines put through at once: small enough that progress shows."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Done:
    """What became of one line: `words` for people and `value` for machines, or its faults."""

    words: str = ""
    value: Mapping[str, object] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()


Put = Callable[[Sequence[T]], Sequence[Done]]
"""Puts a chunk through and says what became of each, in order."""


def put_lines(content: bytes, kind: type[T], put: Put[T], *, title: str, form: str) -> int:
    """Put each JSON value of `content` through as `kind` and print what became of it; return the exit code.

    0: all could be used; 1: some; 2: none.
    """
    items = split_json(content, "FILE")
    bad = 0
    with progress(title, total=len(items)) as bar:
        for start in range(0, len(items), CHUNK):
            chunk = items[start : start + CHUNK]
            read = [_read(item.raw, kind) for item in chunk]
            answers = iter(put([one for one in read if not isinstance(one, Fault)]))
            for item, one in zip(chunk, read, strict=True):
                done = Done(faults=(one,)) if isinstance(one, Fault) else next(answers)
                bad += bool(done.faults)
                _say(item.place, done, form)
            bar(start + len(chunk), len(items))
    return 0 if not bad else UNUSABLE if bad == len(items) else NOT_WELL


def _read(raw: bytes, kind: type[T]) -> T | Fault:
    try:
        return read_as(raw, kind)
    except MistakeError as mistake:
        return Fault(mistake.field, mistake.message, mistake.remedy, code="malformed")


def _say(place: int, done: Done, form: str) -> None:
    if form == "json":
        errors = [{"field": f.field, "message": f.message, "remedy": f.remedy} for f in done.faults]
        say_json({"line": place, **done.value} | ({"errors": errors} if errors else {}))
        return
    if not done.faults:
        say(f"line {place}: {done.words}")
    for fault in done.faults:
        field_name = f", {fault.field}" if fault.field else ""
        say(f"line {place}{field_name}: {fault.message}", style="bold red")
        say(f"  → {fault.remedy}")
