"""The demo organizations: all of them, complete, and loaded once however often."""

import re
from datetime import UTC, datetime

from comity.config.node import Role
from comity.standing.directory.demo import DemoLoaded, load_demo, read_demo
from comity.standing.directory.selectors import (
    find_posts,
    get_task_force,
    list_agencies_by_code,
    list_holders,
    list_hosted_agencies,
    list_task_force_codes,
)
from comity.standing.directory.vocabulary import AgencyKind, PostFunction

NOW = datetime(2026, 3, 2, 16, tzinfo=UTC)
EVERYBODY_HAS = [
    PostFunction.LIAISON,
    PostFunction.RECORDS_SUPERVISOR,
    PostFunction.PRIVACY_OFFICER,
    PostFunction.COUNSEL,
    PostFunction.AGENCY_HEAD,
    PostFunction.INTERFACE,
]


def test_the_demo_loads_once_and_every_post_is_held(steward):
    demo = read_demo()
    loaded = load_demo(by=steward, now=NOW)
    assert loaded.agencies == len(demo.agencies)
    assert loaded.task_forces == len(demo.task_forces)
    assert load_demo(by=steward, now=NOW) == DemoLoaded(0, 0, 0)
    agencies = {agency.id: agency for agency in list_hosted_agencies()}
    for function in EVERYBODY_HAS:
        posts = find_posts(agencies.keys(), function)
        assert posts.keys() == agencies.keys()
        assert list_holders([post.id for post in posts.values()], NOW).keys() == {post.id for post in posts.values()}


def test_every_task_force_is_commanded_at_every_place_of_its_succession(steward):
    load_demo(by=steward, now=NOW)
    for code in list_task_force_codes():
        body = get_task_force(code, NOW)
        assert body.command_posts
        assert len(list_holders(body.command_posts, NOW)) == len(set(body.command_posts))
        assert body.contact_points
        assert None not in body.members.values()


def test_the_kinds_and_neighbors_of_the_demo_are_there(steward):
    load_demo(by=steward, now=NOW)
    found = list_agencies_by_code(
        ["az-dps", "ice-ero-phoenix", "tohono-oodham-nation", "ut-dps-bci", "ca-doj", "pima-so"]
    )
    assert {code: agency.kind for code, agency in found.items()} == {
        "az-dps": AgencyKind.STATE,
        "ice-ero-phoenix": AgencyKind.FEDERAL,
        "tohono-oodham-nation": AgencyKind.TRIBAL,
        "ut-dps-bci": AgencyKind.STATE,
        "ca-doj": AgencyKind.NEIGHBORING_STATE,
        "pima-so": AgencyKind.LOCAL,
    }
    assert found["ut-dps-bci"].parent_id is not None
    assert "immigration_enforcement" in found["ice-ero-phoenix"].powers


def test_officers_of_the_demo_are_badge_references_and_nothing_else(node, steward):
    load_demo(by=steward, now=NOW)
    with node.connect(Role.VERIFIER) as verifier:
        references = [row[0] for row in verifier.execute("SELECT reference FROM directory_officer").fetchall()]
        phones = [
            row[0]
            for row in verifier.execute("SELECT value FROM directory_contact_point WHERE kind = 'phone'").fetchall()
        ]
    assert all(re.fullmatch(r"\d{4}", reference) for reference in references)
    assert all(re.fullmatch(r"\+1-\d{3}-555-01\d\d", phone) for phone in phones)


def test_an_interrupted_load_is_completed_by_the_next(node, steward):
    load_demo(by=steward, now=NOW)
    with node.connect(Role.OWNER) as owner:
        owner.execute("DELETE FROM directory_command_post")
        owner.execute("DELETE FROM directory_task_force_member")
        owner.execute("DELETE FROM directory_contact_point WHERE task_force_id IS NOT NULL")
        owner.execute("DELETE FROM directory_task_force")
        owner.execute("DELETE FROM directory_holding")
    loaded = load_demo(by=steward, now=NOW)
    assert (loaded.agencies, loaded.posts, loaded.task_forces) == (0, 0, len(read_demo().task_forces))
    posts = find_posts([agency.id for agency in list_hosted_agencies()], PostFunction.COUNSEL)
    assert len(list_holders([post.id for post in posts.values()], NOW)) == len(posts)
