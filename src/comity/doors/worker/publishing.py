"""Telling the public of law and directory when they changed: the stamps of their tables say so."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from comity.accountability.publication.commands import publish_directory, publish_law
from comity.kernel.time import Clock
from comity.spine.tenancy.actor import Duty, node_actor
from comity.spine.tenancy.stamps import read_stamps
from comity.spine.tenancy.transaction import reading

ANYWAY: Final = timedelta(hours=1)
"""How often the directory is told though its stamp stands: task forces have none, and members leave by the clock."""


@dataclass(slots=True)
class Told:
    """Under which stamps law and directory were told last, and when the directory was."""

    law: str = ""
    directory: str = ""
    at: datetime | None = None


def publish_what_changed(told: Told, *, clock: Clock) -> None:
    """Publish law and directory where their tables changed since `told`, which then says so; a crash tells it again."""
    courier, now = node_actor(Duty.COURIER), clock()
    with reading(courier) as cursor:
        stamps = read_stamps(cursor)
    if stamps["law"] != told.law:
        publish_law(by=courier, now=now)
        told.law = stamps["law"]
    if stamps["directory"] != told.directory or told.at is None or now - told.at >= ANYWAY:
        publish_directory(by=courier, now=now)
        told.directory, told.at = stamps["directory"], now
