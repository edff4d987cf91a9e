"""Group commit at the door: who is decided with whom, and what one failure does to the others."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event, Lock

import pytest

from comity.doors.api.together import Together

PATIENCE = 10


class Desk:
    """Work that can be held up: notes who came together; an item `bad` fails every call it is in."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, list[str]]] = []
        self.began, self.may_end = Event(), Event()
        self._lock = Lock()

    def work(self, key: str, items: object) -> list[str]:
        with self._lock:
            self.calls.append((key, list(items)))
        self.began.set()
        assert self.may_end.wait(PATIENCE)
        if "bad" in items:
            raise ValueError(f"bad among {len(items)}")
        return [f"{key}:{item}" for item in items]


@pytest.fixture
def desk():
    return Desk()


@pytest.fixture
def pool():
    with ThreadPoolExecutor(12) as threads:
        yield threads


def queued(together: Together, key: str, number: int) -> None:
    """Wait until so many wait for `key`."""
    pause = Event()
    for _ in range(PATIENCE * 100):
        if len(together._waiting.get(key, ())) == number:
            return
        pause.wait(0.01)
    raise AssertionError(f"{number} never waited")


def test_what_comes_while_one_is_decided_goes_together_next(desk, pool) -> None:
    together = Together(desk.work, at_most=10)
    first = pool.submit(together.do, "a", "1")
    assert desk.began.wait(PATIENCE)
    others = []
    for number in range(2, 6):
        others.append(pool.submit(together.do, "a", str(number)))
        queued(together, "a", number - 1)
    desk.may_end.set()
    assert first.result(PATIENCE) == "a:1"
    assert [other.result(PATIENCE) for other in others] == ["a:2", "a:3", "a:4", "a:5"]
    assert desk.calls == [("a", ["1"]), ("a", ["2", "3", "4", "5"])]
    assert together._waiting == {}


def test_no_more_go_at_once_than_allowed(desk, pool) -> None:
    together = Together(desk.work, at_most=2)
    everyone = [pool.submit(together.do, "a", "1")]
    assert desk.began.wait(PATIENCE)
    for number in range(2, 7):
        everyone.append(pool.submit(together.do, "a", str(number)))
        queued(together, "a", number - 1)
    desk.may_end.set()
    assert [one.result(PATIENCE) for one in everyone] == [f"a:{number}" for number in range(1, 7)]
    assert [len(items) for _, items in desk.calls] == [1, 2, 2, 1]


def test_another_caller_neither_waits_nor_joins(desk, pool) -> None:
    together = Together(desk.work, at_most=10)
    pool.submit(together.do, "a", "1")
    assert desk.began.wait(PATIENCE)
    desk.began.clear()
    pool.submit(together.do, "b", "2")
    assert desk.began.wait(PATIENCE)
    desk.may_end.set()
    assert sorted(desk.calls) == [("a", ["1"]), ("b", ["2"])]


def test_one_that_fails_fails_alone(desk, pool) -> None:
    together = Together(desk.work, at_most=10)
    first = pool.submit(together.do, "a", "1")
    assert desk.began.wait(PATIENCE)
    others = []
    for number, item in enumerate(("2", "bad", "3"), start=1):
        others.append(pool.submit(together.do, "a", item))
        queued(together, "a", number)
    desk.may_end.set()
    assert [first.result(PATIENCE), others[0].result(PATIENCE), others[2].result(PATIENCE)] == ["a:1", "a:2", "a:3"]
    with pytest.raises(ValueError, match="bad among 1"):
        others[1].result(PATIENCE)
    assert together.do("a", "again") == "a:again"
