"""The time zone of an agency: where its clocks hang on the wall. Pure."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final
from zoneinfo import ZoneInfo

from comity.standing.directory.facts import AgencyFacts

_OF_STATE: Final[Mapping[str, str]] = MappingProxyType(
    {
        "AZ": "America/Phoenix",
        "CA": "America/Los_Angeles",
        "CO": "America/Denver",
        "NM": "America/Denver",
        "NV": "America/Los_Angeles",
        "UT": "America/Denver",
    }
)
_OF_AGENCY: Final[Mapping[str, str]] = MappingProxyType({"navajo-nation-pd": "America/Denver"})
"""The Navajo Nation keeps daylight saving time, also in Arizona (15 U.S.C. 260a; IANA `America/Shiprock`)."""


def zone_of(agency: AgencyFacts) -> ZoneInfo:
    """Return the zone an agency's times are shown in, by its state, else by its address (`Phoenix, AZ`); else UTC."""
    state = agency.state or agency.address.rpartition(", ")[2]
    return ZoneInfo(_OF_AGENCY.get(agency.code) or _OF_STATE.get(state, "UTC"))
