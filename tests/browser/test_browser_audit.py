"""An auditor at the workbench: draws, opens, sees it verified, marks, reads the workpaper; nothing hinders anybody."""

import sys
from datetime import timedelta
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "coordination" / "exchange"))  # what an ask is given as

from portal_log import grown, put_key


@pytest.fixture
def asked(site):
    from exchange_given import DISCLOSED, ask_for, lodge, request

    node = site.house.node
    lodge(node, DISCLOSED, "k0", "k1", "k2")
    request(node, DISCLOSED.asker, *(ask_for(DISCLOSED, f"k{number}") for number in range(3)))
    grown(node, 1)
    yield site
    put_key(node, None)


def fill(page, today):
    page.fill("[name=objective]", "whether asks were decided under the law")
    page.fill("[name=since]", (today - timedelta(days=2)).isoformat())
    page.fill("[name=until]", (today + timedelta(days=1)).isoformat())
    page.fill("[name=seed]", "roll-4-2-6")
    page.press("[name=seed]", "Enter")
    page.wait_for_selector("h1:has-text('whether asks were decided')")


@pytest.mark.parametrize(("language", "widths"), [("en-US", (320, 640, 1280)), ("es-US", (320,))])
def test_an_auditor_works_from_the_draw_to_the_paper(asked, language, widths):
    window = asked.window(language=language)
    page, found = window.page, []

    def look(name):
        for width in widths:
            page.set_viewport_size({"width": width, "height": 900})
            found.extend((name, width, one) for one in window.violations())

    window.sign_in(asked.house.person("az-dps", "auditor"))
    window.open("/console/audit/")
    look("none yet")
    page.click("a[href='/console/audit/draw/']")
    page.wait_for_selector("[name=seed]")
    page.eval_on_selector("form[data-draft]", "form => form.noValidate = true")
    page.click("form[data-draft] button")
    page.wait_for_selector(".usa-error-message")
    look("drawn wrongly")
    fill(page, asked.house.node.clock.now.date())
    look("sample")
    page.click("a.usa-button[href^='/console/audit/']")
    page.wait_for_selector("#ledger-checks[aria-busy=false]")
    assert page.get_attribute("[data-check=summary]", "data-state") == "good"
    assert page.get_attribute("[data-check=entry]", "data-state") == "good"
    look("decision")
    page.select_option("[name=mark]", "exception")
    page.fill("[name=note]", "the purpose is too wide")
    page.click("form[data-draft] button")
    page.wait_for_selector(".usa-alert--success")
    page.click("a[href$='/paper/']")
    page.wait_for_selector("td:has-text('the purpose is too wide')")
    look("workpaper")
    assert (found, [one for one in window.faults if "422" not in one]) == ([], [])


def test_an_auditor_works_without_javascript(asked):
    window = asked.window(script=False)
    window.sign_in(asked.house.person("az-dps", "auditor"))
    window.open("/console/audit/draw/")
    fill(window.page, asked.house.node.clock.now.date())
    window.page.click("a.usa-button[href^='/console/audit/']")
    said = window.page.inner_text("main")
    assert "The same." in said
    assert "Proven." in said
    assert "This page checks the ledger by itself where JavaScript runs" in said
    window.page.select_option("[name=mark]", "tested")
    window.page.click("form[data-draft] button")
    window.page.wait_for_selector("text=Tested without exception: 1.")
