"""The courier, an agency, and a way to put messages into the outbox."""

from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID

import pytest

from comity.kernel.ids import new_id, random_id
from comity.spine.outbox.enqueue import Message, enqueuing
from comity.spine.tenancy.actor import Actor, Duty
from comity.spine.tenancy.transaction import acting, insert_rows

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
def agency() -> Actor:
    return Actor(new_id(), new_id())


@pytest.fixture
def courier() -> Actor:
    return Actor(new_id(), new_id(), Duty.COURIER)


@pytest.fixture
def put(node: object, agency: Actor) -> Callable[..., list[UUID]]:
    """Enqueue `count` messages of the agency; return their ids in order."""

    def enqueue_some(
        count: int = 1,
        *,
        destination: str = "police",
        available_at: datetime | None = None,
        expires_at: datetime | None = None,
    ) -> list[UUID]:
        messages = [
            Message(new_id(), "exchange.disclosed", destination, {"ask": random_id()}, available_at, expires_at)
            for _ in range(count)
        ]
        with acting(agency) as cursor:
            insert_rows(cursor, enqueuing(messages, now=NOW))
        return [message.id for message in messages]

    return enqueue_some
