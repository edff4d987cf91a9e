"""Something on every page: what pages that show one thing are opened at."""

from typing import Any

from web_people import House


def scene_of(house: House) -> dict[str, Any]:
    """Prepare the node so that pages have something to show; returns the names that paths hold."""
    about = house.person("az-dps", "interface")
    return {"account": about.account_id}
