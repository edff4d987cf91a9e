"""A desk that stays open: what comes appears by itself, and what is typed beside it stays."""

from uuid import uuid4


def ask_for_accounting(site):
    from comity.coordination.exchange.commands.account import request_accounting
    from comity.spine.tenancy.clock import database_now

    node = site.house.node
    request_accounting(
        subject_handle=uuid4(), by=node.actor("az-dps", "privacy"), now=database_now(), keys=node.keys
    )  # fmt: skip


def test_a_task_appears_on_an_open_desk_within_five_seconds_and_what_is_typed_stays(site):
    window = site.window()
    page = window.page
    window.sign_in(site.house.person("az-dps", "privacy"))
    assert page.text_content(".comity-empty").strip() == "Nothing is due from you."
    page.fill("[name=note]", "Call Pima back.")
    ask_for_accounting(site)
    page.wait_for_selector("text=Answer a person's request", timeout=5_000)
    assert "1 task is open." in page.text_content("#desk-news")
    assert page.input_value("[name=note]") == "Call Pima back."
    assert window.violations() == []
    assert window.faults == []


def test_an_interrupt_is_seen_and_a_post_left_by_keyboard_and_without_javascript(site):
    ask_for_accounting(site)
    window = site.window(script=False)
    page = window.page
    window.sign_in(site.house.person("az-dps", "privacy"))
    assert "New or worse" in page.text_content("#interrupts")
    page.focus("button:has-text('Seen')")
    page.keyboard.press("Enter")
    page.wait_for_selector("#interrupts", state="detached")
    page.fill("[name=note]", "Call Pima back.")
    page.focus("button:has-text('Leave the post')")
    page.keyboard.press("Enter")
    page.wait_for_url("**/console/handover/")
    assert "Call Pima back." in page.text_content("main")


def test_a_full_desk_hinders_nobody(site):
    ask_for_accounting(site)
    for width in (320, 1280):
        window = site.window(width=width)
        window.sign_in(
            site.house.person("az-dps", "privacy") if width == 320 else site.house.person("az-dps", "counsel")
        )
        for path in ("/console/", "/console/digest/", "/console/handover/"):
            window.open(path)
            for story in window.page.locator("summary").all():
                story.click()
            assert window.violations() == [], path
