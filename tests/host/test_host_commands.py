"""The `comity` command where it cannot do its work: a sentence, an exit code, and nothing made."""

import os
import socket
import subprocess
import sys

import pytest

from comity.config.node import SettingsError
from comity.host import cli
from comity.host.start import ALL, StartRefused, held
from comity.spine.keys.private_file import KeyFileExposedError


def comity(home, *words, bind="127.0.0.1:8131"):
    """What the command prints and how it ends."""
    done = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-m", "comity.host.cli", *words],
        env=os.environ | {"COMITY_HOME": str(home), "COMITY_BIND": bind},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    return done.returncode, " ".join((done.stdout + done.stderr).split())


@pytest.mark.parametrize(
    "words",
    [
        ("ledger", "verify"),
        ("agreement", "list"),
        ("queue", "--as", "pima-so"),
        ("keys", "rotate"),
        ("backup", "copies"),
        ("ledger", "accept"),
    ],
)
def test_a_command_in_a_folder_without_a_node_makes_none(tmp_path, words):
    code, told = comity(tmp_path / "home", *words)
    assert (code, list(tmp_path.iterdir())) == (1, [])
    assert "no node here" in told
    assert "COMITY_HOME" in told
    assert "Traceback" not in told


def test_the_doctor_makes_no_node_and_says_that_there_is_none(tmp_path):
    code, told = comity(tmp_path / "home", "doctor")
    assert (code, list(tmp_path.iterdir())) == (0, [])
    assert "no node here" in told


@pytest.mark.parametrize("command", [("demo",), ("init",)])
def test_a_home_that_cannot_be_one_is_told(command):
    code, told = comity("/dev/null", *command)
    assert code == 1
    assert told == "comity: COMITY_HOME is `/dev/null`, which is no folder; set it to a folder of yours"


def test_a_second_demo_is_refused_before_it_starts_anything(tmp_path):
    with held(tmp_path, ALL):
        code, told = comity(tmp_path, "demo")
    assert code == 1
    assert told.startswith(f"comity: Comity already runs on `{tmp_path}` (process {os.getpid()})")
    assert [path.name for path in tmp_path.iterdir()] == ["running-demo.lock"]


def test_a_demo_whose_address_is_taken_starts_nothing(tmp_path, socket_enabled):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        address = f"127.0.0.1:{other.getsockname()[1]}"
        code, told = comity(tmp_path, "demo", bind=address)
    assert code == 1
    assert f"the address `{address}` is taken by another program" in told
    assert "COMITY_BIND" in told
    assert not [path for path in tmp_path.iterdir() if path.suffix != ".lock"]


@pytest.mark.parametrize(
    "error",
    [
        StartRefused("do [this]"),
        SettingsError("do [this]"),
        KeyFileExposedError("do [this]"),
        PermissionError("do [this]"),
    ],
)
def test_what_a_person_can_mend_is_told_in_a_sentence(monkeypatch, capsys, error):
    def fail():
        raise error

    monkeypatch.setattr(cli, "app", fail)
    with pytest.raises(SystemExit) as caught:
        cli.main()
    assert caught.value.code == 1
    assert capsys.readouterr().err.strip() == "comity: do [this]"
