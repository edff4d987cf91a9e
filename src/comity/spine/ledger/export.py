"""Export of the whole ledger with its bodies in the layout of C2SP tlog-tiles, for `comity-verify` and for witnesses.

checkpoint                the newest signed checkpoint
tile/LEVEL/…              tiles of 256 hashes, the partial ones with `.p/WIDTH`
tile/entries/…            entry bundles: the bodies, 256 a file
index.json                entry ids in the order of their leaves, and the verifier keys
"""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, Final

import psycopg

from comity.spine.ledger.edges import full_tile_count, partial_tile
from comity.spine.ledger.snapshot import exported, streamed
from comity.spine.ledger.tiles import WIDTH, edge_width, level_count, pack_bundle, tile_path

FORMAT: Final = "comity/export/1"
_BODIES: Final = "SELECT leaf_index, entry_id, body FROM ledger_entry WHERE leaf_index < %s ORDER BY leaf_index"
_TILES: Final = "SELECT index, data FROM ledger_tile WHERE level = %s AND index < %s ORDER BY index"


class FolderNotEmptyError(ValueError):
    """An export goes into a new or empty folder, so that nothing older is taken for part of it."""


class NothingToExportError(ValueError):
    """No checkpoint has been signed yet."""


def export(
    *,
    conninfo: str,
    folder: Path,
    verifier_keys: Sequence[str],
    progress: Callable[[int, int], None] | None = None,
) -> int:
    """Write everything under the newest checkpoint into `folder`, in one snapshot; return the number of entries.

    `conninfo`: of the role verifier. Bodies are not public: the folder is made with mode 0700. `progress` is told of
    entries written and in all. The checkpoint is written last: a folder without one is an interrupted export.
    Raises `FolderNotEmptyError`, `NothingToExportError`.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise FolderNotEmptyError(f"`{folder}` is not empty; export into a new folder")
    with exported(conninfo) as (connection, _):
        size, note = _newest(connection)
        _write_tiles(connection, folder, size)
        ids = _write_bundles(connection, folder, size, progress)
        _write_index(folder, size, ids, verifier_keys)
    (folder / "checkpoint").write_text(note, "utf-8")
    return size


def _newest(connection: psycopg.Connection[Any]) -> tuple[int, str]:
    row = connection.execute("SELECT size, note FROM ledger_checkpoint ORDER BY size DESC LIMIT 1").fetchone()
    if row is None:
        raise NothingToExportError("no checkpoint has been signed yet; start the sequencer")
    return int(row[0]), str(row[1])


def _write(folder: Path, path: str, content: bytes) -> None:
    target = folder / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content)


def _write_tiles(connection: psycopg.Connection[Any], folder: Path, size: int) -> None:
    for level in range(level_count(size)):
        rows = streamed(connection, f"tiles {level}", _TILES, (level, full_tile_count(level, size)))
        for index, data in rows:
            _write(folder, tile_path(level, index), data)
        width = edge_width(level, size)
        if width:
            data = partial_tile(connection.cursor(), level, size)
            _write(folder, tile_path(level, full_tile_count(level, size), width), data)


def _write_bundles(
    connection: psycopg.Connection[Any],
    folder: Path,
    size: int,
    progress: Callable[[int, int], None] | None,
) -> list[str]:
    """Write the bodies; return the entry ids in leaf order."""
    ids: list[str] = []
    for bundle in _chunks(streamed(connection, "bodies", _BODIES, (size,))):
        number, width = len(ids) // WIDTH, len(bundle)
        _write(folder, tile_path("entries", number, width), pack_bundle([body for _, _, body in bundle]))
        ids += [str(entry_id) for _, entry_id, _ in bundle]
        if progress is not None:
            progress(len(ids), size)
    return ids


def _chunks(rows: Iterable[tuple[Any, ...]]) -> Iterator[list[tuple[Any, ...]]]:
    source = iter(rows)
    while chunk := list(islice(source, WIDTH)):
        yield chunk


def _write_index(folder: Path, size: int, ids: Sequence[str], verifier_keys: Sequence[str]) -> None:
    content = {"format": FORMAT, "size": size, "verifier_keys": list(verifier_keys), "entries": list(ids)}
    (folder / "index.json").write_text(json.dumps(content, separators=(",", ":")) + "\n", "utf-8")
