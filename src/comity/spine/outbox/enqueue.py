"""Enqueuing: the only thing a command does with the outbox, inside its own transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from comity.kernel.canonical import Cell, Json, encode_plain, plain
from comity.kernel.time import utc_text
from comity.spine.outbox.rules import LIFETIME
from comity.spine.outbox.wake import wake_on_commit
from comity.spine.tenancy.transaction import Tables

MAX_BODY_BYTES: Final = 4096


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


def enqueuing(messages: Sequence[Message], *, now: datetime) -> Tables:
    """Return the rows of `messages`, for the transaction that is open, and wake their destinations after its commit.

    A rolled back act sends nothing and a committed one always does: what the wake-up misses, the sweep finds.
    Raises `MessageTooLargeError`, `NotCanonicalError`.
    """
    wake_on_commit({message.destination for message in messages if (message.available_at or now) <= now})
    return {"outbox_message": [_row(message, now) for message in messages]}


def _row(message: Message, now: datetime) -> dict[str, Cell]:
    starts_at = message.available_at or now
    return {
        "id": message.id,
        "topic": message.topic,
        "destination": message.destination,
        "body": _body(message),
        "created_at": utc_text(now),
        "available_at": utc_text(starts_at),
        "expires_at": utc_text(message.expires_at or starts_at + LIFETIME),
    }


def _body(message: Message) -> Json:
    body = plain(message.body)
    size = len(encode_plain(body))
    if size > MAX_BODY_BYTES:
        raise MessageTooLargeError(
            f"the message `{message.topic}` has {size} bytes, more than {MAX_BODY_BYTES}; send ids only"
        )
    return body
