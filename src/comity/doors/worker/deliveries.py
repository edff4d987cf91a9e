"""Draining the outbox: claim, act, complete; what fails goes back with a code and a later time."""

import os
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from random import SystemRandom
from typing import Final
from uuid import UUID

import structlog

from comity.coordination.exchange.commands.deliver import deliver_disclosure
from comity.coordination.exchange.outcome import DISCLOSURE_READY
from comity.kernel.canonical import Json
from comity.kernel.time import Clock
from comity.spine.keys.ring import KeyRing
from comity.spine.outbox.claim import Claimed, claim, complete, fail
from comity.spine.outbox.selectors import list_waiting_destinations
from comity.spine.tenancy.actor import Duty, node_actor
from comity.spine.tenancy.transaction import acting

LEASE: Final = timedelta(minutes=2)
BATCH: Final = 100
_COURIER: Final = node_actor(Duty.COURIER)
_random: Final = SystemRandom()
_log = structlog.get_logger("comity.worker")

Handler = Callable[[Mapping[str, Json], datetime, KeyRing], None]


def _deliver(body: Mapping[str, Json], now: datetime, keys: KeyRing) -> None:
    deliver_disclosure(disclosure_id=UUID(str(body["disclosure"])), by=_COURIER, now=now, keys=keys)


HANDLERS: Final[Mapping[str, Handler]] = {DISCLOSURE_READY: _deliver}
"""Outbox topic to what is done about it; a test compares it with the topics that packages enqueue."""


def drain(*, destination: str | None, clock: Clock, keys: KeyRing) -> int:
    """Deliver what waits for one destination (None: for any) until nothing is left; return how many were done.

    Each message is handled in a transaction of its own and completed afterwards: a crash in between delivers it
    again, which changes nothing.
    """
    done = 0
    worker = f"worker-{os.getpid()}"
    while True:
        now = clock()
        with acting(_COURIER) as cursor:
            batch = claim(cursor, worker=worker, destination=destination, limit=BATCH, now=now, lease=LEASE)
        if not batch:
            return done
        for message in batch:
            done += _handle(message, worker, clock, keys)


def _handle(message: Claimed, worker: str, clock: Clock, keys: KeyRing) -> int:
    now = clock()
    try:
        HANDLERS[message.topic](message.body, now, keys)
    except Exception as error:  # noqa: BLE001 - the worker's loop: one message must not stop the others
        code = type(error).__name__.lower()
        _log.warning("delivery.failed", message=str(message.id), topic=message.topic, code=code)
        with acting(_COURIER) as cursor:
            fail(cursor, message_id=message.id, worker=worker, code=code, now=now, random=_random.random)
        return 0
    with acting(_COURIER) as cursor:
        complete(cursor, [message.id], now=now)
    return 1


def sweep(*, clock: Clock, keys: KeyRing) -> int:
    """Deliver what no wake-up announced, for every destination; return how many."""
    with acting(_COURIER) as cursor:
        waiting = list_waiting_destinations(cursor, now=clock())
    return sum(drain(destination=destination, clock=clock, keys=keys) for destination in waiting)
