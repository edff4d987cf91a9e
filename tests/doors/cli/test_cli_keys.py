"""Master keys at the command line: rotated, listed, destroyed once they seal nothing."""

import shutil
from itertools import count

import pytest
from cli_terminal import an_ask

from comity.config.node import Role
from comity.coordination.exchange.commands.file import NewRecord, file_records
from comity.doors.cli import keys
from comity.spine.keys.file_ring import FileKeyRing
from comity.spine.vault.retire import SETTLED


def test_rotation_seals_everything_anew_and_everything_still_opens(own_keys):
    terminal, path = own_keys
    terminal.ask(an_ask())
    told = terminal.run("keys", "rotate")
    assert told.code == 0
    assert "0 left under older master keys" in told.out
    current = FileKeyRing(path).master_key_id
    assert terminal.node.look("SELECT DISTINCT key_id FROM vault_item") == [(current,)]
    (task,) = terminal.run("queue", "--as", "pima-so/records-supervisor", "--json").lines
    assert (
        "1 Example Way" in terminal.run("approve", task["task"], "--as", "pima-so/records-supervisor", typed="n\n").out
    )
    assert "0 data keys sealed anew" in terminal.run("keys", "rewrap").out
    terminal.node.sequence()
    assert terminal.run("ledger", "verify").code == 0


@pytest.fixture
def rotated(own_keys):
    """A terminal after a rotation, its key file, and the master key that was replaced."""
    terminal, path = own_keys
    old = FileKeyRing(path).master_key_id
    assert terminal.run("keys", "rotate").code == 0
    return terminal, path, old


def retire(terminal, key, typed="y\n"):
    return terminal.run("keys", "retire", key, typed=typed)


def held(path):
    return FileKeyRing(path).master_key_ids


def test_master_keys_are_listed_with_what_each_seals(rotated):
    terminal, path, old = rotated
    current = FileKeyRing(path).master_key_id
    [(items,)] = terminal.node.look("SELECT count(*) FROM vault_item")
    lines = terminal.run("keys", "masters", "--json").lines
    assert [(line["key"], line["is_current"], line["seals"]) for line in lines] == [
        (old, False, 0),
        (current, True, items),
    ]
    assert {line["kept_in"] for line in lines} == {"key file"}
    said = terminal.run("keys", "masters").out
    assert (old in said, current in said) == (True, True)


def test_a_master_key_that_is_held_nowhere_is_listed(rotated):
    terminal, path, _ = rotated
    key = FileKeyRing(path).master_key_id
    path.unlink()
    FileKeyRing.create(path)
    said = terminal.run("keys", "masters").out
    assert [key in line for line in said.splitlines() if "nowhere" in line] == [True]
    assert terminal.run("keys", "masters", "--json").lines[-1]["kept_in"] is None


def test_an_old_master_key_is_destroyed_when_asked_back(rotated):
    terminal, path, old = rotated
    terminal.node.clock.advance(seconds=SETTLED.total_seconds() + 60)
    kept = retire(terminal, old, typed="n\n")
    assert (kept.code, old in held(path)) == (1, True)
    assert "backups made before" in kept.out
    done = retire(terminal, old)
    assert (done.code, "is destroyed" in done.out) == (0, True)
    assert held(path) == [FileKeyRing(path).master_key_id]
    assert "opened" not in terminal.run("keys", "rewrap").err
    again = retire(terminal, old)
    assert (again.code, "comity keys masters" in again.err) == (2, True)
    assert "backups made" not in again.out


def test_old_backups_are_named_however_long_ago_the_key_was_replaced(rotated):
    terminal, _, old = rotated
    terminal.node.clock.advance(days=36)
    said = retire(terminal, old, typed="n\n").out
    assert "backups made before everything was sealed anew open with this key only, and are kept 35 days" in said


def test_damage_does_not_hide_a_process_that_still_uses_the_old_key(own_keys, monkeypatch, tmp_path):
    terminal, path = own_keys
    former = tmp_path / "former.json"
    shutil.copy(path, former)
    stale, a_round, numbers = FileKeyRing(former), keys._round, count(2)

    def another_seals():
        record = NewRecord(category="case", reference=f"C-{next(numbers)}", values={"warrant": "W-9"})
        demo = terminal.node
        file_records(records=(record,), by=demo.actor("pima-so"), now=demo.clock(), keys=stale)

    def while_another_seals(ring, total):
        done = a_round(ring, total)
        another_seals()
        return done

    another_seals()
    another_seals()
    with terminal.node.connect(Role.BOOTSTRAP) as admin:
        admin.execute("UPDATE vault_item SET wrapped_key = '' WHERE id = (SELECT min(id::text)::uuid FROM vault_item)")
    alone = terminal.run("keys", "rotate")
    assert (alone.code, "1 do not open and stay" in alone.out, "still uses" in alone.out) == (1, True, False)
    monkeypatch.setattr(keys, "_round", while_another_seals)
    both = terminal.run("keys", "rotate")
    assert (both.code, "1 do not open and stay" in both.out, "still uses an older key" in both.out) == (1, True, True)


def test_a_master_key_that_seals_something_is_not_destroyed(own_keys):
    terminal, path = own_keys
    old = FileKeyRing(path).master_key_id
    FileKeyRing(path).rotate_master()
    terminal.node.clock.advance(days=1)
    told = retire(terminal, old)
    assert (told.code, f"`{old}` still seals 1 items" in told.err, "comity keys rewrap" in told.err) == (1, True, True)
    assert old in held(path)
    assert terminal.run("keys", "rewrap").code == 0
    assert retire(terminal, old).code == 0


def test_the_current_master_key_and_one_just_replaced_are_not_destroyed(rotated):
    terminal, path, old = rotated
    current = retire(terminal, FileKeyRing(path).master_key_id)
    assert (current.code, "is the current master key" in current.err) == (1, True)
    soon = retire(terminal, old)
    assert (soon.code, "was replaced at" in soon.err, "retire it after" in soon.err) == (1, True, True)
    assert len(held(path)) == 2


def test_keys_of_another_node_are_neither_rotated_nor_sealed_with(own_keys):
    terminal, path = own_keys
    path.unlink()
    FileKeyRing.create(path)
    before = path.read_bytes()
    for command in ("rotate", "rewrap"):
        told = terminal.run("keys", command)
        assert (told.code, "do not open what this database holds" in told.err) == (1, True)
    assert path.read_bytes() == before
