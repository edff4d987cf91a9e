"""The whole ledger is verified once a day while the node runs; when and with what outcome is noted and shown."""

from datetime import UTC, datetime, timedelta

import pytest
import structlog

from comity.config.node import load
from comity.host import verification
from comity.host.doctor import Node, check_verified
from comity.host.findings import Level
from comity.host.ledger import verify_end, verify_ledger
from comity.host.prepare import Paths
from comity.spine.ledger.last_verified import note_verified, read_verified
from comity.spine.ledger.report import Finding, Kind, Report

NOW = datetime.now(UTC)
SOUND = Report((), {"entries": 7}, {})
BAD = Report((Finding(Kind.ENTRY_CHANGED, "ledger_entry/3", "entry 3 is not what it was"),), {"entries": 7}, {})


@pytest.mark.parametrize(("hours", "is_due"), [(0, False), (23, False), (24, True), (100, True)])
def test_a_verification_is_due_a_day_after_the_last(tmp_path, hours, is_due):
    assert verification.is_due(tmp_path, now=NOW)
    note_verified(Paths(tmp_path).verified, SOUND, at=NOW - timedelta(hours=hours))
    assert verification.is_due(tmp_path, now=NOW) is is_due


@pytest.mark.parametrize(
    ("outcome", "event"), [(SOUND, "ledger.verified"), (BAD, "ledger.unsound"), (None, "ledger.not_verified")]
)
def test_the_outcome_is_logged_and_not_asked_for_again_that_day(tmp_path, monkeypatch, outcome, event):
    asked = []

    def run(home):
        asked.append(home)
        if outcome is not None:
            note_verified(Paths(home).verified, outcome, at=NOW)
        return read_verified(Paths(home).verified)

    monkeypatch.setattr(verification, "run_verification", run)
    with structlog.testing.capture_logs() as logged:
        verification.verify_when_due(tmp_path, now=NOW)
        if outcome is not None:
            verification.verify_when_due(tmp_path, now=NOW + timedelta(hours=23))
    assert asked == [tmp_path]
    assert [line["event"] for line in logged] == [event]


def test_a_verification_that_cannot_run_notes_nothing(tmp_path):
    assert verification.run_verification(tmp_path) is None


@pytest.mark.parametrize(
    ("outcome", "days", "level"),
    [(None, 0, Level.WARN), (SOUND, 0, Level.OK), (SOUND, 4, Level.WARN), (BAD, 0, Level.FAIL)],
)
def test_the_doctor_says_when_the_whole_was_verified_and_what_was_found(tmp_path, outcome, days, level):
    if outcome is not None:
        note_verified(Paths(tmp_path).verified, outcome, at=NOW - timedelta(days=days))
    found = check_verified(Node(load({"COMITY_HOME": str(tmp_path)}), None, None))
    assert found.level is level
    assert (outcome is not BAD) or "ledger_entry/3" in found.message


def test_a_verification_of_everything_is_noted_and_one_of_the_end_is_not(demo):
    demo.sequence()
    settings = load({"COMITY_HOME": str(demo.folder)})
    found = verify_end(settings)
    assert found.is_sound, found.lines
    assert "the newest" in found.summary
    assert read_verified(Paths(demo.folder).verified) is None
    assert verify_ledger(settings).is_sound
    assert read_verified(Paths(demo.folder).verified).is_sound
