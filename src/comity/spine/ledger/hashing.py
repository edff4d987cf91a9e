"""The hashes of RFC 6962, section 2.1 (unchanged in RFC 9162): leaves and nodes cannot be taken for each other."""

import hashlib
from collections.abc import Sequence
from typing import Final

HASH_BYTES: Final = 32
EMPTY_ROOT: Final = hashlib.sha256(b"").digest()
"""Root of the tree without leaves."""

_sha256 = hashlib.sha256


def leaf_hash(body: bytes) -> bytes:
    """Return SHA-256(00 || body)."""
    return _sha256(b"\x00" + body).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return SHA-256(01 || left || right)."""
    return _sha256(b"\x01" + left + right).digest()


def perfect_root(hashes: bytes) -> bytes:
    """Return the root over a power of two of 32-byte hashes, given side by side."""
    sha256, layer = _sha256, hashes
    while len(layer) > HASH_BYTES:
        layer = b"".join([sha256(b"\x01" + layer[at : at + 64]).digest() for at in range(0, len(layer), 64)])
    return layer


def fold(peaks: Sequence[bytes]) -> bytes:
    """Return the root over the roots of adjoining perfect subtrees, sizes falling; `EMPTY_ROOT` for none."""
    if not peaks:
        return EMPTY_ROOT
    root = peaks[-1]
    for peak in reversed(peaks[:-1]):
        root = node_hash(peak, root)
    return root


def peak_spans(start: int, end: int) -> list[tuple[int, int]]:
    """Return the perfect subtrees that make up leaves `[start, end)` as (height, index), left to right.

    `start` is a multiple of the largest power of two up to `end - start`, as in every span of a proof.
    """
    spans, at = [], start
    while at < end:
        height = (end - at).bit_length() - 1
        spans.append((height, at >> height))
        at += 1 << height
    return spans


class CompactRange:
    """The roots of the perfect subtrees of a growing tree: all that is needed to add a leaf and know the root."""

    __slots__ = ("peaks", "size")

    def __init__(self, size: int = 0, peaks: Sequence[bytes] = ()) -> None:
        if size.bit_count() != len(peaks):
            raise ValueError(f"a range of `{size}` has {size.bit_count()} peaks, not {len(peaks)}")
        self.size = size
        self.peaks = list(peaks)

    def push(self, digest: bytes) -> None:
        """Add one leaf hash (or one subtree root, all of the same height)."""
        peaks, size, sha256 = self.peaks, self.size, _sha256
        while size & 1:
            digest = sha256(b"\x01" + peaks.pop() + digest).digest()
            size >>= 1
        peaks.append(digest)
        self.size += 1

    def root(self) -> bytes:
        """Return the root of the tree as it is now."""
        return fold(self.peaks)
