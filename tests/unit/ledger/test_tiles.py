"""The files of the log lie where C2SP tlog-tiles says and hold exactly what they must."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reelm.ledger.errors import BundleMalformed, EntryTooLong, PathNotOfLog, TileMalformed
from reelm.ledger.merkle import inclusion_proof, leaf_hashes, perfect_root, root_of, tree_root
from reelm.ledger.tiles import (
    ENTRY_MAX,
    Bundle,
    Tile,
    TileHashes,
    bundles_of,
    hash_at,
    new_bundles,
    new_tiles,
    pack_bundle,
    parse_path,
    tiles_of,
    unpack_bundle,
)

LEAVES = leaf_hashes([f"entry {at}".encode() for at in range(600)])


@pytest.mark.parametrize(
    ("named", "path"),
    [
        (Tile(0, 0), "tile/0/000"),
        (Tile(0, 999), "tile/0/999"),
        (Tile(0, 1000), "tile/0/x001/000"),
        (Tile(0, 1234067), "tile/0/x001/x234/067"),
        (Tile(0, 273, 112), "tile/0/273.p/112"),
        (Tile(2, 0, 1), "tile/2/000.p/1"),
        (Tile(63, 5, 255), "tile/63/005.p/255"),
        (Bundle(0, 7), "tile/entries/000.p/7"),
        (Bundle(1234067), "tile/entries/x001/x234/067"),
    ],
)
def test_a_path_and_back(named: Tile | Bundle, path: str) -> None:
    assert named.path == path
    assert parse_path(path) == named


@given(st.integers(0, 63), st.integers(0, 2**60), st.integers(1, 256))
def test_every_path_leads_back(level: int, index: int, width: int) -> None:
    assert parse_path(Tile(level, index, width).path) == Tile(level, index, width)
    assert parse_path(Bundle(index, width).path) == Bundle(index, width)


@given(st.text(alphabet="tile/entriesxp.0123456789", max_size=40).map(lambda text: f"tile/{text}") | st.text())
def test_a_path_is_refused_or_the_only_one_of_its_file(path: str) -> None:
    try:
        named = parse_path(path)
    except PathNotOfLog:
        return
    assert named.path == path


def test_a_very_long_path_is_refused() -> None:
    with pytest.raises(PathNotOfLog):
        parse_path("tile/0/" + "x001/" * 2000 + "000")


def test_a_tree_of_70_000_lies_as_the_reference_says() -> None:
    tiles = list(tiles_of(70_000))
    expected = [
        *(Tile(0, index) for index in range(273)),
        Tile(0, 273, 112),
        Tile(1, 0),
        Tile(1, 1, 17),
        Tile(2, 0, 1),
    ]
    assert tiles == expected
    assert [tile.path for tile in tiles if tile.width < 256] == [
        "tile/0/273.p/112",
        "tile/1/001.p/17",
        "tile/2/000.p/1",
    ]
    assert list(bundles_of(70_000)) == [*(Bundle(index) for index in range(273)), Bundle(273, 112)]
    assert len(tiles) + 274 + 1 == 552


@pytest.mark.parametrize(
    ("old", "new", "paths"),
    [
        (0, 0, []),
        (0, 1, ["tile/0/000.p/1"]),
        (1, 255, ["tile/0/000.p/255"]),
        (255, 256, ["tile/0/000", "tile/1/000.p/1"]),
        (256, 257, ["tile/0/001.p/1"]),
        (200, 513, ["tile/0/000", "tile/0/001", "tile/0/002.p/1", "tile/1/000.p/2"]),
        (65_535, 65_536, ["tile/0/255", "tile/1/000", "tile/2/000.p/1"]),
    ],
)
def test_growth_writes_the_tiles_with_new_hashes_in_them(old: int, new: int, paths: list[str]) -> None:
    assert [tile.path for tile in new_tiles(old, new)] == paths


@given(st.integers(0, 70_000), st.integers(0, 2000))
def test_what_growth_writes_and_what_was_there_are_the_new_tree(old: int, more: int) -> None:
    new = old + more
    before, written = set(tiles_of(old)), new_tiles(old, new)
    assert set(tiles_of(new)) <= before | set(written)
    assert set(written) <= set(tiles_of(new)) - before
    bundles = set(bundles_of(old)) | set(new_bundles(old, new))
    assert set(bundles_of(new)) <= bundles
    assert new_bundles(old, old) == []


@given(st.lists(st.binary(max_size=300), max_size=20))
def test_a_bundle_and_back(entries: list[bytes]) -> None:
    assert unpack_bundle(pack_bundle(entries), len(entries)) == entries


@given(st.lists(st.binary(max_size=40), min_size=1, max_size=6), st.data())
def test_a_truncated_bundle_is_refused(entries: list[bytes], data: st.DataObject) -> None:
    packed = pack_bundle(entries)
    cut = data.draw(st.integers(0, len(packed) - 1))
    with pytest.raises(BundleMalformed):
        unpack_bundle(packed[:cut], len(entries))


@pytest.mark.parametrize(
    ("data", "width", "fault"),
    [
        (b"\x00\x01ab", 1, "too-many-entries"),
        (b"\x00\x01a\x00", 2, "truncated"),
        (b"\x00\x01a\x00", 1, "too-many-entries"),
        (b"\x00\x01a\x00\x00", 1, "too-many-entries"),
        (b"\x00\x01a", 2, "too-few-entries"),
        (b"\x00", 1, "truncated"),
        (b"\xff\xffa", 1, "truncated"),
        (b"", 1, "too-few-entries"),
    ],
)
def test_a_bundle_that_is_not_its_entries_is_refused(data: bytes, width: int, fault: str) -> None:
    with pytest.raises(BundleMalformed) as caught:
        unpack_bundle(data, width)
    assert caught.value.fault == fault


def test_an_entry_of_65_535_bytes_fits_and_a_longer_one_is_refused() -> None:
    longest = bytes(ENTRY_MAX)
    assert unpack_bundle(pack_bundle([b"", longest]), 2) == [b"", longest]
    with pytest.raises(EntryTooLong):
        pack_bundle([longest + b"x"])


def fetch(tile: Tile) -> bytes:
    """A tile of the tree over LEAVES, by the definition of its elements."""
    step = 256**tile.level
    firsts = range(tile.index * 256 * step, (tile.index * 256 + tile.width) * step, step)
    return b"".join(perfect_root(b"".join(LEAVES[first : first + step])) for first in firsts)


@given(st.integers(1, 600), st.data())
def test_a_subtree_is_found_in_the_tile_that_is_said(size: int, data: st.DataObject) -> None:
    level = data.draw(st.integers(0, size.bit_length() - 1))
    index = data.draw(st.integers(0, (size >> level) - 1))
    tile, first, count = hash_at(size, level, index)
    assert tile in set(tiles_of(size))
    assert first + count <= tile.width
    read = TileHashes(size, fetch)
    assert read(level, index) == tree_root(LEAVES[index << level : (index + 1) << level])


@pytest.mark.parametrize(("size", "level", "index"), [(0, 0, 0), (7, 0, 7), (7, 3, 0), (7, 2, 1), (7, 0, -1)])
def test_a_subtree_that_is_not_full_is_not_asked_for(size: int, level: int, index: int) -> None:
    with pytest.raises(ValueError, match="no full subtree"):
        hash_at(size, level, index)


def test_each_tile_is_fetched_once() -> None:
    asked: list[Tile] = []

    def count(tile: Tile) -> bytes:
        asked.append(tile)
        return fetch(tile)

    read = TileHashes(600, count)
    assert root_of(600, read) == tree_root(LEAVES)
    assert len(inclusion_proof(300, 600, read)) == 10
    assert sorted(asked) == sorted(set(asked))
    assert set(asked) <= set(tiles_of(600))


def test_a_proof_in_a_million_entries_needs_few_tiles() -> None:
    for index in (0, 499_999, 524_288, 999_999):
        asked: set[Tile] = set()

        def note(tile: Tile, asked: set[Tile] = asked) -> bytes:
            asked.add(tile)
            return bytes(tile.length_bytes)

        read = TileHashes(1_000_000, note)
        inclusion_proof(index, 1_000_000, read)
        assert len(asked) <= 6


@pytest.mark.parametrize("data", [b"", bytes(31), bytes(32 * 87), bytes(32 * 89), bytes(32 * 256)])
def test_a_tile_of_a_wrong_length_is_refused(data: bytes) -> None:
    read = TileHashes(600, lambda tile: data)
    with pytest.raises(TileMalformed) as caught:
        read(0, 599)
    assert caught.value.path == "tile/0/002.p/88"
