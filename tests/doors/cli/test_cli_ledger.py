import json
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from cli_terminal import Terminal, an_ask, cli_app
from typer.testing import CliRunner

from comity.config.node import Role
from comity.spine.keys.file_ring import FileKeyRing
from comity.spine.keys.private_file import KeyFileMissingError

ALWAYS = ("--seed", "7", "--from", "2020-01-01", "--to", "2100-01-01")


def test_status_counts_what_waits_and_checkpoint_signs_it(terminal):
    terminal.ask(an_ask())
    before = terminal.run("ledger", "status", "--json").value
    assert before["pending"] == 1
    assert "comity ledger checkpoint" in terminal.run("ledger", "status").out
    note = terminal.run("ledger", "checkpoint")
    assert note.code == 0
    assert note.out.startswith("comity.example/az\n")
    after = terminal.run("ledger", "status", "--json").value
    assert (after["pending"], after["size"]) == (0, before["size"] + 1)


def test_checkpoint_waits_for_a_running_sequencer_instead_of_signing_beside_it(terminal, monkeypatch):
    from comity.doors.cli import ledger

    monkeypatch.setattr(ledger, "WAIT_SECONDS", 0.2)
    terminal.ask(an_ask())
    with terminal.node.connect(Role.SEQUENCER) as other:
        other.execute("SELECT pg_advisory_lock(%s)", (0x636F6D6974790002,))
        told = terminal.run("ledger", "checkpoint")
    assert told.code == 1
    assert "has not signed within" in told.err


def test_verify_is_clean_and_names_what_was_changed(lodged):
    lodged.ask(an_ask())
    lodged.node.sequence()
    assert lodged.run("ledger", "verify", "--json").value["sound"] is True
    with lodged.node.connect(Role.BOOTSTRAP) as admin:
        admin.execute("ALTER TABLE exchange_ask DISABLE TRIGGER ALL")
        admin.execute("UPDATE exchange_ask SET purpose = 'customs'")
    told = lodged.run("ledger", "verify")
    assert told.code == 1
    assert "act row changed: exchange_ask/" in told.out
    assert "DOES NOT VERIFY" in told.out
    findings = lodged.run("ledger", "verify", "--json").value["findings"]
    assert [one["kind"] for one in findings] == ["act row changed"]


@pytest.mark.parametrize("change", ["wrapped_key = substr(wrapped_key, 2)", "key_id = 'm-00'"])
def test_verify_tries_every_payload_key_and_names_what_was_changed(lodged, change):
    lodged.ask(an_ask())
    lodged.node.sequence()
    [(count,)] = lodged.node.look("SELECT count(*) FROM vault_item")
    sound = lodged.run("ledger", "verify", "--json").value
    assert (sound["sound"], sound["checked"]["payload keys"]) == (True, count)
    [(item,)] = lodged.node.look("SELECT max(id::text) FROM vault_item")
    with lodged.node.connect(Role.BOOTSTRAP) as admin:
        admin.execute(f"UPDATE vault_item SET {change} WHERE id = %s", (item,))
    found = lodged.run("ledger", "verify", "--json").value
    assert [(one["kind"], one["where"]) for one in found["findings"]] == [("payload key changed", f"vault_item/{item}")]
    assert found["checked"]["payload keys"] == count


def test_verify_names_a_payload_that_was_put_into_the_vault_past_the_ledger(lodged):
    with lodged.node.connect(Role.BOOTSTRAP) as admin:
        [(item,)] = admin.execute(
            "INSERT INTO vault_item (id, kind, owner_id, reader_ids, nonce, ciphertext, wrapped_key, key_id)"
            " SELECT gen_random_uuid(), kind, owner_id, reader_ids, nonce, ciphertext, wrapped_key, key_id"
            " FROM vault_item LIMIT 1 RETURNING id"
        ).fetchall()
    lodged.node.sequence()
    findings = lodged.run("ledger", "verify", "--json").value["findings"]
    assert {(one["kind"], one["where"]) for one in findings} == {
        ("payload not named by any entry", f"vault_item/{item}"),
        ("payload key changed", f"vault_item/{item}"),  # a data key opens for the item it was wrapped for alone
    }


def test_verify_without_the_key_file_verifies_the_rest_and_says_so(lodged):
    def gone():
        raise KeyFileMissingError("no `keys.json`")

    lodged.node.sequence()

    @contextmanager
    def without_keys():
        with lodged.opener() as node:
            yield replace(node, open_keys=gone)

    told = Terminal(lodged.node, without_keys).run("ledger", "verify")
    assert told.code == 0
    assert "payload keys were not tried: no `keys.json`" in told.err
    assert "payload keys" not in told.out


def test_verify_says_how_to_sign_what_nobody_sequenced(terminal):
    terminal.ask(an_ask())
    terminal.node.clock.advance(minutes=5)
    told = terminal.run("ledger", "verify")
    assert told.code == 1
    assert "`comity ledger checkpoint` signs them" in told.out


def test_verify_without_its_key_says_what_to_restore(terminal):
    (terminal.node.folder / "log-key.vkey").unlink()
    told = terminal.run("ledger", "verify")
    assert told.code == 1
    assert "no verifier key at" in told.err


def test_prove_of_what_still_waits_says_so(terminal):
    (line,) = terminal.ask(an_ask())
    told = terminal.run("ledger", "prove", line["entries"][0])
    assert told.code == 1
    assert "waits for the sequencer" in told.err


def test_a_proof_under_another_key_does_not_hold(lodged):
    (line,) = lodged.ask(an_ask())
    lodged.node.sequence()
    path = lodged.node.folder / "log-key.vkey"
    path.write_text("comity.example/az+dd294c54+AUMR4Vro2kicK3BqjrIkPpW8csFHeu8WJgsxXPMEJPzd\n")
    told = lodged.run("ledger", "prove", line["entries"][0])
    assert told.code == 1
    assert told.value["holds"] is False
    assert "DOES NOT HOLD" in told.err


def test_export_is_checked_from_outside_as_the_command_says(terminal, tmp_path):
    folder = tmp_path / "out"
    told = terminal.run("ledger", "export", folder)
    assert told.code == 0
    command = next(line for line in told.out.splitlines() if line.startswith("  comity-verify"))
    key = command.split("'")[1]
    file = Path(__file__).parents[3] / "src" / "comity_verify.py"
    words = [sys.executable, str(file), str(folder), "--key", key]
    done = subprocess.run(words, capture_output=True, text=True, check=False)  # noqa: S603 - our own file
    assert done.returncode == 0, done.stdout
    again = terminal.run("ledger", "export", folder)
    assert (again.code, "is not empty" in again.err) == (2, True)
    file = tmp_path / "file"
    file.write_text("x")
    assert terminal.run("ledger", "export", file).code == 2


def test_audit_sample_is_reproducible_replayed_and_proven(lodged, tmp_path):
    for number in range(5):
        lodged.ask(an_ask(f"s{number}"))
    early = lodged.run("audit", "sample", *ALWAYS)
    assert early.code == 1
    assert "not proven" in early.out
    lodged.node.sequence()
    first = lodged.run("audit", "sample", *ALWAYS, "--size", "3", "--out", tmp_path / "one")
    assert first.code == 0, first.out
    assert "3 of 5 decisions" in first.out
    second = lodged.run("audit", "sample", *ALWAYS, "--size", "3", "--as", "az-ag/auditor", "--out", tmp_path / "two")
    assert second.code == 0
    assert (tmp_path / "one/workpaper.json").read_bytes() == (tmp_path / "two/workpaper.json").read_bytes()
    proofs = json.loads((tmp_path / "one/proofs.json").read_text())
    assert len(proofs) == 3
    assert all(proof["holds"] for proof in proofs.values())
    mixed = lodged.run("audit", "sample", *ALWAYS, "--out", tmp_path / "one")
    assert (mixed.code, "--out" in mixed.err) == (2, True)
    acts = lodged.node.look("SELECT count(*) FROM exchange_reading WHERE kind = 'sample_drawn'")
    assert acts == [(3,)]


def test_an_api_key_speaks_for_its_post_until_it_is_revoked(terminal):
    from comity.standing.directory.facts import ApiKeyFacts
    from comity.standing.directory.selectors import find_api_key

    issued = terminal.run("keys", "issue-api-key", "--as", "pima-so/liaison", "--scope", "exchange:ask", "--json").value
    found = find_api_key(issued["secret"], terminal.node.clock())
    assert isinstance(found, ApiKeyFacts)
    assert found.post_id == terminal.node.actor("pima-so", "liaison").post_id
    other = terminal.run("keys", "revoke-api-key", issued["prefix"], "--as", "yuma-so")
    assert other.code != 0
    assert terminal.run("keys", "revoke-api-key", issued["prefix"], "--as", "pima-so").code == 0
    assert not isinstance(find_api_key(issued["secret"], terminal.node.clock()), ApiKeyFacts)


@pytest.mark.parametrize("fault", ["missing", "exposed", "damaged", "foreign"])
def test_a_wrong_key_file_is_told_with_the_remedy_and_nothing_is_recorded(own_keys, fault):
    terminal, path = own_keys
    terminal.ask(an_ask())
    (task,) = terminal.run("queue", "--as", "pima-so/records-supervisor", "--json").lines
    match fault:
        case "missing":
            path.unlink()
        case "exposed":
            path.chmod(0o644)
        case "damaged":
            path.write_text("{}")
        case "foreign":
            path.unlink()
            FileKeyRing.create(path)
    before = terminal.node.look("SELECT count(*) FROM ledger_pending")
    told = terminal.run("approve", task["task"], "--as", "pima-so/records-supervisor", typed="y\n")
    assert told.code == 1
    assert "keys.json" in told.err
    assert "→" in told.err
    assert "Traceback" not in told.err
    assert terminal.node.look("SELECT count(*) FROM ledger_pending") == before


def test_a_database_that_goes_away_is_told_in_a_sentence(terminal):
    def gone():
        raise psycopg.OperationalError("connection refused")

    told = Terminal(terminal.node, gone).run("ledger", "status")
    assert told.code == 1
    assert "the database does not answer" in told.err


def test_every_command_explains_itself():

    app = cli_app()
    words = [
        (),
        *((name,) for name in ("ask", "queue", "answer", "approve", "refuse", "receive")),
        *(("directory", name) for name in ("import", "show", "list")),
        *(("law", name) for name in ("show", "rules", "elements", "categories", "purposes", "marks", "evidence")),
        *(
            ("law", name)
            for name in ("authorities", "load", "export", "check", "diff", "digest", "approve", "put-in-force")
        ),
        *(("agreement", name) for name in ("list", "show", "suspend", "resume", "history", "validate", "supersede")),
        *(("ledger", name) for name in ("status", "verify", "prove", "export", "checkpoint")),
        ("audit", "sample"),
        *(
            ("keys", name)
            for name in (
                "publish",
                "revoke-public",
                "published",
                "issue-api-key",
                "revoke-api-key",
                "rotate",
                "rewrap",
                "masters",
                "retire",
            )
        ),
    ]
    for command in words:
        result = CliRunner().invoke(app, [*command, "--help"])
        assert result.exit_code == 0, command
        assert len(result.stdout) > 300, command
