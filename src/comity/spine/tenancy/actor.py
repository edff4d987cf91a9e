"""Who acts. Every command takes one as `by`; the database is told of it in every transaction."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID


class Duty(StrEnum):
    """In what duty a transaction acts; row-level security reads it as `comity_duty()`."""

    AGENCY = "agency"
    """A post acting for its own agency: sees what concerns that agency."""
    STEWARD = "steward"
    """The node's keeper of reference data: directory, law, courses, keys."""
    GATE = "gate"
    """The gate deciding for an asker: reads the records an ask names and the payloads it minimizes, nothing else."""
    COURIER = "courier"
    """The worker: deliveries, ticks, outbox."""
    RETENTION = "retention"
    """The worker's other hat: reviews that fell due, purge."""
    AUDITOR = "auditor"
    """Reads decisions, agreements, entries and proofs: its agency's, as the node itself every agency's.

    Writes nothing but the record of having read, and the samples and marks of its own workpapers.
    """


@dataclass(frozen=True, slots=True)
class Actor:
    """The agency and post behind an act, and the duty it is done in."""

    agency_id: UUID
    post_id: UUID
    duty: Duty = Duty.AGENCY
    vouched: frozenset[str] = frozenset()
    """Evidence codes the door itself establishes, such as `strong_login`; never taken from what was sent."""
    known_under: str = ""
    """Under which stamps a door found who this is, where it looked some time ago (`tenancy.stamps`); "": just now."""
    known_until: datetime | None = None
    """When time alone ends what the door found, None for never."""


NODE: Final = UUID(int=0)
"""The node itself: agency and post of its own services, which hold no post of any agency."""


def node_actor(duty: Duty) -> Actor:
    """Return the node acting in one of its own duties: steward, courier, retention or auditor."""
    return Actor(NODE, NODE, duty)
