"""Pages decided again beside each other, in processes of their own: deciding needs neither the database nor a key."""

import signal
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Final

from comity.coordination.exchange.instead import Instead
from comity.coordination.exchange.replayed import Tally
from comity.coordination.exchange.reread import Pages, Redecider

FEWEST: Final = 5_000
"""Decisions from which on processes are worth their start."""


class RedeciderEndedError(RuntimeError):
    """A process that decided again ended before its work: nothing was recorded."""


class Redeciders:
    """Takes pages in order and gives their tallies back in that order.

    Each is given what it has not been told yet: `known(n)` are the rule sets that the one next in turn knows.
    """

    def __init__(self, ends: list[Connection]) -> None:
        self._idle: deque[tuple[Connection, set[str]]] = deque((end, set()) for end in ends)
        self._busy: deque[tuple[Connection, set[str]]] = deque()

    @property
    def known(self) -> set[str]:
        """The rule sets that who is next in turn knows already."""
        return (self._idle or self._busy)[0][1]

    def give(self, pages: Pages) -> Tally | None:
        """Hand pages to the next in turn; return the tally it had ready, None at its first turn."""
        done = None if self._idle else self._receive()
        end, known = self._idle.popleft()
        known.update(pages.rulesets)
        end.send(pages)
        self._busy.append((end, known))
        return done

    def rest(self) -> Iterator[Tally]:
        """Yield the tallies that are still out."""
        while self._busy:
            yield self._receive()

    def _receive(self) -> Tally:
        end, known = self._busy.popleft()
        try:
            tally: Tally = end.recv()
        except EOFError:
            raise RedeciderEndedError(
                "a process that decides again ended before its work; nothing was recorded, run it again"
            ) from None
        self._idle.append((end, known))
        return tally


class Alone(Redeciders):
    """Does the work at once, in this process."""

    def __init__(self, instead: Instead) -> None:
        self._redecider, self._told = Redecider(instead), set[str]()

    @property
    def known(self) -> set[str]:
        """The rule sets it was told of."""
        return self._told

    def give(self, pages: Pages) -> Tally | None:
        """Decide the pages."""
        self._told.update(pages.rulesets)
        return self._redecider.decide(pages)

    def rest(self) -> Iterator[Tally]:
        """Yield nothing: nothing is out."""
        return iter(())


@contextmanager
def redeciding(instead: Instead, *, processes: int) -> Iterator[Redeciders]:
    """Start as many processes, which end with the block; one process is this one."""
    if processes <= 1:
        yield Alone(instead)
        return
    context = get_context("fork")  # Django is set up in them, and the rules already read are there
    started, ends = [], []
    for _ in range(processes):
        own, theirs = context.Pipe()
        process = context.Process(target=_serve, args=(theirs, instead), daemon=True)
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


def _serve(end: Connection, instead: Instead) -> None:
    """Decide what comes in, until the process is ended."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who started it ends it
    decide: Callable[[Pages], Tally] = Redecider(instead).decide
    while True:
        end.send(decide(end.recv()))
