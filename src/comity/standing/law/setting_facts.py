"""Settings: points of law that are not built in, and what counsel of the node chose. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol
from uuid import UUID

from comity.standing.law.settings import load_settings

SETTING_PREFIX: Final = "setting_"
"""What the evidence of a setting begins with; rules read it."""
SETTING_ON: Final = "on"


class KnownSetting(Protocol):
    """A setting as it ships: labels, the values it may have, and the default, which is the strict one."""

    @property
    def id(self) -> str:
        """Its id; `setting_<id>` is the evidence that it is on."""

    @property
    def en(self) -> str:
        """What it says when switched on, in English."""

    @property
    def es(self) -> str:
        """The same in Spanish."""

    @property
    def values(self) -> tuple[str, ...]:
        """What it may be set to; one value alone: there is nothing to switch."""

    @property
    def default(self) -> str:
        """What holds where counsel chose nothing."""


@dataclass(frozen=True, slots=True)
class SettingFacts:
    """A value counsel chose: from when on, why, when and by which post."""

    id: str
    value: str
    reason: str
    effective_at: datetime
    at: datetime
    agency_id: UUID
    post_id: UUID


def load_known() -> Mapping[str, KnownSetting]:
    """Return the settings that ship, by id."""
    return load_settings()
