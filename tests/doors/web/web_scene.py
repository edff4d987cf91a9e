"""Something on every page: what pages that show one thing are opened at."""

from typing import Any

from web_people import House


def scene_of(house: House) -> dict[str, Any]:
    """Prepare the node so that pages have something to show; returns the names that paths hold."""
    about = house.person("az-dps", "interface")
    house.lodge("az-dps", elements=("case_number", "home_address"))
    asks = {
        "disclosed": house.ask("hsi-arizona", "az-dps", elements=("case_number", "person_name")),
        "approval": house.ask("hsi-arizona", "az-dps", elements=("home_address",)),
        "refused": house.ask("hsi-arizona", "az-dps", purpose="civil_immigration"),
        "awaiting": house.ask("hsi-arizona", "pima-so"),
        "hidden": house.ask("hsi-arizona", "az-dps", category="status", elements=("immigration_status",)),
    }
    house.deliver()
    return {"account": about.account_id} | asks
