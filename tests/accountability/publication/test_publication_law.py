"""The public is told of the law and the directory: as they were put in force and stand, once, and by the node alone."""

from contextlib import suppress
from datetime import timedelta

import pytest
from django.db import DatabaseError

from comity.accountability.publication.commands import publish_directory, publish_law
from comity.accountability.publication.commands.publish import NotPublisherError
from comity.accountability.publication.directory_selectors import (
    count_public_agencies,
    get_public_agency,
    get_public_task_force,
    search_public_agencies,
)
from comity.accountability.publication.law_selectors import get_public_law, list_public_laws, list_public_tables
from comity.accountability.publication.selectors import NotPublishedError, as_public
from comity.config.node import Role
from comity.doors.worker.publishing import Told, publish_what_changed
from comity.spine.tenancy.actor import Actor, Duty
from comity.spine.tenancy.transaction import acting
from comity.standing.directory.commands import NewAgency, register_agencies
from comity.standing.directory.vocabulary import AgencyKind
from comity.standing.law.commands import load_release, put_in_force
from comity.standing.law.rules import Release, shipped_release


def agencies(**wanted):
    chosen = {"search": "", "kind": None, "state": None, "county": None, "order": "name", "is_descending": False}
    with as_public():
        return search_public_agencies(**(chosen | wanted), offset=0, limit=200)


def test_the_law_in_force_is_public_with_its_words_in_both_languages(demo):
    with as_public() as now:
        law = get_public_law(now)
    assert law.rules
    assert all(one.says["en"] and one.says["es"] and one.forward["es"] for one in law.rules)
    assert {code for one in law.rules for code in one.sources} <= set(law.authorities)
    assert [(law.digest,)] == demo.look("SELECT digest FROM law_release")
    demo.sequence()
    assert demo.look("SELECT count(*) FROM ledger_entry WHERE entry_id = %s", (law.entry_id,)) == [(1,)]
    assert not demo.verify().findings


def test_telling_it_again_changes_nothing(demo):
    node, now = demo.node("steward"), demo.clock()
    assert publish_law(by=node, now=now) == 0
    assert publish_directory(by=node, now=now) == 0
    assert demo.look("SELECT count(*) FROM publication_law") == [(1,)]
    assert demo.look("SELECT count(*) FROM publication_directory") == [(1,)]


def test_a_release_that_was_only_loaded_is_not_public(demo):
    shipped, steward = shipped_release(), demo.node("steward")
    packs = {name: text for name, text in shipped.packs.items() if name != "us-ca"}
    load_release(
        by=steward, now=demo.clock(), release=Release(packs, shipped.text_sources, shipped.authority_source)
    )  # fmt: skip
    assert publish_law(by=steward, now=demo.clock()) == 0


def test_a_release_that_is_to_come_is_the_law_from_its_day_on(demo):
    from law_signed import approve_whole, replayed

    shipped, steward = shipped_release(), demo.node("steward")
    counsel = demo.actor("az-ag", "counsel")
    counsel = Actor(counsel.agency_id, counsel.post_id, Duty.STEWARD)
    packs = {name: text for name, text in shipped.packs.items() if name != "us-ca"}
    release = Release(packs, shipped.text_sources, shipped.authority_source)
    coming = load_release(by=steward, now=demo.clock(), release=release)
    approve_whole(counsel, coming, demo.clock())
    replayed(coming, demo.clock())
    starts = demo.clock() + timedelta(days=3)
    put_in_force(by=steward, now=demo.clock(), release_id=coming, effective_at=starts)
    assert publish_law(by=steward, now=demo.clock()) == 1
    with as_public() as now:
        assert len(list_public_laws(now)) == 1
        assert "us-ca" in {one.place for one in get_public_law(now).rules}
        assert list_public_laws(starts)[0].digest == release.digest
        assert "us-ca" not in {one.place for one in get_public_law(starts).rules}


def test_the_worker_tells_what_changed_and_reads_no_directory_while_its_stamp_stands(demo):
    told = Told()
    publish_what_changed(told, clock=demo.clock)
    register_agencies(
        by=demo.node("steward"),
        now=demo.clock(),
        agencies=[
            NewAgency(code="new-pd", name="New Police", kind=AgencyKind.LOCAL, origin="test", counties=("04019",))
        ],
    )
    with as_public(), pytest.raises(NotPublishedError):
        get_public_agency("new-pd")
    publish_what_changed(told, clock=demo.clock)
    with as_public():
        assert get_public_agency("new-pd").counties == ("04019",)
    before = told.directory
    publish_what_changed(told, clock=demo.clock)
    assert told.directory == before
    assert demo.look("SELECT count(*) FROM publication_directory") == [(2,)]


def test_agencies_are_found_by_words_kind_and_county_and_nothing_is_a_pattern(demo):
    with as_public():
        total = count_public_agencies()
    assert agencies()[1] == total == demo.look("SELECT count(*) FROM directory_agency")[0][0]
    assert [one.code for one in agencies(search="pima sheriff")[0]] == ["pima-so"]
    assert {one.kind.value for one in agencies(kind="tribal", county="04019")[0]} == {"tribal"}
    assert all("04019" in one.counties for one in agencies(county="04019")[0])
    for sign in ("%", "_", "\\"):
        assert agencies(search=sign) == ([], 0)
    named = [one.name for one in agencies(order="name", is_descending=True)[0]]
    assert named == sorted(named, reverse=True)


def test_a_task_force_is_public_with_its_members_and_without_its_posts(demo):
    with as_public():
        found = get_public_task_force("az-hidta")
    assert found.lead == "az-dps"
    assert "pima-so" in found.members
    columns = demo.look(
        "SELECT column_name FROM information_schema.columns WHERE table_name = 'publication_task_force'"
    )
    assert {name for (name,) in columns} == {"code", "name", "area", "lead", "members"}


def test_decision_tables_are_public():
    assert "law-28" in list_public_tables()["law-28"]


@pytest.mark.parametrize("publish", [publish_law, publish_directory])
def test_only_the_node_publishes_law_and_directory(demo, publish):
    with pytest.raises(NotPublisherError):
        publish(by=demo.actor("az-dps", "counsel"), now=demo.clock())


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO publication_task_force (code, name, area, lead, members) VALUES ('x', 'x', '', 'x', '{}')",
        "UPDATE publication_agency SET name = 'x'",
        "UPDATE publication_task_force SET name = 'x'",
    ],
)
def test_no_post_writes_what_the_public_reads_even_in_the_stewards_duty(demo, statement):
    actor = demo.actor("az-dps", "counsel")
    for duty in (Duty.AGENCY, Duty.STEWARD):
        by = Actor(actor.agency_id, actor.post_id, duty)
        with suppress(DatabaseError), acting(by) as cursor:
            cursor.execute(statement)
    for table in ("publication_agency", "publication_task_force"):
        assert demo.look(f"SELECT count(*) FROM {table} WHERE name = 'x'") == [(0,)]


@pytest.mark.parametrize("table", ["publication_law", "publication_directory"])
def test_what_was_told_is_never_changed_and_says_no_post_to_the_public(demo, table):
    with demo.connect(Role.OWNER) as owner, pytest.raises(Exception, match="never changed"):
        owner.execute(f"UPDATE {table} SET digest = ''")
    with demo.connect(Role.PUBLIC) as reader, pytest.raises(Exception, match="permission denied"):
        reader.execute(f"SELECT post_id FROM {table}")
