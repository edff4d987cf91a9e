"""The zone an agency's times are shown in."""

from datetime import UTC, datetime

import pytest


@pytest.mark.parametrize(
    ("code", "hour"),
    [("az-dps", 5), ("navajo-nation-pd", 6), ("ut-dps-bci", 6), ("hsi-arizona", 5), ("dhs-ice", 12)],
)
def test_noon_in_july_is_shown_as_the_clocks_of_the_agency_say(demo, code, hour):
    """12:00 UTC on 1 July: Arizona keeps standard time, the Navajo Nation and Utah do not; Washington has no state."""
    from comity.spine.tenancy.actor import Duty, node_actor
    from comity.spine.tenancy.transaction import reading
    from comity.standing.directory.selectors import get_agency_by_code
    from comity.standing.directory.zones import zone_of

    with reading(node_actor(Duty.STEWARD)):
        agency = get_agency_by_code(code)
    assert datetime(2026, 7, 1, 12, tzinfo=UTC).astimezone(zone_of(agency)).hour == hour
