"""The ledger from the host's side: waiting for the sequencer, verifying with the files kept beside the database."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from comity.config.node import NodeSettings
from comity.host.keystore import open_ring
from comity.host.prepare import Paths

if TYPE_CHECKING:
    from comity.spine.ledger.report import Report


@dataclass(frozen=True, slots=True)
class Verified:
    """The outcome of a verification, ready to print."""

    is_sound: bool
    summary: str
    lines: tuple[str, ...]


def wait_sequenced(*, seconds: float) -> bool:
    """Wait until nothing is pending, at most `seconds`; tell whether it came to that."""
    from django.db import connection

    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pending_count FROM ledger_backlog()")
            if cursor.fetchone()[0] == 0:
                return True
        time.sleep(0.1)
    return False


def verify_ledger(
    settings: NodeSettings, *, processes: int = 2, progress: Callable[[int, int], None] | None = None
) -> Verified:
    """Verify everything as role verifier, the checkpoint kept outside the database included, and note the outcome.

    Without keys that can be used payload keys are not tried: the rest is verified, and a line says so.
    """
    from comity.doors.cli.ledger import verify_whole
    from comity.doors.cli.node import Node
    from comity.spine.tenancy.clock import database_now

    paths = Paths(settings.home)
    node = Node(database_now, lambda: open_ring(settings), paths.log_key, paths.last_signed, settings.hosts)
    report, untried = verify_whole(node, processes=processes, progress=progress)
    return _told(report, (f"payload keys were not tried: {untried}",) if untried else ())


def verify_end(settings: NodeSettings) -> Verified:
    """Check the newest signatures and entries, and the checkpoint kept outside the database; nothing is noted."""
    from comity.doors.cli.ledger import verifier_keys
    from comity.spine.ledger.connect import conninfo_of
    from comity.spine.ledger.last_signed import read_last_signed
    from comity.spine.ledger.notes import VerifierKey
    from comity.spine.ledger.verify_tail import verify_tail

    paths = Paths(settings.home)
    keys = [VerifierKey.parse(text) for text in verifier_keys(paths.log_key)]
    last = read_last_signed(paths.last_signed, keys[0])
    report = verify_tail(conninfo=conninfo_of("verifier"), keys=keys, last_signed=last.checkpoint if last else None)
    counts = report.counts
    summary = (
        f"its {counts['of']:,} entries end in the newest signed checkpoint, the one kept outside the database is among "
        f"them, and the newest {counts.get('entries', 0):,} are as they were signed"
    )
    return replace(_told(report, ()), summary=summary)


def _told(report: "Report", lines: tuple[str, ...]) -> Verified:
    counted = ", ".join(f"{count:,} {what}" for what, count in sorted(report.counts.items()))
    lines += tuple(f"{finding.kind.value}: {finding.where}: {finding.says}" for finding in report.findings)
    lines += tuple(f"{kind.value}: {count} more" for kind, count in report.left_out.items())
    return Verified(report.is_clean, counted, lines)
