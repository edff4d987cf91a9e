"""Every change of the directory leaves an act row whose digest is in a ledger entry."""

import json
from datetime import UTC, datetime

import psycopg
import pytest
from psycopg.rows import dict_row

from comity.config.node import Role
from comity.kernel.digest import row_digest
from comity.kernel.ids import new_id
from comity.kernel.time import Period
from comity.spine.tenancy.actor import Actor, Duty, node_actor
from comity.spine.tenancy.transaction import reading
from comity.standing.directory.commands import Assignment, assign_holders, end_holding, issue_api_key, revoke_api_key

NOW = datetime(2026, 3, 2, 16, tzinfo=UTC)


@pytest.fixture
def busy(offices):
    office, by = offices.nogales, offices.steward
    assign_holders(by=by, now=NOW, assignments=[Assignment(office.liaison, office.officers[0], Period(NOW))])
    end_holding(by=by, now=NOW, post_id=office.liaison, ends_at=NOW.replace(month=4))
    key = issue_api_key(by=by, now=NOW, post_id=office.interface, scopes=["exchange:ask"], period=Period(NOW))
    revoke_api_key(by=by, now=NOW, prefix=key.prefix)
    return offices


def test_every_change_is_an_act_row_with_its_digest_in_a_ledger_entry(node, busy):
    with node.connect(Role.OWNER) as owner:
        bodies = [json.loads(bytes(body)) for (body,) in owner.execute("SELECT body FROM ledger_pending").fetchall()]
        rows = owner.cursor(row_factory=dict_row).execute("SELECT * FROM directory_event").fetchall()
    entries = {body["id"]: body for body in bodies}
    assert len(rows) == len(entries)
    for row in rows:
        entry = entries[str(row.pop("entry_id"))]
        assert entry["act"] == row["act"]
        assert entry["rows"] == {f"directory_event/{row['id']}": row_digest(bytes.fromhex(entry["salt"]), row)}


def test_the_acts_are_named_in_the_past(node, busy):
    with node.connect(Role.VERIFIER) as verifier:
        acts = {act for (act,) in verifier.execute("SELECT act FROM directory_event").fetchall()}
    assert acts == {
        "agency.registered",
        "post.created",
        "officer.registered",
        "holding.assigned",
        "holding.ended",
        "api_key.issued",
        "api_key.revoked",
    }


def test_an_agencys_auditor_reads_its_own_acts_and_the_nodes_own_auditor_every_one(node, busy):
    seen = {}
    for name, agency in (("nogales", busy.nogales), ("tucson", busy.tucson)):
        with reading(Actor(agency.agency_id, new_id(), Duty.AUDITOR)) as cursor:
            cursor.execute("SELECT agency_id, about_agency_id FROM directory_event")
            seen[name] = {agency.agency_id in row for row in cursor.fetchall()}
    with reading(node_actor(Duty.AUDITOR)) as cursor:
        cursor.execute("SELECT count(*) FROM directory_event")
        overseen = cursor.fetchone()
    with node.connect(Role.VERIFIER) as verifier:
        assert verifier.execute("SELECT count(*) FROM directory_event").fetchone() == overseen
    assert seen == {"nogales": {True}, "tucson": {True}}


@pytest.mark.parametrize(
    "statement", ["UPDATE directory_event SET act = 'x'", "DELETE FROM directory_event", "TRUNCATE directory_event"]
)
@pytest.mark.parametrize("role", [Role.OWNER, Role.APP])
def test_nobody_changes_or_removes_an_act_row(node, busy, statement, role):
    with node.connect(role) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(statement)


def test_a_refused_change_leaves_neither_act_row_nor_entry(node, offices):
    with node.connect(Role.OWNER) as owner:
        before = owner.execute("SELECT count(*) FROM ledger_pending").fetchone()
    office = offices.nogales
    twice = [Assignment(office.liaison, officer, Period(NOW)) for officer in office.officers]
    with pytest.raises(ValueError, match="held"):
        assign_holders(by=offices.steward, now=NOW, assignments=twice)
    with node.connect(Role.OWNER) as owner:
        assert owner.execute("SELECT count(*) FROM ledger_pending").fetchone() == before
        assert owner.execute("SELECT count(*) FROM directory_event WHERE act LIKE 'holding%'").fetchone() == (0,)
