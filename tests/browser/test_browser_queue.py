"""The holder's pages in a real browser: approved by keyboard alone, and nothing that hinders anybody."""

from datetime import timedelta

import pytest
from exchange_given import AWAITING, DISCLOSED, HELD, NEEDS_APPROVAL, lodge, open_task, put
from exchange_pages import status_of, task_page, verdict_of
from test_browser_people import focused, tab_to

LISTS = ("queue/", "queue/?kind=answer", "queue/?q=nothing", "retention/", "accounting/ask/")


def test_what_will_leave_is_seen_and_released_by_keyboard_alone(site):
    demo = site.house.node
    ask_id = put(demo, NEEDS_APPROVAL).ask_id
    task = open_task(demo, "az-dps", ask_id)
    window = site.window()
    page = window.page
    window.sign_in(site.house.person("az-dps", "records-supervisor"))
    window.open("/console/exchange/queue/")
    tab_to(page, "Approve what is to leave", most=60)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{task_page(task)}")
    tab_to(page, "Show what will leave", most=60)
    page.keyboard.press("Enter")
    page.wait_for_selector("text=VALUE-home_address-k1")
    assert window.violations() == []
    tab_to(page, "reason", most=60)
    page.keyboard.type("the warrant is on file")
    tab_to(page, "Release")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=Your release is recorded.")
    assert (status_of(site.house, ask_id), verdict_of(site.house, task)) == ("disclosed", ("release", True))
    assert window.faults == []


def test_an_ask_is_answered_by_keyboard_alone(site):
    demo = site.house.node
    ask_id = put(demo, AWAITING).ask_id
    task = open_task(demo, "pima-so", ask_id)
    window = site.window(width=320)
    page = window.page
    window.sign_in(site.house.person("pima-so", "records-clerk"))
    window.open(task_page(task))
    tab_to(page, "Show which record is meant", most=60)
    page.keyboard.press("Enter")
    page.wait_for_selector("text=REF-k1")
    tab_to(page, "found", most=60)
    page.keyboard.press("Space")
    tab_to(page, "value_person_name")
    page.keyboard.type("a name")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=Your answer is recorded.")
    assert status_of(site.house, ask_id) == "disclosed"
    assert focused(page) is not None
    assert window.faults == []


@pytest.mark.parametrize("width", [320, 640, 1280])
@pytest.mark.parametrize("language", ["en-US", "es-US"])
def test_nothing_on_the_holders_pages_hinders_anybody(site, width, language):
    from comity.config.node import Role
    from comity.coordination.exchange.commands.retention import open_retention_reviews

    demo, found, faults = site.house.node, [], []

    def task_of(situation, key):
        return open_task(demo, situation.holder, put(demo, situation, key).ask_id)

    lodge(demo, DISCLOSED, "kept")
    with demo.connect(Role.BOOTSTRAP) as admin:
        admin.execute("UPDATE vault_item SET retain_until = %s", (demo.clock() + timedelta(days=9),))
    open_retention_reviews(by=demo.node("retention"), now=demo.clock(), keys=demo.keys)
    [(kept,)] = demo.look("SELECT id FROM tasks_task WHERE kind = 'retention'")
    cases = (
        ("az-dps", "records-supervisor", [f"/console/exchange/tasks/{kept}/"], task_of(NEEDS_APPROVAL, "b1")),
        ("pima-so", "records-clerk", [], task_of(AWAITING, "b2")),
        ("cochise-so", "counsel", [], task_of(HELD, "b3")),
        ("az-dps", "privacy", ["/console/exchange/reviews/", "/console/exchange/accounting/"], None),
    )
    for agency, post, more, task in cases:
        window = site.window(width=width, language=language)
        window.sign_in(site.house.person(agency, post))
        lists = [f"/console/exchange/{one}" for one in LISTS] if post == "records-supervisor" else []
        for path in [*lists, *more, *([task_page(task)] if task else [])]:
            window.open(path)
            found += [(path, one) for one in window.violations()]
        if task:
            window.page.click("main form button")
            window.page.wait_for_selector("form[data-draft]")
            found += [(f"{post} opened", one) for one in window.violations()]
            window.page.click("form[data-draft] button >> nth=-1")  # refuse without a reason, answer without a word
            window.page.wait_for_selector(".usa-error-message")
            found += [(f"{post} wrong", one) for one in window.violations()]
        faults += [one for one in window.faults if "422" not in one]
    assert found == []
    assert faults == []
