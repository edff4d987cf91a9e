import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pymerkle import InmemoryTree

from comity.spine.ledger.hashing import EMPTY_ROOT, CompactRange, fold, leaf_hash, peak_spans, perfect_root
from comity.spine.ledger.proofs import (
    ProofRangeError,
    consistency_spans,
    inclusion_spans,
    is_consistent,
    is_included,
)
from comity.spine.ledger.tiles import (
    BundleDamagedError,
    TileEdge,
    edge_width,
    level_count,
    node_from,
    pack_bundle,
    tile_of,
    tile_path,
    unpack_bundle,
)

BODIES = [str(n).encode() for n in range(700)]
LEAVES = [leaf_hash(body) for body in BODIES]
ORACLE = InmemoryTree(algorithm="sha256")
for _body in BODIES:
    ORACLE.append_entry(_body)

sizes = st.integers(min_value=1, max_value=len(BODIES))


def root_of(start: int, end: int) -> bytes:
    tree = CompactRange()
    for digest in LEAVES[start:end]:
        tree.push(digest)
    return tree.root()


def test_empty_tree_has_the_root_of_the_standard():
    assert CompactRange().root() == EMPTY_ROOT == hashlib.sha256(b"").digest() == TileEdge().root()


@given(sizes)
def test_root_is_the_oracles(size):
    assert root_of(0, size) == ORACLE.get_root(size)


@given(sizes, st.lists(st.integers(min_value=1, max_value=300), max_size=5))
def test_tile_edge_agrees_however_the_leaves_arrive(size, batches):
    edge, at, tiles = TileEdge(), 0, []
    for batch in [*batches, size]:
        tiles += edge.extend(LEAVES[at : min(at + batch, size)])
        at = min(at + batch, size)
    assert edge.root() == ORACLE.get_root(size)
    assert [len(hashes) for hashes in edge.levels] == [edge_width(n, size) for n in range(len(edge.levels))]
    assert [(tile.level, tile.index) for tile in tiles] == [(0, n) for n in range(size // 256)]
    assert all(tile.root == perfect_root(tile.data) for tile in tiles)


def test_upper_levels_fill_after_a_whole_span():
    edge = TileEdge()
    tiles = edge.extend([leaf_hash(n.to_bytes(4, "big")) for n in range(65_536 + 3)])
    assert [(t.level, t.index) for t in tiles if t.level] == [(1, 0)]
    assert [len(hashes) for hashes in edge.levels] == [3, 0, 1]
    assert level_count(65_539) == 3
    assert TileEdge(edge.size, edge.levels).root() == edge.root()


def test_edge_that_does_not_fit_its_size_is_refused():
    with pytest.raises(ValueError, match="needs 2"):
        TileEdge(2, [[LEAVES[0]]])
    with pytest.raises(ValueError, match="too low"):
        TileEdge(256, [[]])
    with pytest.raises(ValueError, match="peaks"):
        CompactRange(3, [LEAVES[0]])


@given(st.data(), sizes)
def test_inclusion_proof_is_the_oracles_and_holds(data, size):
    index = data.draw(st.integers(min_value=0, max_value=size - 1))
    proof = [root_of(start, end) for start, end in inclusion_spans(index, size)]
    assert [LEAVES[index], *proof] == ORACLE.prove_inclusion(index + 1, size).path
    root = ORACLE.get_root(size)
    assert is_included(index=index, size=size, leaf=LEAVES[index], proof=proof, root=root)
    assert not is_included(index=index, size=size, leaf=LEAVES[index - 1], proof=proof, root=root) or size == 1
    assert not is_included(index=index, size=size, leaf=LEAVES[index], proof=[*proof, root], root=root)
    assert not is_included(index=size, size=size, leaf=LEAVES[index], proof=proof, root=root)
    if proof:
        assert not is_included(index=index, size=size, leaf=LEAVES[index], proof=proof[:-1], root=root)


@given(st.data(), sizes)
def test_consistency_proof_holds_for_the_oracles_roots_only(data, new):
    old = data.draw(st.integers(min_value=1, max_value=new))
    proof = [root_of(start, end) for start, end in consistency_spans(old, new)]
    old_root, new_root = ORACLE.get_root(old), ORACLE.get_root(new)
    assert is_consistent(old=old, new=new, old_root=old_root, new_root=new_root, proof=proof)
    assert not is_consistent(old=old, new=new, old_root=LEAVES[5], new_root=new_root, proof=proof)
    assert not is_consistent(old=old, new=new, old_root=old_root, new_root=LEAVES[5], proof=proof)
    assert not is_consistent(old=old, new=new, old_root=old_root, new_root=new_root, proof=[*proof, old_root])
    if len(proof) > 1:
        assert not is_consistent(old=old, new=new, old_root=old_root, new_root=new_root, proof=proof[:-1])


def test_proofs_outside_the_tree_are_refused():
    for index, size in [(3, 3), (-1, 3)]:
        with pytest.raises(ProofRangeError):
            inclusion_spans(index, size)
    with pytest.raises(ProofRangeError):
        consistency_spans(4, 3)
    assert consistency_spans(0, 5) == consistency_spans(5, 5) == []


@given(st.data(), sizes)
def test_any_subtree_comes_out_of_its_tile(data, size):
    edge = TileEdge()
    tiles = {(t.level, t.index): t.data for t in edge.extend(LEAVES[:size])}
    for level, hashes in enumerate(edge.levels):
        tiles[level, (size >> (8 * level)) // 256] = b"".join(hashes)
    start, end = data.draw(st.sampled_from(inclusion_spans(data.draw(st.integers(0, size - 1)), size) or [(0, size)]))
    nodes = [node_from(tiles, height, index) for height, index in peak_spans(start, end)]
    assert fold(nodes) == root_of(start, end)
    assert all(tile_of(height, index)[0] == height // 8 for height, index in peak_spans(start, end))


@pytest.mark.parametrize(
    ("level", "index", "width", "path"),
    [
        (0, 0, 256, "tile/0/000"),
        (1, 1_234_067, 256, "tile/1/x001/x234/067"),
        (0, 273, 112, "tile/0/273.p/112"),
        ("entries", 1000, 1, "tile/entries/x001/000.p/1"),
    ],
)
def test_tile_paths_follow_the_specification(level, index, width, path):
    assert tile_path(level, index, width) == path


@settings(max_examples=30)
@given(st.lists(st.binary(max_size=400), max_size=20))
def test_bundle_gives_back_its_bodies(bodies):
    bundle = pack_bundle(bodies)
    assert unpack_bundle(bundle) == bodies
    if bodies:
        with pytest.raises(BundleDamagedError):
            unpack_bundle(bundle[:-1] if bodies[-1] else bundle + b"\x00")
