"""Spanish is as complete as English: nothing of a page is left untranslated."""

import re
import sys
from functools import cache
from pathlib import Path

import pytest
from django.utils import translation
from web_pages import INSIDE, OUTSIDE, by_person
from web_people import new_client, words_of

sys.path.insert(0, str(Path(__file__).parents[3]))

from tools.messages import _read, missing

ALIKE = {
    "Agreement",
    "Code",
    "Word",
    "retention",
    "rule",
    "state",
    "County",
    "Compare",
    "Task",
    "interface",
    "analyst",
    "commander",
    "counsel",
    "liaison",
    "Agency",
    "Area",
    "Comity",
    "Homeland Security",
    "no",
    "privacy",
    "records",
    "State",
    "United States",
    "overdue",
}
"""Said in both: names of agencies, titles and codes of posts, what stands in citations and in ids of rules."""
FOREIGN = r'(?s)<(?!html)(\w+)[^>]* lang="en"[^>]*>.*?</\1>|<(code|textarea)\b.*?</\2>'
"""What says itself that it is English, so that a voice reads it as such; codes, and what somebody types."""


def test_every_word_of_the_console_is_translated():
    assert missing() == []


@cache
def english():
    """What must not stand on a Spanish page: every message of four letters or more that reads otherwise in Spanish."""
    found = []
    for message in _read():
        single = message.id[0] if isinstance(message.id, tuple | list) else message.id
        if single and single not in ALIKE and message.string != message.id and len(single) > 3 and "%(" not in single:
            found.append(single)
    return found


@pytest.fixture
def provider(monkeypatch):
    """An identity provider that is never asked."""
    from django.conf import settings

    from comity.config.identity import OidcProvider

    made = OidcProvider("dps", "az-dps", "DPS", "https://login.example.gov", "comity", "-")
    monkeypatch.setattr(settings, "IDENTITY_PROVIDERS", (made,))
    return made


@pytest.fixture
def pages(house, scene, provider):
    from django.conf import settings

    from comity.doors.web.signin.identity.who import Proven, let_in

    found, guest = {}, new_client()
    guest.cookies[settings.LANGUAGE_COOKIE_NAME] = "es"
    for who, theirs in by_person(INSIDE):
        person = house.inside(*who)
        person.get("/console/")  # what signing in said was said in the language it happened in
        person.client.cookies[settings.LANGUAGE_COOKIE_NAME] = "es"
        found |= {(who, one.path): person.get(one.at(scene)) for one in theirs}
        found[who, "refused"] = person.get("/console/draft/")
        for path in ("/console/exchange/ask/", "/console/exchange/told/new/"):
            found[who, f"wrong {path}"] = person.post(path)
        if who == ("az-dps", "auditor"):
            auditor = person
    below = f"/console/audit/{scene['sample']}"
    found["not drawn"] = auditor.post("/console/audit/draw/", {"since": "2999-01-02", "until": "2999-01-01"})
    found["not marked"] = auditor.post(f"{below}/{scene['decision']}/", {"mark": "exception"})
    found |= {("anybody", one.path): guest.get(one.at(scene)) for one in OUTSIDE}
    found["not asked"] = guest.get("/accounts/identity/dps/callback/?state=x&code=y")
    found["too much"] = guest.post("/accounts/login/", data="x" * 400_000, content_type="text/plain")
    request = found["anybody", "/accounts/login/"].wsgi_request
    with translation.override("es"):
        found["nobody"] = let_in(request, provider, Proven(b"x" * 32, has_two_factors=False), "")
    request.session.save()
    found["anybody", "wrong"] = guest.post("/accounts/login/", {"login": "x", "password": "y"})
    found["anybody", "join"] = guest.post("/accounts/join/", {"secret": "x", "password": "y", "again": "z"})
    return found


def left_in(answer):
    """The English words of the console that a Spanish page holds, with what stands around each."""
    said = words_of(answer, but=FOREIGN)
    found = [(word, re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", said)) for word in english()]
    return [(word, said[max(0, at.start() - 40) : at.end() + 40]) for word, at in found if at]


def test_a_spanish_page_holds_no_english_word_of_the_console(pages):
    left = [(path, word) for path, answer in pages.items() for word in left_in(answer)]
    assert left == [], "\n".join(map(str, left))


def test_a_spanish_page_says_that_it_is(pages):
    for path, answer in pages.items():
        if answer.status_code != 405:
            assert '<html lang="es">' in answer.content.decode(), path


def test_the_language_is_switched_by_a_button_and_stays(house):
    person = house.inside()
    back = person.post("/language/", {"language": "es", "next": "/console/law/"})
    assert back["Location"] == "/console/law/"
    assert "La ley en vigor" in words_of(person.get("/console/law/"))
    assert person.post("/language/", {"language": "es", "next": "https://evil.example/"})["Location"] == "/"
