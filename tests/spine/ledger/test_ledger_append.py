import json
import threading
from datetime import datetime
from uuid import uuid4

import psycopg
import pytest
from django.db import DatabaseError, connections
from django.db.utils import IntegrityError

from comity.config.node import Role
from comity.spine.ledger.append import MAX_BODY_BYTES, Entry, EntryTooLargeError, append_entries
from comity.spine.tenancy.actor import Actor, Duty, node_actor
from comity.spine.tenancy.transaction import acting


def test_entry_holds_digests_and_never_the_row(log):
    entry = log.entry(rows={"demo_act/1": {"name": "a person", "gone": None}})
    body = json.loads(entry.body)
    assert b"person" not in entry.body
    assert sorted(body) == [
        "act", "agency", "at", "facts", "id", "payloads", "post", "rows", "ruleset", "salt", "schema",
    ]  # fmt: skip
    assert body["id"] == str(entry.entry_id)
    assert body["agency"] == str(log.actor.agency_id)
    assert len(bytes.fromhex(body["salt"])) == 16
    assert datetime.fromisoformat(body["at"]) == log.clock.now


def test_entry_beyond_the_limit_is_refused_before_anything_is_written(log):
    with pytest.raises(EntryTooLargeError, match="split the act"):
        log.entry(rows={f"demo_act/{n}": {"n": n} for n in range(900)})
    large = Entry(uuid4(), log.actor.agency_id, b"x" * (MAX_BODY_BYTES + 1))
    with pytest.raises(EntryTooLargeError), acting(log.actor) as cursor:
        append_entries(cursor, [log.entry(), large])
    assert log.ask("SELECT count(*) FROM ledger_pending") == [(0,)]


def test_rolled_back_act_leaves_no_entry(log):
    def fails() -> None:
        with acting(log.actor) as cursor:
            append_entries(cursor, [log.entry()])
            cursor.execute("SELECT 1 / 0")

    with pytest.raises(DatabaseError):
        fails()
    assert log.ask("SELECT count(*) FROM ledger_pending") == [(0,)]


def test_appending_nothing_is_nothing(log):
    with acting(log.actor) as cursor:
        append_entries(cursor, [])
    assert log.sequence() == 0


def test_entry_of_another_agency_is_refused_by_the_database(log):
    with pytest.raises(DatabaseError, match="row-level security"), acting(Actor(uuid4(), uuid4())) as cursor:
        append_entries(cursor, [log.entry()])


def test_entry_waiting_twice_is_refused(log):
    entry = log.entry()
    with pytest.raises(IntegrityError), acting(log.actor) as cursor:
        append_entries(cursor, [entry, entry])


def test_application_may_append_and_nothing_else(log):
    log.append()
    log.sequence()
    for statement in [
        "SELECT * FROM ledger_pending",
        "DELETE FROM ledger_pending",
        "UPDATE ledger_pending SET body = body",
        "INSERT INTO ledger_entry VALUES (0, gen_random_uuid(), gen_random_uuid(), '', sha256(''), now())",
        "UPDATE ledger_entry SET body = body",
        "DELETE FROM ledger_entry",
        "TRUNCATE ledger_entry",
        "DELETE FROM ledger_tile",
        "UPDATE ledger_checkpoint SET note = ''",
    ]:
        with pytest.raises(DatabaseError, match="permission denied"), acting(log.actor) as cursor:
            cursor.execute(statement)


@pytest.mark.parametrize("role", [Role.OWNER, Role.SEQUENCER, Role.VERIFIER, Role.PUBLIC])
def test_nobody_changes_or_removes_what_is_recorded(log, node, role):
    log.append(257)
    log.sequence()
    columns = {"ledger_entry": "body", "ledger_tile": "data", "ledger_checkpoint": "note"}
    with node.connect(role) as connection:
        for table, column in columns.items():
            for verb in [f"UPDATE {table} SET {column} = {column}", f"DELETE FROM {table}", f"TRUNCATE {table}"]:
                with pytest.raises(psycopg.Error, match=r"never changed|permission denied|read-only"):
                    connection.execute(verb)


def test_bodies_are_seen_by_their_agency_and_auditor_and_the_nodes_own_auditor_only(log):
    log.append()
    log.sequence()
    seen = {}
    for name, actor in {
        "own": log.actor,
        "other": Actor(uuid4(), uuid4()),
        "own auditor": Actor(log.actor.agency_id, uuid4(), Duty.AUDITOR),
        "auditor of another": Actor(uuid4(), uuid4(), Duty.AUDITOR),
        "oversight": node_actor(Duty.AUDITOR),
    }.items():
        with acting(actor) as cursor:
            cursor.execute("SELECT count(*) FROM ledger_entry")
            seen[name] = cursor.fetchone()[0]
    assert seen == {"own": 1, "other": 0, "own auditor": 1, "auditor of another": 0, "oversight": 1}


def test_concurrent_writers_lose_and_double_nothing(log):
    written, failures, stop = [], [], threading.Event()

    def write():
        try:
            for _ in range(6):
                written.extend(log.append(5))
        except Exception as error:  # noqa: BLE001 - shown by the assertion
            failures.append(error)
        finally:
            connections.close_all()

    def sequence():
        try:
            log.sequencer(batch=50).run(stop, pause_seconds=0.005)
        except Exception as error:  # noqa: BLE001 - shown by the assertion
            failures.append(error)
        finally:
            connections.close_all()

    sequencer = threading.Thread(target=sequence)
    sequencer.start()
    writers = [threading.Thread(target=write) for _ in range(32)]
    for thread in writers:
        thread.start()
    for thread in writers:
        thread.join()
    stop.set()
    sequencer.join()
    log.sequence()
    assert failures == []
    leaves = log.ask("SELECT leaf_index, entry_id FROM ledger_entry ORDER BY leaf_index")
    assert [index for index, _ in leaves] == list(range(32 * 6 * 5))
    assert sorted(entry_id for _, entry_id in leaves) == sorted(written)
    assert log.verify().is_clean
