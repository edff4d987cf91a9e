import contextlib
import json
import threading
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from django.db import connections

from comity.config.node import Role
from comity.kernel.ids import new_id
from comity.spine.tenancy.actor import Actor, Duty
from comity.spine.tenancy.transaction import acting, reading
from comity.spine.vault.holds import HoldNotVisibleError, list_held, place_hold, release_hold
from comity.spine.vault.purge import ItemHeldError, NotRetentionError, list_due, purge, replay_tombstones
from comity.spine.vault.retention import set_retention
from comity.spine.vault.seal import ItemNotVisibleError, open_items
from comity.spine.vault.selectors import iter_purged_digests, iter_stored_digests
from comity.spine.vault.tombstones import Certainty, TombstoneFile, TombstoneFileDamagedError

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
LATER = NOW + timedelta(days=1)


class PowerCutError(Exception):
    """The machine stops here."""


@pytest.fixture
def backup(node):
    """Copy the vault aside, and put the copy back as a restore would: later tombstones and rows are lost."""

    class Backup:
        def take(self):
            with node.connect(Role.BOOTSTRAP) as admin:
                for table in ("item", "hold", "tombstone"):
                    admin.execute(f"CREATE TABLE saved_{table} AS SELECT * FROM vault_{table}")

        def restore(self):
            with node.connect(Role.BOOTSTRAP) as admin:
                admin.execute("SET session_replication_role = replica")
                for table in ("item", "hold", "tombstone"):
                    admin.execute(f"DELETE FROM vault_{table}; INSERT INTO vault_{table} SELECT * FROM saved_{table}")

    return Backup()


def purge_all(retention, file, ids, now=NOW):
    with acting(retention) as cursor:
        return purge(cursor, item_ids=ids, now=now, reason="term_ended", file=file)


def replay(retention, file, now=LATER):
    with acting(retention) as cursor:
        return replay_tombstones(cursor, file=file, now=now)


def stored(retention):
    with reading(retention) as cursor:
        return sorted(dict(iter_stored_digests(cursor)))


def test_purge_removes_content_and_key_and_leaves_the_digest(node, keys, sealed, retention, file):
    ids = sealed(3)
    with reading(retention) as cursor:
        digests = dict(iter_stored_digests(cursor))
        assert [due.item_id for due in list_due(cursor, now=NOW, limit=10)] == ids
    purge_all(retention, file, ids)
    with reading(retention) as cursor:
        assert dict(iter_purged_digests(cursor)) == digests
        assert open_items(cursor, keys, ids) == {}
        assert list_due(cursor, now=LATER, limit=10) == []


def test_nothing_is_due_before_its_term_ends(sealed, retention):
    sealed(retain_until=NOW)
    sealed(retain_until=None)
    with reading(retention) as cursor:
        assert list_due(cursor, now=NOW - timedelta(microseconds=1), limit=10) == []
        assert len(list_due(cursor, now=NOW, limit=10)) == 1


def test_purge_of_what_is_gone_does_nothing(sealed, retention, file):
    ids = sealed(2)
    purge_all(retention, file, ids)
    assert purge_all(retention, file, ids) == []


@pytest.mark.parametrize("duty", [Duty.AGENCY, Duty.COURIER, Duty.STEWARD, Duty.AUDITOR])
def test_only_retention_purges_and_the_database_agrees(node, sealed, holder, retention, file, duty):
    ids = sealed()
    actor = Actor(holder.agency_id, holder.post_id, duty)
    with pytest.raises(NotRetentionError):
        purge_all(actor, file, ids)
    with acting(actor) as cursor:
        cursor.execute("DELETE FROM vault_item WHERE id = %s", ids)
    assert stored(retention) == ids


def test_held_item_is_neither_due_nor_purged_and_the_rest_stays_with_it(sealed, holder, retention, file):
    ids = sealed(3)
    with acting(holder) as cursor:
        hold = place_hold(cursor, item_id=ids[1], by=holder, reason="claim", now=NOW)
    with pytest.raises(ItemHeldError, match=str(ids[1])):
        purge_all(retention, file, ids)
    assert stored(retention) == ids
    assert not file.path.exists()
    with reading(retention) as cursor:
        assert [due.item_id for due in list_due(cursor, now=NOW, limit=10)] == [ids[0], ids[2]]
    with acting(holder) as cursor:
        release_hold(cursor, hold_id=hold, by=holder, now=NOW)
    assert len(purge_all(retention, file, ids)) == 3


def test_database_itself_refuses_to_delete_a_held_item(sealed, holder, retention):
    ids = sealed()
    with acting(holder) as cursor:
        place_hold(cursor, item_id=ids[0], by=holder, reason="claim", now=NOW)
    with acting(retention) as cursor:
        cursor.execute("DELETE FROM vault_item")
    assert stored(retention) == ids


def test_hold_being_placed_stops_a_purge_that_starts_meanwhile(sealed, holder, retention, file):
    ids = sealed()
    outcome = []

    def run() -> None:
        try:
            purge_all(retention, file, ids)
        except ItemHeldError as error:
            outcome.append(error)
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    with acting(holder) as cursor:
        place_hold(cursor, item_id=ids[0], by=holder, reason="suit", now=NOW)
        thread.start()
        thread.join(0.3)
        assert thread.is_alive()
    thread.join(10)
    assert len(outcome) == 1
    assert stored(retention) == ids


def test_item_purged_meanwhile_takes_no_hold(sealed, holder, retention, file):
    ids = sealed()
    purge_all(retention, file, ids)
    with pytest.raises(ItemNotVisibleError), acting(holder) as cursor:
        place_hold(cursor, item_id=ids[0], by=holder, reason="claim", now=NOW)


def test_reason_of_a_hold_is_seen_by_the_placing_post_and_by_retention_only(sealed, holder, asker, retention):
    ids = sealed()
    with acting(asker) as cursor:
        hold = place_hold(cursor, item_id=ids[0], by=asker, reason="complaint", now=NOW)
    colleague = Actor(asker.agency_id, new_id())
    auditor = Actor(asker.agency_id, asker.post_id, Duty.AUDITOR)
    seen = {}
    for name, actor in (("placer", asker), ("retention", retention), ("owner", holder), ("colleague", colleague)):
        with reading(actor) as cursor:
            cursor.execute("SELECT reason FROM vault_hold")
            seen[name] = cursor.fetchall()
            seen[f"{name} told held"] = list_held(cursor, ids) == set(ids)
    assert seen["placer"] == seen["retention"] == [("complaint",)]
    assert seen["owner"] == seen["colleague"] == []
    assert seen["owner told held"]
    assert not seen["colleague told held"]
    with pytest.raises(HoldNotVisibleError), acting(holder) as cursor:
        release_hold(cursor, hold_id=hold, by=holder, now=NOW)
    with pytest.raises((ItemNotVisibleError, psycopg.errors.InsufficientPrivilege)), acting(auditor) as cursor:
        place_hold(cursor, item_id=ids[0], by=auditor, reason="claim", now=NOW)


def test_hold_needs_an_item_the_post_can_see(sealed):
    ids = sealed()
    stranger = Actor(new_id(), new_id())
    with pytest.raises(ItemNotVisibleError), acting(stranger) as cursor:
        place_hold(cursor, item_id=ids[0], by=stranger, reason="claim", now=NOW)


def test_owner_sets_the_term_and_a_reader_does_not(sealed, holder, asker, retention):
    (item_id,) = sealed(retain_until=NOW)
    with acting(holder) as cursor:
        assert set_retention(cursor, item_id=item_id, retain_until=LATER) == NOW
    with acting(retention) as cursor:
        assert set_retention(cursor, item_id=item_id, retain_until=NOW) == LATER
    with pytest.raises(ItemNotVisibleError), acting(asker) as cursor:
        set_retention(cursor, item_id=item_id, retain_until=NOW)


def test_tombstone_is_never_changed_or_removed(node, sealed, retention, file):
    purge_all(retention, file, sealed())
    for role, statement in (
        (Role.APP, "UPDATE vault_tombstone SET digest = digest"),
        (Role.APP, "DELETE FROM vault_tombstone"),
        (Role.OWNER, "DELETE FROM vault_tombstone"),
        (Role.OWNER, "TRUNCATE vault_tombstone"),
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege), node.connect(role) as connection:
            connection.execute(statement)


def test_restored_backup_is_purged_again_with_its_old_holds(sealed, holder, retention, file, backup):
    ids = sealed(4)
    with acting(holder) as cursor:
        hold = place_hold(cursor, item_id=ids[0], by=holder, reason="claim", now=NOW)
    backup.take()
    with acting(holder) as cursor:
        release_hold(cursor, hold_id=hold, by=holder, now=NOW)
    buried = purge_all(retention, file, ids[:3])
    backup.restore()
    assert stored(retention) == ids
    done = replay(retention, file)
    assert (sorted(done.purged), done.already_gone, done.kept) == (ids[:3], 0, [])
    assert stored(retention) == ids[3:]
    with reading(retention) as cursor:
        assert dict(iter_purged_digests(cursor)) == {each.item_id: each.digest for each in buried}
    again = replay(retention, file)
    assert (again.purged, again.already_gone) == ([], 3)


def purge_and_crash(monkeypatch, retention, file, ids, crash):
    """Purge, and stop the machine at one step; each step has failed, or failed but persisted."""
    append = TombstoneFile.append

    def failing(self, tombstones, certainty):
        if crash == f"before {certainty}":
            raise PowerCutError
        append(self, tombstones, certainty)
        if crash in {f"torn {certainty}", f"after {certainty}"}:
            self.path.write_bytes(self.path.read_bytes()[: -20 if crash.startswith("torn") else None])
            raise PowerCutError

    with monkeypatch.context() as patch, contextlib.suppress(PowerCutError):
        patch.setattr(TombstoneFile, "append", failing)
        purge_all(retention, file, ids)


CRASHES = {
    # crash: (is it gone from the database, what the file says of it)
    "before decided": (False, []),
    "torn decided": (False, []),
    "after decided": (False, [Certainty.DECIDED]),
    "before done": (True, [Certainty.DECIDED]),
    "torn done": (True, [Certainty.DECIDED]),
    "after done": (True, [Certainty.DONE]),
}


@pytest.mark.parametrize("crash", CRASHES)
def test_after_a_crash_the_next_run_and_the_next_restore_end_the_same(
    monkeypatch, sealed, retention, file, backup, crash
):
    ids = sealed()
    backup.take()
    purge_and_crash(monkeypatch, retention, file, ids, crash)
    is_gone, said = CRASHES[crash]
    assert stored(retention) == ([] if is_gone else ids)
    assert [certainty for _, certainty in file.read().values()] == said
    purge_all(retention, file, ids, now=LATER)
    backup.restore()
    replay(retention, file)
    assert stored(retention) == []


@pytest.mark.parametrize("crash", CRASHES)
def test_restore_right_after_a_crash_purges_what_may_have_been_purged(
    monkeypatch, sealed, retention, file, backup, crash
):
    ids = sealed()
    backup.take()
    purge_and_crash(monkeypatch, retention, file, ids, crash)
    _, said = CRASHES[crash]
    backup.restore()
    replay(retention, file)
    assert stored(retention) == ([] if said else ids)
    replay(retention, file)
    assert [certainty for _, certainty in file.read().values()] == ([Certainty.DONE] if said else [])


@pytest.mark.parametrize("crash", [crash for crash, (is_gone, _) in CRASHES.items() if not is_gone])
def test_replay_keeps_what_was_held_since_a_purge_that_never_happened(
    monkeypatch, sealed, holder, retention, file, crash
):
    ids = sealed()
    purge_and_crash(monkeypatch, retention, file, ids, crash)
    with acting(holder) as cursor:
        place_hold(cursor, item_id=ids[0], by=holder, reason="claim", now=LATER)
    _, said = CRASHES[crash]
    assert replay(retention, file).kept == (ids if said else [])
    assert stored(retention) == ids


def test_replay_keeps_what_was_extended_after_an_unfinished_purge(monkeypatch, sealed, holder, retention, file):
    ids = sealed()
    purge_and_crash(monkeypatch, retention, file, ids, "after decided")
    with acting(holder) as cursor:
        set_retention(cursor, item_id=ids[0], retain_until=LATER)
    assert replay(retention, file).kept == ids


def test_failing_to_confirm_is_logged_and_the_purge_stands(monkeypatch, sealed, retention, file, caplog):
    ids = sealed()
    purge_and_crash(monkeypatch, retention, file, ids, "before done")
    assert stored(retention) == []
    assert "on_commit" in caplog.text


def test_torn_line_is_cut_off_before_the_next_is_written(sealed, retention, file):
    ids = sealed(2)
    purge_all(retention, file, ids[:1])
    with file.path.open("ab") as raw:
        raw.write(b'{"state":"deci')
    purge_all(retention, file, ids[1:])
    assert sorted(file.read()) == ids
    assert all(json.loads(line) for line in file.path.read_text().splitlines())


def test_damaged_line_is_named_and_nothing_is_replayed(sealed, retention, file, backup):
    ids = sealed(2)
    backup.take()
    purge_all(retention, file, ids)
    lines = file.path.read_bytes().split(b"\n")
    lines[1] = lines[1].replace(b'"item"', b'"itme"')
    file.path.write_bytes(b"\n".join(lines))
    backup.restore()
    with pytest.raises(TombstoneFileDamagedError, match="line 2"):
        replay(retention, file)
    assert stored(retention) == ids


def test_tombstone_file_is_private_and_holds_no_content(sealed, retention, file):
    purge_all(retention, file, sealed())
    assert file.path.stat().st_mode & 0o777 == 0o600
    assert set(json.loads(file.path.read_text().splitlines()[0])) == {
        "state", "item", "kind", "owner", "digest", "at", "reason",
    }  # fmt: skip


def test_replay_confirms_what_the_database_knows_as_purged(monkeypatch, sealed, retention, file):
    ids = sealed()
    purge_and_crash(monkeypatch, retention, file, ids, "before done")
    done = replay(retention, file)
    assert (done.purged, done.already_gone, done.kept) == ([], 1, [])
    assert file.read()[ids[0]][1] is Certainty.DONE
