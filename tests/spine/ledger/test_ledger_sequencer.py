import json
from datetime import timedelta

import pytest
from django.db import DatabaseError, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from comity.spine.keys import LogKey
from comity.spine.ledger import integrate, recovery, sequencer
from comity.spine.ledger.edges import TreeBrokenError
from comity.spine.ledger.last_signed import LastSignedDamagedError, read_last_signed
from comity.spine.ledger.recovery import ForkDetectedError, LastSignedMissingError, SameKeyError, accept_history
from comity.spine.ledger.sequencer import ClockWentBackError, SequencerRunningError


class PowerCut(DatabaseError):  # noqa: N818 - what happens, not what is wrong
    """The process dies here."""


STEPS = [
    (sequencer, "recover", 1),
    (sequencer, "has_pending", 1),
    (sequencer, "get_head", 1),
    (sequencer, "move_pending", 1),
    (integrate, "_move", 1),
    (sequencer, "insert_tiles", 1),
    (sequencer, "signed", 1),
    (sequencer, "insert_checkpoint", 1),
    (BaseDatabaseWrapper, "_commit", 1),
    (BaseDatabaseWrapper, "_commit", 2),
    (sequencer, "write_last_signed", 1),
    (recovery, "write_last_signed", 1),
]


@pytest.mark.parametrize("is_persisted", [False, True], ids=["failed", "failed but persisted"])
@pytest.mark.parametrize(("place", "name", "call"), STEPS, ids=[f"{name} {call}" for _, name, call in STEPS])
def test_crash_at_any_step_loses_and_doubles_nothing(log, monkeypatch, place, name, call, is_persisted):
    ids = [*log.append(300)]
    if place is not recovery:
        log.sequence()
    ids += log.append(300)
    step = getattr(place, name)
    calls = []

    def fails(*args, **kwargs):
        if place is BaseDatabaseWrapper and args[0].alias != "sequencer":
            return step(*args, **kwargs)
        calls.append(name)
        if len(calls) != call:
            return step(*args, **kwargs)
        if is_persisted:
            step(*args, **kwargs)
        raise PowerCut

    with monkeypatch.context() as patch:
        patch.setattr(place, name, fails)
        with pytest.raises(PowerCut):
            log.sequencer().step()
    assert len(calls) == call
    log.sequence()
    leaves = log.ask("SELECT leaf_index, entry_id FROM ledger_entry ORDER BY leaf_index")
    assert leaves == list(enumerate(ids))
    assert log.ask("SELECT count(*) FROM ledger_pending") == [(0,)]
    assert log.verify(last_signed=read_last_signed(log.last_signed, log.verifier_key).checkpoint).is_clean


def test_same_sequencer_goes_on_after_a_failure(log, monkeypatch):
    log.append(3)
    worker = log.sequencer()
    with monkeypatch.context() as patch:
        patch.setattr(sequencer, "write_last_signed", lambda *_: (_ for _ in ()).throw(OSError("disk full")))
        with pytest.raises(OSError, match="disk full"):
            worker.step()
    log.append(2)
    assert worker.step() == 2
    worker.close()
    assert log.verify().is_clean


def test_checkpoint_follows_each_batch_and_is_remembered_outside(log):
    log.append(25)
    worker = log.sequencer(batch=10)
    assert [worker.step() for _ in range(4)] == [10, 10, 5, 0]
    worker.close()
    assert log.ask("SELECT size FROM ledger_checkpoint ORDER BY size") == [(10,), (20,), (25,)]
    assert read_last_signed(log.last_signed, log.verifier_key).checkpoint.size == 25
    assert log.last_signed.stat().st_mode & 0o777 == 0o600


def test_restored_backup_is_a_detected_fork(log):
    log.append(5)
    log.sequence()
    log.append(5)
    log.sequence()
    log.break_in("DELETE FROM ledger_entry WHERE leaf_index >= 5")
    log.break_in("DELETE FROM ledger_checkpoint WHERE size > 5")
    log.append(1)
    with pytest.raises(ForkDetectedError, match=r"only 5: an older backup was restored; restore a newer one"):
        log.sequencer().step()
    assert log.ask("SELECT max(size) FROM ledger_checkpoint") == [(5,)]


def test_other_history_of_the_same_length_is_a_detected_fork(log):
    log.append(5)
    log.sequence()
    log.break_in("UPDATE ledger_entry SET leaf_hash = sha256('x') WHERE leaf_index = 2")
    with pytest.raises(ForkDetectedError, match="are not those signed"):
        log.sequencer().step()


def test_lost_history_is_accepted_under_a_new_key_only(log, tmp_path):
    log.append(5)
    log.sequence()
    log.append(5)
    log.sequence()
    log.break_in("DELETE FROM ledger_entry WHERE leaf_index >= 5")
    log.break_in("DELETE FROM ledger_checkpoint WHERE size > 5")
    new_key = LogKey.create(tmp_path / "second-key.json", origin="comity.example/az", clock=log.clock)
    with connections["sequencer"].cursor() as cursor:
        with pytest.raises(SameKeyError):
            accept_history(cursor, path=log.last_signed, signer=log.key, now=log.clock())
        accept_history(cursor, path=log.last_signed, signer=new_key, now=log.clock())
    connections["sequencer"].close()
    old_key, log.key = log.verifier_key, new_key
    log.append(2)
    assert log.sequence() == 2
    assert log.verify(keys=[old_key, log.verifier_key]).is_clean
    assert [p.name for p in tmp_path.iterdir() if p.name.endswith(".old")]


def test_missing_memory_of_a_filled_ledger_is_refused(log):
    log.append()
    log.sequence()
    log.last_signed.unlink()
    with pytest.raises(LastSignedMissingError, match="is gone; restore it"):
        log.sequencer().step()


def test_damaged_memory_is_refused(log):
    log.append()
    log.sequence()
    content = json.loads(log.last_signed.read_text())
    altered = json.dumps({**content, "note": content["note"].replace("\n1\n", "\n2\n")})
    for text in ["", "{}", '{"format": "x"}', altered]:
        log.last_signed.write_text(text)
        with pytest.raises(LastSignedDamagedError, match="nothing is signed until then"):
            log.sequencer().step()


def test_database_ahead_with_a_foreign_checkpoint_is_not_taken_for_a_crash(log, tmp_path):
    log.append(3)
    log.sequence()
    before = log.last_signed.read_text()
    log.append(3)
    log.sequence()
    log.last_signed.write_text(before)
    log.break_in("UPDATE ledger_checkpoint SET note = replace(note, '— ', '— x') WHERE size = 6")
    with pytest.raises(TreeBrokenError, match="nothing more is signed"):
        log.sequencer().step()


def test_clock_that_went_back_stops_the_sequencer_until_it_caught_up(log):
    log.append()
    log.sequence()
    log.append()
    log.clock.now -= timedelta(hours=1)
    worker = log.sequencer()
    with pytest.raises(ClockWentBackError, match="set the clock right"):
        worker.step()
    log.clock.now += timedelta(hours=2)
    assert worker.step() == 1
    worker.close()


def test_second_sequencer_is_refused_and_takes_over_when_the_first_ends(log, monkeypatch):
    monkeypatch.setattr(sequencer, "_LOCK_WAIT_SECONDS", 0.1)
    connections.databases["sequencer_two"] = connections["sequencer"].settings_dict
    log.append()
    first, second = log.sequencer(), log.sequencer(alias="sequencer_two")
    try:
        assert first.step() == 1
        with pytest.raises(SequencerRunningError, match="stop it before"):
            second.step()
        first.close()
        log.append()
        assert second.step() == 1
    finally:
        second.close()
        del connections.databases["sequencer_two"]
        del connections["sequencer_two"]


def test_sequencer_whose_lock_was_lost_does_not_sign(log):
    connections.databases["sequencer_two"] = connections["sequencer"].settings_dict
    log.append()
    first, second = log.sequencer(), log.sequencer(alias="sequencer_two")
    try:
        assert first.step() == 1
        log.ask(
            "SELECT pg_terminate_backend(pid) FROM pg_locks JOIN pg_database d ON d.oid = database"
            " WHERE locktype = 'advisory' AND d.datname = current_database()"
        )
        log.append()
        assert second.step() == 1
        second.close()
        connections["sequencer"].close()
        log.append()
        with pytest.raises(SequencerRunningError, match="signed meanwhile"):
            first.step()
        assert first.step() == 1
    finally:
        first.close()
        second.close()
        del connections.databases["sequencer_two"]
        del connections["sequencer_two"]
    assert log.verify().is_clean


def test_entry_repeated_after_it_was_sequenced_stops_nobody_and_is_named(log):
    (repeated,) = log.append()
    log.sequence()
    log.break_in(
        "INSERT INTO ledger_pending (entry_id, agency_id, body) SELECT entry_id, agency_id, body FROM ledger_entry"
    )
    log.append(2)
    assert log.sequence() == 2
    assert ("entry repeated", f"ledger_pending/{repeated}") in log.found()
