import asyncio
import contextlib
import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connections
from procrastinate import App
from procrastinate.contrib.django import app

from comity.config.node import Role
from comity.kernel.ids import new_id
from comity.spine.outbox import wake as module
from comity.spine.outbox.enqueue import Message, enqueuing
from comity.spine.outbox.wake import DELIVER_TASK, QUEUE, wake
from comity.spine.tenancy.transaction import acting, insert_rows

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
def jobs(node):
    """Return (destination, status) of every delivery job."""

    def read() -> list[tuple[str, str]]:
        with node.connect(Role.VERIFIER) as verifier:
            return verifier.execute(
                "SELECT args->>'destination', status::text FROM procrastinate_jobs WHERE task_name = %s ORDER BY id",
                (DELIVER_TASK,),
            ).fetchall()

    return read


def test_commit_wakes_each_destination_once(put, jobs):
    put(3, destination="police")
    put(2, destination="police")
    put(1, destination="sheriff")
    assert jobs() == [("police", "todo"), ("sheriff", "todo")]


def test_rolled_back_act_wakes_nobody(node, agency, jobs):
    with contextlib.suppress(ZeroDivisionError), acting(agency) as cursor:
        insert_rows(cursor, enqueuing([Message(new_id(), "exchange.disclosed", "police", {})], now=NOW))
        raise ZeroDivisionError
    assert jobs() == []


def test_message_for_later_wakes_nobody_now(put, jobs):
    put(available_at=NOW + timedelta(hours=1))
    assert jobs() == []


def test_running_job_may_have_looked_already_so_another_is_deferred(node, put, jobs):
    put()
    with node.connect(Role.APP) as connection:
        connection.execute("UPDATE procrastinate_jobs SET status = 'doing'")
    put()
    assert jobs() == [("police", "doing"), ("police", "todo")]


def test_losing_the_race_to_wake_is_no_error(node, put, jobs, monkeypatch):
    put()
    monkeypatch.setattr(module, "_WAITING", "SELECT queueing_lock FROM procrastinate_jobs WHERE %s::text[] IS NULL")
    assert wake(["police", "sheriff"]) == 1
    assert jobs() == [("police", "todo"), ("sheriff", "todo")]


def test_failure_to_wake_is_logged_and_the_act_stands(node, put, jobs, monkeypatch, caplog):
    monkeypatch.setattr(module, "_WAITING", "SELECT no_such_column FROM procrastinate_jobs WHERE %s")
    put()
    assert "on_commit" in caplog.text
    assert jobs() == []
    with node.connect(Role.VERIFIER) as verifier:
        assert verifier.execute("SELECT count(*) FROM outbox_message").fetchone() == (1,)


def test_worker_runs_the_job_as_role_app(node, put, jobs):
    seen: list[tuple[str, str]] = []

    def deliver(destination: str) -> None:
        with connections["default"].cursor() as cursor:
            cursor.execute("SELECT current_user")
            seen.append((destination, cursor.fetchone()[0]))
        connections.close_all()

    put()
    outcome: list[BaseException] = []

    def run() -> None:
        try:
            worker = App(connector=app.connector.get_worker_connector())
            worker.task(name=DELIVER_TASK, queue=QUEUE)(deliver)
            asyncio.run(_work(worker))
        except BaseException as error:  # noqa: BLE001 - handed to the test's own thread
            outcome.append(error)

    thread = threading.Thread(target=run)  # signal handlers stay the test runner's
    thread.start()
    thread.join(30)
    assert outcome == []
    assert seen == [("police", "comity_app")]
    assert jobs() == [("police", "succeeded")]


async def _work(worker: App) -> None:
    async with worker.open_async():
        await worker.run_worker_async(queues=[QUEUE], wait=False, install_signal_handlers=False)
