"""Something on every page: what pages that show one thing are opened at."""

from typing import Any

from test_web_matrix import a_sample
from web_agreements import CODE, offered
from web_people import House


def scene_of(house: House) -> dict[str, Any]:
    """Prepare the node so that pages have something to show; returns the names that paths hold."""
    from exchange_given import AWAITING, HELD, NEEDS_APPROVAL, open_task, put

    def task_of(situation: Any, key: str) -> Any:
        return open_task(house.node, situation.holder, put(house.node, situation, key).ask_id).id

    about = house.person("az-dps", "interface")
    sample, decision = a_sample(house.node)
    offered(house.node)
    house.lodge("az-dps", elements=("case_number", "home_address"))
    asks = {
        "disclosed": house.ask("hsi-arizona", "az-dps", elements=("case_number", "person_name")),
        "approval": house.ask("hsi-arizona", "az-dps", elements=("home_address",)),
        "refused": house.ask("hsi-arizona", "az-dps", purpose="civil_immigration"),
        "awaiting": house.ask("hsi-arizona", "pima-so"),
        "hidden": house.ask("hsi-arizona", "az-dps", category="status", elements=("immigration_status",)),
    }
    tasks = {
        "approval_task": task_of(NEEDS_APPROVAL, "scene-approval"),
        "answer_task": task_of(AWAITING, "scene-answer"),
        "counsel_task": task_of(HELD, "scene-counsel"),
    }
    house.deliver()
    return {"account": about.account_id, "offered": CODE, "sample": sample, "decision": decision} | asks | tasks
