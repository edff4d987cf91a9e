"""After a full run: nothing personal outside the vault, every decision replays, every changed byte is named."""

import json
import re
from pathlib import Path

import pytest
import structlog
from exchange_given import (
    CASE,
    DISCLOSED,
    HIDDEN,
    NEEDS_APPROVAL,
    PLANTED,
    STATUS,
    ask_for,
    decide,
    deliver,
    disclosures_of,
    lodge,
    open_task,
    put,
    receive,
    request,
    tick,
)

from comity.config.node import Role
from comity.coordination.exchange.rulesets import load_ruleset
from comity.spine.ledger.act_tables import find_act_tables
from comity.spine.policy.facts import facts_from_plain
from comity.spine.policy.replay import replay
from comity.spine.tenancy.transaction import acting, reading
from comity.spine.vault.seal import open_item

PERSONAL = f"({PLANTED}|DEMO-[A-Z]+-[0-9]|demonstration$)"


def columns(node):
    return node.look(
        "SELECT table_name::text, column_name::text, data_type::text FROM information_schema.columns"
        " WHERE table_schema = 'public' AND table_name IN"
        " (SELECT relname FROM pg_class WHERE relkind IN ('r', 'p')) ORDER BY 1, 2"
    )


def found_in(node, pattern, left_out=()):
    where = []
    for table, column, kind in columns(node):
        if (table, column) in left_out:
            continue
        text = f"encode(\"{column}\", 'escape')" if kind == "bytea" else f'"{column}"::text'
        [(count,)] = node.look(f"SELECT count(*) FROM {table} WHERE {text} ~ %s", (pattern,))
        if count:
            where.append(f"{table}.{column}")
    return where


# ---- privacy


def test_the_search_for_personal_values_would_find_one(run):
    with run.connect(Role.BOOTSTRAP) as admin:
        admin.execute("SET session_replication_role = replica")
        admin.execute("UPDATE exchange_ask SET elements = ARRAY['REF-went'] WHERE ask_key = 'went'")
        admin.execute("UPDATE vault_item SET nonce = 'VALUE-x' WHERE id = (SELECT id FROM vault_item LIMIT 1)")
    assert found_in(run, PERSONAL) == ["exchange_ask.elements", "vault_item.nonce"]


def test_no_personal_value_stands_in_any_column_of_any_table(run):
    assert found_in(run, PERSONAL) == []


def test_the_values_are_in_the_vault_and_open_with_its_keys(run):
    [(item,)] = run.look("SELECT private_item FROM exchange_ask WHERE ask_key = 'went'")
    with reading(run.actor("hsi-arizona")) as cursor:
        sealed = open_item(cursor, run.keys, item)
    assert sealed == {"case_number": "CASENO-went", "justification": "WHY-went", "reference": "REF-went"}


def test_nobody_confirms_a_guessed_reference_by_a_digest_without_the_keys(run):
    digest = ask_for(DISCLOSED, "went").digest()
    assert found_in(run, digest) == []


def test_no_personal_value_reaches_a_log(demo, capfd, caplog):
    caplog.set_level("DEBUG")
    with structlog.testing.capture_logs() as told:
        result = put(demo, DISCLOSED)
        put(demo, HIDDEN, "k2")
        put(demo, STATUS, "k3")
        waits = put(demo, NEEDS_APPROVAL, "k4")
        decide(demo, open_task(demo, "az-dps", waits.ask_id), "az-dps", "records-supervisor")
        request(demo, DISCLOSED.asker, ask_for(DISCLOSED, "k1", reference="REF-other"))
        tick(demo)
        deliver(demo)
        receive(demo, DISCLOSED.asker, disclosures_of(demo, result.ask_id)[0])
    said = capfd.readouterr()
    text = "\n".join([said.out, said.err, caplog.text, repr(told)])
    assert re.findall(PLANTED, text) == []


def test_the_servers_log_holds_no_personal_value_after_an_error(demo):
    from django.db import DatabaseError
    from faults_given import fault
    from psycopg import Error as PsycopgError

    lodge(demo, DISCLOSED, "k1")
    demo.actor(DISCLOSED.asker)
    for table in ("exchange_ask", "vault_item", "ledger_pending"):
        with fault(demo, table, "failed"), pytest.raises((DatabaseError, PsycopgError)):
            request(demo, DISCLOSED.asker, ask_for(DISCLOSED, "k1"))
    logs = Path(demo.access.host).parent.glob("*.log*")  # beside the socket folder of the embedded cluster
    text = "".join(path.read_text("utf-8", "replace") for path in logs)
    assert "no space left on device" in text
    assert "REF-k1" not in text
    assert "WHY-k1" not in text


# ---- replay


def test_every_recorded_decision_replays_to_itself_under_its_recorded_rules(run):
    decisions = run.look("SELECT id, outcomes, ruleset, facts_item FROM exchange_decision")
    assert len(decisions) > 500
    differences, slices = [], {}
    with acting(run.node("courier")) as cursor:
        for decision_id, outcomes, ruleset, facts_item in decisions:
            facts = facts_from_plain(open_item(cursor, run.keys, facts_item))
            rules = slices.get(ruleset) or slices.setdefault(ruleset, load_ruleset(cursor, ruleset))
            assert rules.digest == ruleset
            differences += [(decision_id, one) for one in replay(facts=facts, rules=rules, recorded=outcomes)]
    assert differences == []


def test_the_run_met_every_outcome(run):
    statuses = {status for (status,) in run.look("SELECT DISTINCT status FROM exchange_answer")}
    assert statuses >= {
        "disclosed",
        "needs_approval",
        "held",
        "refused",
        "pending",
        "awaiting_answer",
        "no_record",
        "nothing_to_share",
        "told_outside",
    }
    headlines = {row[0] for row in run.look("SELECT DISTINCT headline FROM exchange_decision")}
    assert headlines == {"disclosed", "needs_approval", "held", "refused"}


# ---- the ledger


def test_the_ledger_of_a_full_run_verifies_and_covers_every_act_row(run):
    report = run.verify()
    assert report.is_clean, report.findings
    with run.connect(Role.VERIFIER) as verifier:
        tables = [table.name for table in find_act_tables(verifier)]
    [(rows,)] = run.look("SELECT " + " + ".join(f"(SELECT count(*) FROM {table})" for table in tables))
    assert report.counts["act rows"] == rows
    assert not report.counts.get("pending")


def test_every_vault_item_is_named_by_an_entry(run):
    """A stored payload no entry names could be changed unseen."""
    run.sequence()
    named = {
        item
        for (body,) in run.look("SELECT convert_from(body, 'UTF8') FROM ledger_entry")
        for item in json.loads(body)["payloads"]
    }
    unnamed = {kind for item, kind in run.look("SELECT id::text, kind FROM vault_item") if item not in named}
    assert unnamed == set()


CHANGED = {
    "text": "'~' || {column}",
    "uuid": "gen_random_uuid()",
    "integer": "{column} + 1",
    "bigint": "{column} + 1",
    "smallint": "{column} + 1",
    "timestamp with time zone": "{column} + interval '1 microsecond'",
    "date": "{column} + 1",
    "boolean": "NOT {column}",
    "ARRAY": "array_append({column}, {column}[1])",
    "jsonb": "jsonb_build_array({column})",
    "bytea": "set_byte({column}, 0, (get_byte({column}, 0) + 1) % 256)",
    "tstzrange": "tstzrange(lower({column}) - interval '1 second', upper({column}))",
    "character varying": "overlay({column} placing '~' from 1 for 1)",
}


def test_one_changed_column_of_an_act_row_is_named_whichever_it_is(run):
    run.sequence()
    with run.connect(Role.VERIFIER) as verifier:
        tables = {table.name: table for table in find_act_tables(verifier)}
    changed, skipped = set(), set()
    arrays = {(kind, table, column) for table, column, kind in columns(run)}
    with run.connect(Role.BOOTSTRAP) as admin:
        admin.execute("SET session_replication_role = replica")
        checks = admin.execute(
            "SELECT conrelid::regclass::text, conname FROM pg_constraint WHERE contype = 'c' AND conrelid > 0"
        ).fetchall()
        for table, name in checks:  # whoever breaks in as superuser does not stop at a check
            if table in tables:
                admin.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
        for table, column, kind in columns(run):
            if table not in tables or column in {*tables[table].key, "entry_id"}:
                continue
            key = tables[table].key[0]
            taken = [value for name, value, _ in changed if name == table]
            filled = f"AND cardinality({column}) > 0" if kind == "ARRAY" else ""
            row = admin.execute(
                f"SELECT {key}::text FROM {table} WHERE {column} IS NOT NULL {filled}"
                f" AND NOT ({key}::text = ANY(%s)) ORDER BY 1 LIMIT 1",
                (taken,),
            ).fetchone()
            if row is None:
                skipped.add((table, column))
                continue
            new = CHANGED[kind].format(column=column)
            admin.execute(f"UPDATE {table} SET {column} = {new} WHERE {key}::text = '{row[0]}'")
            changed.add((table, row[0], column))
    report = run.verify()
    named = {finding.where for finding in report.findings}
    places = {f"{table}/{key}" for table, key, _ in changed}
    assert named <= places
    assert len(named) + sum(report.left_out.values()) == len(places) == len(changed)  # a hundred of a kind are named
    assert len(changed) > 60
    for table, column in skipped:  # nothing was left out where there were rows enough for every column
        filled = f"cardinality({column}) > 0" if ("ARRAY", table, column) in arrays else f"{column} IS NOT NULL"
        [(many,)] = run.look(f"SELECT count(*) FROM {table} WHERE {filled}")
        assert many < 40, (table, column)


@pytest.mark.parametrize("kind", ["record", "ask", "facts", "payload", "draft"])
def test_one_changed_byte_of_a_stored_payload_is_named_whatever_kind_it_is(run, kind):
    run.sequence()
    with run.connect(Role.BOOTSTRAP) as admin:
        admin.execute("SET session_replication_role = replica")
        [(item,)] = admin.execute(
            "UPDATE vault_item SET ciphertext = set_byte(ciphertext, 3, (get_byte(ciphertext, 3) + 1) %% 256)"
            " WHERE id = (SELECT id FROM vault_item WHERE kind = %s ORDER BY id LIMIT 1) RETURNING id",
            (kind,),
        ).fetchall()
    assert f"vault_item/{item}" in {finding.where for finding in run.verify().findings}


@pytest.mark.parametrize(
    ("where", "change"),
    [
        ("ledger_entry/{key}", "UPDATE ledger_entry SET body = set_byte(body, 9, 120) WHERE leaf_index = {key}"),
        (
            "ledger_entry/{key}",
            (
                "UPDATE ledger_entry SET leaf_hash = set_byte(leaf_hash, 0, (get_byte(leaf_hash, 0) + 1) % 256)"
                " WHERE leaf_index = {key}"
            ),
        ),
        ("ledger_entry/{key}", "DELETE FROM ledger_entry WHERE leaf_index = {key}"),
    ],
    ids=["body", "leaf hash", "gone"],
)  # fmt: skip
def test_one_changed_entry_is_named(run, where, change):
    run.sequence()
    with run.connect(Role.BOOTSTRAP) as admin:
        admin.execute("SET session_replication_role = replica")
        admin.execute(change.format(key=300))
    assert where.format(key=300) in {finding.where for finding in run.verify().findings}


def test_one_changed_byte_of_a_tile_is_named(run):
    run.sequence()
    with run.connect(Role.BOOTSTRAP) as admin:
        admin.execute("SET session_replication_role = replica")
        admin.execute(
            "UPDATE ledger_tile SET data = set_byte(data, 40, (get_byte(data, 40) + 1) % 256)"
            " WHERE level = 0 AND index = 1"
        )
    assert "ledger_tile/0/1" in {finding.where for finding in run.verify().findings}


def test_one_changed_byte_of_a_checkpoint_is_named(run):
    run.sequence()
    put(run, DISCLOSED, "later")
    run.sequence()
    with run.connect(Role.BOOTSTRAP) as admin:
        admin.execute("SET session_replication_role = replica")
        [(size,)] = admin.execute(
            "UPDATE ledger_checkpoint SET root = set_byte(root, 0, (get_byte(root, 0) + 1) % 256)"
            " WHERE size = (SELECT min(size) FROM ledger_checkpoint) RETURNING size"
        ).fetchall()
    assert f"ledger_checkpoint/{size}" in {finding.where for finding in run.verify().findings}


def test_an_act_row_without_an_entry_and_an_entry_without_its_row_are_named(run):
    run.sequence()
    with run.connect(Role.BOOTSTRAP) as admin:
        admin.execute("SET session_replication_role = replica")
        [(gone,)] = admin.execute(
            "DELETE FROM exchange_answer WHERE id = (SELECT id FROM exchange_answer LIMIT 1) RETURNING id"
        ).fetchall()
        [(added,)] = admin.execute(
            "INSERT INTO exchange_answer SELECT gen_random_uuid(), gen_random_uuid(), ask_id, asker_id, holder_id, 9,"
            " 'disclosed', NULL, visible_at, answered_at FROM exchange_answer LIMIT 1 RETURNING id"
        ).fetchall()
    named = {finding.where for finding in run.verify().findings}
    assert {f"exchange_answer/{gone}", f"exchange_answer/{added}"} <= named


def test_the_minimized_values_of_the_run_are_what_was_asked_and_permitted(run):
    assert run.look("SELECT nature FROM exchange_disclosure d JOIN exchange_ask a ON a.id = d.ask_id"
                    " WHERE a.ask_key = 'went'") == [(sorted(CASE),)]  # fmt: skip
    beyond = run.look(
        "SELECT d.id FROM exchange_disclosure d JOIN exchange_ask a ON a.id = d.ask_id WHERE NOT d.nature <@ a.elements"
    )
    assert beyond == []
