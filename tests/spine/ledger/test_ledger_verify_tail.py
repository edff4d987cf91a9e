"""The end of the ledger: what a start finds at once, and what it leaves to the verification of everything."""

import pytest

from comity.config.node import Role
from comity.spine.keys import LogKey
from comity.spine.ledger.last_signed import read_last_signed
from comity.spine.ledger.last_verified import note_verified, read_verified
from comity.spine.ledger.notes import Checkpoint, VerifierKey
from comity.spine.ledger.verify_tail import verify_tail

SIZE = 600


@pytest.fixture
def tail(log):
    log.append(SIZE)
    log.sequence()

    def found(*, entries=300, last=None, keys=None):
        last = last or read_last_signed(log.last_signed, log.verifier_key).checkpoint
        conninfo = log.node.access.conninfo(Role.VERIFIER)
        return verify_tail(conninfo=conninfo, keys=keys or [log.verifier_key], last_signed=last, entries=entries)

    return found


def kinds(report):
    return [(finding.kind.value, finding.where) for finding in report.findings]


def test_a_sound_end_is_told_with_how_much_was_read(tail):
    report = tail()
    assert report.is_clean
    assert (report.counts["entries"], report.counts["of"], report.counts["tiles"]) == (SIZE - 256, SIZE, 1)


def test_an_empty_ledger_has_a_sound_end(log):
    report = verify_tail(conninfo=log.node.access.conninfo(Role.VERIFIER), keys=[log.verifier_key], last_signed=None)
    assert (report.is_clean, report.counts["of"]) == (True, 0)


@pytest.mark.parametrize("leaf", [300, SIZE - 1])
def test_a_changed_body_near_the_end_is_named(tail, log, leaf):
    log.break_in("UPDATE ledger_entry SET body = body || 'x' WHERE leaf_index = %s", (leaf,))
    assert kinds(tail()) == [("entry changed", f"ledger_entry/{leaf}")]


def test_a_change_before_the_end_is_left_to_the_whole_verification(tail, log):
    log.break_in("UPDATE ledger_entry SET body = body || 'x' WHERE leaf_index = 3")
    assert tail().is_clean
    assert ("entry changed", "ledger_entry/3") in log.found()


def test_body_and_leaf_hash_changed_together_are_named_by_the_tile_or_the_root(tail, log):
    both = "UPDATE ledger_entry SET body = 'x', leaf_hash = sha256('\\x0078'::bytea) WHERE leaf_index = %s"
    log.break_in(both, (300,))
    assert kinds(tail()) == [("tile changed", "ledger_tile/0/1")]
    log.break_in(both, (SIZE - 1,))
    assert ("checkpoint changed", f"ledger_checkpoint/{SIZE}") in kinds(tail())


@pytest.mark.parametrize("leaf", [400, SIZE - 1])
def test_a_removed_entry_is_named(tail, log, leaf):
    log.break_in("DELETE FROM ledger_entry WHERE leaf_index = %s", (leaf,))
    assert not tail().is_clean


def test_a_database_that_lacks_what_was_signed_last_is_named(tail):
    beyond = Checkpoint("comity.example/az", SIZE + 5, b"r" * 32)
    assert kinds(tail(last=beyond)) == [("checkpoint changed", f"ledger_checkpoint/{SIZE + 5}")]
    other = Checkpoint("comity.example/az", SIZE - 5, b"r" * 32)
    assert kinds(tail(last=other)) == [("checkpoint changed", f"ledger_checkpoint/{SIZE - 5}")]


def test_a_checkpoint_of_another_key_or_none_is_named(tail, log, tmp_path):
    other = LogKey.create(tmp_path / "other.json", origin="comity.example/az", clock=log.clock)
    assert kinds(tail(keys=[VerifierKey.parse(other.verifier_key)])) == [
        ("checkpoint changed", f"ledger_checkpoint/{SIZE}")
    ]
    log.break_in("DELETE FROM ledger_checkpoint WHERE size = %s", (SIZE,))
    assert kinds(tail()) == [("checkpoint missing", f"ledger_checkpoint/{SIZE}")]


def test_the_outcome_of_a_verification_is_noted_and_read_back(tail, log, tmp_path):
    path = tmp_path / "verified.json"
    assert read_verified(path) is None
    at = log.clock()
    note_verified(path, log.verify(), at=at)
    last = read_verified(path)
    assert (last.at, last.is_sound, last.counts["entries"]) == (at, True, SIZE)
    log.break_in("UPDATE ledger_entry SET body = body || 'x' WHERE leaf_index = 3")
    note_verified(path, log.verify(), at=at)
    assert not read_verified(path).is_sound
    assert "ledger_entry/3" in read_verified(path).says[0]


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"at": 1}', '{"at": "2026-01-01", "findings": [], "says": 1, "counts": 0}']
)
def test_a_damaged_note_says_nothing(tmp_path, text):
    (tmp_path / "verified.json").write_text(text)
    assert read_verified(tmp_path / "verified.json") is None
