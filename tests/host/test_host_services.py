"""Services end with the process that started them, whatever ended it, and so do their workers."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from host_clusters import SOURCES

from comity.config.node import load
from comity.host.services import Service, Services, services_of

SERVER = """
import multiprocessing, os, sys, time

def work():
    from comity.host.processes import end_with_parent
    end_with_parent()
    print(os.getpid(), flush=True)
    time.sleep(60)

if __name__ == "__main__":
    multiprocessing.get_context("spawn").Process(target=work).start()
    time.sleep(60)
"""
LAUNCHER = """
import sys, time
from comity.host.services import Service, Services

services = Services(say=print)
services.start([Service("one", (sys.executable, sys.argv[1]), {})])
time.sleep(60)
"""


def is_alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def ends(pid, seconds=10):
    deadline = time.monotonic() + seconds
    while is_alive(pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    return not is_alive(pid)


@pytest.fixture
def server(tmp_path):
    path = tmp_path / "server.py"
    path.write_text(SERVER)
    return path


def started(*command):
    """A program whose worker prints its pid; returns the program and the worker's pid."""
    process = subprocess.Popen(  # noqa: S603 - our own script
        [sys.executable, *map(str, command)], stdout=subprocess.PIPE, env=os.environ | {"PYTHONPATH": SOURCES}
    )
    return process, int(process.stdout.readline())


def test_the_workers_of_a_killed_server_end_with_it(server):
    process, worker = started(server)
    assert is_alive(worker)
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    assert ends(worker)


def test_services_and_their_workers_end_with_a_killed_launcher(server, tmp_path):
    launcher = tmp_path / "launcher.py"
    launcher.write_text(LAUNCHER)
    process, worker = started(launcher, server)
    service = int(Path(f"/proc/{worker}/stat").read_text().rpartition(")")[2].split()[1])
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    assert ends(service)
    assert ends(worker)


def test_a_process_that_nobody_forked_by_multiprocessing_is_left_alone():
    from comity.host.processes import end_with_parent

    end_with_parent()
    assert is_alive(os.getpid())


def test_services_are_told_home_address_and_state(tmp_path):
    settings = load({"COMITY_HOME": str(tmp_path), "COMITY_BIND": "[::1]:8131", "COMITY_STATE": "ut"})
    for service in services_of(settings):
        assert service.environment == {
            "COMITY_HOME": str(tmp_path),
            "COMITY_BIND": "[::1]:8131",
            "COMITY_STATE": "ut",
        }


def test_no_service_is_given_the_administrators_address(monkeypatch, tmp_path):
    monkeypatch.setenv("COMITY_DATABASE_URL", "postgresql://admin:secret@db.example/postgres")
    told = tmp_path / "told"
    script = f"import os, pathlib; pathlib.Path({str(told)!r}).write_text(repr(sorted(os.environ)))"
    services = Services(say=print)
    services.start([Service("one", (sys.executable, "-c", script), {"COMITY_STATE": "ut"})])
    services._running[0].process.wait()
    services.stop()
    assert "COMITY_STATE" in told.read_text()
    assert "COMITY_DATABASE_URL" not in told.read_text()
