"""The processes that decide again end with whoever started them, however that ends."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

SCRIPT = """
import os, time
import django
django.setup()
import comity.coordination.exchange.redeciders as redeciders

class Idle:
    def __init__(self, instead):
        self.decide = None

redeciders.Redecider = Idle
with redeciders.redeciding(None, processes=3):
    children = open(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read().split()
    print(*children, flush=True)
    time.sleep(60)
"""


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z"
    except FileNotFoundError:
        return False


def test_a_killed_replay_leaves_no_process_behind():
    with subprocess.Popen([sys.executable, "-c", SCRIPT], stdout=subprocess.PIPE, text=True) as starter:  # noqa: S603 - ours
        children = [int(pid) for pid in starter.stdout.readline().split()]
        assert len(children) == 3
        assert all(map(is_alive, children))
        os.kill(starter.pid, signal.SIGKILL)
        starter.wait()
    ended = time.monotonic() + 20
    while any(map(is_alive, children)) and time.monotonic() < ended:
        time.sleep(0.05)
    assert not any(map(is_alive, children))
