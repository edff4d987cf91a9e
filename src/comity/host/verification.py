"""The whole ledger verified once a day while the node runs, in a process of its own."""

import os
import signal
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

from comity.host.prepare import Paths
from comity.host.processes import ending_with_launcher

if TYPE_CHECKING:
    from comity.spine.ledger.last_verified import LastVerified

EVERY: Final = timedelta(days=1)
_NICE: Final = 10
_COMMAND: Final = (sys.executable, "-m", "comity.host.cli", "serve", "verification")


def is_due(home: Path, *, now: datetime) -> bool:
    """Tell whether the last verification of the whole ledger is a day old, or unknown."""
    from comity.spine.ledger.last_verified import read_verified

    last = read_verified(Paths(home).verified)
    return last is None or now - last.at >= EVERY


def verify_when_due(home: Path, *, now: datetime) -> None:
    """Verify the whole ledger when a day is over, and log the outcome; its note is what `comity doctor` shows."""
    import structlog

    if not is_due(home, now=now):
        return
    log, found = structlog.get_logger("comity.worker"), run_verification(home)
    if found is None:
        log.warning("ledger.not_verified", remedy="run `comity ledger verify`")
    elif found.is_sound:
        log.info("ledger.verified", entries=found.counts.get("entries", 0))
    else:
        log.error("ledger.unsound", findings=found.findings, remedy="run `comity ledger verify`")


def run_verification(home: Path) -> "LastVerified | None":
    """Run `comity serve verification` until it ends and return what it noted, None when it came to nothing.

    It yields to other processes, and ends with the thread that waits for it.
    """
    from comity.spine.ledger.last_verified import read_verified

    before = read_verified(Paths(home).verified)
    end_with_launcher = ending_with_launcher(signal.SIGTERM)

    def before_program() -> None:
        end_with_launcher()
        os.nice(_NICE)

    subprocess.run(  # noqa: S603 - our own command; two system calls, bound before the fork
        _COMMAND,
        env=os.environ | {"COMITY_HOME": str(home)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,
        preexec_fn=before_program,
    )
    after = read_verified(Paths(home).verified)
    return None if after == before else after
