"""Leaves, tiles and checkpoints: every hash recomputed from the bodies, in spans of 65,536 leaves.

A span is a perfect subtree when it is full, so spans are checked by different processes and joined by their roots.
What is wrong is named where it is: where body, leaf hash and tile disagree, the two that agree are believed, so that
one changed byte does not make everything above it look changed.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import psycopg

from comity.spine.ledger.hashing import HASH_BYTES, CompactRange, fold, perfect_root
from comity.spine.ledger.notes import NoteError, VerifierKey, open_checkpoint
from comity.spine.ledger.report import Findings, Kind
from comity.spine.ledger.snapshot import Snapshot, copied, joined, streamed
from comity.spine.ledger.tiles import FULL_BYTES, WIDTH, Tile, TileEdge

Connection = psycopg.Connection[Any]
SPAN: Final = WIDTH * WIDTH
# Fields of a row: leaf_index in 8 bytes, the body, the leaf hash in 32 bytes.
_LEAVES: Final = """
SELECT leaf_index, body, leaf_hash FROM ledger_entry WHERE leaf_index >= {} AND leaf_index < {} ORDER BY leaf_index
"""
_INDEX: Final = slice(6, 14)
_BODY: Final = slice(18, -36)
_STORED: Final = slice(-32, None)
_TILES: Final = (
    "SELECT index, data, root FROM ledger_tile WHERE level = %s AND index >= %s AND index < %s ORDER BY index"
)
_CHECKPOINTS: Final = "SELECT size, root, note FROM ledger_checkpoint WHERE size > %s AND size <= %s ORDER BY size"


@dataclass(slots=True)
class SpanResult:
    """What one span contributes to the whole.

    `tile_roots`: roots of its full tiles, side by side. `checkpoints`: size, root over the span's leaves up to that
    size, root as stored. `root`: over all its leaves.
    """

    findings: Findings = field(default_factory=Findings)
    tile_roots: bytes = b""
    checkpoints: list[tuple[int, bytes, bytes]] = field(default_factory=list)
    root: bytes = b""
    leaves: int = 0


def check_span(snapshot: Snapshot, first: int, last: int, keys: tuple[VerifierKey, ...]) -> SpanResult:
    """Check leaves `[first, last)` and the tiles and checkpoints that end in them; `first` is a multiple of `SPAN`."""
    with joined(snapshot) as connection, joined(snapshot) as copying:
        return _Span(connection, copying, first, last, keys).check()


class _Span:
    def __init__(
        self, connection: Connection, copying: Connection, first: int, last: int, keys: tuple[VerifierKey, ...]
    ) -> None:
        self._connection = connection
        self._copying = copying
        self._first, self._last = first, last
        self._keys = keys
        self._result = SpanResult(leaves=last - first)
        self._tiles = {
            index: (data, root)
            for index, data, root in streamed(connection, "tiles", _TILES, (0, first // WIDTH, last // WIDTH))
        }

    def check(self) -> SpanResult:
        leaves = b"".join(self._leaves())
        self._check_tiles(leaves)
        self._check_checkpoints(leaves)
        return self._result

    def _leaves(self) -> Iterator[bytes]:
        """Yield the believed hash of every leaf; name entries whose body or leaf hash is not what it was."""
        expected, sha256 = self._first, hashlib.sha256
        for row in copied(self._copying, _LEAVES, (self._first, self._last)):
            index, stored = int.from_bytes(row[_INDEX], "big"), row[_STORED]
            if index != expected:
                yield from self._missing(expected, index)
            digest = sha256(b"\x00" + row[_BODY]).digest()
            yield digest if digest == stored else self._disputed(index, digest, stored)
            expected = index + 1
        if expected != self._last:
            yield from self._missing(expected, self._last)
        self._result.findings.counts["entries"] += self._last - self._first

    def _missing(self, start: int, end: int) -> Iterator[bytes]:
        name = f"leaf {start} is" if end == start + 1 else f"leaves {start} to {end - 1} are"
        self._result.findings.add(
            Kind.ENTRY_MISSING, f"ledger_entry/{start}", f"{name} missing; a restored backup may hold them"
        )
        for index in range(start, end):
            yield self._in_tile(index) or bytes(HASH_BYTES)

    def _in_tile(self, index: int) -> bytes | None:
        if index // WIDTH not in self._tiles:
            return None
        at = index % WIDTH * HASH_BYTES
        return bytes(self._tiles[index // WIDTH][0][at : at + HASH_BYTES])

    def _disputed(self, index: int, digest: bytes, stored: bytes) -> bytes:
        where = f"ledger_entry/{index}"
        row = self._connection.execute("SELECT entry_id FROM ledger_entry WHERE leaf_index = %s", (index,)).fetchone()
        entry_id = row[0] if row else "?"
        if self._in_tile(index) == digest:
            self._result.findings.add(
                Kind.LEAF_HASH_CHANGED,
                where,
                f"the leaf hash of entry {entry_id} (leaf {index}) was changed; its body is as it was signed",
            )
            return digest
        self._result.findings.add(
            Kind.ENTRY_CHANGED,
            where,
            f"entry {entry_id} (leaf {index}) is not what was recorded: its body does not give its leaf hash",
        )
        return stored

    def _check_tiles(self, leaves: bytes) -> None:
        roots: list[bytes] = []
        for number in range(len(leaves) // FULL_BYTES):
            data = leaves[number * FULL_BYTES : (number + 1) * FULL_BYTES]
            tile = Tile(0, self._first // WIDTH + number, data, perfect_root(data))
            roots.append(tile.root)
            check_tile(self._result.findings, tile, self._tiles.get(tile.index))
        self._result.tile_roots = b"".join(roots)
        self._result.root = fold(_peaks(roots, leaves[len(roots) * FULL_BYTES :]))

    def _check_checkpoints(self, leaves: bytes) -> None:
        roots = [self._result.tile_roots[at : at + HASH_BYTES] for at in range(0, len(self._result.tile_roots), 32)]
        rows = self._connection.execute(_CHECKPOINTS, (self._first, self._last)).fetchall()
        for size, root, note in rows:
            full = (size - self._first) // WIDTH
            partial = leaves[full * FULL_BYTES : (size - self._first) * HASH_BYTES]
            self._result.checkpoints.append((size, fold(_peaks(roots[:full], partial)), bytes(root)))
            check_note(self._result.findings, size, bytes(root), note, self._keys)


def _peaks(tile_roots: Sequence[bytes], partial: bytes) -> list[bytes]:
    """Return the roots of the perfect subtrees over full tiles and the leaf hashes after them."""
    peaks: list[bytes] = []
    for hashes in (tile_roots, [partial[at : at + HASH_BYTES] for at in range(0, len(partial), HASH_BYTES)]):
        here = CompactRange()
        for digest in hashes:
            here.push(digest)
        peaks += here.peaks
    return peaks


def check_tile(findings: Findings, tile: Tile, stored: tuple[bytes, bytes] | None) -> None:
    """Compare a stored tile (data, root) with the one recomputed."""
    findings.counts["tiles"] += 1
    where = f"ledger_tile/{tile.level}/{tile.index}"
    if stored is None:
        findings.add(Kind.TILE_MISSING, where, f"tile {tile.index} of level {tile.level} is missing")
        return
    data, root = stored
    if data != tile.data:
        at = next(n for n in range(WIDTH) if data[n * 32 : n * 32 + 32] != tile.data[n * 32 : n * 32 + 32])
        below = (
            f"leaf {tile.index * WIDTH + at}" if tile.level == 0 else f"tile {tile.level - 1}/{tile.index * WIDTH + at}"
        )
        findings.add(
            Kind.TILE_CHANGED,
            where,
            f"tile {tile.index} of level {tile.level} differs from what is below it, first at its hash {at} ({below}): "
            "the tile was changed, or that and its hash together",
        )
    elif root != tile.root:
        findings.add(Kind.TILE_CHANGED, where, f"the root of tile {tile.index} of level {tile.level} was changed")


def check_note(findings: Findings, size: int, root: bytes, note: str, keys: tuple[VerifierKey, ...]) -> None:
    """Check a checkpoint's signature and that note and columns say the same."""
    findings.counts["checkpoints"] += 1
    where = f"ledger_checkpoint/{size}"
    try:
        opened = open_checkpoint(note, keys)
    except NoteError as error:
        findings.add(Kind.CHECKPOINT_CHANGED, where, f"the checkpoint of size {size} is not signed by the log: {error}")
        return
    if (opened.size, opened.root) != (size, root):
        findings.add(
            Kind.CHECKPOINT_CHANGED,
            where,
            f"the checkpoint of size {size} signs another size or root than its row says",
        )


class Whole:
    """Joins the spans, in order: upper tiles, and the root of every checkpoint."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._spans = CompactRange()
        self._upper = TileEdge()
        self._size = 0
        self.findings = Findings()
        self.roots: dict[int, bytes] = {}

    def add(self, result: SpanResult) -> None:
        """Take the next span."""
        self.findings.merge(result.findings)
        for size, local, stored in result.checkpoints:
            root = fold([*self._spans.peaks, local])
            self.roots[size] = root
            if root != stored:
                self.findings.add(
                    Kind.CHECKPOINT_CHANGED,
                    f"ledger_checkpoint/{size}",
                    f"the first {size} entries do not give the root of their checkpoint",
                )
        roots = [result.tile_roots[at : at + HASH_BYTES] for at in range(0, len(result.tile_roots), HASH_BYTES)]
        for tile in self._upper.extend(roots):
            self._check_upper(Tile(tile.level + 1, tile.index, tile.data, tile.root))
        self._size += result.leaves
        if result.leaves == SPAN:
            self._spans.push(result.root)

    def _check_upper(self, tile: Tile) -> None:
        row = self._connection.execute(
            "SELECT data, root FROM ledger_tile WHERE level = %s AND index = %s", (tile.level, tile.index)
        ).fetchone()
        check_tile(self.findings, tile, None if row is None else (bytes(row[0]), bytes(row[1])))

    def finish(self) -> Findings:
        """Name tiles and checkpoints there should not be, and entries no checkpoint covers."""
        rows = self._connection.execute(
            "SELECT level, index FROM ledger_tile WHERE (index + 1) * 256::numeric ^ (level + 1) > %s", (self._size,)
        )
        for level, index in rows:
            self.findings.add(
                Kind.TILE_UNEXPECTED,
                f"ledger_tile/{level}/{index}",
                f"tile {index} of level {level} is beyond the tree",
            )
        if self._size and self._size not in self.roots:
            self.findings.add(
                Kind.CHECKPOINT_MISSING,
                f"ledger_checkpoint/{self._size}",
                f"no checkpoint covers all {self._size} entries, though entries are never stored without one",
            )
        return self.findings
