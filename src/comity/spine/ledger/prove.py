"""Proofs from the stored tree: full tiles, and the partial ones at its right edge. No entry's body is read."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from comity.spine.ledger.edges import Cursor, full_tile_count, partial_tile
from comity.spine.ledger.hashing import fold, peak_spans
from comity.spine.ledger.proofs import (
    ProofRangeError,
    Span,
    consistency_spans,
    inclusion_spans,
    is_consistent,
    is_included,
)
from comity.spine.ledger.tiles import node_from, tile_of

_LOCATE: Final = """
SELECT at_index, at_hash, is_waiting, size, root, note FROM ledger_locate(%s)
LEFT JOIN (SELECT size, root, note FROM ledger_checkpoint ORDER BY size DESC LIMIT 1) AS newest ON true
"""


class UnknownEntryError(LookupError):
    """No entry of that id, neither sequenced nor waiting."""


class NotYetSequencedError(LookupError):
    """The entry waits for the sequencer; its proof comes with the next checkpoint."""


@dataclass(frozen=True, slots=True)
class InclusionProof:
    """That `leaf_hash` is leaf `leaf_index` of the tree that the signed note `note` commits to."""

    entry_id: UUID
    leaf_index: int
    leaf_hash: bytes
    size: int
    root: bytes
    hashes: Sequence[bytes]
    note: str

    def holds(self) -> bool:
        """Tell whether the hashes lead from leaf to root."""
        return is_included(
            index=self.leaf_index, size=self.size, leaf=self.leaf_hash, proof=self.hashes, root=self.root
        )


@dataclass(frozen=True, slots=True)
class ConsistencyProof:
    """That the tree of `old_size` leaves is the beginning of the tree of `new_size`."""

    old_size: int
    new_size: int
    old_root: bytes
    new_root: bytes
    hashes: Sequence[bytes]

    def holds(self) -> bool:
        """Tell whether the hashes lead to both roots."""
        return is_consistent(
            old=self.old_size,
            new=self.new_size,
            old_root=self.old_root,
            new_root=self.new_root,
            proof=self.hashes,
        )


def prove_inclusion(cursor: Cursor, *, entry_id: UUID) -> InclusionProof:
    """Prove an entry under the newest checkpoint; any database role may.

    Raises `UnknownEntryError`, `NotYetSequencedError`.
    """
    leaf_index, leaf_hash, size, root, note = _locate(cursor, entry_id)
    hashes = _span_hashes(cursor, inclusion_spans(leaf_index, size), size)
    return InclusionProof(entry_id, leaf_index, leaf_hash, size, root, hashes, note)


def prove_consistency(cursor: Cursor, *, old_size: int, new_size: int) -> ConsistencyProof:
    """Prove that nothing was changed or removed between two sizes; raises `ProofRangeError`."""
    cursor.execute("SELECT coalesce(max(size), 0) FROM ledger_checkpoint")
    newest = int(cursor.fetchone()[0])
    if new_size > newest:
        raise ProofRangeError(f"the ledger has {newest} entries under a checkpoint, not `{new_size}`")
    hashes = _span_hashes(cursor, consistency_spans(old_size, new_size), new_size)
    old_root, new_root = _span_hashes(cursor, [(0, old_size), (0, new_size)], new_size)
    return ConsistencyProof(old_size, new_size, old_root, new_root, hashes)


def _locate(cursor: Cursor, entry_id: UUID) -> tuple[int, bytes, int, bytes, str]:
    """Return leaf index, leaf hash and the newest checkpoint's size, root and note."""
    cursor.execute(_LOCATE, (entry_id,))
    row = cursor.fetchone()
    if row is None:
        raise UnknownEntryError(f"no ledger entry `{entry_id}`")
    leaf_index, leaf_hash, is_waiting, size, root, note = row
    if is_waiting:
        raise NotYetSequencedError(f"entry `{entry_id}` waits for the sequencer; ask again in a second")
    return leaf_index, bytes(leaf_hash), size, bytes(root), note


def _span_hashes(cursor: Cursor, spans: Sequence[Span], size: int) -> list[bytes]:
    """Return the root over each span of leaves, all within the first `size`."""
    nodes = [peak_spans(start, end) for start, end in spans]
    tiles = _load_tiles(cursor, {tile_of(height, index) for span in nodes for height, index in span}, size)
    return [fold([node_from(tiles, height, index) for height, index in span]) for span in nodes]


def _load_tiles(cursor: Cursor, wanted: set[tuple[int, int]], size: int) -> dict[tuple[int, int], bytes]:
    full = [(level, index) for level, index in wanted if index < full_tile_count(level, size)]
    tiles: dict[tuple[int, int], bytes] = {}
    if full:
        cursor.execute(
            "SELECT level, index, data FROM ledger_tile"
            " JOIN unnest(%s::smallint[], %s::bigint[]) AS wanted (level, index) USING (level, index)",
            ([level for level, _ in full], [index for _, index in full]),
        )
        tiles = {(level, index): bytes(data) for level, index, data in cursor.fetchall()}
    for level, index in wanted - set(full):
        tiles[level, index] = partial_tile(cursor, level, size)
    return tiles
