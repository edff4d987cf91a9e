"""Every page, in both languages, at three widths: nothing that WCAG 2.2 AA forbids, nothing that a browser refuses."""

import pytest

WIDTHS = (320, 640, 1280)
"""A phone; a desktop at 200 %; a desktop."""
LANGUAGES = ("en-US", "es-US")
OUTSIDE = (
    "/",
    "/agreements/",
    "/agreements/az-sharing-2026/",
    "/agreements/tfm-demo-2025/versions/1/",
    "/ledger/",
    "/rights/",
    "/accounts/login/",
    "/accounts/join/",
    "/nothing/",
)
INSIDE = (
    "/console/",
    "/console/may/",
    "/console/may/?way=share&other=hsi-arizona&purpose=criminal_investigation&category=case&element=email",
    "/console/law/",
    "/console/law/?q=nothing-like-this",
    "/console/law/law-28/",
    "/console/directory/",
    "/console/directory/az-dps/",
    "/console/directory/task-forces/az-hidta/",
    "/console/accounts/",
    "/console/accounts/open/",
    "/accounts/2fa/",
    "/accounts/2fa/recovery-codes/",
    "/accounts/sessions/",
    "/accounts/password/change/",
    "/accounts/reauthenticate/",
)


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_hinders_anybody(site, language):
    person = site.house.person("az-dps", "security")
    found = []
    window = site.window(language=language)
    window.sign_in(person)
    for width in WIDTHS:
        window.page.set_viewport_size({"width": width, "height": 900})
        for path in INSIDE:
            window.open(path)
            found += [(path, width, one) for one in window.violations()]
    guest = site.window(language=language)
    for width in WIDTHS:
        guest.page.set_viewport_size({"width": width, "height": 900})
        for path in OUTSIDE:
            guest.open(path)
            found += [(path, width, one) for one in guest.violations()]
    assert found == []
    assert [one for one in [*window.faults, *guest.faults] if "404" not in one] == []


def test_forms_that_were_filled_in_wrongly_hinder_nobody(site):
    guest = site.window(width=320)
    guest.open("/accounts/join/")
    guest.page.fill("[name=secret]", "nonsense")
    guest.page.fill("[name=password]", "short")
    guest.page.fill("[name=again]", "other")
    guest.page.press("[name=again]", "Enter")
    guest.page.wait_for_selector(".usa-error-message")
    assert guest.violations() == []
    guest.open("/accounts/login/")
    guest.page.fill("[name=login]", "nobody")
    guest.page.fill("[name=password]", "nothing")
    guest.page.press("[name=password]", "Enter")
    guest.page.wait_for_selector("[role=alert]")
    assert guest.violations() == []
