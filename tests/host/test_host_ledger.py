"""A history that is lost for good: accepted openly, by a person, under a new key; and nothing less is accepted."""

import io
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from rich.console import Console

from comity.config.node import Role, load
from comity.host.ledger import verify_ledger
from comity.host.ledger_cli import accept
from comity.host.prepare import Paths
from comity.spine.keys.log_key import LogKey, list_verifier_keys, verifier_path
from comity.spine.ledger import recovery
from comity.spine.ledger.append import Entry, append_entries
from comity.spine.ledger.last_signed import LastSigned, write_last_signed
from comity.spine.ledger.notes import parse_checkpoint, sign_checkpoint
from comity.spine.ledger.sequencer import Sequencer, database_clock
from comity.spine.tenancy.actor import Actor
from comity.spine.tenancy.transaction import acting

ORIGIN = "comity.example/az"
AT = datetime(2026, 11, 22, 12, tzinfo=UTC)


class History:
    """A ledger of five entries with its files, and what a person at the terminal is told."""

    def __init__(self, node, folder) -> None:
        self.node, self.paths = node, Paths(folder)
        self.key = LogKey.create(self.paths.log_key, origin=ORIGIN, clock=lambda: AT)
        self.asked: list[str] = []
        self.append(5)

    def append(self, count: int) -> None:
        actor = Actor(uuid4(), uuid4())
        with acting(actor) as cursor:
            entries = [Entry.make(act="demo.done", at=AT, actor=actor, rows={}, payloads={}) for _ in range(count)]
            append_entries(cursor, entries)
        signer = LogKey.load(self.paths.log_key)
        worker = Sequencer(signer=signer, clock=database_clock(), last_signed=self.paths.last_signed)
        try:
            assert worker.step() == count
        finally:
            worker.close()

    def lose(self, count: int) -> None:
        """Make it so that `count` more entries than the database holds were signed."""
        note = sign_checkpoint(size=5 + count, root=b"r" * 32, signer=self.key)
        write_last_signed(self.paths.last_signed, LastSigned(parse_checkpoint(note), note, AT))

    def accept(self, word: str) -> tuple[int, str]:
        told = io.StringIO()

        def ask(question: str) -> str:
            self.asked.append(question)
            return word

        code = accept(self.paths, Console(file=told, width=400), ask=ask)
        return code, told.getvalue()

    def files(self) -> dict[str, bytes]:
        return {p.name: p.read_bytes() for p in self.paths.home.iterdir() if not p.name.startswith(".")}


@pytest.fixture
def history(node, tmp_path) -> History:
    return History(node, tmp_path)


def test_a_lost_history_is_accepted_under_a_new_key_and_the_old_one_still_verifies(history):
    history.lose(3)
    code, told = history.accept("accept")
    assert code == 0, told
    assert "3 entries are lost: 8 were signed at 2026-11-22 12:00:00 UTC" in told
    new_key = LogKey.load(history.paths.log_key)
    assert new_key.verifier_key in told
    assert list_verifier_keys(history.paths.log_key) == [new_key.verifier_key, history.key.verifier_key]
    assert [name for name in history.files() if name.startswith("last-signed.json.") and name.endswith(".old")]
    history.append(2)
    verified = verify_ledger(load({"COMITY_HOME": str(history.paths.home)}))
    assert verified.is_sound, verified.lines


@pytest.mark.parametrize("word", ["", "yes", "Accept", "y"])
def test_without_the_word_nothing_is_changed(history, word):
    history.lose(3)
    before = history.files()
    assert history.accept(word) == (1, history.accept(word)[1])
    assert history.files() == before
    assert history.asked == ["type `accept` to begin a new history"] * 2


def test_nothing_is_asked_where_nothing_is_lost(history):
    before = history.files()
    code, told = history.accept("accept")
    assert (code, history.asked, history.files()) == (0, [], before)
    assert "nothing to accept" in told


def test_a_database_that_does_not_verify_is_not_accepted(history):
    history.lose(3)
    with history.node.connect(Role.BOOTSTRAP) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("UPDATE ledger_entry SET body = body || 'x' WHERE leaf_index = 2")
    before = history.files()
    code, told = history.accept("accept")
    assert (code, history.asked, history.files()) == (1, [], before)
    assert "ledger_entry/2" in told


def test_a_running_sequencer_is_not_passed_over(history):
    history.lose(3)
    with history.node.connect(Role.SEQUENCER) as running:
        running.execute("SELECT pg_advisory_lock(%s)", (0x636F6D6974790002,))
        code, told = history.accept("accept")
    assert (code, history.asked) == (1, [])
    assert "another sequencer holds this ledger" in told


def test_a_lost_log_key_is_replaced_and_what_it_signed_verifies(history):
    history.paths.log_key.unlink()
    code, told = history.accept("accept")
    assert (code, len(history.asked)) == (0, 1), told
    assert "is gone" in told
    assert verify_ledger(load({"COMITY_HOME": str(history.paths.home)})).is_sound


@pytest.mark.parametrize("crash", ["key set aside", "new key made"])
def test_an_acceptance_that_was_broken_off_is_completed_by_the_next(history, monkeypatch, crash):
    def fail(*_: object, **__: object) -> None:
        raise OSError(crash)

    history.lose(3)
    with monkeypatch.context() as patch:
        if crash == "new key made":
            patch.setattr(recovery, "accept_history", fail)
        else:
            patch.setattr(LogKey, "create", fail)
        with pytest.raises(OSError, match=crash):
            history.accept("accept")
    code, told = history.accept("accept")
    assert code == 0, told
    assert "3 entries are lost" in told
    history.append(1)
    assert verify_ledger(load({"COMITY_HOME": str(history.paths.home)})).is_sound


def test_without_any_verifier_key_nothing_can_be_accepted(history):
    verifier_path(history.paths.log_key).unlink()
    code, told = history.accept("accept")
    assert (code, history.asked) == (1, [])
    assert "no verifier key is left" in told
