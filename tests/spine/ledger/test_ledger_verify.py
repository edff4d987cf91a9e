from datetime import UTC, datetime, timedelta
from hashlib import sha256
from uuid import uuid4

import pytest

from comity.config.node import Role
from comity.spine.ledger import verify as verify_module
from comity.spine.ledger.connect import conninfo_of
from comity.spine.ledger.last_signed import read_last_signed

FLIP = "set_byte({0}, 3, get_byte({0}, 3) # 1)"


def put_payload(log, content: bytes = b"sealed") -> tuple:
    item = uuid4()
    log.break_in(
        "INSERT INTO vault_item (id, kind, owner_id, reader_ids, nonce, ciphertext, wrapped_key, key_id)"
        " VALUES (%s, 'ask', %s, '{}', 'nonce-12byte', %s, '', 'm-1')",
        (item, uuid4(), content),
    )
    return item, sha256(b"nonce-12byte" + content).hexdigest()


def test_untouched_ledger_is_clean_and_counted(log):
    item, digest = put_payload(log)
    log.act("one", {item: digest})
    log.append(600)
    log.sequence()
    log.act("still waiting")
    report = log.verify(last_signed=read_last_signed(log.last_signed, log.verifier_key).checkpoint)
    assert report.findings == ()
    counts = report.counts
    assert (counts["entries"], counts["tiles"], counts["checkpoints"]) == (601, 2, 1)
    assert (counts["act rows"], counts["payloads"], counts["pending"]) == (2, 1, 1)
    assert counts["act tables"] >= 1


def test_empty_ledger_is_clean(log):
    assert log.verify().is_clean


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("UPDATE ledger_entry SET body = {body} WHERE leaf_index = 7", ("entry changed", "ledger_entry/7")),
        ("UPDATE ledger_entry SET body = {body} WHERE leaf_index = 520", ("entry changed", "ledger_entry/520")),
        (
            "UPDATE ledger_entry SET leaf_hash = {leaf_hash} WHERE leaf_index = 7",
            ("leaf hash changed", "ledger_entry/7"),
        ),
        (
            "UPDATE ledger_entry SET leaf_hash = {leaf_hash} WHERE leaf_index = 520",
            ("entry changed", "ledger_entry/520"),
        ),
        (
            "UPDATE ledger_entry SET agency_id = gen_random_uuid() WHERE leaf_index = 7",
            ("entry changed", "ledger_entry/7"),
        ),
        (
            "UPDATE ledger_entry SET entry_id = gen_random_uuid() WHERE leaf_index = 7",
            ("entry changed", "ledger_entry/7"),
        ),
        ("DELETE FROM ledger_entry WHERE leaf_index = 7", ("entry missing", "ledger_entry/7")),
        ("DELETE FROM ledger_entry WHERE leaf_index > 500", ("entry missing", "ledger_entry/501")),
        ("UPDATE ledger_tile SET data = {data} WHERE index = 1", ("tile changed", "ledger_tile/0/1")),
        ("UPDATE ledger_tile SET root = {root} WHERE index = 1", ("tile changed", "ledger_tile/0/1")),
        ("DELETE FROM ledger_tile WHERE index = 0", ("tile missing", "ledger_tile/0/0")),
        ("UPDATE ledger_tile SET index = 9 WHERE index = 0", ("tile unexpected", "ledger_tile/0/9")),
        (
            "UPDATE ledger_checkpoint SET root = {root} WHERE size = 300",
            ("checkpoint changed", "ledger_checkpoint/300"),
        ),
        (
            "UPDATE ledger_checkpoint SET note = replace(note, '300', '301') WHERE size = 300",
            ("checkpoint changed", "ledger_checkpoint/300"),
        ),
        ("UPDATE ledger_checkpoint SET size = 299 WHERE size = 300", ("checkpoint changed", "ledger_checkpoint/299")),
        ("DELETE FROM ledger_checkpoint WHERE size = 525", ("checkpoint missing", "ledger_checkpoint/525")),
        ("UPDATE demo_act SET says = 'else'", ("act row changed", "demo_act/{row}")),
        ("UPDATE demo_act SET at = at + interval '1 microsecond'", ("act row changed", "demo_act/{row}")),
        ("UPDATE demo_act SET says = NULL", ("act row changed", "demo_act/{row}")),
        ("UPDATE demo_act SET more = jsonb_set(more, '{{n}}', '2')", ("act row changed", "demo_act/{row}")),
        ("UPDATE demo_act SET more = jsonb_set(more, '{{n}}', '1.5')", ("act row unreadable", "demo_act/{row}")),
        ("UPDATE demo_act SET blob = {blob}", ("act row changed", "demo_act/{row}")),
        (
            "UPDATE demo_act SET entry_id = '00000000-0000-0000-0000-000000000001'",
            ("act row without entry", "demo_act/{row}"),
        ),
        (
            "UPDATE demo_act SET entry_id = (SELECT entry_id FROM ledger_entry WHERE leaf_index = 3)",
            ("act row not named by its entry", "demo_act/{row}"),
        ),
        ("DELETE FROM demo_act", ("act row missing", "demo_act/{row}")),
        ("DROP TABLE demo_act", ("act row missing", "demo_act/{row}")),
        ("REVOKE SELECT ON demo_act FROM comity_verifier", ("table unreadable", "demo_act")),
        ("UPDATE vault_item SET ciphertext = {ciphertext}", ("payload changed", "vault_item/{item}")),
        ("UPDATE vault_item SET nonce = {nonce}", ("payload changed", "vault_item/{item}")),
        ("DELETE FROM vault_item", ("payload missing", "vault_item/{item}")),
    ],
)
def test_every_tampering_is_named(log, statement, found):
    item, digest = put_payload(log)
    row, _ = log.act("original", {item: digest})
    log.append(299)
    log.sequence()
    log.append(225)
    log.sequence()
    assert log.verify().is_clean
    columns = ["body", "leaf_hash", "data", "root", "ciphertext", "nonce"]
    flips = {column: FLIP.format(column) for column in columns} | {"blob": FLIP.format("blob").replace("3", "1")}
    log.break_in(statement.format(**flips))
    kind, where = found
    assert (kind, where.format(row=row, item=item)) in log.found()


def test_one_changed_body_makes_nothing_else_look_changed(log):
    log.append(700)
    log.sequence()
    log.break_in(f"UPDATE ledger_entry SET body = {FLIP.format('body')} WHERE leaf_index IN (7, 690)")
    kinds = {(finding.kind.value, finding.where) for finding in log.verify().findings}
    assert kinds == {
        ("entry changed", "ledger_entry/7"),
        ("entry malformed", "ledger_entry/7"),
        ("entry changed", "ledger_entry/690"),
        ("entry malformed", "ledger_entry/690"),
    }


def test_rewriting_an_entry_with_its_leaf_hash_is_found_by_tile_and_checkpoint(log):
    log.append(300)
    log.sequence()
    log.break_in(
        "UPDATE ledger_entry e SET body = f.body, leaf_hash = f.leaf_hash FROM ledger_entry f"
        " WHERE f.leaf_index = 5 AND e.leaf_index = 7"
    )
    found = log.found()
    assert {("tile changed", "ledger_tile/0/0"), ("checkpoint changed", "ledger_checkpoint/300")} <= found


def test_purged_payload_needs_its_tombstone(log):
    item, digest = put_payload(log)
    log.act("one", {item: digest})
    log.sequence()
    log.break_in("DELETE FROM vault_item")
    bury = (
        "INSERT INTO vault_tombstone (item_id, kind, owner_id, digest, purged_at, reason)"
        " VALUES (%s, 'ask', %s, %s, now(), 'term')"
    )
    log.break_in(bury, (item, uuid4(), "0" * 64))
    assert log.found() == {("payload changed", f"vault_tombstone/{item}")}
    log.break_in("UPDATE vault_tombstone SET digest = %s", (digest,))
    assert log.verify().is_clean


def test_row_lawfully_gone_is_no_finding(log):
    row, _ = log.act()
    log.sequence()
    log.break_in("DELETE FROM demo_act")
    assert log.verify(purged=frozenset({f"demo_act/{row}"})).is_clean


def test_entry_that_waits_too_long_is_named(log):
    log.append()
    assert log.verify().is_clean
    report = log.verify(now=datetime.now(UTC) + timedelta(minutes=5))
    assert [(f.kind.value, f.where) for f in report.findings] == [("entry not sequenced", "ledger_pending/1")]
    assert "is the sequencer running?" in report.findings[0].says


def test_checkpoint_of_a_foreign_key_is_named(log, make_log, tmp_path):
    log.append()
    log.sequence()
    (tmp_path / "log-key.json").unlink()
    assert make_log().found() == {("checkpoint changed", "ledger_checkpoint/1")}


def test_history_without_the_checkpoint_kept_outside_is_named(log):
    log.append(4)
    log.sequence()
    known = read_last_signed(log.last_signed, log.verifier_key).checkpoint
    log.append(1)
    log.sequence()
    log.break_in("DELETE FROM ledger_checkpoint WHERE size = 4")
    assert log.verify().is_clean
    assert log.found(last_signed=known) == {("checkpoint changed", "ledger_checkpoint/4")}


def test_many_findings_are_counted_and_not_all_named(log):
    log.append(250)
    log.sequence()
    log.break_in("UPDATE ledger_entry SET body = 'x'")
    report = log.verify()
    assert len([f for f in report.findings if f.kind == "entry changed"]) == 100
    assert report.left_out["entry changed"] == 150


def test_several_processes_find_what_one_finds(log, monkeypatch):
    monkeypatch.setattr(verify_module, "_ALONE_BELOW", 10)
    for _ in range(30):
        log.act()
    log.append(300)
    log.sequence()
    log.break_in("UPDATE demo_act SET says = 'else' WHERE id IN (SELECT id FROM demo_act ORDER BY id LIMIT 3)")
    log.break_in(f"UPDATE ledger_entry SET body = {FLIP.format('body')} WHERE leaf_index = 7")
    told = []
    split = log.verify(progress=lambda done, total: told.append((done, total)))
    alone = log.verify(processes=1)
    assert {(f.kind, f.where) for f in split.findings} == {(f.kind, f.where) for f in alone.findings}
    assert len(split.findings) == 6
    assert split.counts == alone.counts
    assert told == [(n, 5) for n in range(1, 6)]


def test_act_table_is_found_without_being_registered(log, node):
    with node.connect(Role.OWNER) as owner:
        owner.execute("CREATE TABLE forgotten (id bigint PRIMARY KEY, entry_id uuid NOT NULL)")
    assert log.found() == {("table unreadable", "forgotten")}


def test_alias_gives_the_address_that_other_processes_use(log):
    log.append(2)
    log.sequence()
    assert log.verify(conninfo=conninfo_of("verifier")).is_clean
