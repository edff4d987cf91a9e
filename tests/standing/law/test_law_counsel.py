"""Counsel of the node, and nobody else's, approves the law and switches settings; the steward says whose that is."""

from dataclasses import replace
from datetime import UTC, datetime

import psycopg
import pytest
from small_law import release, rule

from comity.config.node import Role
from comity.kernel.ids import new_id
from comity.spine.tenancy.actor import Actor, Duty
from comity.standing.directory.commands import DirectoryConflictError, NotYourAgencyError, name_node_counsel
from comity.standing.directory.commands.register import NewAgency, NewPost, create_posts, register_agencies
from comity.standing.directory.models import DirectoryEvent
from comity.standing.directory.selectors import list_node_counsel
from comity.standing.directory.vocabulary import AgencyKind, Hosting, PostFunction, Power
from comity.standing.law.commands import NotCounselError, load_release, set_setting
from comity.standing.law.models import LawApproval, LawReleaseApproval, LawSetting
from law_signed import approve_signed, approve_whole

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)


@pytest.fixture
def stranger(people):
    """Counsel of another tenant."""
    new = NewAgency(code="ice-phx", name="Field office", kind=AgencyKind.FEDERAL, origin="demo")
    (agency,) = register_agencies(by=people[0], now=NOW, agencies=[new])
    posts = [NewPost(agency, "counsel", "Counsel", PostFunction.COUNSEL)]
    (post,) = create_posts(by=people[0], now=NOW, posts=posts)
    return Actor(agency, post, Duty.STEWARD)


@pytest.fixture
def release_id(people):
    return load_release(by=people[0], now=NOW, release=release(rule("law-1"), keys=("law-1",)))


def switch(by):
    return set_setting(by=by, now=NOW, setting="benefits_records", value="on", reason="opinion")


def everything(by, release_id):
    return (
        lambda: approve_signed(by, release_id, ["law-1"], NOW),
        lambda: approve_whole(by, release_id, NOW),
        lambda: switch(by),
    )


def test_counsel_of_another_tenant_approves_nothing_and_is_told_whose_does(people, stranger, release_id):
    for act in everything(stranger, release_id):
        with pytest.raises(NotCounselError, match="counsel of the node is that of `az-ag`"):
            act()
    assert not any(model.objects.exists() for model in (LawApproval, LawReleaseApproval, LawSetting))
    for act in everything(people[1], release_id):
        act()
    assert all(model.objects.count() == 1 for model in (LawApproval, LawReleaseApproval, LawSetting))


def test_counsel_of_the_node_is_one_and_the_steward_names_it(people, stranger, release_id):
    name_node_counsel(by=people[0], now=NOW, agency_id=stranger.agency_id)
    assert [one.code for one in list_node_counsel()] == ["ice-phx"]
    with pytest.raises(NotCounselError, match="`ice-phx`"):
        switch(people[1])
    switch(stranger)
    before = DirectoryEvent.objects.using("verifier").count()
    name_node_counsel(by=people[0], now=NOW, agency_id=stranger.agency_id)
    assert DirectoryEvent.objects.using("verifier").count() == before
    acts = (
        DirectoryEvent.objects.using("verifier").filter(act__contains="counsel").values_list("about_agency_id", "act")
    )
    assert set(acts) == {
        (people[1].agency_id, "agency.named_counsel"),
        (people[1].agency_id, "agency.counsel_ended"),
        (stranger.agency_id, "agency.named_counsel"),
    }


def test_no_agency_names_itself_and_counsel_is_a_tenants(people, stranger):
    with pytest.raises(NotYourAgencyError):
        name_node_counsel(by=Actor(stranger.agency_id, stranger.post_id), now=NOW, agency_id=stranger.agency_id)
    listed = NewAgency(code="far", name="Far", kind=AgencyKind.LOCAL, origin="list", hosting=Hosting.LISTED)
    (far,) = register_agencies(by=people[0], now=NOW, agencies=[listed])
    for agency_id in (far, new_id()):
        with pytest.raises(DirectoryConflictError, match="is a tenant of it"):
            name_node_counsel(by=people[0], now=NOW, agency_id=agency_id)
    assert [one.code for one in list_node_counsel()] == ["az-ag"]


def test_the_database_takes_approvals_and_settings_of_no_other_agency(people, stranger, release_id, node):
    for act in everything(people[1], release_id):
        act()
    with node.connect(Role.APP) as app:
        app.execute("SELECT set_config('comity.duty', 'steward', false)")
        for one in (people[1], stranger):
            app.execute("SELECT set_config('comity.agency', %s, false)", (str(one.agency_id),))
            for model in (LawApproval, LawReleaseApproval, LawSetting):
                table = model._meta.db_table
                names = [field.column for field in model._meta.fields if field.column not in {"id", "agency_id"}]
                kept = ", ".join("repeat('1', 64)" if name == "rule_digest" else name for name in names)
                columns = ", ".join(names)
                insert = (
                    f"INSERT INTO {table} (id, agency_id, {columns})"
                    f" SELECT gen_random_uuid(), comity_agency(), {kept} FROM {table} LIMIT 1"
                )
                if one is stranger:
                    with pytest.raises(psycopg.errors.InsufficientPrivilege):
                        app.execute(insert)
                else:
                    app.execute(insert)
        app.execute("SELECT set_config('comity.duty', 'agency', false)")
        app.execute("UPDATE directory_agency SET powers = '{node_counsel}' WHERE code = 'ice-phx'")
    assert [one.code for one in list_node_counsel()] == ["az-ag"]


def test_no_other_door_makes_counsel_and_never_two(people, node):
    third = NewAgency(
        code="ut-ag", name="UT AG", kind=AgencyKind.STATE, origin="test", state="UT", powers=(Power.NODE_COUNSEL,)
    )
    with pytest.raises(DirectoryConflictError, match="`comity law name-counsel` gives it"):
        register_agencies(by=people[0], now=NOW, agencies=[third])
    register_agencies(by=people[0], now=NOW, agencies=[replace(third, powers=())])
    with node.connect(Role.BOOTSTRAP) as owner, pytest.raises(psycopg.errors.UniqueViolation, match="one_counsel"):
        owner.execute("UPDATE directory_agency SET powers = '{node_counsel}' WHERE code = 'ut-ag'")
