"""Every page, in both languages, at three widths: nothing that WCAG 2.2 AA forbids, nothing that a browser refuses."""

import pytest
from web_pages import INSIDE, OUTSIDE, by_person

WIDTHS = (1280, 640, 320)
"""A desktop; a desktop at 200 %; a phone."""
LANGUAGES = ("en-US", "es-US")
PEOPLE = by_person(INSIDE)


def hindrances(window, pages, scene):
    """What hinders somebody at pages; each is opened once and looked at in every width."""
    found = []
    for shown in pages:
        window.open(shown.at(scene))
        for width in WIDTHS:
            window.page.set_viewport_size({"width": width, "height": 900})
            found += [(shown.path, width, one) for one in window.violations()]
    return found


def unexpected(faults):
    """What the browser complained of, but for pages that are refused or nowhere, as some of the list are."""
    return [one for one in faults if "404" not in one and "403" not in one]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("who", "pages"), PEOPLE, ids=["-".join(who) for who, _ in PEOPLE])
def test_nothing_hinders_anybody_at_the_console(site, scene, who, pages, language):
    window = site.window(language=language)
    window.sign_in(site.house.person(*who))
    assert hindrances(window, pages, scene) == []
    assert unexpected(window.faults) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_hinders_the_public(site, scene, language):
    window = site.window(language=language)
    assert hindrances(window, OUTSIDE, scene) == []
    assert unexpected(window.faults) == []


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
