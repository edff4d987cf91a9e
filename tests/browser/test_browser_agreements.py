"""Agreements in a real browser, on a phone: two versions laid one above the other, a signed text imported by hand."""

from agreements_pages import CODE, SCAN, offer_second

PHONE = 320


def test_two_versions_stack_on_a_phone_and_stand_side_by_side_on_a_desk(site):
    offer_second(site.house)
    window = site.window(width=PHONE)
    page = window.page
    window.sign_in(site.house.person("az-dps", "counsel"))
    for query in ("", "?all=1"):
        window.open(f"/console/agreements/{CODE}/compare/{query}")
        assert window.violations() == []
    old, new = page.locator(".comity-sides:has(del):has(ins) > div").all()[:2]
    assert old.bounding_box()["x"] == new.bounding_box()["x"]
    assert old.bounding_box()["y"] < new.bounding_box()["y"]
    page.set_viewport_size({"width": 1280, "height": 900})
    assert old.bounding_box()["x"] < new.bounding_box()["x"]
    assert old.bounding_box()["y"] == new.bounding_box()["y"]
    assert window.violations() == []
    mark = page.locator("del").first
    assert "line-through" in mark.evaluate("one => getComputedStyle(one).textDecorationLine")
    assert "[taken out:" in mark.text_content()
    page.select_option("#from", "2")
    page.select_option("#to", "1")
    page.click("button:has-text('Compare')")
    page.wait_for_url("**from=2&to=1**")
    window.open(f"/console/agreements/{CODE}/who-brought/?version=2")
    assert window.violations() == []
    assert window.faults == []


def test_a_signed_text_is_imported_on_a_phone(site, tmp_path):
    file = tmp_path / "signed.txt"
    file.write_text(SCAN, "utf-8")
    window = site.window(width=PHONE)
    page = window.page
    window.sign_in(site.house.person("pima-so", "counsel"))
    page.goto(f"{site.address}/console/agreements/")
    page.click("text=Import a signed text")
    assert window.violations() == []
    page.set_input_files("#file", str(file))
    page.click("button:has-text('Read it')")
    page.wait_for_url("**/import/read/")
    assert window.violations() == []
    assert page.locator("h2").first.text_content() == "Doubtful: decide about each"
    assert page.locator(".comity-term").first.locator("input:checked").count() == 0
    page.fill("#code", "pima-wso-2027")
    page.click("button:has-text('Go on to the draft')")
    page.wait_for_selector("[role=alert]")
    assert window.violations() == []
    assert page.input_value("#code") == "pima-wso-2027"
    page.fill("#starts", "2027-01-01")
    first = page.locator(".comity-term").first
    first.locator("label:has-text('It is this instead')").click()
    first.locator("input[maxlength]").fill("70")
    page.click("button:has-text('Go on to the draft')")
    page.wait_for_url("**/import/draft/")
    assert window.violations() == []
    page.click("button:has-text('Store it')")
    page.wait_for_url("**/agreements/pima-wso-2027/")
    assert "Being drafted" in page.text_content("main")
    assert window.violations() == []
    assert [one for one in window.faults if "422" not in one] == []


def test_a_text_is_imported_without_javascript(site, tmp_path):
    file = tmp_path / "signed.txt"
    file.write_text(SCAN, "utf-8")
    window = site.window(script=False)
    page = window.page
    window.sign_in(site.house.person("pima-so", "counsel"))
    window.open("/console/agreements/import/")
    page.set_input_files("#file", str(file))
    page.click("button:has-text('Read it')")
    page.wait_for_url("**/import/read/")
    assert "What was read" in page.text_content("h1")
