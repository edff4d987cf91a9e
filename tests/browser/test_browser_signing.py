"""An agreement signed by passkey in a real browser, from making the passkey to force; and its pages hinder nobody."""

from web_agreements import HERE, TEXT, agreement, at, drafted, newest, published_passkey, reviewed

OPTIONS = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
PAGES = (
    at(""), at("lacks/"), at("comments/"), at("draft/"), at("confirm/"), at("replay/"), at("sign/"), at("attest/"),
    at("force/"), at("review/"), at("end/"), at("suspend/", "az-ut-interlocal-2025"), at("supersede/", "tfm-demo-2025"),
    at("end/", "az-ut-interlocal-2025"), at("supersede/", "az-ut-interlocal-2025"), f"{HERE}/new/", f"{HERE}/new/text/",
    f"{HERE}/new/from/tfm/", f"{HERE}/passkeys/",
)  # fmt: skip


def with_authenticator(window):
    """Give the browser an authenticator whose user is there; returns what it is called."""
    session = window.page.context.new_cdp_session(window.page)
    session.send("WebAuthn.enable")
    made = session.send("WebAuthn.addVirtualAuthenticator", {"options": OPTIONS})
    return session, made["authenticatorId"]


def sign(site, agency):
    """Make a passkey, publish it, have what would change shown, sign; returns the window."""
    window = site.window()
    page = window.page
    with_authenticator(window)
    window.sign_in(site.house.person(agency, "head"))
    window.open(f"{HERE}/passkeys/")
    page.click("button:has-text('Make and publish a passkey')")
    page.wait_for_selector("text=The passkey is published")
    window.open(at("sign/"))
    assert page.locator("text=Sign with your passkey").count() == 0
    page.click("button:has-text('Show what would change')")
    page.wait_for_selector("button:has-text('Sign with your passkey')")
    assert newest(site.house.node).digest in page.content()
    assert TEXT.splitlines()[0] in page.text_content("main")
    page.click("button:has-text('Sign with your passkey')")
    page.wait_for_url("**/lacks/")
    assert "Your agency has signed this version." in page.text_content("main")
    return window


def test_both_heads_sign_with_passkeys_made_in_their_browsers_and_it_enters_into_force(site):
    node = site.house.node
    version = reviewed(node)
    first = sign(site, "az-dps")
    second = sign(site, "pima-so")
    kept = node.look("SELECT method, scheme FROM agreements_signature WHERE version_id = %s", (version.id,))
    assert kept == [("passkey", "webauthn-es256")] * 2
    first.open(at("force/"))
    first.page.click("button:has-text('Put it in force')")
    first.page.wait_for_selector("text=Version 1 is in force.")
    assert agreement(node).state == "in_force"
    assert first.faults == second.faults == []
    assert node.verify().is_clean


def test_a_passkey_that_is_not_used_signs_nothing_and_the_page_says_so(site):
    reviewed(site.house.node)
    published_passkey(site.house.node, "az-dps")
    window = site.window()
    with_authenticator(window)  # it holds no passkey of the agency
    window.sign_in(site.house.person("az-dps", "head"))
    window.open(at("sign/"))
    window.page.click("button:has-text('Show what would change')")
    window.page.click("button:has-text('Sign with your passkey')")
    window.page.wait_for_selector("text=Nothing was signed")
    assert agreement(site.house.node).state == "offered"


def test_without_javascript_the_page_says_what_signing_needs_and_what_else_there_is(site):
    reviewed(site.house.node)
    published_passkey(site.house.node, "az-dps")
    window = site.window(script=False)
    window.sign_in(site.house.person("az-dps", "head"))
    window.open(at("sign/"))
    window.page.click("button:has-text('Show what would change')")
    said = window.page.text_content("main")
    assert "Signing by passkey needs JavaScript" in said
    assert "comity agreement sign" in said
    assert not window.page.is_visible("button:has-text('Sign with your passkey')")
    window.page.click("text=Attest a signature on paper")
    assert "Two persons, in two posts" in window.page.text_content("main")


def test_the_fingerprint_of_a_paper_is_taken_in_the_browser(site, tmp_path):
    from hashlib import sha256

    reviewed(site.house.node)
    paper = tmp_path / "scan.pdf"
    paper.write_bytes(b"a scan")
    window = site.window()
    window.sign_in(site.house.person("az-dps", "head"))
    window.open(at("attest/"))
    window.page.set_input_files("#fingerprint-file", str(paper))
    window.page.wait_for_function("document.getElementById('id_scan').value.length === 64")
    assert window.page.input_value("#id_scan") == sha256(b"a scan").hexdigest()


def test_pages_that_act_on_agreements_hinder_nobody(site):
    node, found = site.house.node, []
    reviewed(node)
    published_passkey(node, "az-dps")
    person, counsel = site.house.person("az-dps", "head"), site.house.person("az-dps", "counsel")
    for language in ("en-US", "es-US"):
        window, other = site.window(language=language), site.window(language=language)
        window.sign_in(person)
        other.sign_in(counsel)
        window.open(at("sign/"))
        window.page.click("main form button")
        for width in (320, 1280):
            for looker, pages in ((window, PAGES), (other, [at("publish/", "az-ut-interlocal-2025")])):
                looker.page.set_viewport_size({"width": width, "height": 900})
                for path in pages:
                    looker.open(path)
                    found += [(path, width, one) for one in looker.violations()]
    assert found == []


def test_a_form_with_problems_hinders_nobody(site):
    drafted(site.house.node)
    window = site.window(width=320)
    window.sign_in(site.house.person("az-dps", "liaison"))
    window.open(at("draft/"))
    window.page.fill("#id_clauses", "nonsense")
    window.page.click("button:has-text('Keep it as your draft')")
    window.page.wait_for_selector(".usa-error-message")
    assert window.violations() == []
