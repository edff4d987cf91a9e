"""The right edge of the stored tree, read back from leaf hashes and the roots of full tiles."""

from typing import Any, Final, Protocol

from comity.spine.ledger.hashing import HASH_BYTES
from comity.spine.ledger.tiles import HEIGHT, WIDTH, TileEdge, edge_width, level_count

_LEAVES: Final = "SELECT ledger_leaf_hashes(%s, %s)"
_ROOTS: Final = (
    "SELECT string_agg(root, ''::bytea ORDER BY index) FROM ledger_tile WHERE level = %s AND index >= %s AND index < %s"
)


class Cursor(Protocol):
    """What reading the tree needs of a database cursor; Django's and psycopg's both do."""

    def execute(self, query: Any, params: Any = None, /) -> Any:  # noqa: ANN401 - two libraries, two types
        """Run one statement."""

    def fetchall(self) -> list[Any]:
        """Return all rows."""

    def fetchone(self) -> Any:  # noqa: ANN401 - as above
        """Return one row or None."""


class TreeBrokenError(RuntimeError):
    """Leaves or tiles that must be there are not."""


def load_edge(cursor: Cursor, size: int) -> TileEdge:
    """Return the edge of the first `size` leaves; raises `TreeBrokenError` when some of it is missing."""
    try:
        return TileEdge(size, [_hashes(partial_tile(cursor, level, size)) for level in range(level_count(size))])
    except ValueError as error:
        raise TreeBrokenError(
            f"the stored tree does not reach size `{size}` ({error}); run `comity ledger verify`"
        ) from None


def _hashes(data: bytes) -> list[bytes]:
    return [data[at : at + HASH_BYTES] for at in range(0, len(data), HASH_BYTES)]


def partial_tile(cursor: Cursor, level: int, size: int) -> bytes:
    """Return the data of the partial tile at `level` in the tree of the first `size` leaves: 0 to 255 hashes."""
    end = size >> (HEIGHT * level)
    start = end - edge_width(level, size)
    if start == end:
        return b""
    if level == 0:
        cursor.execute(_LEAVES, (start, end))
    else:
        cursor.execute(_ROOTS, (level - 1, start, end))
    return bytes(cursor.fetchone()[0] or b"")


def read_tile(cursor: Cursor, level: int, index: int, width: int = WIDTH) -> bytes | None:
    """Return the first `width` hashes of a tile of the tree under the newest checkpoint; None where it has fewer.

    Any database role may: tiles hold hashes only. A tile that is full by now is still given in part.
    """
    cursor.execute("SELECT coalesce(max(size), 0) FROM ledger_checkpoint")
    start = index * WIDTH
    if not 0 < width <= WIDTH or start + width > int(cursor.fetchone()[0]) >> (HEIGHT * level):
        return None
    if level == 0:
        cursor.execute(_LEAVES, (start, start + width))
    else:
        cursor.execute(_ROOTS, (level - 1, start, start + width))
    data = bytes(cursor.fetchone()[0] or b"")
    return data if len(data) == width * HASH_BYTES else None


def full_tile_count(level: int, size: int) -> int:
    """Return how many full tiles `level` has in a tree of `size` leaves."""
    return (size >> (HEIGHT * level)) // WIDTH
