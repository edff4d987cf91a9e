"""The functions that are the gate's window: who may open it, and that it closes."""

from datetime import UTC, datetime
from uuid import uuid4

import psycopg
import pytest
from django.db import DatabaseError, ProgrammingError, transaction

from comity.config.node import Role
from comity.spine.tenancy.actor import Actor, Duty
from comity.spine.tenancy.transaction import acting, insert_rows

CALLS = {
    "exchange_records_named": "SELECT * FROM exchange_records_named(ARRAY[]::uuid[], ARRAY[]::text[], ARRAY[]::text[])",
    "vault_sealed_for_gate": "SELECT * FROM vault_sealed_for_gate(ARRAY[]::uuid[])",
    "agreements_bearing_on": "SELECT * FROM agreements_bearing_on(ARRAY[]::uuid[], ARRAY[]::uuid[])",
    "agreements_locked_on": "SELECT * FROM agreements_locked_on(ARRAY[]::uuid[], ARRAY[]::uuid[])",
}


def duty(cursor):
    cursor.execute("SELECT comity_duty()")
    return cursor.fetchone()[0]


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
@pytest.mark.parametrize("given", [Duty.AGENCY, Duty.COURIER])
def test_the_duty_is_given_back_however_the_call_ends(demo, call, given):
    with acting(Actor(uuid4(), uuid4(), given)) as cursor:
        cursor.execute(call)
        assert duty(cursor) == given.value
        cursor.execute(f"SELECT EXISTS ({call})")
        assert duty(cursor) == given.value
        with pytest.raises(DatabaseError), transaction.atomic():
            cursor.execute(f"SELECT 1 / (SELECT count(*) FROM ({call}) AS t)")
        assert duty(cursor) == given.value


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
@pytest.mark.parametrize("role", [Role.SEQUENCER, Role.VERIFIER, Role.PUBLIC])
def test_no_other_role_may_call_them(demo, call, role):
    with demo.connect(role) as session, pytest.raises(psycopg.errors.InsufficientPrivilege, match="for function"):
        session.execute(call)


def test_an_auditor_counts_against_no_quota(demo):
    by = demo.actor("az-dps", "counsel")
    with demo.connect(Role.BOOTSTRAP) as admin:
        [(agreement,)] = admin.execute(
            "SELECT id FROM agreements_agreement WHERE %s = ANY (party_ids) LIMIT 1", (by.agency_id,)
        ).fetchall()
        columns = admin.execute(
            "SELECT column_name FROM information_schema.columns WHERE table_name = 'agreements_usage'"
        ).fetchall()
    row = {
        "agreement_id": str(agreement),
        "clause": "x",
        "clause_id": "x",
        "day": datetime.now(UTC).date().isoformat(),
        "id": str(uuid4()),
        "used": 1,
        "version_id": str(uuid4()),
    }
    row = {name: row[name] for (name,) in columns}
    for given, refused in ((Duty.AUDITOR, True), (Duty.AGENCY, False)):
        try:
            with acting(Actor(by.agency_id, by.post_id, given)) as cursor:
                insert_rows(cursor, {"agreements_usage": [row]})
            told = ""
        except ProgrammingError as error:
            told = str(error)
        assert ("row-level security" in told) is refused, told


def test_one_table_given_twice_is_refused_before_anything_is_written(demo):
    with pytest.raises(ValueError, match="given twice"), acting(demo.actor("az-dps", "counsel")) as cursor:
        insert_rows(cursor, {"vault_item": [{"id": "a"}]}, {"vault_item": [{"id": "b"}]})
