"""The law at the console: what rules rest on, cases, releases side by side, settings, words."""

import re
from datetime import timedelta

import pytest
from web_people import words_of


@pytest.fixture
def person(house):
    return house.inside()


@pytest.fixture
def later(house):
    """A release beside the one in force: California's rules gone, one rule says something else."""
    from comity.spine.tenancy.actor import Duty, node_actor
    from comity.standing.law.commands import load_release
    from comity.standing.law.rules import Release, shipped_release

    shipped = shipped_release()
    packs = {name: text for name, text in shipped.packs.items() if name != "us-ca"}
    packs["us"] = packs["us"].replace('@cite("8 U.S.C. 1373(a)-(c), 1644")', '@cite("8 U.S.C. 1373")', 1)
    release = Release(packs, shipped.text_sources, shipped.authority_source)
    return load_release(by=node_actor(Duty.STEWARD), now=house.node.clock(), release=release)


def test_an_authority_names_its_effect_and_the_rules_that_rest_on_it(person):
    page = words_of(person.get("/console/law/authorities/F02/"))
    assert "8 U.S.C. 1373, 1644" in page
    assert "No government may bar exchange" in page
    assert "law-28" in page[page.index("Rules that rest on it") :]
    assert person.get("/console/law/authorities/Z99/").status_code == 404


def test_authorities_are_filtered_by_whose_they_are_and_what_they_bear_on(person):
    page = words_of(person.get("/console/law/authorities/?of=U&tag=retention&sort=code"))
    codes = re.findall(r"\b([FAUCP]\d\d)\b", page[page.index(" of ") :])
    assert codes
    assert {code[0] for code in codes} == {"U"}
    lines = person.get("/console/law/authorities/?as=csv").content.decode("utf-8-sig").splitlines()
    assert lines[0] == "citation,code,of,effect,tags,rules"
    assert len(lines) > 60


def test_every_rule_of_a_table_leads_to_the_rule_and_the_rule_back_to_its_table(person):
    page = person.get("/console/law/tables/law-30/").content.decode()
    for rule in ("law-30", "law-30-permit", "law-30-approval", "law-30-misfiled"):
        assert f'href="/console/law/{rule}/"' in page
        assert person.get(f"/console/law/{rule}/").status_code == 200
    assert 'href="/console/law/tables/law-30/"' in person.get("/console/law/law-30-permit/").content.decode()
    assert person.get("/console/law/tables/nothing/").status_code == 404


def test_a_table_shows_every_case_with_what_happens(person):
    page = words_of(person.get("/console/law/tables/law-28/"))
    assert "1 to 9 of 9" in page or "1 to 8 of 8" in page
    assert "A sheriff tells ICE a person's immigration status" in page.replace("&#x27;", "'")
    assert "a sheriff in Arizona" in page
    stays = words_of(person.get("/console/law/tables/law-28/?headline=refused"))
    assert "A sheriff tells ICE" not in stays
    assert "The receiver is not Homeland Security" in stays


def test_releases_say_which_is_in_force_and_whose_counsel_approved_it(person):
    page = words_of(person.get("/console/law/releases/"))
    assert "approved for a demonstration only" in page
    assert "Arizona Attorney General: Agency counsel" in page
    assert "in force" in page


def test_a_release_is_shown_beside_the_one_it_would_replace(house, later, person):
    answer = person.get(f"/console/law/releases/{later}/")
    page = words_of(answer)
    assert re.search(r"added: 0, removed: [1-9]\d*, changed: 1", page)
    changed = words_of(person.get(f"/console/law/releases/{later}/?how=changed"))
    assert "citation 8 U.S.C. 1373(a)-(c), 1644 8 U.S.C. 1373" in changed
    [(first,)] = house.node.look("SELECT id FROM law_release ORDER BY at LIMIT 1")
    back = words_of(person.get(f"/console/law/releases/{first}/?against={later}&how=changed"))
    assert "citation 8 U.S.C. 1373 8 U.S.C. 1373(a)-(c), 1644" in back
    assert "It was the first" in words_of(person.get(f"/console/law/releases/{first}/"))
    assert person.get("/console/law/releases/01900000-0000-7000-8000-000000000000/").status_code == 404


def test_settings_show_what_counsel_chose_and_what_is_to_come(house, person):
    from comity.spine.tenancy.actor import Actor, Duty
    from comity.standing.law.commands import set_setting

    counsel = house.node.actor("az-ag", "counsel")
    counsel = Actor(counsel.agency_id, counsel.post_id, Duty.STEWARD)
    now = house.node.clock()
    set_setting(by=counsel, now=now, setting="status_law_wider", value="on", reason="the court said so")
    set_setting(
        by=counsel, now=now, setting="state_entry_crime", value="on", reason="soon",
        effective_at=now + timedelta(days=30),
    )  # fmt: skip
    page = words_of(person.get("/console/law/settings/?how=chosen"))
    assert "1 to 1 of 1" in page
    assert "Why: the court said so" in page
    assert "law-29-release" in page
    waiting = words_of(person.get("/console/law/settings/?how=default&q=unlawful"))
    assert re.search(r"off on from \w+", waiting)


def test_words_are_found_by_the_class_that_decides_them(person):
    page = words_of(person.get("/console/law/words/?part=element&class=status"))
    assert "immigration_status" in page
    assert "NIEM:" in page
    assert "first_name" not in page


def test_titles_and_functions_of_posts_are_spanish_for_who_reads_spanish(house):
    from django.conf import settings

    person = house.inside("az-dps", "privacy")
    person.client.cookies[settings.LANGUAGE_COOKIE_NAME] = "es"
    page = words_of(person.get("/console/accounts/"))
    assert "Oficial de privacidad" in page
    assert "oficial de seguridad" in page
    assert "privacy" not in page.replace("az-dps.privacy", "")


def test_a_title_nobody_translated_is_told_with_its_function():
    from django.utils import translation

    from comity.doors.web.posts import title_of
    from comity.standing.directory.facts import PostFacts
    from comity.standing.directory.vocabulary import PostFunction

    post = PostFacts(None, None, "x", "Keeper of the Keys", PostFunction.SECURITY_OFFICER, None, None)
    with translation.override("en"):
        assert title_of(post) == "Keeper of the Keys"
    with translation.override("es"):
        assert title_of(post) == "oficial de seguridad (Keeper of the Keys)"
