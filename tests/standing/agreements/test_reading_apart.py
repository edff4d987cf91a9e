"""A file is read in a process of its own, bounded in time and memory, that knows nothing of the server."""

from pathlib import Path
from threading import Thread
from time import monotonic

import pytest

from comity.standing.agreements.reading import apart
from comity.standing.agreements.reading.apart import BusyError, read_apart
from comity.standing.agreements.reading.found import Model, Reading, Unreadable, Why
from comity.standing.agreements.reading.reading import read_agreement
from comity.standing.agreements.reading.synthetic import make_agreement, scan

GIVEN = make_agreement(3, model=Model.WSO)
CONTENT = scan(GIVEN, 3).encode()


def asked(content=CONTENT, *, model=None, account="one", agencies=None):
    return read_apart(content, model=model, agencies=agencies or {}, account=account)


def instead(monkeypatch, program):
    """Let the process run a program of the test instead, with the same bounds where it asks for them."""
    monkeypatch.setattr(apart, "COMMAND", ("-P", "-c", program))


def test_the_same_is_read_apart_as_here():
    agencies = {GIVEN.agency: ["first-so"]}
    assert asked(agencies=agencies) == read_agreement(CONTENT, agencies=agencies)
    assert asked(model=Model.TFM) == read_agreement(CONTENT, model=Model.TFM, agencies={})
    assert asked(b"%PDF-1.7\nx") == read_agreement(b"%PDF-1.7\nx")


def test_what_takes_too_long_is_refused_and_everything_it_started_is_gone(monkeypatch, tmp_path):
    monkeypatch.setattr(apart, "MOST_SECONDS", 1)
    told = tmp_path / "pid"
    instead(
        monkeypatch,
        f"import subprocess, sys, time\n"
        f"child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
        f"open({str(told)!r}, 'w').write(str(child.pid))\n"
        "time.sleep(600)",
    )
    answer = asked()
    assert isinstance(answer, Unreadable)
    assert answer.why == Why.TANGLED
    assert _is_gone(int(told.read_text()))


def _is_gone(pid: int) -> bool:
    """Tell whether a process ended: none, or one that only waits to be asked how it ended."""
    for _ in range(100_000):
        try:
            stat = Path(f"/proc/{pid}/stat").read_text("ascii")
        except (FileNotFoundError, ProcessLookupError):
            return True
        if stat.rpartition(")")[2].split()[0] == "Z":
            return True
    return False


BOUNDED = "from comity.standing.agreements.reading import apart\napart._bound()\n"


@pytest.mark.parametrize(
    "program",
    [
        "apart.resource.setrlimit(apart.resource.RLIMIT_CPU, (1, 1))\nwhile True: pass",
        "try:\n    held = bytearray(apart.MOST_MEMORY)\nexcept MemoryError:\n    apart.sys.exit(apart.OUT_OF_MEMORY)",
    ],
)
def test_the_process_bounds_its_own_time_and_memory(monkeypatch, program):
    instead(monkeypatch, BOUNDED + program)
    answer = asked()
    assert isinstance(answer, Unreadable)
    assert answer.why == Why.TANGLED


def test_memory_that_a_file_needs_beyond_the_bound_is_refused(monkeypatch):
    instead(
        monkeypatch,
        "from comity.standing.agreements.reading import apart\n"
        "apart.read_agreement = lambda *_, **__: bytearray(2 * apart.MOST_MEMORY)\n"
        "apart.sys.exit(apart._answer())",
    )
    answer = asked()
    assert isinstance(answer, Unreadable)
    assert answer.why == Why.TANGLED


def test_the_process_knows_nothing_of_what_this_one_was_told(monkeypatch):
    monkeypatch.setenv("COMITY_HOME", "/nowhere")
    instead(
        monkeypatch,
        "import os, sys\nsys.exit(0 if set(os.environ) <= {'PYTHONPATH', 'LC_ALL'} and 'django' not in sys.modules"
        " else 1)",
    )
    with pytest.raises(Exception, match="truncated"):  # it ended well and said nothing
        asked()


def test_a_process_that_fails_by_itself_is_an_error_and_no_answer(monkeypatch):
    instead(monkeypatch, "raise SystemExit(1)")
    with pytest.raises(RuntimeError, match="ended with 1"):
        asked()
    monkeypatch.undo()
    assert isinstance(asked(), Reading)


def test_an_account_has_one_file_read_at_a_time_and_others_theirs():
    with apart._alone("one"):
        with pytest.raises(BusyError) as busy:
            asked()
        assert busy.value.own
        assert isinstance(asked(account="two"), Reading)
    assert isinstance(asked(), Reading)


def test_a_third_file_waits_for_its_turn_and_then_is_told(monkeypatch):
    monkeypatch.setattr(apart, "WAIT_SECONDS", 0.01)
    with apart._turn(), apart._turn(), pytest.raises(BusyError) as busy:
        asked()
    assert not busy.value.own
    assert isinstance(asked(), Reading)


def test_this_process_goes_on_while_a_file_is_read(monkeypatch):
    monkeypatch.setattr(apart, "MOST_SECONDS", 1)
    instead(monkeypatch, "while True: pass")
    thread = Thread(target=asked)
    began = monotonic()
    thread.start()
    steps = 0
    while thread.is_alive() and monotonic() - began < 0.3:
        steps += 1
    assert thread.is_alive()
    assert steps > 100
    thread.join()
