"""Asking in a real browser: by keyboard alone, without JavaScript, and with nothing that hinders anybody."""

import pytest

LANGUAGES = ("en-US", "es-US")


def focus(page, selector, most=80):
    """Go to a control by the Tab key alone."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"no way to `{selector}` by keyboard")


def choose(page, selector, label):
    """Choose in a list by typing how its option begins."""
    focus(page, selector)
    page.keyboard.type(label)


def test_an_ask_is_made_and_received_by_keyboard_alone(site):
    house = site.house
    house.lodge("az-dps")
    window = site.window()
    page = window.page
    window.sign_in(house.person("hsi-arizona"))
    focus(page, "a[href='/console/exchange/']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/console/exchange/")
    focus(page, "main a[href='/console/exchange/ask/']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/exchange/ask/")
    choose(page, "#holder", "Arizona Department of Pub")
    choose(page, "#purpose", "criminal inv")
    choose(page, "#category", "case and")
    page.wait_for_selector("#element-case_number", state="attached")
    focus(page, "#element-case_number")
    page.keyboard.press("Space")
    page.wait_for_selector("#ask-preview .comity-verdict--yes")
    assert page.evaluate("document.activeElement.id") == "element-case_number"
    focus(page, "#reference")
    page.keyboard.type("TEST-CASE-1")
    page.keyboard.press("Enter")
    page.wait_for_url("**/exchange/asks/*-*/")
    assert page.text_content("#answer-heading") == "Disclosed"
    house.deliver()
    page.reload()
    focus(page, "form[action$='/receive/'] button")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=VALUE of case_number")
    assert window.faults == []


def test_an_ask_is_made_and_received_without_javascript(site):
    house = site.house
    house.lodge("az-dps")
    window = site.window(script=False)
    page = window.page
    window.sign_in(house.person("hsi-arizona"))
    page.click("nav >> text=Exchange")
    page.click("main h2 a:has-text('Ask another agency')")
    page.select_option("#holder", "az-dps")
    page.select_option("#purpose", "criminal_investigation")
    page.select_option("#category", "case")
    page.click("button:has-text('List what it holds')")
    page.click("label[for=element-case_number]")
    page.fill("#reference", "TEST-CASE-1")
    page.click("button:has-text('Preview')")
    assert "It may go at once" in page.text_content("#ask-preview")
    assert page.input_value("#reference") == "TEST-CASE-1"
    page.click("button[value=ask]")
    page.wait_for_url("**/exchange/asks/*-*/")
    house.deliver()
    page.reload()
    page.click("button:has-text('Receive and show it')")
    assert "VALUE of case_number" in page.text_content("main")
    page.goto(f"{site.address}/console/exchange/told/new/")
    page.select_option("#holder", "az-dps")
    page.select_option("#category", "case")
    page.click("button:has-text('List posts')")
    assert page.locator("#post option").count() > 1
    assert page.locator("#element-case_number").count() == 1


def test_an_answer_that_is_to_come_appears_by_itself(site):
    window = site.window()
    page = window.page
    window.sign_in(site.house.person("hsi-arizona"))
    asked = "holder=az-dps&purpose=criminal_investigation&category=status&element=immigration_status"
    window.open(f"/console/exchange/ask/?{asked}")
    page.fill("#reference", "NOTHING-1")
    page.click("button[value=ask]")
    page.wait_for_url("**/exchange/asks/*-*/")
    assert page.text_content("#answer-heading") == "Accepted"
    site.house.tick()
    page.wait_for_selector("#answer-heading:has-text('Nothing to share')", timeout=10_000)


def test_what_the_record_holds_follows_its_kind(site):
    window = site.window()
    page = window.page
    window.sign_in(site.house.person("hsi-arizona"))
    window.open("/console/exchange/ask/")
    page.fill("#reference", "TYPED-1")
    page.select_option("#category", "face")
    page.wait_for_selector("#element-face_match", state="attached")
    page.select_option("#category", "case")
    page.wait_for_selector("#element-case_number", state="attached")
    assert page.locator("#element-face_match").count() == 0
    assert page.input_value("#reference") == "TYPED-1"


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_of_the_exchange_hinders_anybody(site, language):
    house = site.house
    house.lodge("az-dps", elements=("case_number", "home_address"))
    asks = [
        house.ask("hsi-arizona", "az-dps", elements=("case_number", "person_name")),
        house.ask("hsi-arizona", "az-dps", elements=("home_address",)),
        house.ask("hsi-arizona", "az-dps", purpose="civil_immigration"),
        house.ask("hsi-arizona", "az-dps", category="status", elements=("immigration_status",)),
    ]
    house.deliver()
    house.node.sequence()
    asked = "holder=az-dps&purpose=criminal_investigation&category=case&element=home_address&element=person_name"
    paths = [
        *("/console/exchange/", "/console/exchange/ask/", f"/console/exchange/ask/?{asked}"),
        *("/console/exchange/asks/", "/console/exchange/asks/?status=held", "/console/exchange/deliveries/"),
        *("/console/exchange/told/", "/console/exchange/told/new/"),
        *(f"/console/exchange/asks/{ask_id}/" for ask_id in asks),
    ]
    found = []
    for agency, post in (("hsi-arizona", "liaison"), ("az-dps", "records-supervisor")):
        window = site.window(language=language)
        window.sign_in(house.person(agency, post))
        for width in (320, 640, 1280):
            window.page.set_viewport_size({"width": width, "height": 900})
            for path in paths:
                window.open(path)
                for proof in window.page.query_selector_all("details"):
                    proof.evaluate("one => { one.open = true; }")
                found += [(path, width, one) for one in window.violations()]
            for path in ("/console/exchange/ask/", "/console/exchange/told/new/"):
                window.open(path)
                window.page.click("form[data-draft] .comity-acts button")
                window.page.wait_for_selector(".usa-error-message")
                found += [(f"{path} wrong", width, one) for one in window.violations()]
        assert [fault for fault in window.faults if "422" not in fault] == []
    assert found == []
