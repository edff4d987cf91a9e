"""What tests of the holder's pages share: what is on a page's forms, and what was recorded of readings."""

import re

READINGS = "SELECT kind, post_id FROM exchange_reading ORDER BY read_at"


def task_page(task) -> str:
    """The address of a task's page."""
    return f"/console/exchange/tasks/{task.id}/"


def hidden(answer, name: str) -> str:
    """What a hidden field of a page says."""
    found = re.search(rf'<input type="hidden" name="{name}"[^>]*value="([^"]*)"', answer.content.decode())
    assert found, f"no hidden field `{name}`"
    return found[1]


def readings(house) -> list[str]:
    """The kinds of reading recorded, in order."""
    return [kind for kind, _ in house.node.look(READINGS)]


def verdict_of(house, task):
    """The verdict recorded on a task and whether a reason was sealed with it; None: none."""
    rows = house.node.look(
        "SELECT verdict, reason_item_id IS NOT NULL FROM tasks_verdict WHERE task_id = %s", (task.id,)
    )
    return rows[0] if rows else None


def status_of(house, ask_id) -> str:
    """How an ask stands."""
    question = "SELECT status FROM exchange_answer WHERE ask_id = %s ORDER BY number DESC LIMIT 1"
    [(status,)] = house.node.look(question, (ask_id,))
    return status


def prove_long_ago(person) -> None:
    """Let the person's second factor have been shown six minutes ago."""
    session = person.client.session
    methods = session["account_authentication_methods"]
    for one in methods:
        one["at"] -= 360
    session["account_authentication_methods"] = methods
    session.save()
