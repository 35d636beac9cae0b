"""What must every verifier say about hashes and files of a log? `merkle.json` and `tiles.json` of the vectors.

Made from fixed entries, so that they are the same every time; `contracts/vectors/ledger/README.md` says how to read
them.
"""

import json
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

from reelm.ledger.merkle import (
    HashReader,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    leaf_hashes,
    perfect_root,
    root_of,
)
from reelm.ledger.note import to_base64
from reelm.ledger.tiles import Bundle, Tile, bundles_of, hash_at, pack_bundle, tiles_of

# The eight entries that implementations of RFC 6962 have been tested with since the first.
ENTRIES = [
    bytes.fromhex(one)
    for one in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
LARGE = 70_000

Case = dict[str, Any]


def large_entry(index: int) -> bytes:
    """Entry `index` of the large tree."""
    return f"entry {index}".encode()


@cache
def large_leaves() -> bytes:
    return b"".join(leaf_hashes([large_entry(index) for index in range(LARGE)]))


def read_from(leaves: bytes) -> HashReader:
    """Hashes of the tree over these leaf hashes, in a row."""
    return lambda level, index: perfect_root(leaves[(index << level) * 32 : ((index + 1) << level) * 32])


SMALL_LEAVES = b"".join(leaf_hashes(ENTRIES))


def flip(data: bytes, bit: int = 0) -> bytes:
    """The same with one bit changed."""
    changed = bytearray(data)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


def many(hashes: Sequence[bytes]) -> list[str]:
    return [to_base64(one) for one in hashes]


def write(document: Case) -> str:
    return json.dumps(document, indent=1, ensure_ascii=True) + "\n"


def spoiled(proof: Sequence[bytes]) -> Iterator[tuple[str, list[bytes]]]:
    """Proofs that are wrong for sure where `proof` is right."""
    yield "one hash too many", [*proof, bytes(32)]
    if proof:
        yield "last hash missing", list(proof[:-1])
        yield "one bit of the first hash", [flip(proof[0]), *proof[1:]]
        yield "one bit of the last hash", [*proof[:-1], flip(proof[-1], 255)]
        yield "a short hash", [proof[0][:31], *proof[1:]]
    if len(proof) > 1:
        yield "hashes in the wrong order", list(reversed(proof))


def inclusion(
    case: str, leaf: bytes, index: int, size: int, root: bytes, proof: Sequence[bytes], holds: bool
) -> Case:
    return {
        "case": case,
        "leaf": to_base64(leaf),
        "index": index,
        "size": size,
        "root": to_base64(root),
        "proof": many(proof),
        "holds": holds,
    }


def inclusions(leaves: bytes, index: int, size: int) -> Iterator[Case]:
    """One that holds and every way to spoil it."""
    read = read_from(leaves)
    leaf, root, proof = read(0, index), root_of(size, read), inclusion_proof(index, size, read)
    name = f"{index} of {size}"
    yield inclusion(name, leaf, index, size, root, proof, True)
    for what, wrong in spoiled(proof):
        yield inclusion(f"{name}: {what}", leaf, index, size, root, wrong, False)
    yield inclusion(f"{name}: one bit of the leaf", flip(leaf, 77), index, size, root, proof, False)
    yield inclusion(f"{name}: one bit of the root", leaf, index, size, flip(root, 200), proof, False)
    yield inclusion(f"{name}: beyond the tree", leaf, size, size, root, proof, False)
    yield inclusion(f"{name}: before the tree", leaf, -1, size, root, proof, False)
    if size > 1:
        yield inclusion(f"{name}: of its neighbour", leaf, index ^ 1, size, root, proof, False)
        yield inclusion(f"{name}: of a tree twice as large", leaf, index, size * 2, root, proof, False)


def consistency(
    case: str, old: int, old_root: bytes, new: int, new_root: bytes, proof: Sequence[bytes], holds: bool
) -> Case:
    return {
        "case": case,
        "old": old,
        "old_root": to_base64(old_root),
        "new": new,
        "new_root": to_base64(new_root),
        "proof": many(proof),
        "holds": holds,
    }


def consistencies(leaves: bytes, old: int, new: int) -> Iterator[Case]:
    """One that holds and every way to spoil it."""
    read = read_from(leaves)
    roots, proof = (root_of(old, read), root_of(new, read)), consistency_proof(old, new, read)
    name = f"{old} to {new}"
    yield consistency(name, old, roots[0], new, roots[1], proof, True)
    for what, wrong in spoiled(proof):
        yield consistency(f"{name}: {what}", old, roots[0], new, roots[1], wrong, False)
    yield consistency(f"{name}: one bit of the old root", old, flip(roots[0], 9), new, roots[1], proof, False)
    if old:
        yield consistency(f"{name}: one bit of the new root", old, roots[0], new, flip(roots[1], 9), proof, False)
    if old != new:
        yield consistency(f"{name}: backwards", new, roots[1], old, roots[0], proof, False)


def make_merkle() -> str:
    """merkle.json."""
    small, large = read_from(SMALL_LEAVES), large_leaves()
    sizes = range(len(ENTRIES) + 1)
    included = [case for index, size in ((0, 1), (0, 8), (5, 8), (2, 3), (1, 5), (6, 7)) for case in
                inclusions(SMALL_LEAVES, index, size)]  # fmt: skip
    included += [case for index in (0, 65_535, 69_887, LARGE - 1) for case in inclusions(large, index, LARGE)]
    follows = [case for old, new in ((0, 0), (0, 8), (1, 8), (2, 5), (4, 8), (6, 8), (7, 8), (8, 8)) for case in
               consistencies(SMALL_LEAVES, old, new)]  # fmt: skip
    follows += [case for old in (1234, 65_536, LARGE - 1) for case in consistencies(large, old, LARGE)]
    return write(
        {
            "entries": many(ENTRIES),
            "leaf_hashes": [to_base64(leaf_hash(one)) for one in ENTRIES],
            "roots": [to_base64(root_of(size, small)) for size in sizes],
            "inclusion": included,
            "consistency": follows,
        }
    )


def holder(size: int, level: int, index: int) -> Case:
    tile, first, count = hash_at(size, level, index)
    return {"size": size, "level": level, "index": index, "path": tile.path, "first": first, "count": count}


def bundle(case: str, data: bytes, width: int, entries: Sequence[bytes] | None) -> Case:
    known = {"entries": None, "refused": "bundle-malformed"} if entries is None else {"entries": many(entries)}
    return {"case": case, "data": to_base64(data), "width": width, "refused": None, **known}


def bundle_cases() -> Iterator[Case]:
    packed = pack_bundle(ENTRIES)
    long = [b"x" * 300, b""]
    yield bundle("eight entries, the first empty", packed, 8, ENTRIES)
    yield bundle("an entry of more than 255 bytes and an empty one", pack_bundle(long), 2, long)
    yield bundle("half a length", packed + b"\x00", 8, None)
    yield bundle("truncated in an entry", packed[:-1], 8, None)
    yield bundle("truncated in a length", pack_bundle(ENTRIES[:3]) + b"\x00", 4, None)
    yield bundle("a trailing entry", pack_bundle([*ENTRIES, b""]), 8, None)
    yield bundle("an entry missing", pack_bundle(ENTRIES[:7]), 8, None)
    yield bundle("a length beyond the end", b"\x00\x05abc", 1, None)
    yield bundle("nothing", b"", 1, None)


NOT_PATHS = (
    "",
    "tile", "tile/0", "tile/0/0", "tile/0/00", "tile/0/0000", "tile/0/x000/001", "tile/0/001/x234", "tile/0/x01/234",
    "tile/00/001", "tile/64/001", "tile/-1/001", "tile/0/000.p/0", "tile/0/000.p/256", "tile/0/000.p/01",
    "tile/0/000.p/", "tile/0/000.p", "/tile/0/000", "tile/0/000/", "tile/entries/x000/000", "tile/data/000",
    "tile/0/../0/000", "checkpoint", "tile/8/0/000", "tile/0/000\n",
)  # fmt: skip


def make_tiles() -> str:
    """tiles.json."""
    tiles = [Tile(0, 0), Tile(0, 1234067), Tile(0, 273, 112), Tile(1, 1, 17), Tile(2, 0, 1), Tile(63, 999, 255)]
    bundles = [Bundle(0, 7), Bundle(999), Bundle(1000), Bundle(1234067, 255)]
    paths: list[Case] = [
        {"path": one.path, "level": one.level, "index": one.index, "width": one.width} for one in tiles
    ]
    paths += [{"path": one.path, "level": "entries", "index": one.index, "width": one.width} for one in bundles]
    sizes = (0, 1, 255, 256, 257, 512, 65_535, 65_536, 65_537, LARGE)
    holders = ((8, 0, 7), (8, 3, 0), (256, 8, 0), (257, 7, 1), (LARGE, 0, 69_999), (LARGE, 16, 0), (LARGE, 12, 16))
    return write(
        {
            "paths": paths,
            "not_paths": list(NOT_PATHS),
            "layouts": [layout(size) for size in sizes],
            "holders": [holder(*one) for one in holders],
            "bundles": list(bundle_cases()),
        }
    )


def layout(size: int) -> Case:
    """How many files of each level a tree has, and which of them are partial."""
    tiles, bundles = list(tiles_of(size)), list(bundles_of(size))
    levels = range(max((tile.level for tile in tiles), default=-1) + 1)
    return {
        "size": size,
        "tiles": [sum(tile.level == level for tile in tiles) for level in levels],
        "bundles": len(bundles),
        "partial": [one.path for one in (*tiles, *bundles) if one.width < 256],
    }
