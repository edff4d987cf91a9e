"""The worker process: wake-ups of the outbox, a sweep for what they missed, the ticks of hidden answers, upkeep."""

import threading
from collections.abc import Callable
from typing import Final

import structlog
from django.db import connections
from procrastinate.contrib.django import app

from comity.coordination.exchange.commands.retention import open_retention_reviews, purge_due
from comity.coordination.exchange.commands.shadow import decide_shadow_asks
from comity.coordination.exchange.commands.tick import answer_hidden_asks
from comity.coordination.exchange.rules import next_tick
from comity.doors.worker.deliveries import drain, sweep
from comity.doors.worker.publishing import Told, publish_what_changed
from comity.kernel.time import Clock
from comity.spine.keys.ring import KeyRing
from comity.spine.outbox.wake import DELIVER_TASK, QUEUE
from comity.spine.tenancy.actor import Duty, node_actor
from comity.spine.vault.tombstones import TombstoneFile
from comity.standing.accounts.drafts import drop_old_drafts
from comity.standing.agreements.commands import Held, close_ended_agreements, start_scheduled

SWEEP_SECONDS: Final = 5.0
PURGE_SECONDS: Final = 3600.0
VERIFY_SECONDS: Final = 600.0
"""How often `verify` is asked whether it is time."""
_log = structlog.get_logger("comity.worker")


def run_worker(*, clock: Clock, keys: KeyRing, tombstones: TombstoneFile, verify: Callable[[], None]) -> None:
    """Work until the process is asked to stop (SIGINT or SIGTERM): what is claimed is finished first.

    `verify` verifies the whole ledger when it is time, and returns at once when it is not; a stop does not wait for it.
    """
    stop = threading.Event()
    held: set[Held] = set()
    told = Told()
    duties: dict[str, Callable[[], None]] = {
        "tick": lambda: _tick(stop, clock, keys),
        "agreements": lambda: _agreements(stop, clock, held),
        "publication": lambda: _publish(stop, clock, told),
        "purge": lambda: _purge(stop, clock, keys, tombstones),
        "drafts": lambda: _drafts(stop, clock),
        "sweep": lambda: _sweep(stop, clock, keys),
    }
    threads = [threading.Thread(target=_repeat, args=(stop, *duty), daemon=True) for duty in duties.items()]
    verifying = threading.Thread(target=_repeat, args=(stop, "verify", lambda: _verify(stop, verify)), daemon=True)

    @app.task(name=DELIVER_TASK, queue=QUEUE)  # type: ignore[untyped-decorator] # procrastinate has no types
    def deliver(destination: str) -> None:
        drain(destination=destination, clock=clock, keys=keys)

    for thread in (*threads, verifying):
        thread.start()
    try:
        worker_app = app.with_connector(app.connector.get_worker_connector())
        worker_app.run_worker(queues=[QUEUE], concurrency=1, delete_jobs="successful")
    finally:
        stop.set()
        for thread in threads:
            thread.join(timeout=10)


def _repeat(stop: threading.Event, name: str, work: Callable[[], None]) -> None:
    while not stop.is_set():
        try:
            work()
        except Exception as error:  # noqa: BLE001 - the worker's loop: a duty that fails once is tried again, never dropped
            _log.warning("worker.failed", duty=name, code=type(error).__name__)
            connections.close_all()
            stop.wait(1.0)
    connections.close_all()


def _tick(stop: threading.Event, clock: Clock, keys: KeyRing) -> None:
    """Wait for the next tick, then answer everything it promised."""
    now = clock()
    if stop.wait(max(0.0, (next_tick(now) - now).total_seconds())):
        return
    while answer_hidden_asks(by=node_actor(Duty.COURIER), now=clock(), keys=keys):
        pass
    while decide_shadow_asks(by=node_actor(Duty.COURIER), now=clock(), keys=keys):
        pass


def _sweep(stop: threading.Event, clock: Clock, keys: KeyRing) -> None:
    sweep(clock=clock, keys=keys)
    stop.wait(SWEEP_SECONDS)


def _verify(stop: threading.Event, verify: Callable[[], None]) -> None:
    if not stop.wait(VERIFY_SECONDS):
        verify()


def _agreements(stop: threading.Event, clock: Clock, told: set[Held]) -> None:
    """Record what the clock did to agreements: notices that are over, versions whose time has come.

    `told`: versions kept back that the log knows of already.
    """
    close_ended_agreements(by=node_actor(Duty.STEWARD), now=clock())
    _, held = start_scheduled(by=node_actor(Duty.STEWARD), now=clock())
    for one in set(held) - told:
        _log.warning("agreement.not_started", agreement=one.code, version=one.number, code=one.why)
    told.clear()
    told.update(held)
    stop.wait(SWEEP_SECONDS)


def _publish(stop: threading.Event, clock: Clock, told: Told) -> None:
    publish_what_changed(told, clock=clock)
    stop.wait(SWEEP_SECONDS)


def _drafts(stop: threading.Event, clock: Clock) -> None:
    """Drop what somebody typed a day ago and never sent; rest for an hour."""
    drop_old_drafts(now=clock())
    stop.wait(PURGE_SECONDS)


def _purge(stop: threading.Event, clock: Clock, keys: KeyRing, tombstones: TombstoneFile) -> None:
    """Ask about what falls due soon, purge what fell due; rest for an hour."""
    open_retention_reviews(by=node_actor(Duty.RETENTION), now=clock(), keys=keys)
    while purge_due(by=node_actor(Duty.RETENTION), now=clock(), keys=keys, file=tombstones):
        pass
    stop.wait(PURGE_SECONDS)
