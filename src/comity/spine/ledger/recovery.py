"""Where a sequencer may go on: the database is compared with the last signed checkpoint outside it."""

from datetime import datetime
from pathlib import Path

from django.db.backends.utils import CursorWrapper

from comity.kernel.time import utc_text
from comity.spine.ledger.edges import TreeBrokenError, load_edge
from comity.spine.ledger.integrate import count_entries, get_head
from comity.spine.ledger.last_signed import LastSigned, LastSignedDamagedError, read_last_signed, write_last_signed
from comity.spine.ledger.notes import (
    Checkpoint,
    NoteError,
    NoteSigner,
    VerifierKey,
    open_checkpoint,
    parse_checkpoint,
    sign_checkpoint,
)
from comity.spine.ledger.tiles import TileEdge


class ForkDetectedError(RuntimeError):
    """The database is not the one whose checkpoints were signed: signing on would be a second history."""


class LastSignedMissingError(RuntimeError):
    """The database has signed checkpoints, but the file that remembers the last one is gone."""


class SameKeyError(ValueError):
    """A new history was to be signed with the key of the old one: its checkpoints would contradict each other."""


def signed(edge: TileEdge, *, signer: NoteSigner, now: datetime) -> LastSigned:
    """Sign the tree as it is."""
    root = edge.root()
    note = sign_checkpoint(size=edge.size, root=root, signer=signer)
    return LastSigned(Checkpoint(signer.origin, edge.size, root), note, now)


def recover(cursor: CursorWrapper, *, path: Path, signer: NoteSigner, now: datetime) -> tuple[TileEdge, LastSigned]:
    """Return the tree and checkpoint to go on from; writes the file when the database is ahead of it.

    Ahead is what a crash between commit and file leaves: the tree then must continue what the file remembers and end
    in a checkpoint signed with this key. Raises `ForkDetectedError`, `LastSignedMissingError`,
    `LastSignedDamagedError`, `TreeBrokenError`.
    """
    key = VerifierKey(signer.origin, signer.public_key)
    remembered = read_last_signed(path, key)
    size = count_entries(cursor)
    if remembered is None:
        return _first_start(path, size, signer=signer, now=now)
    _refuse_fork(cursor, size, remembered)
    edge = load_edge(cursor, size)
    if size == 0:
        return edge, remembered
    newest = _newest(cursor, edge)
    if size == remembered.checkpoint.size:
        return edge, remembered
    try:
        open_checkpoint(newest.note, [key])
    except NoteError:
        raise _broken(size) from None
    write_last_signed(path, newest)
    return edge, newest


def _first_start(path: Path, size: int, *, signer: NoteSigner, now: datetime) -> tuple[TileEdge, LastSigned]:
    if size:
        raise LastSignedMissingError(
            f"the ledger has {size} entries, but `{path}` (the last signed checkpoint) is gone; restore it from the "
            "backup of the keys, or accept this database with `comity ledger accept` once it verifies"
        )
    last = signed(TileEdge(), signer=signer, now=now)
    write_last_signed(path, last)
    return TileEdge(), last


def _refuse_fork(cursor: CursorWrapper, size: int, remembered: LastSigned) -> None:
    known, at = remembered.checkpoint, utc_text(remembered.signed_at)
    if size < known.size:
        raise ForkDetectedError(
            f"a checkpoint of {known.size} entries was signed at {at}, but the database has only {size}: an older "
            "backup was restored; restore a newer one. If the missing entries are lost for good, say so openly: "
            "a new log key and `comity ledger accept` begin a new history"
        )
    if load_edge(cursor, known.size).root() != known.root:
        raise ForkDetectedError(
            f"the first {known.size} entries of the database are not those signed at {at}: another history was "
            "restored or entries were changed; run `comity ledger verify` and restore a backup"
        )


def _newest(cursor: CursorWrapper, edge: TileEdge) -> LastSigned:
    """Return the database's newest checkpoint if it has the size and root of the tree; raises `TreeBrokenError`."""
    head = get_head(cursor)
    if head is None or (head.size, head.root) != (edge.size, edge.root()):
        raise _broken(edge.size)
    try:
        return LastSigned(parse_checkpoint(head.note), head.note, head.signed_at)
    except NoteError:
        raise _broken(edge.size) from None


def _broken(size: int) -> TreeBrokenError:
    return TreeBrokenError(
        f"the ledger's {size} entries are not what its newest checkpoint signs; nothing more is signed, "
        "run `comity ledger verify` and restore a backup"
    )


def accept_history(cursor: CursorWrapper, *, path: Path, signer: NoteSigner, now: datetime) -> LastSigned:
    """Begin a new history from the database as it is; the old last signed checkpoint is set aside as evidence.

    Only after `verify` found nothing, and by a person: what was signed beyond is lost, and others may hold proofs of
    it. `signer` must be a new key when the old file is there. Returns what was written. Raises `SameKeyError`.
    """
    if path.exists():
        _refuse_same_key(path, VerifierKey(signer.origin, signer.public_key))
        path.rename(path.with_name(f"{path.name}.{now:%Y%m%dT%H%M%S%f}.old"))
    last = signed(load_edge(cursor, count_entries(cursor)), signer=signer, now=now)
    write_last_signed(path, last)
    return last


def _refuse_same_key(path: Path, key: VerifierKey) -> None:
    try:
        read_last_signed(path, key)
    except LastSignedDamagedError:
        return  # signed by another key, or past reading: either way not by this one
    raise SameKeyError("a new history needs a new log key; move the old key file aside and create one")
