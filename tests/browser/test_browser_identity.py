"""Coming in by an agency's own identity provider, against real ones: who is let in, and everything that is not."""

from urllib.parse import parse_qs, urlencode, urlsplit, urlunsplit

import identity_providers
import pytest
from identity_providers import TWO_FACTORS
from web_people import PASSWORD, forget_used_codes

BEGIN = "/accounts/identity/dps/"
NOT_IN = "Not signed in"


@pytest.fixture
def serve(monkeypatch):
    """Give the node a provider."""
    from django.conf import settings

    return lambda provider: monkeypatch.setattr(settings, "IDENTITY_PROVIDERS", (provider,))


@pytest.fixture
def oidc(site, serve):
    with identity_providers.openid(site.address, factors=("mfa",)) as provider:
        serve(provider)
        yield provider


@pytest.fixture
def saml(site, serve, tmp_path):
    with identity_providers.saml(site.address, tmp_path) as provider:
        serve(provider)
        yield provider


def linked(site, provider, subject="7f3a", agency="az-dps", post="liaison", *, factor=True):
    """An account that a subject of the provider is linked with."""
    from comity.doors.web.signin.identity.proven import blind_subject
    from comity.spine.tenancy.actor import Duty, node_actor
    from comity.spine.tenancy.transaction import reading
    from comity.standing.accounts.commands import link_identity
    from comity.standing.directory.selectors import get_agency_by_code

    person, steward = site.house.person(agency, post, factor=factor), node_actor(Duty.STEWARD)
    with reading(steward):
        of = str(get_agency_by_code(agency).id)
    link_identity(
        by=steward, now=site.house.node.clock(), account_id=person.account_id, provider=provider.code,
        provider_agency=of, subject_blind=blind_subject(provider, subject),
    )  # fmt: skip
    return person


def through(window, subject="7f3a", *, at=BEGIN, **said):
    """Go to the provider, say who it is, come back."""
    window.page.goto(at if at.startswith("http") else window.site.address + at)
    answer(window, subject, **said)


def answer(window, subject="7f3a", **said):
    window.page.fill("[name=subject]", subject)
    for name, value in said.items():
        window.page.fill(f"[name={name}]", value)
    window.page.click("button:has-text('Go on')")
    if window.page.locator("button:has-text('Carry it')").count():
        window.page.click("button:has-text('Carry it')")


def give_code(window, person):
    window.page.wait_for_selector("[name=code]")
    forget_used_codes(person.account_id)
    window.page.fill("[name=code]", person.code())
    window.page.press("[name=code]", "Enter")


def heading(window):
    return " ".join(window.page.text_content("h1").split())


def acts(site, person):
    return [act for (act,) in site.house.node.look(
        "SELECT act FROM accounts_event WHERE account_id = %s ORDER BY at, id", (person.account_id,)
    )][3:]  # fmt: skip


def test_whoever_is_linked_comes_in_by_openid_and_shows_a_second_factor_here(site, oidc):
    window, person = site.window(), linked(site, oidc)
    window.open("/console/law/")
    window.page.click("text=Sign in through Department of Public Safety")
    answer(window)
    give_code(window, person)
    window.page.wait_for_url("**/console/law/")
    assert site.house.node.look("SELECT detail FROM accounts_event WHERE act = 'account.signed_in'") == [
        ({"method": "identity.dps+totp"},)
    ]
    assert [host for (host,) in site.house.node.look("SELECT host(address) FROM accounts_source")] == ["127.0.0.1"]
    window.page.click("button:has-text('Sign out')")
    window.page.wait_for_url("**/accounts/login/**")
    window.open("/console/")
    assert "/accounts/login/" in window.page.url
    assert acts(site, person)[-1] == "account.signed_out"
    # The provider's own session does not let anybody back in: it asks again.
    window.open(BEGIN)
    assert heading(window) == "Who is it?"


def test_whoever_is_linked_comes_in_by_saml_and_shows_a_second_factor_here(site, saml):
    window, person = site.window(), linked(site, saml)
    through(window, at=f"{BEGIN}?next=/console/law/")
    give_code(window, person)
    window.page.wait_for_url("**/console/law/")
    assert acts(site, person)[-1] == "account.signed_in"


def test_the_second_factor_of_a_provider_counts_where_its_operator_is_trusted_with_it(site, oidc):
    window, person = site.window(), linked(site, oidc, factor=False)
    through(window, amr="pwd mfa")
    window.page.wait_for_url("**/console/")
    assert "Liaison officer" in window.page.text_content("header")
    window = site.window()
    through(window, amr="pwd otp")
    window.page.wait_for_url("**/accounts/2fa/**")
    assert person is not None


def test_the_context_of_a_saml_provider_counts_likewise(site, saml):
    window = site.window()
    linked(site, saml, factor=False)
    through(window, context=TWO_FACTORS)
    window.page.wait_for_url("**/console/")
    assert "Liaison officer" in window.page.text_content("header")


def test_somebody_nobody_is_linked_with_stays_out_and_links_by_proving_the_account(site, oidc):
    window, person = site.window(), site.house.person()
    through(window, "unknown")
    assert heading(window) == NOT_IN
    assert "no account here is linked" in window.page.text_content("main")
    assert window.violations() == []
    assert site.house.node.look("SELECT count(*) FROM accounts_identity") == [(0,)]
    window.page.click("text=Sign in and link")
    window.page.fill("[name=login]", person.username)
    window.page.fill("[name=password]", PASSWORD)
    window.page.press("[name=password]", "Enter")
    give_code(window, person)
    window.page.wait_for_url("**/accounts/identity/link/")
    assert window.violations() == []
    window.page.click("button:has-text('Link them')")
    window.page.wait_for_url("**/console/")
    other = site.window()
    through(other, "unknown")
    give_code(other, person)
    other.page.wait_for_url("**/console/")


def test_an_account_of_another_agency_is_never_linked_nor_let_in(site, oidc):
    window, sheriff = site.window(), site.house.person("pima-so", "liaison")
    through(window, "unknown")
    window.page.click("text=Sign in and link")
    window.page.fill("[name=login]", sheriff.username)
    window.page.fill("[name=password]", PASSWORD)
    window.page.press("[name=password]", "Enter")
    give_code(window, sheriff)
    window.page.click("button:has-text('Link them')")
    window.page.wait_for_url("**/console/")
    assert "another agency" in window.page.text_content("main")
    assert site.house.node.look("SELECT count(*) FROM accounts_identity") == [(0,)]


def test_a_link_that_the_provider_has_outgrown_opens_nothing(site, oidc, serve):
    from dataclasses import replace

    window, person = site.window(), linked(site, oidc)
    serve(replace(oidc, agency="pima-so"))
    through(window)
    assert heading(window) == NOT_IN
    assert "another agency's" in window.page.text_content("main")
    assert acts(site, person)[-1] == "account.sign_in_failed"


@pytest.mark.parametrize("state", ["locked", "closed"])
def test_a_locked_or_closed_account_stays_locked(site, oidc, state):
    from comity.spine.tenancy.actor import Duty, node_actor
    from comity.standing.accounts.commands import close_account

    window, person = site.window(), linked(site, oidc)
    if state == "closed":
        close_account(by=node_actor(Duty.STEWARD), now=site.house.node.clock(), account_id=person.account_id)
    else:
        for _ in range(5):
            person.give_password("wrong")
    through(window)
    assert heading(window) == NOT_IN
    assert "locked or closed" in window.page.text_content("main")
    window.open("/console/")
    assert "/accounts/login/" in window.page.url


@pytest.mark.parametrize("language", ["en-US", "es-US"])
def test_nothing_of_it_hinders_anybody(site, oidc, language):
    window, keeper = site.window(language=language), linked(site, oidc, post="security")
    left = site.house.person("az-dps", "liaison")
    found = []
    through(window)
    give_code(window, keeper)
    window.page.wait_for_url("**/console/")
    guest = site.window(language=language)
    pages = (
        (window, f"/console/accounts/{keeper.account_id}/"),
        (window, f"/console/accounts/{left.account_id}/"),
        (window, "/accounts/reauthenticate/"),
        (guest, "/accounts/login/"),
        (guest, f"{BEGIN}callback/?state=x"),
    )
    for width in (320, 640, 1280):
        for one, path in pages:
            one.page.set_viewport_size({"width": width, "height": 900})
            one.open(path)
            found += [(path, width, fault) for fault in one.violations()]
    assert found == []


def test_the_security_officer_links_and_ends_a_link(site, oidc):
    window, keeper, person = site.window(), site.house.person("az-dps", "security"), site.house.person()
    window.sign_in(keeper)
    window.open(f"/console/accounts/{person.account_id}/")
    window.page.fill("[name=subject]", "7f3a")
    window.page.click("button[value=link]")
    assert "The account is linked" in window.page.text_content("main")
    assert "7f3a" not in window.page.content()
    other = site.window()
    through(other)
    give_code(other, person)
    other.page.wait_for_url("**/console/")
    window.page.click("button[value=unlink]")
    assert "The link is ended" in window.page.text_content("main")
    other = site.window()
    through(other)
    assert heading(other) == NOT_IN


def asked(window):
    """Begin a sign-in in this window's session, and return where it is sent without going there."""
    found = window.page.context.request.get(window.site.address + BEGIN, max_redirects=0)
    return found.headers["location"]


def test_an_answer_to_another_browser_opens_nothing(site, oidc):
    linked(site, oidc)
    window, other = site.window(), site.window()
    through(other, at=asked(window))
    assert heading(other) == NOT_IN
    assert "no sign-in that was begun in this browser" in other.page.text_content("main")


@pytest.mark.parametrize("changed", [{"nonce": "another"}, {"state": "another"}, {"code_challenge": "x" * 43}])
def test_an_answer_with_another_nonce_state_or_proof_opens_nothing(site, oidc, changed):
    linked(site, oidc)
    window = site.window()
    parts = urlsplit(asked(window))
    said = {name: values[0] for name, values in parse_qs(parts.query).items()} | changed
    through(window, at=urlunsplit(parts._replace(query=urlencode(said))))
    assert heading(window) == NOT_IN
    window.open("/console/")
    assert "/accounts/login/" in window.page.url


def test_an_answer_counts_once(site, oidc):
    person = linked(site, oidc)
    window, seen = site.window(), []
    window.page.on("request", lambda one: seen.append(one.url) if "/callback/" in one.url else None)
    through(window)
    give_code(window, person)
    window.page.wait_for_url("**/console/")
    window.page.goto(seen[0])
    assert heading(window) == NOT_IN


def test_a_provider_that_lets_somebody_leave_lets_nobody_in(site, oidc):
    window = site.window()
    window.open(BEGIN)
    window.page.click("button:has-text('Leave')")
    assert "did not sign you in" in window.page.text_content("main")


@pytest.mark.parametrize(
    "wrong",
    ["unsigned", "audience", "expired", "recipient", "issuer", "unsolicited", "altered", "wrapped", "transient"],
)
def test_a_saml_answer_that_is_wrong_opens_nothing(site, saml, wrong):
    linked(site, saml)
    linked(site, saml, "somebody-else", post="commander")
    window = site.window()
    through(window, wrong=wrong)
    assert heading(window) == NOT_IN
    window.open("/console/")
    assert "/accounts/login/" in window.page.url


def test_a_saml_answer_counts_once_and_in_the_browser_that_asked(site, saml):
    person = linked(site, saml)
    window, sent = site.window(), []
    window.page.on("request", lambda one: sent.append(one.post_data) if one.url.endswith("/acs/") else None)
    through(window)
    give_code(window, person)
    window.page.wait_for_url("**/console/")
    receiver = f"{site.address}{BEGIN}acs/"
    for one in (window, site.window()):
        said = {name: values[0] for name, values in parse_qs(sent[0]).items()}
        back = one.page.context.request.post(receiver, form=said)
        assert back.status == 403
        assert NOT_IN in back.text()
    other = site.window()
    through(other, at=asked(site.window()))
    assert heading(other) == NOT_IN


def test_a_sign_in_is_begun_by_a_page_of_this_node_alone(site, oidc):
    for origin in ("cross-site", "same-site"):
        window = site.window()
        found = window.page.context.request.get(
            site.address + BEGIN, max_redirects=0, headers={"Sec-Fetch-Site": origin}
        )
        assert found.headers["location"] == "/accounts/login/"


def test_a_locked_console_opens_again_by_the_provider(site, oidc, monkeypatch):
    from datetime import timedelta

    from comity.doors.web import idle

    window, person = site.window(), linked(site, oidc)
    through(window)
    give_code(window, person)
    window.page.wait_for_url("**/console/")
    monkeypatch.setattr(idle, "IDLE", timedelta(0))
    window.open("/console/law/")
    assert "/accounts/reauthenticate/" in window.page.url
    monkeypatch.setattr(idle, "IDLE", timedelta(minutes=30))
    window.page.click("text=Sign in through")
    answer(window)
    give_code(window, person)
    window.page.wait_for_url("**/console/law/")
