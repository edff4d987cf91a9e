"""What must hold before anything starts, each told in words that name the remedy."""

import os
import socket
import subprocess
import sys
import threading
import time
from dataclasses import replace

import pytest
from host_clusters import SOURCES

from comity.config.node import DatabaseAccess, load
from comity.host.start import (
    ALL,
    StartRefused,
    await_ended,
    held,
    is_node,
    is_running,
    make_home,
    require_address,
    require_node,
)

HOLDER = """
import sys, time
from pathlib import Path
from comity.host.start import held
with held(Path(sys.argv[1]), sys.argv[2]):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def settings(tmp_path):
    return load({"COMITY_HOME": str(tmp_path), "COMITY_BIND": "127.0.0.1:8131"})


def holder(home, name):
    """Another process that holds the lock."""
    process = subprocess.Popen(  # noqa: S603 - our own script
        [sys.executable, "-c", HOLDER, str(home), name],
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": SOURCES},
    )
    assert process.stdout.readline() == b"held\n"
    return process


def end(process):
    process.kill()
    process.wait()
    process.stdout.close()


def test_a_second_start_is_told_who_runs_the_node_and_how_to_stop_it(tmp_path):
    other = holder(tmp_path, ALL)
    try:
        with pytest.raises(
            StartRefused, match=f"Comity already runs on `{tmp_path}` .process {other.pid}.*COMITY_HOME"
        ):
            held(tmp_path, ALL).__enter__()
    finally:
        end(other)


def test_a_killed_holder_holds_nothing(tmp_path):
    end(holder(tmp_path, ALL))
    with held(tmp_path, ALL):
        assert (tmp_path / "running-demo.lock").read_text() == f"{os.getpid()}\n"


def test_a_start_waits_for_the_services_of_a_killed_one_and_no_longer(tmp_path, monkeypatch):
    from comity.host import start

    monkeypatch.setattr(start, "PATIENCE_SECONDS", 0.5)
    other = holder(tmp_path, "worker")
    try:
        with pytest.raises(StartRefused, match=f"a worker already runs .* .process {other.pid}"):
            await_ended(tmp_path)
        monkeypatch.setattr(start, "PATIENCE_SECONDS", 20)
        threading.Timer(0.5, other.kill).start()
        before = time.monotonic()
        await_ended(tmp_path)
        assert time.monotonic() - before < 10
    finally:
        end(other)


@pytest.mark.parametrize("reuse", [0, 1])
def test_an_address_another_program_has_is_named_with_the_setting(settings, monkeypatch, socket_enabled, reuse):
    from comity.host import start

    monkeypatch.setattr(start, "ADDRESS_SECONDS", 0.2)
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, reuse)
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(StartRefused, match=f"`127.0.0.1:{port}` is taken .*COMITY_BIND=127.0.0.1:"):
            require_address(replace(settings, bind_port=port))
    require_address(replace(settings, bind_port=port))


@pytest.mark.parametrize("host", ["192.0.2.1", "no such host"])
def test_an_address_of_another_machine_is_told(settings, socket_enabled, host):
    with pytest.raises(StartRefused, match=r"is not this machine's .*set COMITY_BIND"):
        require_address(replace(settings, bind_host=host))


def test_a_home_that_is_no_folder_is_refused(tmp_path):
    (tmp_path / "file").touch()
    for home in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(StartRefused, match=f"COMITY_HOME is `{home}`, which is no folder"):
            make_home(home)


def test_a_home_that_cannot_be_made_is_refused():
    from pathlib import Path

    with pytest.raises(StartRefused, match=r"cannot be made .*set COMITY_HOME"):
        make_home(Path("/proc/comity"))


def test_a_folder_without_a_node_is_told_and_nothing_is_made(settings):
    with pytest.raises(StartRefused, match=r"no node here .*COMITY_HOME.*`comity demo`"):
        require_node(settings)
    assert list(settings.home.iterdir()) == []
    DatabaseAccess.with_new_passwords(host="/run", port=5432, name="comity").save(settings.access_file)
    require_node(settings)
    assert is_node(settings)


def test_a_service_runs_while_another_process_holds_its_lock_and_no_longer(tmp_path):
    assert not is_running(tmp_path, "worker")
    with held(tmp_path, "worker"):
        assert is_running(tmp_path, "worker")
        assert not is_running(tmp_path, "sequencer")
    assert not is_running(tmp_path, "worker")
