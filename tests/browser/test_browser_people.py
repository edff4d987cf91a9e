"""What people do at the console: by keyboard alone, with a passkey, without JavaScript, on a desk that stays open."""


def focused(page):
    return page.evaluate("(document.activeElement.textContent || document.activeElement.name || '').trim()")


def tab_to(page, text, most=40):
    for _ in range(most):
        page.keyboard.press("Tab")
        if focused(page).startswith(text):
            return
    raise AssertionError(f"no way to `{text}` by keyboard")


def test_the_law_is_reached_and_searched_by_keyboard_alone(site):
    window = site.window()
    page = window.page
    window.sign_in(site.house.person())
    page.keyboard.press("Tab")
    assert focused(page) == "Skip to the content"
    tab_to(page, "Law")
    page.keyboard.press("Enter")
    page.wait_for_url("**/console/law/")
    tab_to(page, "q")
    page.keyboard.type("court")
    page.keyboard.press("Enter")
    page.wait_for_url("**q=court**")
    assert page.locator("tbody tr").count() > 0


def test_everything_works_without_javascript(site):
    window = site.window(script=False)
    page = window.page
    window.sign_in(site.house.person("az-dps", "security"))
    page.click("text=Accounts")
    page.click("text=Open an account")
    page.fill("[name=reference]", "0002")
    page.fill("[name=username]", "no.script")
    page.click("button:has-text('Open it')")
    assert "The invitation" in page.text_content("h1")


def test_a_passkey_is_added_and_opens_the_console_alone(site):
    window = site.window()
    page = window.page
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    window.sign_in(site.house.person())
    window.open("/accounts/2fa/webauthn/add/")
    if page.locator("[name=password]").count():
        from web_people import PASSWORD

        page.fill("[name=password]", PASSWORD)
        page.press("[name=password]", "Enter")
        page.wait_for_url("**/webauthn/add/**")
    page.click("label[for=id_passwordless]")
    page.click("#mfa_webauthn_add")
    page.wait_for_url(lambda address: "add" not in address)
    page.click("button:has-text('Sign out')")
    page.wait_for_url("**/accounts/login/**")
    page.click("#passkey_login")
    page.wait_for_url("**/console/")
    assert "Liaison officer" in page.text_content("header")
    assert window.faults == []
