"""API keys for the demo agencies, written once to a file only its owner can read."""

import os
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from comity.host.demonstration.exchange import interface_of
from comity.kernel.time import Period
from comity.standing.directory.commands.keys import issue_api_key

AGENCIES: Final = ("hsi-arizona", "ice-ero-phoenix", "az-dps", "pima-so", "ut-dps-bci")
SCOPES: Final = (
    "agreements:read",
    "audit:sample",
    "directory:read",
    "exchange:answer",
    "exchange:approve",
    "exchange:ask",
    "exchange:file",
    "exchange:receive",
    "law:read",
    "ledger:read",
)
DAYS: Final = 90


def write_api_keys(home: Path, *, now: datetime) -> Path:
    """Issue a key per demo agency unless the file is there; return the file (`agency secret` lines, mode 0600)."""
    path = home / "demo-api-keys.txt"
    if path.exists():
        return path
    lines = []
    for agency in AGENCIES:
        by = interface_of(agency)
        period = Period(now, now + timedelta(days=DAYS))
        issued = issue_api_key(by=by, now=now, post_id=by.post_id, scopes=SCOPES, period=period)
        lines.append(f"{agency} {issued.secret}\n")
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.writelines(lines)
    return path
