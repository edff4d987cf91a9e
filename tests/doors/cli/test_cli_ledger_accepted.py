"""After a new history was accepted, what the earlier log key signed is still verified, proven and exported."""

import subprocess
import sys

import pytest
from cli_terminal import an_ask
from django.db import connections

from comity.spine.keys.log_key import LogKey, list_verifier_keys, set_aside
from comity.spine.ledger.recovery import accept_history


@pytest.fixture
def accepted(lodged):
    """A node whose newest checkpoint is signed by a log key that was given up; and an entry of it."""
    entry = lodged.ask(an_ask())[0]["entries"][0]
    lodged.node.sequence()
    path, now = lodged.node.folder / "log-key.json", lodged.node.clock()
    set_aside(path, at=now)
    signer = LogKey.create(path, origin="comity.example/az", clock=lambda: now)
    with connections["sequencer"].cursor() as cursor:
        accept_history(cursor, path=lodged.node.folder / "last-signed.json", signer=signer, now=now)
    connections["sequencer"].close()
    return lodged, entry


def test_the_ledger_verifies_and_an_entry_is_proven_under_the_key_that_signed_it(accepted):
    terminal, entry = accepted
    new, old = list_verifier_keys(terminal.node.folder / "log-key.json")
    assert terminal.run("ledger", "verify").code == 0
    proof = terminal.run("ledger", "prove", entry)
    assert proof.code == 0, proof.err
    assert proof.value["verifier_key"] == old
    assert terminal.run("ledger", "checkpoint", "--json").value["verifier_key"] == old
    assert terminal.run("ledger", "status", "--json").value["verifier_key"] == new


def test_an_auditors_sample_is_proven(accepted):
    terminal, _ = accepted
    told = terminal.run("audit", "sample", "--seed", "7", "--from", "2020-01-01", "--to", "2100-01-01")
    assert told.code == 0, told.out
    assert "not proven" not in told.out


def test_an_export_names_every_key_and_is_checked_with_them(accepted, tmp_path):
    terminal, _ = accepted
    told = terminal.run("ledger", "export", tmp_path / "out")
    keys = list_verifier_keys(terminal.node.folder / "log-key.json")
    options = [word for key in keys for word in ("--key", key)]
    assert all(f"--key '{key}'" in told.out for key in keys)
    command = [sys.executable, "-m", "comity_verify", str(tmp_path / "out"), *options]
    checked = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own command
    assert checked.returncode == 0, checked.stdout + checked.stderr
