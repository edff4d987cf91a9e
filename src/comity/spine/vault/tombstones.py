"""The tombstones kept outside the database, so that a restored backup is purged again.

One JSON object a line. `decided` is on disk before the purge may commit, `done` follows the commit. What a crash means:

- before `decided` is on disk: the transaction rolls back, nothing was purged, nothing is written;
- in the middle of a line: the same; the torn tail is cut off before the next line is written;
- after `decided`, before the commit (or the command fails later): the item is still there. The next retention run
  decides anew. A replay must not trust such a line alone: since then a hold may have been placed or the term extended;
- after the commit, before `done`: the item is gone, its line is unconfirmed. A replay purges it again when the
  restored row is due and not held, and otherwise lists it for a person to decide;
- after `done`: a replay purges it whatever the restored row says: the hold was released before the purge.
"""

import fcntl
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Final
from uuid import UUID

import msgspec

from comity.kernel.canonical import canonical
from comity.kernel.time import utc_text

FILE_NAME: Final = "tombstones.ndjson"
_MODE: Final = 0o600
_TAIL_BYTES: Final = 4096


class TombstoneFileDamagedError(ValueError):
    """A complete line of the file cannot be read; a copy of the file must be put in its place before a replay."""


class Certainty(StrEnum):
    """How far a purge is known to have come."""

    DECIDED = "decided"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Tombstone:
    """What stays of a purged item; `digest` is the hex SHA-256 of nonce || ciphertext."""

    item_id: UUID
    kind: str
    owner_id: UUID
    digest: str
    purged_at: datetime
    reason: str


class _Line(msgspec.Struct, forbid_unknown_fields=True):
    state: Certainty
    item: UUID
    kind: str
    owner: UUID
    digest: str
    at: datetime
    reason: str

    def tombstone(self) -> Tombstone:
        return Tombstone(self.item, self.kind, self.owner, self.digest, self.at, self.reason)


@dataclass(frozen=True, slots=True)
class TombstoneFile:
    """`HOME/tombstones.ndjson`: append only, mode 0600; back it up apart from the database."""

    path: Path

    def append(self, tombstones: Sequence[Tombstone], certainty: Certainty) -> None:
        """Add one line each and return when they are on disk; raises `OSError`, and then no line counts."""
        text = b"".join(_encode(tombstone, certainty) for tombstone in tombstones)
        if not text:
            return
        with self._opened() as descriptor:
            _cut_torn_tail(descriptor)
            view = memoryview(text)
            while view:
                view = view[os.write(descriptor, view) :]
            os.fsync(descriptor)

    def read(self) -> dict[UUID, tuple[Tombstone, Certainty]]:
        """Return every item named with the surest line about it; a torn last line does not count.

        A file that is not there holds nothing. Raises `TombstoneFileDamagedError` naming the line.
        """
        try:
            text = self.path.read_bytes()
        except FileNotFoundError:
            return {}
        found: dict[UUID, tuple[Tombstone, Certainty]] = {}
        for number, raw in enumerate(text.split(b"\n")[:-1], start=1):
            line = self._decode(raw, number)
            earlier = found.get(line.item)
            if earlier is None or earlier[1] is Certainty.DECIDED:
                found[line.item] = (line.tombstone(), line.state)
        return found

    def _decode(self, raw: bytes, number: int) -> _Line:
        try:
            return msgspec.json.decode(raw, type=_Line)
        except msgspec.DecodeError as error:
            raise TombstoneFileDamagedError(
                f"line {number} of `{self.path}` cannot be read; put a copy of the file in its place, then replay"
            ) from error

    @contextmanager
    def _opened(self) -> Iterator[int]:
        is_new = not self.path.exists()
        descriptor = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, _MODE)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)  # freed by close, however the process ends
            if is_new:
                _sync_folder(self.path.parent)
            yield descriptor
        finally:
            os.close(descriptor)


def _encode(tombstone: Tombstone, certainty: Certainty) -> bytes:
    return (
        canonical(
            {
                "state": certainty.value,
                "item": tombstone.item_id,
                "kind": tombstone.kind,
                "owner": tombstone.owner_id,
                "digest": tombstone.digest,
                "at": utc_text(tombstone.purged_at),
                "reason": tombstone.reason,
            }
        )
        + b"\n"
    )


def _cut_torn_tail(descriptor: int) -> None:
    # The transaction of a torn line cannot have committed, so nothing is lost with it.
    size = os.fstat(descriptor).st_size
    end = size
    while end:
        start = max(0, end - _TAIL_BYTES)
        newline = os.pread(descriptor, end - start, start).rfind(b"\n")
        if newline >= 0:
            end = start + newline + 1
            break
        end = start
    if end != size:
        os.ftruncate(descriptor, end)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
