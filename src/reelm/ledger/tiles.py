"""In which file of the log does a hash or an entry lie? C2SP tlog-tiles, "Parameters" and "Merkle Tree".

A tile is 256 hashes of one level in a row; a bundle is 256 entries, each behind its length in 16 bits, big-endian.
Only those at the right edge of the tree may be partial. Level 0 are leaf hashes; each element of a higher level is
the root of one full tile below.
"""

import re
import struct
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from reelm.ledger.errors import BundleMalformed, EntryTooLong, PathNotOfLog, TileMalformed
from reelm.ledger.merkle import HASH_BYTES, perfect_root

TILE_WIDTH = 256
TILE_HEIGHT = 8
TILE_BYTES = TILE_WIDTH * HASH_BYTES
ENTRY_MAX = 65_535
HIGHEST_LEVEL = 63

_LENGTH = struct.Struct(">H")

_PATH = re.compile(
    r"tile/(?P<level>0|[1-9][0-9]?|entries)/(?P<index>(?:x[0-9]{3}/){0,6}[0-9]{3})(?:\.p/(?P<width>[1-9][0-9]{0,2}))?"
)


@dataclass(frozen=True, order=True)
class Tile:
    """One file of hashes."""

    level: int
    index: int
    width: int = TILE_WIDTH

    @property
    def path(self) -> str:
        """Where it lies below the log's prefix.

        >>> Tile(0, 1234067).path, Tile(2, 0, 1).path
        ('tile/0/x001/x234/067', 'tile/2/000.p/1')
        """
        return f"tile/{self.level}/{_number(self.index, self.width)}"

    @property
    def length_bytes(self) -> int:
        return self.width * HASH_BYTES


@dataclass(frozen=True, order=True)
class Bundle:
    """One file of entries."""

    index: int
    width: int = TILE_WIDTH

    @property
    def path(self) -> str:
        """Where it lies below the log's prefix.

        >>> Bundle(273, 112).path
        'tile/entries/273.p/112'
        """
        return f"tile/entries/{_number(self.index, self.width)}"


def _number(index: int, width: int) -> str:
    groups = [f"{index % 1000:03d}"]
    while index := index // 1000:
        groups.append(f"x{index % 1000:03d}")
    return "/".join(reversed(groups)) + (f".p/{width}" if width < TILE_WIDTH else "")


def parse_path(path: str) -> Tile | Bundle:
    """The tile or bundle of this path. Raises `PathNotOfLog`, also for a second way to write the same.

    >>> parse_path("tile/0/x001/234.p/7")
    Tile(level=0, index=1234, width=7)
    """
    found = _PATH.fullmatch(path)
    if not found:
        raise PathNotOfLog
    index = int(found["index"].replace("x", "").replace("/", ""))
    width = int(found["width"] or TILE_WIDTH)
    named = Bundle(index, width) if found["level"] == "entries" else Tile(int(found["level"]), index, width)
    if named.path != path or (isinstance(named, Tile) and named.level > HIGHEST_LEVEL):
        raise PathNotOfLog
    return named


def _count_at(size: int, level: int) -> int:
    """How many hashes level `level` of tiles holds in a tree of `size`."""
    return size >> TILE_HEIGHT * level


def _spans(first: int, count: int) -> Iterator[tuple[int, int]]:
    """(index, width) of the files that hold elements `first` to `count`, the one with `first` in it whole."""
    for index in range(first // TILE_WIDTH, -(-count // TILE_WIDTH)):
        yield index, min(TILE_WIDTH, count - index * TILE_WIDTH)


def tiles_of(size: int) -> Iterator[Tile]:
    """Every tile of a tree of `size`, level by level; partial at the right edge only."""
    return iter(new_tiles(0, size))


def bundles_of(size: int) -> Iterator[Bundle]:
    """Every bundle of a log of `size` entries."""
    return iter(new_bundles(0, size))


def new_tiles(old: int, new: int) -> list[Tile]:
    """The tiles to write when the tree grows from `old` to `new` leaves: those with a new hash in them."""
    tiles: list[Tile] = []
    level = 0
    while count := _count_at(new, level):
        before = _count_at(old, level)
        if count > before:
            tiles += (Tile(level, index, width) for index, width in _spans(before, count))
        level += 1
    return tiles


def new_bundles(old: int, new: int) -> list[Bundle]:
    """The bundles to write when the log grows from `old` to `new` entries: those with a new entry in them."""
    return [Bundle(index, width) for index, width in _spans(old, new)] if new > old else []


def pack_bundle(entries: Sequence[bytes]) -> bytes:
    """The bytes of a bundle. Raises `EntryTooLong`."""
    try:
        return b"".join([part for entry in entries for part in (_LENGTH.pack(len(entry)), entry)])
    except struct.error:
        raise EntryTooLong(limit_bytes=ENTRY_MAX) from None


def unpack_bundle(data: bytes, width: int) -> list[bytes]:
    """The `width` entries of a bundle. Raises `BundleMalformed` when it is not exactly these."""
    entries: list[bytes] = []
    at, end = 0, len(data)
    while at < end and len(entries) < width:
        start = at + 2
        if start > end:
            raise BundleMalformed(fault="truncated")
        at = start + (data[at] << 8 | data[at + 1])
        entries.append(data[start:at])
    if at > end:
        raise BundleMalformed(fault="truncated")
    if at < end:
        raise BundleMalformed(fault="too-many-entries")
    if len(entries) < width:
        raise BundleMalformed(fault="too-few-entries")
    return entries


def hash_at(size: int, level: int, index: int) -> tuple[Tile, int, int]:
    """Where the perfect subtree (`level`, `index`) of a tree of `size` is found: tile, first element, how many.

    The hash is the root over these elements. Raises `ValueError` where the tree has no such subtree.
    """
    if index < 0 or (index + 1) << level > size:
        raise ValueError(f"a tree of {size} has no full subtree {index} at level {level}")
    row, rest = divmod(level, TILE_HEIGHT)
    at, first = divmod(index << rest, TILE_WIDTH)
    return Tile(row, at, min(TILE_WIDTH, _count_at(size, row) - at * TILE_WIDTH)), first, 1 << rest


class TileHashes:
    """Reads hashes of a tree of `size` through its tiles, each tile once: a `HashReader`.

    `fetch` gives a tile's bytes; `TileMalformed` is raised when they are of the wrong length.
    """

    def __init__(self, size: int, fetch: Callable[[Tile], bytes]) -> None:
        self.size = size
        self._fetch = fetch
        self._tiles: dict[Tile, bytes] = {}

    def __call__(self, level: int, index: int) -> bytes:
        tile, first, count = hash_at(self.size, level, index)
        data = self._tiles.get(tile)
        if data is None:
            data = self._tiles[tile] = check_tile(tile, self._fetch(tile))
        return perfect_root(data[first * HASH_BYTES : (first + count) * HASH_BYTES])


def check_tile(tile: Tile, data: bytes) -> bytes:
    """`data`, if it is as long as the tile is wide. Raises `TileMalformed`."""
    if len(data) != tile.length_bytes:
        raise TileMalformed(path=tile.path, length_bytes=len(data))
    return data
