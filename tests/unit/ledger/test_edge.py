"""The right edge writes the tiles of the tree, and no other bytes than the definition gives."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reelm.ledger.edge import TreeEdge
from reelm.ledger.errors import TileMalformed
from reelm.ledger.merkle import EMPTY_ROOT, leaf_hashes, perfect_root, tree_root
from reelm.ledger.tiles import Tile, TileHashes, new_tiles, tiles_of

LEAVES = leaf_hashes([f"entry {at}".encode() for at in range(2100)])
LARGE = leaf_hashes([f"entry {at}".encode() for at in range(65_900)])


def by_definition(tile: Tile) -> bytes:
    """tlog-tiles: element i of tile n at level l is MTH(D[(n*256+i)*256^l : (n*256+i+1)*256^l])."""
    step = 256**tile.level
    firsts = range(tile.index * 256 * step, (tile.index * 256 + tile.width) * step, step)
    return b"".join(perfect_root(b"".join(LEAVES[first : first + step])) for first in firsts)


@settings(max_examples=40)
@given(st.lists(st.one_of(st.integers(0, 300), st.sampled_from([1, 255, 256, 257, 512])), max_size=4))
def test_each_step_writes_the_new_tiles_of_the_tree(steps: list[int]) -> None:
    edge = TreeEdge()
    for count in steps:
        size = edge.size
        written = edge.extend(LEAVES[size : size + count])
        assert edge.size == size + count
        assert [tile for tile, _ in written] == new_tiles(size, edge.size)
        assert all(data == by_definition(tile) for tile, data in written)
    assert edge.root() == tree_root(LEAVES[: edge.size])


def test_an_empty_edge() -> None:
    edge = TreeEdge()
    assert edge.extend([]) == []
    assert (edge.size, edge.root()) == (0, EMPTY_ROOT)


@pytest.mark.parametrize("size", [0, 1, 255, 256, 257, 512, 1300])
def test_a_loaded_edge_goes_on_like_the_one_that_was_left(size: int) -> None:
    left = TreeEdge()
    files = dict(left.extend(LEAVES[:size]))
    loaded = TreeEdge.load(size, files.__getitem__)
    assert loaded.root() == left.root()
    assert loaded.extend(LEAVES[size:]) == left.extend(LEAVES[size:])
    assert loaded.root() == left.root() == tree_root(LEAVES)


def test_a_loaded_edge_reads_the_partial_tiles_only() -> None:
    asked: list[str] = []

    def fetch(tile: Tile) -> bytes:
        asked.append(tile.path)
        return bytes(tile.length_bytes)

    TreeEdge.load(70_000, fetch)
    TreeEdge.load(65_536, fetch)
    assert asked == ["tile/0/273.p/112", "tile/1/001.p/17", "tile/2/000.p/1", "tile/2/000.p/1"]


def test_a_tile_of_a_wrong_length_is_refused() -> None:
    with pytest.raises(TileMalformed):
        TreeEdge.load(5, lambda tile: bytes(tile.length_bytes - 1))


def test_a_copy_stays_where_it_was() -> None:
    edge = TreeEdge()
    edge.extend(LEAVES[:300])
    copy = edge.copy()
    edge.extend(LEAVES[300:900])
    assert (copy.size, copy.root()) == (300, tree_root(LEAVES[:300]))
    copy.extend(LEAVES[300:900])
    assert copy.root() == edge.root()


def test_a_third_level_begins_with_the_65_536th_entry() -> None:
    edge = TreeEdge()
    files = dict(edge.extend(LARGE[:65_000]))
    files |= edge.extend(LARGE[65_000:])
    assert set(tiles_of(len(LARGE))) <= set(files)
    assert edge.root() == tree_root(LARGE)
    assert TileHashes(len(LARGE), files.__getitem__)(16, 0) == tree_root(LARGE[:65_536])
