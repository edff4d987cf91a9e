"""Enqueuing: the only thing a command does with the outbox, inside its own transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from comity.kernel.canonical import canonical
from comity.spine.outbox.rules import LIFETIME
from comity.spine.outbox.wake import wake_on_commit
from comity.spine.tenancy.transaction import Insertion

MAX_BODY_BYTES: Final = 4096

_INSERT: Final = (
    "INSERT INTO outbox_message (id, topic, destination, body, created_at, available_at, expires_at)"
    " SELECT id, topic, destination, body::jsonb, %b::timestamptz, available_at, expires_at FROM unnest("
    "%b::uuid[], %b::text[], %b::text[], %b::text[], %b::timestamptz[], %b::timestamptz[])"
    " AS t (id, topic, destination, body, available_at, expires_at)"
)


class MessageTooLargeError(ValueError):
    """A body holds more than ids and codes need; what is long belongs in the vault, its id in the message."""


@dataclass(frozen=True, slots=True)
class Message:
    """What `destination` (an agency's id, or a name that `doors.worker` knows) is to be told.

    `body` holds ids and codes only. `available_at` None: at once. `expires_at` None: `LIFETIME` after that.
    """

    id: UUID
    topic: str
    destination: str
    body: Mapping[str, object]
    available_at: datetime | None = None
    expires_at: datetime | None = None


def enqueuing(messages: Sequence[Message], *, now: datetime) -> tuple[Insertion, ...]:
    """Return the insertion of `messages`, none without messages, and wake their destinations after the commit.

    For a transaction that will execute it. A rolled back act sends nothing and a committed one always does: what the
    wake-up misses, the sweep finds. Raises `MessageTooLargeError`, `NotCanonicalError`.
    """
    if not messages:
        return ()
    starts = [message.available_at or now for message in messages]
    values = (
        now,
        [message.id for message in messages],
        [message.topic for message in messages],
        [message.destination for message in messages],
        [_body(message) for message in messages],
        starts,
        [message.expires_at or at + LIFETIME for message, at in zip(messages, starts, strict=True)],
    )
    wake_on_commit({m.destination for m, at in zip(messages, starts, strict=True) if at <= now})
    return (Insertion(_INSERT, values),)


def _body(message: Message) -> str:
    text = canonical(message.body)
    if len(text) > MAX_BODY_BYTES:
        raise MessageTooLargeError(
            f"the message `{message.topic}` has {len(text)} bytes, more than {MAX_BODY_BYTES}; send ids only"
        )
    return text.decode()
