"""Pages that act on agreements in Spanish: nothing of theirs is left in English."""

import re

from test_web_words import english
from web_agreements import HERE, at, in_force, published_passkey, reviewed, typed
from web_people import words_of

ON_PURPOSE = re.compile(
    r'(?s)<(\w+)[^>]* lang="en"[^>]*>.*?</\1>|<option.*?</option>|<code>.*?</code>|<textarea.*?</textarea>'
)
"""What is English on purpose: the text of an agreement and its clauses as codes, titles in lists to choose from."""
CODES = {"state", "local", "tribal"}
"""Roles of parties as they are typed, explained beside the field."""
PAGES = (
    "", "lacks/", "comments/", "draft/", "offer/", "review/", "confirm/", "replay/", "sign/", "attest/", "force/",
    "suspend/", "resume/", "notice/", "supersede/", "end/",
)  # fmt: skip


def in_spanish(house, agency="az-dps", post="head"):
    from django.conf import settings

    person = house.inside(agency, post)
    person.get("/console/")  # what signing in said was said in the language it happened in
    person.client.cookies[settings.LANGUAGE_COOKIE_NAME] = "es"
    return person


def left_in_english(answers):
    known, left = [word for word in english() if word not in CODES], []
    for path, answer in answers.items():
        answer.content = ON_PURPOSE.sub(" ", answer.content.decode())
        said = words_of(answer)
        left += [(path, word) for word in known if re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", said)]
    return left


def test_every_page_of_a_version_on_offer_is_spanish(house):
    reviewed(house.node)
    published_passkey(house.node, "az-dps")
    person = in_spanish(house)
    person.post(at("replay/"))
    answers = {page: person.get(at(page)) for page in PAGES}
    assert left_in_english(answers) == []
    assert {answer.status_code for answer in answers.values()} == {200}


def test_pages_of_drafting_keys_and_what_is_in_force_are_spanish_and_so_are_refusals(house):
    in_force(house.node)
    person, counsel = in_spanish(house), in_spanish(house, post="counsel")
    answers = {page: person.get(at(page)) for page in ("suspend/", "supersede/", "end/")}
    for page in ("new/", "new/text/", "new/from/tfm/", "passkeys/"):
        answers[page] = person.get(f"{HERE}/{page}")
    answers["publish"] = counsel.get(at("publish/"))
    answers["checked"] = person.post(f"{HERE}/new/text/", typed(act="check"))
    answers["no passkey"] = person.post(f"{HERE}/passkeys/", {})
    for page in (
        "suspend/",
        "end/",
        "supersede/",
        "force/",
        "attest/",
        "offer/",
        "comments/say/",
        "review/",
        "confirm/",
    ):
        answers[f"sent {page}"] = person.post(at(page), {"words": ""})
    assert left_in_english(answers) == []
