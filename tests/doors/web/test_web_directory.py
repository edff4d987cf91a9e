"""The directory at the console: agencies found by words, what each is, who commands a task force; no person."""

import re

import pytest
from web_people import words_of


@pytest.mark.parametrize(
    ("query", "first", "total"),
    [
        ("q=pima", "Pima County Sheriff", 1),
        ("q=usdemo103", "Homeland Security Investigations Arizona", 1),
        ("q=sheriff&state=UT", "Cache County Sheriff", None),
        ("q=100%25", "Nothing matches", 0),
        ("q=_", "Nothing matches", 0),
        ("q=%5C", "Nothing matches", 0),
        ("kind=tribal&sort=-name", "", None),
    ],
)
def test_agencies_are_found_by_every_word_and_nothing_is_a_pattern(house, query, first, total):
    answer = house.inside().get(f"/console/directory/?{query}")
    page = words_of(answer)
    assert first in page
    if total:
        assert f"1 to {total} of {total}" in page


def test_pages_follow_one_another_and_none_repeats(house):
    person, seen = house.inside(), []
    for number in (1, 2, 3):
        page = person.get(f"/console/directory/?sort=kind&page={number}").content.decode()
        seen += [line.split('"')[1] for line in page.split("<a href=")[1:] if "/console/directory/" in line[:30]]
    codes = [
        one
        for one in seen
        if one != "/console/directory/" and "task-forces" not in one and "map" not in one and "?" not in one
    ]
    assert len(codes) == len(set(codes)) == 75


def test_the_csv_holds_every_agency(house):
    lines = house.inside().get("/console/directory/?as=csv&kind=federal").content.decode("utf-8-sig").splitlines()
    assert lines[0] == "name,code,kind,state,hosting"
    assert len(lines) > 10


def test_an_agency_shows_its_posts_and_since_when_they_are_held_and_nobody(house):
    person = house.inside()
    page = words_of(person.get("/console/directory/pima-so/"))
    assert "Privacy officer" in page
    assert "since" in page
    references = {ref for (ref,) in house.node.look("SELECT DISTINCT reference FROM directory_officer")}
    assert not [one for one in references if f" {one} " in page]
    assert person.get("/console/directory/nowhere/").status_code == 404


def test_a_task_force_shows_its_command_in_succession(house):
    page = words_of(house.inside().get("/console/directory/task-forces/az-hidta/"))
    command = page[page.index("Command, in succession") : page.index("Who serves")]
    names = ("Arizona Department of Public Safety", "Pima County Sheriff", "Homeland Security Investigations Arizona")
    assert [command.index(name) for name in names] == sorted(command.index(name) for name in names)


def test_an_agencys_area_is_drawn_and_named_beside(house):
    answer = house.inside().get("/console/directory/navajo-nation-pd/")
    page, text = answer.content.decode(), words_of(answer)
    for county in ("Apache, AZ", "Coconino, AZ", "Navajo, AZ", "San Juan, UT"):
        assert county in text
    assert page.count('role="img"') == 2
    assert page.count("comity-county--marked") == 4
    assert 'href="/console/directory/?county=49037"' in page


def test_an_agency_of_a_state_has_the_whole_of_it_and_a_federal_one_names_no_county(house):
    person = house.inside()
    page = person.get("/console/directory/az-dps/")
    assert page.content.decode().count("comity-county--marked") == 15
    assert "agency of the whole of Arizona" in words_of(page)
    assert "names no counties of it" in words_of(person.get("/console/directory/hsi-arizona/"))


def test_the_map_counts_agencies_by_county_and_each_county_leads_to_them(house):
    person = house.inside()
    whole = person.get("/console/directory/map/counties/?state=AZ")
    [number] = re.findall(r'aria-label="Pima: (\d+)"', whole.content.decode())
    listed = words_of(person.get("/console/directory/?county=04019"))
    assert f"1 to {number} of {number}" in listed
    assert f"Pima, AZ {number}" in words_of(whole)
    tribal = person.get("/console/directory/map/counties/?state=UT&kind=tribal").content.decode()
    assert 'aria-label="San Juan: 3"' in tribal
    assert "Salt Lake:" not in re.sub(r"<title>.*?</title>", "", tribal)


def test_a_county_nobody_has_is_no_choice(house):
    assert "1 to 25 of 101" in words_of(house.inside().get("/console/directory/?county=99999&sort=code"))


def test_a_post_that_was_vacant_and_acted_for_is_shown_so_over_the_years_and_nobody_is_named(house):
    from datetime import timedelta

    from comity.kernel.time import Period
    from comity.spine.tenancy.transaction import reading
    from comity.standing.directory.commands import Assignment, assign_holders, end_holding
    from comity.standing.directory.selectors import get_holder, get_post_by_code
    from comity.standing.directory.vocabulary import HoldingKind

    actor, now = house.node.actor("pima-so"), house.node.clock()
    with reading(actor):
        post = get_post_by_code("pima-so", "privacy")
        officer = get_holder(post.id, now).officer_id
    left, taken = now - timedelta(days=300), now - timedelta(days=200)
    end_holding(by=actor, now=now, post_id=post.id, ends_at=left)
    covering = Assignment(post.id, officer, Period(taken, now - timedelta(days=100)), HoldingKind.ACTING)
    assign_holders(by=actor, now=now, assignments=[covering])
    answer = house.inside().get("/console/directory/pima-so/")
    text = words_of(answer)
    row = text[text.index("Privacy officer privacy") :]
    said = row[: row.index("Records clerk")]
    kinds = re.findall(r"(vacant|acting|held) (since|from)", said)
    assert kinds == [("vacant", "since"), ("acting", "from"), ("vacant", "from"), ("held", "from")]
    page = answer.content.decode()
    assert page.count("comity-times__span--vacant") == 3  # two stretches and the key
    assert str(officer) not in page


def test_a_task_force_shows_the_counties_of_its_members(house):
    page = words_of(house.inside().get("/console/directory/task-forces/counter-narcotics-alliance/"))
    assert "Pima, AZ" in page
    assert "Sahuarita Police Department; Tucson Police Department" in page
    assert "name no counties" in page


@pytest.mark.parametrize("path", ["/console/directory/", "/console/directory/map/counties/"])
def test_a_list_asks_the_database_little_beyond_who_is_there(house, path):
    """Five at most: who acts, the counties, how many agencies, one page of them, the task forces."""
    person = house.inside()
    assert len(asked_by(person, path)) - len(asked_by(person, "/console/law/words/")) <= 5


def asked_by(person, path):
    from django.db import connections
    from django.test.utils import CaptureQueriesContext

    person.get(path)
    with CaptureQueriesContext(connections["default"]) as here, CaptureQueriesContext(connections["signin"]) as there:
        assert person.get(path).status_code == 200
    return [one["sql"] for one in (*here, *there) if one["sql"].startswith("SELECT")]
