"""The log as anybody checks it: checkpoint and tiles at the addresses of C2SP tlog-tiles, an entry by its id."""

import json
import shutil
import subprocess
import sys

import pytest

import comity_verify
from comity.spine.ledger.notes import parse_checkpoint
from comity.spine.ledger.tiles import TileEdge, level_count, tile_path
from portal_log import grown, put_key


@pytest.fixture
def log(demo):
    """A ledger of more than two full tiles, and its key where the node keeps it."""
    grown(demo, 600)
    yield demo
    put_key(demo, None)


@pytest.fixture
def public(log):
    from django.test import Client

    return Client(raise_request_exception=False, SERVER_NAME="localhost")


def tiles_of(size):
    """The paths of every tile that a tree of this size has, the partial ones at its right edge included."""
    for level in range(level_count(size)):
        count = size >> (8 * level)
        for index in range(-(-count // 256)):
            yield level, index, min(256, count - index * 256)


def test_the_tree_of_the_tiles_has_the_root_that_was_signed(public):
    point = parse_checkpoint(public.get("/checkpoint").content.decode())
    edge, above = TileEdge(), {}
    for level, index, width in tiles_of(point.size):
        answer = public.get(f"/{tile_path(level, index, width)}")
        assert (answer.status_code, len(answer.content)) == (200, width * 32)
        above[level] = above.get(level, b"") + answer.content
    leaves = [above[0][at : at + 32] for at in range(0, len(above[0]), 32)]
    filled = edge.extend(leaves)
    assert edge.root() == point.root
    assert b"".join(one.root for one in filled if one.level == 0) == above[1]


def test_the_verifier_for_outsiders_reads_what_the_portal_serves(log, public, tmp_path):
    """Laid out as the addresses are, beside the bodies that an auditor has, it verifies."""
    note = public.get("/checkpoint").content.decode()
    size = parse_checkpoint(note).size
    from comity.config.node import Role
    from comity.spine.ledger.export import export

    folder = tmp_path / "log"
    keys = [(log.folder / "log-key.vkey").read_text("utf-8").strip()]
    export(conninfo=log.access.conninfo(Role.VERIFIER), folder=folder, verifier_keys=keys)
    shutil.rmtree(folder / "tile" / "0")
    shutil.rmtree(folder / "tile" / "1")
    for level, index, width in tiles_of(size):
        path = tile_path(level, index, width)
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(public.get(f"/{path}").content)
    (folder / "checkpoint").write_text(note, "utf-8")
    command = [sys.executable, "-I", comity_verify.__file__, str(folder), "--key", keys[0]]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own file
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_tile_may_be_kept_and_a_checkpoint_may_not(public):
    tile, checkpoint = public.get("/tile/0/000"), public.get("/checkpoint")
    assert (tile["Cache-Control"], tile["Content-Type"]) == ("public, max-age=86400", "application/octet-stream")
    assert (checkpoint["Cache-Control"], checkpoint["Content-Type"]) == ("no-cache", "text/plain; charset=utf-8")
    assert not tile.cookies
    assert not checkpoint.cookies
    assert public.post("/checkpoint").status_code == 405
    assert public.get("/tile/0/000.p/17").content == tile.content[: 17 * 32]


@pytest.mark.parametrize(
    "path",
    [
        "tile/entries/000", "tile/entries/000.p/1", "tile/0/900", "tile/2/000", "tile/1/000", "tile/0/000.p/256",
        "tile/0/000.p/0", "tile/0/000.p/300", "tile/00/000", "tile/0/x000/000", "tile/0/1", "tile/0/x999/x999/x999/999",
        "tile/9/000.p/1", "tile/0/", "tile/0/000/", "tile/0/000.p/", "tile/0/0x0",
    ],
)  # fmt: skip
def test_what_is_no_tile_of_the_tree_is_not_there(public, path):
    assert public.get(f"/{path}").status_code == 404


def test_an_entry_is_found_by_its_id_with_its_place_and_hash_alone(log, public):
    [(entry_id, index, digest, body)] = log.look(
        "SELECT entry_id, leaf_index, encode(leaf_hash, 'hex'), body FROM ledger_entry ORDER BY leaf_index LIMIT 1"
    )
    page = public.get(f"/ledger/?entry={entry_id}").content.decode()
    assert f'data-index="{index}" data-hash="{digest}"' in page
    for value in json.loads(bytes(body)).values():
        if isinstance(value, str) and value != str(entry_id):
            assert value not in page


@pytest.mark.parametrize(
    ("asked", "says"),
    [("01900000-0000-7000-8000-00000000abcd", "No entry has this id"), ("nonsense", "That is no id of an entry")],
)
def test_an_id_that_leads_nowhere_is_told_so(public, asked, says):
    page = public.get("/ledger/", {"entry": asked}).content.decode()
    assert says in page
    assert "data-index" not in page


def test_an_entry_that_waits_says_so(log, public):
    grown(log, 1, signed=False)
    [(waiting,)] = log.look("SELECT entry_id FROM ledger_pending")
    assert "waits to be signed" in public.get(f"/ledger/?entry={waiting}").content.decode()


def test_the_logs_key_stands_on_the_page(log, public):
    key = (log.folder / "log-key.vkey").read_text("utf-8").strip()
    page = public.get("/ledger/").content.decode()
    assert page.count(key) == 2
