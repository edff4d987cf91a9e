"""The outcome of the last verification of the whole ledger, noted in a file beside the checkpoint kept outside.

It tells the node's keepers when it was last looked at; it proves nothing to anybody else.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from comity.kernel.time import utc_text
from comity.spine.keys.private_file import replace_file
from comity.spine.ledger.report import Report

FORMAT: Final = "comity/verified/1"
_KEPT: Final = 20
"""Findings noted; the rest are counted."""


@dataclass(frozen=True, slots=True)
class LastVerified:
    """When, how many findings, the first of them in words, and how much of each thing was checked."""

    at: datetime
    findings: int
    says: Sequence[str]
    counts: Mapping[str, int]

    @property
    def is_sound(self) -> bool:
        """Tell whether nothing was found."""
        return self.findings == 0


def note_verified(path: Path, report: Report, *, at: datetime) -> None:
    """Replace the file durably by the outcome of a verification of everything."""
    content = {
        "format": FORMAT,
        "at": utc_text(at),
        "findings": len(report.findings) + sum(report.left_out.values()),
        "says": [f"{found.kind.value}: {found.where}: {found.says}" for found in report.findings[:_KEPT]],
        "counts": dict(report.counts),
    }
    replace_file(path, (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode(), mode=0o600)


def read_verified(path: Path) -> LastVerified | None:
    """Return what the file says; None when there is none or it is damaged: then nothing is known."""
    try:
        content = json.loads(path.read_text("utf-8"))
        return LastVerified(
            datetime.fromisoformat(content["at"]),
            int(content["findings"]),
            tuple(str(line) for line in content["says"]),
            {str(name): int(count) for name, count in content["counts"].items()},
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
