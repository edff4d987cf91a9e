"""Faults at the real seams: triggers in the test's own database, backends that die, commits whose answer is lost."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import OperationalError, connections

from comity.config.node import Role

GATE = 4711
"""The advisory lock that a gate trigger waits for."""

_FUNCTION = "CREATE FUNCTION test_fault() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} RETURN NULL; END $$"
_BODIES = {
    "failed": "RAISE EXCEPTION 'no space left on device' USING ERRCODE = 'disk_full';",
    "killed": "PERFORM pg_terminate_backend(pg_backend_pid()); PERFORM pg_sleep(10);",
}
HOWS = tuple(_BODIES)
"""`failed`: the step itself fails. `killed`: the step is done, then the session dies before it can commit."""


@contextmanager
def fault(demo: Any, table: str, how: str) -> Iterator[None]:
    """Let every statement that writes to `table` fail, or let the session die right after it."""
    when = "BEFORE" if how == "failed" else "AFTER"
    with trigger(
        demo,
        table,
        body=_BODIES[how],
        made=f"CREATE TRIGGER test_fault {when} INSERT OR UPDATE ON {table} FOR EACH STATEMENT",
    ):
        yield


@contextmanager
def fault_at_commit(demo: Any, table: str, how: str) -> Iterator[None]:
    """Let everything be written, then let the commit of a transaction that wrote to `table` fail or its session die."""
    made = (
        f"CREATE CONSTRAINT TRIGGER test_fault AFTER INSERT OR UPDATE ON {table}"
        " DEFERRABLE INITIALLY DEFERRED FOR EACH ROW"
    )
    with trigger(demo, table, body=_BODIES[how], made=made):
        yield


@contextmanager
def trigger(demo: Any, table: str, *, body: str, made: str) -> Iterator[None]:
    """Install a trigger as the owner of the test's own database, and take it away again."""
    with demo.connect(Role.OWNER) as owner:
        owner.execute(_FUNCTION.format(body=body))
        owner.execute(f"{made} EXECUTE FUNCTION test_fault()")
    try:
        yield
    finally:
        connections.close_all()
        with demo.connect(Role.OWNER) as owner:
            owner.execute(f"DROP TRIGGER test_fault ON {table}")
            owner.execute("DROP FUNCTION test_fault()")


@contextmanager
def lost_commit(number: int = 1) -> Iterator[None]:
    """Let the `number`-th commit from now on reach the database, and its answer be lost with the connection."""
    connection = connections["default"]
    connection.ensure_connection()
    real, left = connection.commit, [number]

    def commit() -> None:
        real()
        left[0] -= 1
        if left[0] == 0:
            connection.close()
            raise OperationalError("server closed the connection unexpectedly")

    connection.commit = commit  # type: ignore[method-assign]
    try:
        yield
    finally:
        connection.commit = real  # type: ignore[method-assign]
        connections.close_all()


@contextmanager
def gate(demo: Any, table: str) -> Iterator[Callable[[], None]]:
    """Hold every insert into `table` at a gate; yields what opens it. Tells nobody that it waits: see `waiting`."""
    body = f"PERFORM pg_advisory_xact_lock_shared({GATE});"
    made = f"CREATE TRIGGER test_fault BEFORE INSERT ON {table} FOR EACH STATEMENT"
    with demo.connect(Role.BOOTSTRAP) as keeper:
        keeper.execute(f"SELECT pg_advisory_lock({GATE})")
        opened = threading.Event()

        def open_gate() -> None:
            if not opened.is_set():
                opened.set()
                keeper.execute(f"SELECT pg_advisory_unlock({GATE})")

        with demo.connect(Role.OWNER) as owner:
            owner.execute(_FUNCTION.format(body=body))
            owner.execute(f"{made} EXECUTE FUNCTION test_fault()")
        try:
            yield open_gate
        finally:
            open_gate()
            with demo.connect(Role.OWNER) as owner:
                owner.execute(f"DROP TRIGGER test_fault ON {table}")
                owner.execute("DROP FUNCTION test_fault()")


def wait_until_blocked(demo: Any, count: int = 1) -> None:
    """Wait until `count` sessions of role app wait for a lock."""
    for _ in range(400):
        [(blocked,)] = demo.look(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND usename = 'comity_app' AND wait_event_type = 'Lock'"
        )
        if blocked >= count:
            return
        threading.Event().wait(0.02)
    raise AssertionError(f"{count} sessions were to wait for a lock; {blocked} do")


class Started:
    """A work that runs in a thread with a connection of its own; `outcome` is its result or error."""

    def __init__(self, work: Callable[[], Any]) -> None:
        self.outcome: Any = None
        self._work = work
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        try:
            self.outcome = self._work()
        except Exception as error:  # noqa: BLE001 - the outcome is what the test looks at
            self.outcome = error
        finally:
            connections.close_all()

    @property
    def is_running(self) -> bool:
        """Tell whether it has not ended yet."""
        return self._thread.is_alive()

    def join(self) -> Any:
        """Wait for the end and return the outcome."""
        self._thread.join(30)
        assert not self._thread.is_alive(), "a work did not end"
        return self.outcome


DIED = (OperationalError, psycopg.OperationalError)
"""What a caller sees of a session that died."""
