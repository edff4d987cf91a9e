"""Agencies, posts, task forces: what may be entered, who may enter it, how it is found."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from comity.config.node import Role
from comity.kernel.ids import new_id
from comity.kernel.time import Period
from comity.spine.tenancy.actor import Actor, Duty
from comity.spine.tenancy.transaction import acting, reading
from comity.standing.directory.commands import (
    CommandPlace,
    DirectoryConflictError,
    Membership,
    NewAgency,
    NewContactPoint,
    NewPost,
    NewTaskForce,
    NewUnit,
    NotYourAgencyError,
    add_contact_points,
    create_posts,
    create_units,
    form_task_forces,
    register_agencies,
)
from comity.standing.directory.selectors import (
    NotInDirectoryError,
    find_post,
    find_posts,
    get_agency,
    get_agency_by_code,
    get_agency_by_ori,
    get_officer_by_reference,
    get_post_by_code,
    get_task_force,
    list_agencies,
    list_agencies_by_code,
    list_agencies_by_ori,
    list_contact_points,
    list_hosted_agencies,
    list_posts_of,
)
from comity.standing.directory.vocabulary import AgencyKind, ContactKind, Hosting, Limit, PostFunction, Power

NOW = datetime(2026, 3, 2, 16, tzinfo=UTC)
UTAH = NewAgency(
    code="ut-dps-bci",
    name="Utah Bureau of Criminal Identification",
    kind=AgencyKind.STATE,
    origin="test",
    ori="UTDEMO004",
    state="UT",
    powers=(Power.RECORDS, Power.CJIS_AGENCY),
    limits=(Limit.NO_ARREST,),
    counties=("49035",),
    address="Headquarters, Taylorsville, UT",
)


def test_an_agency_is_found_by_id_code_and_ori(steward):
    [agency_id] = register_agencies(by=steward, now=NOW, agencies=[UTAH])
    found = get_agency(agency_id)
    assert found == get_agency_by_code("ut-dps-bci") == get_agency_by_ori(" utdemo004 ")
    assert found.powers == {"records", "cjis_agency"}
    assert found.kind is AgencyKind.STATE
    assert list_agencies([agency_id, new_id()]) == {agency_id: found}
    assert list_agencies_by_ori(["UTDEMO004", "AZ0000000"]) == {"UTDEMO004": found}
    assert list_agencies_by_code(["ut-dps-bci"]) == {"ut-dps-bci": found}
    assert list_hosted_agencies() == [found]


def test_what_is_not_in_the_directory_is_named(node):
    with pytest.raises(NotInDirectoryError, match="XX0000000"):
        get_agency_by_ori("XX0000000")
    with pytest.raises(NotInDirectoryError, match="nowhere/liaison"):
        get_post_by_code("nowhere", "liaison")
    with pytest.raises(NotInDirectoryError, match="nobody"):
        get_task_force("nobody", NOW)


@pytest.mark.parametrize(
    ("fault", "rule"),
    [
        ({"ori": "short"}, "ori_form"),
        ({"code": "Not A Slug"}, "code_form"),
        ({"state": "utah"[:1]}, "state_form"),
        ({"hosting": Hosting.ELSEWHERE}, "node_url"),
        ({"node_url": "https://node.example"}, "node_url"),
    ],
)
def test_an_agency_of_the_wrong_form_is_refused_with_the_broken_rule(steward, fault, rule):
    with pytest.raises(DirectoryConflictError, match=rule):
        register_agencies(by=steward, now=NOW, agencies=[replace(UTAH, **fault)])


def test_an_ori_belongs_to_one_agency(steward):
    with pytest.raises(DirectoryConflictError, match="with this ORI"):
        register_agencies(by=steward, now=NOW, agencies=[UTAH, replace(UTAH, code="other")])
    assert list_agencies_by_code(["ut-dps-bci", "other"]) == {}


def test_only_the_steward_registers_agencies(offices):
    with pytest.raises(NotYourAgencyError):
        register_agencies(by=offices.nogales.actor, now=NOW, agencies=[UTAH])


def test_the_database_keeps_an_agency_from_writing_what_is_anothers(offices):
    stranger = offices.nogales.actor
    with pytest.raises(Exception, match="row-level security"), acting(stranger) as cursor:
        cursor.execute(
            "INSERT INTO directory_post (id, agency_id, code, title, function)"
            " VALUES (%s, %s, 'mole', 'Mole', 'liaison')",
            (new_id(), offices.tucson.agency_id),
        )
    with acting(stranger) as cursor:
        cursor.execute("UPDATE directory_agency SET address = 'moved'")
        assert cursor.rowcount == 0


@pytest.mark.parametrize("duty", [Duty.AUDITOR, Duty.COURIER, Duty.RETENTION])
def test_other_duties_change_nothing_even_at_their_own_agency(offices, duty):
    by = Actor(offices.nogales.agency_id, offices.nogales.liaison, duty)
    with pytest.raises(NotYourAgencyError):
        create_units(by=by, now=NOW, units=[NewUnit(offices.nogales.agency_id, "patrol", "Patrol")])


def test_every_session_of_the_application_reads_the_directory(offices):
    with reading(offices.nogales.actor):
        assert get_agency(offices.tucson.agency_id).code == "tucson-pd"


def test_the_public_role_reads_nothing_of_the_directory(node, offices):
    with node.connect(Role.PUBLIC) as public, pytest.raises(psycopg.errors.InsufficientPrivilege):
        public.execute("SELECT 1 FROM directory_agency")


def test_a_function_finds_the_first_post_by_code_of_each_agency(offices):
    nogales, tucson = offices.nogales, offices.tucson
    second = NewPost(nogales.agency_id, "a-liaison", "Deputy liaison", PostFunction.LIAISON)
    [earlier] = create_posts(by=nogales.actor, now=NOW, posts=[second])
    found = find_posts([nogales.agency_id, tucson.agency_id], PostFunction.LIAISON)
    assert {agency: post.id for agency, post in found.items()} == {
        nogales.agency_id: earlier,
        tucson.agency_id: tucson.liaison,
    }
    assert find_post(tucson.agency_id, PostFunction.COUNSEL) is None
    assert [post.code for post in list_posts_of(nogales.agency_id)] == ["a-liaison", "interface", "liaison"]


def test_an_officer_is_found_by_badge_reference(offices):
    officer = get_officer_by_reference("nogales-pd", "0002")
    assert officer.id == offices.nogales.officers[1]
    assert officer.agency_kind is AgencyKind.LOCAL


def test_contact_points_are_of_offices(offices):
    point = NewContactPoint(offices.nogales.agency_id, ContactKind.PHONE, "+1-602-555-0100")
    add_contact_points(by=offices.nogales.actor, now=NOW, contact_points=[point])
    [found] = list_contact_points(offices.nogales.agency_id)
    assert (found.value, found.hours) == ("+1-602-555-0100", "24/7")
    with pytest.raises(DirectoryConflictError, match="once"):
        add_contact_points(by=offices.steward, now=NOW, contact_points=[point])


def test_a_task_force_has_members_liaisons_succession_and_contact_points(offices):
    nogales, tucson = offices.nogales, offices.tucson
    new = NewTaskForce(
        code="best",
        name="Border Enforcement Security Task Force",
        lead_agency_id=tucson.agency_id,
        period=Period(NOW, NOW + timedelta(days=365)),
        members=(Membership(nogales.agency_id, nogales.liaison), Membership(tucson.agency_id)),
        command=(CommandPlace(nogales.liaison, 2), CommandPlace(tucson.liaison, 1)),
        contacts=((ContactKind.PHONE, "+1-602-555-0199"),),
    )
    form_task_forces(by=offices.steward, now=NOW, task_forces=[new])
    body = get_task_force("best", NOW)
    assert body.command_posts == (tucson.liaison, nogales.liaison)
    assert body.members == {nogales.agency_id: nogales.liaison, tucson.agency_id: None}
    assert [point.hours for point in body.contact_points] == ["24/7"]
    assert get_task_force("best", NOW + timedelta(days=365)).members == {}


def test_a_liaison_post_belongs_to_the_member(offices):
    new = NewTaskForce(
        code="best",
        name="Border Enforcement Security Task Force",
        lead_agency_id=offices.tucson.agency_id,
        period=Period(NOW),
        members=(Membership(offices.nogales.agency_id, offices.tucson.liaison),),
    )
    with pytest.raises(DirectoryConflictError, match="own_liaison"):
        form_task_forces(by=offices.steward, now=NOW, task_forces=[new])
