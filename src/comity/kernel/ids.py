"""Identifiers: ordered where order tells nothing, random where time would tell on a person."""

import uuid
from uuid import UUID

import uuid_utils


def new_id() -> UUID:
    """Return a UUIDv7 (RFC 9562): sorts by creation time to the millisecond."""
    return UUID(int=uuid_utils.uuid7().int)


def random_id() -> UUID:
    """Return a UUIDv4, for subject handles, complaints and receipts: it carries no time."""
    return uuid.uuid4()
