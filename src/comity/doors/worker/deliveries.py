"""Draining the outbox: claim, act, complete; what fails goes back with a code and a later time."""

import os
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from random import SystemRandom
from typing import Final
from uuid import UUID

import structlog

from comity.accountability.publication.commands import publish_agreements
from comity.coordination.exchange.commands.dead_letters import bury_expired_messages, fail_message
from comity.coordination.exchange.commands.deliver import deliver_disclosures
from comity.coordination.exchange.outcome import DISCLOSURE_READY
from comity.kernel.canonical import Json
from comity.kernel.time import Clock
from comity.spine.keys.ring import KeyRing
from comity.spine.outbox.claim import Claimed, claim, complete
from comity.spine.outbox.selectors import list_waiting_destinations
from comity.spine.tenancy.actor import Duty, node_actor
from comity.spine.tenancy.transaction import acting
from comity.standing.agreements.commands.record import AGREEMENT_CHANGED

LEASE: Final = timedelta(minutes=2)
BATCH: Final = 100
_COURIER: Final = node_actor(Duty.COURIER)
_random: Final = SystemRandom()
_log = structlog.get_logger("comity.worker")

Handler = Callable[[Sequence[Mapping[str, Json]], datetime, KeyRing], None]
"""Does what a batch of messages of one topic asks, all or nothing, so that doing it again changes nothing."""


def _deliver(bodies: Sequence[Mapping[str, Json]], now: datetime, keys: KeyRing) -> None:
    ids = [UUID(str(body["disclosure"])) for body in bodies]
    deliver_disclosures(disclosure_ids=ids, by=_COURIER, now=now, keys=keys)


def _publish(bodies: Sequence[Mapping[str, Json]], now: datetime, keys: KeyRing) -> None:  # noqa: ARG001 - one signature
    ids = {UUID(str(body["agreement"])) for body in bodies}
    publish_agreements(agreement_ids=ids, by=_COURIER, now=now)


HANDLERS: Final[Mapping[str, Handler]] = {DISCLOSURE_READY: _deliver, AGREEMENT_CHANGED: _publish}
"""Outbox topic to what is done about it; a test compares it with the topics that packages enqueue."""


def drain(*, destination: str | None, clock: Clock, keys: KeyRing) -> int:
    """Deliver what waits for one destination (None: for any) until nothing is left; return how many were done.

    A batch of one topic is handled in one transaction and completed afterwards: a crash in between delivers it again,
    which changes nothing. A batch that fails is done again message by message, so that one bad one stops no other.
    """
    done = 0
    worker = f"worker-{os.getpid()}"
    while True:
        now = clock()
        with acting(_COURIER) as cursor:
            claimed = claim(cursor, worker=worker, destination=destination, limit=BATCH, now=now, lease=LEASE)
        if not claimed:
            return done
        for topic, messages in groupby(sorted(claimed, key=lambda m: m.topic), key=lambda m: m.topic):
            done += _handle(topic, list(messages), worker, clock, keys)


def _handle(topic: str, messages: Sequence[Claimed], worker: str, clock: Clock, keys: KeyRing) -> int:
    now = clock()
    try:
        HANDLERS[topic]([message.body for message in messages], now, keys)
    except Exception as error:  # noqa: BLE001 - the worker's loop: one message must not stop the others
        if len(messages) > 1:
            return sum(_handle(topic, [message], worker, clock, keys) for message in messages)
        _give_back(messages[0], worker, type(error).__name__.lower(), now, keys)
        return 0
    with acting(_COURIER) as cursor:
        return complete(cursor, [message.id for message in messages], now=now)


def _give_back(message: Claimed, worker: str, code: str, now: datetime, keys: KeyRing) -> None:
    _log.warning("delivery.failed", message=str(message.id), topic=message.topic, code=code)
    fail_message(
        message_id=message.id, worker=worker, code=code, by=_COURIER, now=now, random=_random.random, keys=keys
    )


def sweep(*, clock: Clock, keys: KeyRing) -> int:
    """Deliver what no wake-up announced, for every destination, and give up what expired; return how many were done."""
    now = clock()
    bury_expired_messages(by=_COURIER, now=now, keys=keys)
    with acting(_COURIER) as cursor:
        waiting = list_waiting_destinations(cursor, now=now)
    return sum(drain(destination=destination, clock=clock, keys=keys) for destination in waiting)
