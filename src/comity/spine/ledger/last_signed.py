"""The sequencer's memory outside the database: the last checkpoint it signed.

A database that does not contain that checkpoint is another history (a restored backup), whatever it says itself.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from comity.kernel.time import utc_text
from comity.spine.keys.private_file import replace_file
from comity.spine.ledger.notes import Checkpoint, NoteError, VerifierKey, open_checkpoint

FORMAT: Final = "comity/last-signed/1"


class LastSignedDamagedError(RuntimeError):
    """The file is not what the sequencer wrote, or another log's."""


@dataclass(frozen=True, slots=True)
class LastSigned:
    """A signed checkpoint and when it was signed."""

    checkpoint: Checkpoint
    note: str
    signed_at: datetime


def read_last_signed(path: Path, key: VerifierKey) -> LastSigned | None:
    """Return what the file holds, None when there is none; raises `LastSignedDamagedError`."""
    try:
        content = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return None
    except ValueError:
        raise _damaged(path, "it is not JSON") from None
    try:
        if content["format"] != FORMAT:
            raise _damaged(path, "its format is unknown")
        signed_at = datetime.fromisoformat(content["signed_at"])
        return LastSigned(open_checkpoint(content["note"], [key]), content["note"], signed_at)
    except (KeyError, TypeError, ValueError) as error:
        reason = str(error) if isinstance(error, NoteError) else "a field is missing"
        raise _damaged(path, reason) from None


def _damaged(path: Path, reason: str) -> LastSignedDamagedError:
    return LastSignedDamagedError(
        f"the last signed checkpoint in `{path}` cannot be trusted: {reason}; restore the file and the log key "
        "that belong to this database, nothing is signed until then"
    )


def write_last_signed(path: Path, last: LastSigned) -> None:
    """Replace the file durably; a crash leaves the old one or the new one."""
    content = {"format": FORMAT, "note": last.note, "signed_at": utc_text(last.signed_at)}
    replace_file(path, (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode(), mode=0o600)
