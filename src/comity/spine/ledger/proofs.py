"""Inclusion and consistency proofs (RFC 9162, section 2.1): which subtrees they are made of, and how they are checked.

A proof is a list of hashes. Each is the root over a span of leaves `[start, end)`; who has the tiles computes it.
"""

from collections.abc import Sequence

from comity.spine.ledger.hashing import node_hash

Span = tuple[int, int]


class ProofRangeError(ValueError):
    """A proof was asked for a leaf or a size outside the tree."""


def _split(size: int) -> int:
    """Return the largest power of two below `size`."""
    return 1 << ((size - 1).bit_length() - 1)


def inclusion_spans(index: int, size: int) -> list[Span]:
    """Return the spans of the inclusion proof of leaf `index` in a tree of `size`, from the leaf up."""
    if not 0 <= index < size:
        raise ProofRangeError(f"no leaf `{index}` in a tree of size `{size}`")
    spans: list[Span] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            spans.append((middle, end))
            end = middle
        else:
            spans.append((start, middle))
            start = middle
    return spans[::-1]


def consistency_spans(old: int, new: int) -> list[Span]:
    """Return the spans of the proof that the tree of `old` leaves is the beginning of the one of `new`."""
    if not 0 <= old <= new:
        raise ProofRangeError(f"size `{old}` is not the beginning of size `{new}`")
    if old in {0, new}:
        return []
    spans: list[Span] = []
    start, end, is_whole = 0, new, True
    while old != end:
        middle = start + _split(end - start)
        if old <= middle:
            spans.append((middle, end))
            end = middle
        else:
            spans.append((start, middle))
            start, is_whole = middle, False
    if not is_whole:
        spans.append((start, end))
    return spans[::-1]


def is_included(*, index: int, size: int, leaf: bytes, proof: Sequence[bytes], root: bytes) -> bool:
    """Tell whether `proof` shows leaf hash `leaf` at `index` in the tree of `size` with `root` (2.1.3.2)."""
    if not 0 <= index < size:
        return False
    at, last, digest = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return False
        if at & 1 or at == last:
            digest = node_hash(sibling, digest)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            digest = node_hash(digest, sibling)
        at, last = at >> 1, last >> 1
    return last == 0 and digest == root


def is_consistent(*, old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Tell whether `proof` shows that the tree of `old` begins the tree of `new` (2.1.4.2)."""
    if not 0 <= old <= new:
        return False
    if old == new:
        return not proof and old_root == new_root
    if old == 0:
        return not proof
    path = list(proof) if old.bit_count() > 1 else [old_root, *proof]
    if not path:
        return False
    return _walk(old - 1, new - 1, path) == (old_root, new_root)


def _walk(at: int, last: int, path: Sequence[bytes]) -> tuple[bytes, bytes] | None:
    """Return both roots as the path makes them, None when it has the wrong length."""
    while at & 1:
        at, last = at >> 1, last >> 1
    before = after = path[0]
    for sibling in path[1:]:
        if last == 0:
            return None
        if at & 1 or at == last:
            before, after = node_hash(sibling, before), node_hash(sibling, after)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            after = node_hash(after, sibling)
        at, last = at >> 1, last >> 1
    return (before, after) if last == 0 else None
