"""C2SP tlog-tiles: a tree in tiles of 256 hashes (height 8), their paths, and entry bundles.

Tile (level, index) holds the roots of the subtrees of 256**level leaves number 256*index to 256*index + 255. Only full
tiles are stored; the partial one at the right edge of each level follows from what is below it.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from comity.spine.ledger.hashing import HASH_BYTES, CompactRange, fold, perfect_root

HEIGHT: Final = 8
WIDTH: Final = 1 << HEIGHT
FULL_BYTES: Final = WIDTH * HASH_BYTES
_LENGTH_BYTES: Final = 2
_PATH: Final = re.compile(
    r"tile/(?P<level>[0-9])/(?P<place>(?:x[0-9]{3}/){0,4}[0-9]{3})(?:\.p/(?P<width>[1-9][0-9]{0,2}))?", re.ASCII
)


class BundleDamagedError(ValueError):
    """An entry bundle ends inside an entry."""


@dataclass(frozen=True, slots=True)
class Tile:
    """A full tile and the root over its 256 hashes."""

    level: int
    index: int
    data: bytes
    root: bytes


class TileEdge:
    """The right edge of the tree: for each tile level the hashes that do not yet fill a tile (0 to 255)."""

    __slots__ = ("levels", "size")

    def __init__(self, size: int = 0, levels: Sequence[Sequence[bytes]] = ()) -> None:
        """`levels[l]` holds the `(size >> 8*l) % 256` newest roots of 256**l leaves."""
        self.size = size
        self.levels = [list(hashes) for hashes in levels]
        for level, hashes in enumerate(self.levels):
            width = edge_width(level, size)
            if len(hashes) != width:
                raise ValueError(f"the edge at level `{level}` has {len(hashes)} hashes, size `{size}` needs {width}")
        if size >> (HEIGHT * len(self.levels)):
            raise ValueError(f"an edge of {len(self.levels)} levels is too low for size `{size}`")

    def copy(self) -> "TileEdge":
        """Return an edge that grows on its own."""
        return TileEdge(self.size, self.levels)

    def extend(self, leaf_hashes: Sequence[bytes]) -> list[Tile]:
        """Add leaves; return the tiles that became full, each after those below it."""
        self.size += len(leaf_hashes)
        filled: list[Tile] = []
        rising, level = list(leaf_hashes), 0
        while rising:
            if level == len(self.levels):
                self.levels.append([])
            waiting = self.levels[level] + rising
            first = (self.size >> (HEIGHT * level)) - len(waiting)
            fresh = list(_full_tiles(level, first // WIDTH, waiting))
            self.levels[level] = waiting[len(fresh) * WIDTH :]
            filled += fresh
            rising, level = [tile.root for tile in fresh], level + 1
        return filled

    def root(self) -> bytes:
        """Return the root of the tree."""
        peaks: list[bytes] = []
        for hashes in reversed(self.levels):
            here = CompactRange()
            for digest in hashes:
                here.push(digest)
            peaks += here.peaks
        return fold(peaks)


def _full_tiles(level: int, index: int, hashes: Sequence[bytes]) -> Iterator[Tile]:
    for number in range(len(hashes) // WIDTH):
        data = b"".join(hashes[number * WIDTH : (number + 1) * WIDTH])
        yield Tile(level, index + number, data, perfect_root(data))


def edge_width(level: int, size: int) -> int:
    """Return how many hashes the partial tile at `level` has in a tree of `size` leaves."""
    return (size >> (HEIGHT * level)) % WIDTH


def level_count(size: int) -> int:
    """Return how many tile levels a tree of `size` leaves has."""
    return (size.bit_length() + HEIGHT - 1) // HEIGHT


def tile_of(height: int, index: int) -> tuple[int, int]:
    """Return the (level, index) of the tile from which the root of subtree (height, index) can be computed."""
    return height // HEIGHT, (index << (height % HEIGHT)) // WIDTH


def node_in_tile(data: bytes, height: int, index: int) -> bytes:
    """Return the root of subtree (height, index) from the data of `tile_of(height, index)`."""
    count = 1 << (height % HEIGHT)
    start = (index * count % WIDTH) * HASH_BYTES
    return perfect_root(data[start : start + count * HASH_BYTES])


def tile_path(level: int | str, index: int, width: int = WIDTH) -> str:
    """Return `tile/0/x001/234` or, for a partial tile, `tile/0/x001/234.p/17`; level `entries` names bundles."""
    text = f"{index % 1000:03d}"
    rest = index // 1000
    while rest:
        text = f"x{rest % 1000:03d}/{text}"
        rest //= 1000
    partial = "" if width == WIDTH else f".p/{width}"
    return f"tile/{level}/{text}{partial}"


def parse_tile_path(path: str) -> tuple[int, int, int] | None:
    """Return (level, index, width) of a path as `tile_path` writes it, None for any other, bundles among them."""
    found = _PATH.fullmatch(path)
    if found is None:
        return None
    level, width = int(found["level"]), int(found["width"] or WIDTH)
    index = int("".join(part.removeprefix("x") for part in found["place"].split("/")))
    return (level, index, width) if tile_path(level, index, width) == path else None


def pack_bundle(bodies: Sequence[bytes]) -> bytes:
    """Return the entry bundle of up to 256 bodies: each with its length in 16 bits, big-endian, before it."""
    return b"".join(len(body).to_bytes(_LENGTH_BYTES, "big") + body for body in bodies)


def unpack_bundle(bundle: bytes) -> list[bytes]:
    """Return the bodies of an entry bundle; raises `BundleDamagedError`."""
    bodies: list[bytes] = []
    at = 0
    while at < len(bundle):
        start = at + _LENGTH_BYTES
        at = start + int.from_bytes(bundle[at:start], "big")
        if start > len(bundle) or at > len(bundle):
            raise BundleDamagedError(f"the bundle ends inside entry {len(bodies)}")
        bodies.append(bundle[start:at])
    return bodies


def node_from(tiles: Mapping[tuple[int, int], bytes], height: int, index: int) -> bytes:
    """Return the root of subtree (height, index) out of the tiles at hand."""
    return node_in_tile(tiles[tile_of(height, index)], height, index)
