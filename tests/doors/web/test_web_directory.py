"""The directory at the console: agencies found by words, what each is, who commands a task force; no person."""

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
    codes = [one for one in seen if one != "/console/directory/" and "task-forces" not in one and "?" not in one]
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
