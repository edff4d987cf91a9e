"""The ledger from the host's side: waiting for the sequencer, verifying with the files kept beside the database."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

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


def verify_ledger(home: Path, *, progress: Callable[[int, int], None] | None = None) -> Verified:
    """Verify everything as role verifier, the checkpoint kept outside the database included.

    Without a key file payload keys are not tried, and not counted. With one that cannot be used
    the rest is verified, and a line says so.
    """
    from comity.spine.keys.log_key import list_verifier_keys, verifier_path
    from comity.spine.keys.ring import KeyRingError
    from comity.spine.ledger.connect import conninfo_of
    from comity.spine.ledger.last_signed import read_last_signed
    from comity.spine.ledger.notes import VerifierKey
    from comity.spine.ledger.verify import verify
    from comity.spine.tenancy.clock import database_now

    paths = Paths(home)
    key = VerifierKey.parse(verifier_path(paths.log_key).read_text("utf-8").strip())
    every_key = [VerifierKey.parse(text) for text in list_verifier_keys(paths.log_key)]
    last = read_last_signed(paths.last_signed, key)
    report = verify(
        conninfo=conninfo_of("verifier"),
        keys=every_key,
        now=database_now(),
        last_signed=last.checkpoint if last else None,
        progress=progress,
    )
    lines: tuple[str, ...] = ()
    try:
        report = _with_keys(paths, report)
    except KeyRingError as error:
        lines = (f"payload keys were not tried: {error}",)
    counted = ", ".join(f"{count:,} {what}" for what, count in sorted(report.counts.items()))
    lines += tuple(f"{finding.kind.value}: {finding.where}: {finding.says}" for finding in report.findings)
    lines += tuple(f"{kind.value}: {count} more" for kind, count in report.left_out.items())
    return Verified(report.is_clean, counted, lines)


def _with_keys(paths: Paths, report: "Report") -> "Report":
    """Try the data key of every payload; nothing is tried where there is no key file."""
    from django.db import connections

    from comity.spine.keys.file_ring import FileKeyRing
    from comity.spine.ledger.report import with_payload_keys
    from comity.spine.vault.verify_keys import verify_keys

    if not paths.keys.exists():
        return report
    with connections["verifier"].cursor() as cursor:
        found = verify_keys(cursor, FileKeyRing(paths.keys))
    return with_payload_keys(report, tried=found.tried, changed=found.changed)
