"""Group commit at the door: what one caller asks while an earlier ask of its is being decided is decided together.

A transaction costs far more than one more ask in it. Nobody waits for company: an ask that finds nothing under way
goes at once, the next ones go as soon as it is done.
"""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from threading import Event, Lock
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")
R = TypeVar("R")


@dataclass(eq=False)
class _Turn(Generic[T, R]):
    """One item and what became of it. `leads`: this thread works next. No `found` after its turn: try alone."""

    item: T
    leads: bool = False
    found: list[R] = field(default_factory=list)
    woken: Event = field(default_factory=Event)


class Together(Generic[K, T, R]):
    """Calls `work` with the items several threads bring for one key, at most `at_most` at a time, in order of arrival.

    `work` returns one result per item. When it raises for several, each is tried again alone in its own thread, so
    that an item that cannot be done does not take the others with it.
    """

    def __init__(self, work: Callable[[K, Sequence[T]], Sequence[R]], *, at_most: int) -> None:
        self._work = work
        self._at_most = at_most
        self._lock = Lock()
        self._waiting: dict[K, list[_Turn[T, R]]] = {}
        """A key is there while somebody works for it."""

    def do(self, key: K, item: T) -> R:
        """Return the result of `item`; raises what `work` raises for it alone."""
        mine: _Turn[T, R] = _Turn(item)
        with self._lock:
            waiting = self._waiting.get(key)
            if waiting is None:
                self._waiting[key] = []
                mine.leads = True
            else:
                waiting.append(mine)
        if not mine.leads:
            mine.woken.wait()
        if mine.leads:
            self._lead(key, mine)
        return mine.found[0] if mine.found else self._work(key, [item])[0]

    def _lead(self, key: K, mine: _Turn[T, R]) -> None:
        with self._lock:
            waiting = self._waiting[key]
            turns = [mine, *waiting[: self._at_most - 1]]
            del waiting[: self._at_most - 1]
        try:
            self._try(key, turns)
        finally:
            self._hand_on(key, turns)

    def _try(self, key: K, turns: Sequence[_Turn[T, R]]) -> None:
        try:
            results = self._work(key, [turn.item for turn in turns])
        except Exception:
            if len(turns) == 1:
                raise
            return
        for turn, result in zip(turns, results, strict=True):
            turn.found.append(result)

    def _hand_on(self, key: K, turns: Sequence[_Turn[T, R]]) -> None:
        """Wake those whose turn it was, and let the first of those who came meanwhile work next."""
        with self._lock:
            waiting = self._waiting[key]
            following = waiting.pop(0) if waiting else None
            if following is None:
                del self._waiting[key]
            else:
                following.leads = True
        for turn in (*turns, *([following] if following else ())):
            turn.woken.set()
