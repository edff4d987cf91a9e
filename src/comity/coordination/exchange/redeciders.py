"""Pages decided again beside each other, in processes of their own: deciding needs neither the database nor a key."""

import signal
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.context import ForkProcess
from typing import Final

from comity.coordination.exchange.instead import Instead
from comity.coordination.exchange.replayed import Tally
from comity.coordination.exchange.reread import Pages, Redecider

FEWEST: Final = 5_000
"""Decisions from which on processes are worth their start."""


class RedeciderEndedError(RuntimeError):
    """A process that decided again ended before its work: nothing was recorded."""


class Redeciders:
    """Decides pages, each rule set always by the same process: what it made of it serves every decision under it.

    A rule set goes to the process that had the fewest decisions when it was first met.
    """

    def __init__(self, ends: Sequence[Connection]) -> None:
        self._ends = tuple(ends)
        self._is_out = False
        self._whose: dict[str, int] = {}
        self._given = [0] * len(self._ends)
        self.known: set[str] = set()
        """The rule sets that were handed over."""

    def give(self, pages: Pages) -> list[Tally]:
        """Hand pages over; return the tallies of those handed over before."""
        done = self.rest()
        self.known.update(pages.rulesets)
        self._share_out(Counter(past.ruleset for past in pages.past))
        for number, end in enumerate(self._ends):
            end.send(_part(pages, {digest for digest, whose in self._whose.items() if whose == number}))
        self._is_out = True
        return done

    def _share_out(self, counts: Counter[str]) -> None:
        for digest, count in counts.most_common():
            fewest = self._given.index(min(self._given))
            self._given[self._whose.setdefault(digest, fewest)] += count

    def rest(self) -> list[Tally]:
        """Return the tallies that are still out."""
        done = [_received(end) for end in self._ends] if self._is_out else []
        self._is_out = False
        return done


class Alone(Redeciders):
    """Does the work at once, in this process."""

    def __init__(self, instead: Instead) -> None:
        super().__init__(())
        self._redecider = Redecider(instead)

    def give(self, pages: Pages) -> list[Tally]:
        """Decide the pages."""
        self.known.update(pages.rulesets)
        return [self._redecider.decide(pages)]


def _part(pages: Pages, own: Collection[str]) -> Pages:
    """Return what one of several decides: the decisions under its own rule sets."""
    past = [one for one in pages.past if one.ruleset in own]
    return Pages(
        past,
        {one.facts_item: pages.facts[one.facts_item] for one in past if one.facts_item in pages.facts},
        pages.altered,
        {digest: rules for digest, rules in pages.rulesets.items() if digest in own},
    )


def _received(end: Connection) -> Tally:
    try:
        tally: Tally = end.recv()
    except EOFError:
        raise RedeciderEndedError(
            "a process that decides again ended before its work; nothing was recorded, run it again"
        ) from None
    return tally


@contextmanager
def redeciding(instead: Instead, *, processes: int) -> Iterator[Redeciders]:
    """Start as many processes, which end with the block; one process is this one."""
    if processes <= 1:
        yield Alone(instead)
        return
    context = get_context("fork")  # Django is set up in them, and the rules already read are there
    started: list[ForkProcess] = []
    ends: list[Connection] = []
    for _ in range(processes):
        own, theirs = context.Pipe()
        process = context.Process(target=_serve, args=(theirs, (*ends, own), instead), daemon=True)
        process.start()
        theirs.close()
        started.append(process)
        ends.append(own)
    try:
        yield Redeciders(ends)
    finally:
        for process in started:
            process.terminate()
            process.join()


def _serve(end: Connection, others: Sequence[Connection], instead: Instead) -> None:
    """Decide what comes in, until the process is ended, or whoever started it is gone.

    `others`: the starter's ends, inherited; while one is open here, its end would not be noticed.
    """
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who started it ends it
    for other in others:
        other.close()
    decide: Callable[[Pages], Tally] = Redecider(instead).decide
    with suppress(EOFError, BrokenPipeError):
        while True:
            end.send(decide(end.recv()))
