"""The processes that decide again end with whoever started them, however that ends."""

import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

SCRIPT = """
import os, sys
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
    sys.stdin.read()
"""
LONGEST = 20
"""Seconds a process may take to notice that its starter is gone."""


@contextmanager
def watched(pids: Sequence[int]) -> Iterator[list[int]]:
    """Hold each process by a descriptor that can be read once it has ended; none outlives the block."""
    ends = [os.pidfd_open(pid) for pid in pids]
    try:
        yield ends
    finally:
        for end in ends:
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(end, signal.SIGKILL)
            os.close(end)


def has_ended(end: int, *, within: float) -> bool:
    return end in select.select([end], [], [], within)[0]


def test_a_killed_replay_leaves_no_process_behind():
    with subprocess.Popen(  # noqa: S603 - ours
        [sys.executable, "-c", SCRIPT], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as starter:
        children = [int(pid) for pid in starter.stdout.readline().split()]
        assert len(children) == 3
        with watched(children) as ends:
            assert not any(has_ended(end, within=0) for end in ends)
            os.kill(starter.pid, signal.SIGKILL)
            starter.wait()
            assert all(has_ended(end, within=LONGEST) for end in ends)
