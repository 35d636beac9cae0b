"""Which tiles change when the tree grows, and what is in them? All it needs is the right edge of the tree."""

from collections.abc import Callable, Sequence

from reelm.ledger.merkle import EMPTY_ROOT, HASH_BYTES, node_hash, perfect_root
from reelm.ledger.tiles import TILE_BYTES, TILE_HEIGHT, TILE_WIDTH, Tile, check_tile


class TreeEdge:
    """The partial tile of each level, lowest first; it moves as leaves come."""

    def __init__(self, size: int = 0, partials: Sequence[bytes] = ()) -> None:
        self.size = size
        self._partials = list(partials)

    @classmethod
    def load(cls, size: int, fetch: Callable[[Tile], bytes]) -> "TreeEdge":
        """The edge of a tree of `size`, read through its partial tiles. Raises `TileMalformed`."""
        return cls(size, [check_tile(tile, fetch(tile)) if tile.width else b"" for tile in _edge_of(size)])

    def copy(self) -> "TreeEdge":
        return TreeEdge(self.size, self._partials)

    def extend(self, leaves: Sequence[bytes]) -> list[tuple[Tile, bytes]]:
        """Add leaf hashes; returns every tile to write, full ones and the new partial ones, lowest level first.

        Promises the tiles of `tiles.new_tiles(size before, size after)`, in that order.
        """
        written: list[tuple[Tile, bytes]] = []
        done, coming = self.size, b"".join(leaves)
        level = 0
        while coming:
            if level == len(self._partials):
                self._partials.append(b"")
            row = self._partials[level] + coming
            index = done >> TILE_HEIGHT
            roots: list[bytes] = []
            full = len(row) - len(row) % TILE_BYTES
            for at in range(0, full, TILE_BYTES):
                data = row[at : at + TILE_BYTES]
                written.append((Tile(level, index), data))
                roots.append(perfect_root(data))
                index += 1
            rest = self._partials[level] = row[full:]
            if rest:
                written.append((Tile(level, index, len(rest) // HASH_BYTES), rest))
            done >>= TILE_HEIGHT
            coming = b"".join(roots)
            level += 1
        self.size += len(leaves)
        return written

    def root(self) -> bytes:
        """The Merkle tree hash, RFC 6962 §2.1."""
        root = b""
        for row in self._partials:
            end, count = len(row), len(row) // HASH_BYTES
            for level in range(TILE_HEIGHT):
                if count >> level & 1:
                    start = end - (HASH_BYTES << level)
                    peak = perfect_root(row[start:end])
                    root = node_hash(peak, root) if root else peak
                    end = start
        return root or EMPTY_ROOT


def _edge_of(size: int) -> list[Tile]:
    """The tile at the right edge of each level; of width 0 where the level ends with a full one."""
    edge: list[Tile] = []
    while count := size >> TILE_HEIGHT * len(edge):
        edge.append(Tile(len(edge), count // TILE_WIDTH, count % TILE_WIDTH))
    return edge
