"""Does this entry belong to that tree, and does the new tree hold all of the old? RFC 6962 §2.1, RFC 9162 §2.1.

Hashes are the 32 bytes of SHA-256. `leaf` and `leaves` are leaf hashes (`leaf_hash`), never the entries themselves.
A perfect subtree is named by (level, index): it stands over the leaves from `index << level` to
`(index + 1) << level`.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import reduce
from hashlib import sha256

from reelm.ledger.errors import ProofWrong

HASH_BYTES = 32
EMPTY_ROOT: bytes = sha256().digest()
SIZE_LIMIT = 2**63

HashReader = Callable[[int, int], bytes]


def leaf_hash(data: bytes) -> bytes:
    """The hash of one entry: SHA-256(0x00 ‖ data), RFC 6962 §2.1."""
    return sha256(b"\x00" + data).digest()


def leaf_hashes(entries: Sequence[bytes]) -> list[bytes]:
    """`leaf_hash` of many, in the time of few."""
    sha = sha256
    return [sha(b"\x00" + entry).digest() for entry in entries]


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash over two subtrees: SHA-256(0x01 ‖ left ‖ right), RFC 6962 §2.1."""
    return sha256(b"\x01" + left + right).digest()


def pair_up(hashes: bytes) -> bytes:
    """The level above: the node hashes of an even number of neighbours, all of them in a row of bytes."""
    sha = sha256
    return b"".join([sha(b"\x01" + hashes[at : at + 64]).digest() for at in range(0, len(hashes), 64)])


def perfect_root(hashes: bytes) -> bytes:
    """The root over 2^n hashes in a row of bytes."""
    while len(hashes) > HASH_BYTES:
        hashes = pair_up(hashes)
    return hashes


def tree_root(leaves: Sequence[bytes]) -> bytes:
    """The Merkle tree hash by its definition, MTH of RFC 6962 §2.1. The slow truth that the rest is compared with."""
    if not leaves:
        return EMPTY_ROOT
    if len(leaves) == 1:
        return leaves[0]
    split = _split(len(leaves))
    return node_hash(tree_root(leaves[:split]), tree_root(leaves[split:]))


def _split(size: int) -> int:
    """The largest power of two below `size`."""
    return 1 << (size - 1).bit_length() - 1


def _join(peaks: Sequence[bytes]) -> bytes:
    """The root over full subtrees that get smaller to the right."""
    if not peaks:
        return EMPTY_ROOT
    return reduce(lambda right, left: node_hash(left, right), reversed(peaks))


def _perfect(start: int, end: int) -> Iterator[tuple[int, int]]:
    """The perfect subtrees that cover leaves `start` to `end`, largest first; `start` is where a subtree begins."""
    while start < end:
        level = (end - start).bit_length() - 1
        yield level, start >> level
        start += 1 << level


def _root_between(start: int, end: int, read: HashReader) -> bytes:
    return _join([read(level, index) for level, index in _perfect(start, end)])


def root_of(size: int, read: HashReader) -> bytes:
    """The Merkle tree hash of the first `size` leaves."""
    return _root_between(0, size, read)


def inclusion_proof(index: int, size: int, read: HashReader) -> list[bytes]:
    """The hashes beside the way from leaf `index` to the root, leaf's sibling first: PATH of RFC 6962 §2.1.1.

    Raises `ValueError` where the tree has no such leaf.
    """
    if not 0 <= index < size:
        raise ValueError(f"a tree of {size} has no leaf {index}")
    start, end = 0, size
    beside: list[tuple[int, int]] = []
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            beside.append((middle, end))
            end = middle
        else:
            beside.append((start, middle))
            start = middle
    return [_root_between(*span, read) for span in reversed(beside)]


def consistency_proof(old: int, new: int, read: HashReader) -> list[bytes]:
    """The hashes that lead from the root of `old` leaves to that of `new`: PROOF of RFC 6962 §2.1.2.

    Empty for a tree that was empty or did not grow. Raises `ValueError` where `new` is smaller.
    """
    if not 0 <= old <= new:
        raise ValueError(f"a tree of {new} does not follow one of {old}")
    if old in (0, new):
        return []
    start, end = 0, new
    beside: list[tuple[int, int]] = []
    while end != old:
        middle = start + _split(end - start)
        if old <= middle:
            beside.append((middle, end))
            end = middle
        else:
            beside.append((start, middle))
            start = middle
    if start > 0:
        beside.append((start, end))
    return [_root_between(*span, read) for span in reversed(beside)]


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> None:
    """Check that `leaf` is number `index` of the tree with this root: RFC 9162 §2.1.3.2. Raises `ProofWrong`."""
    _need(0 <= index < size < SIZE_LIMIT)
    _need_hashes(leaf, root, *proof)
    fn, sn, found = index, size - 1, leaf
    for step in proof:
        _need(sn > 0)
        if fn & 1 or fn == sn:
            found = node_hash(step, found)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            found = node_hash(found, step)
        fn, sn = fn >> 1, sn >> 1
    _need(sn == 0 and found == root)


def verify_consistency(old: int, old_root: bytes, new: int, new_root: bytes, proof: Sequence[bytes]) -> None:
    """Check that the tree of `new` leaves begins with the tree of `old`: RFC 9162 §2.1.4.2. Raises `ProofWrong`.

    The RFC leaves out old = 0 and old = new: there the proof must be empty, and the roots the empty one or the same.
    """
    _need(0 <= old <= new < SIZE_LIMIT)
    _need_hashes(old_root, new_root, *proof)
    if old in (0, new):
        _need(not proof and (old > 0 or old_root == EMPTY_ROOT) and (old < new or old_root == new_root))
        return
    path = [old_root, *proof] if old.bit_count() == 1 else list(proof)
    _need(bool(path))
    fn, sn = old - 1, new - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    fr = sr = path[0]
    for step in path[1:]:
        _need(sn > 0)
        if fn & 1 or fn == sn:
            fr, sr = node_hash(step, fr), node_hash(step, sr)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            sr = node_hash(sr, step)
        fn, sn = fn >> 1, sn >> 1
    _need(sn == 0 and fr == old_root and sr == new_root)


def _need(holds: bool) -> None:
    if not holds:
        raise ProofWrong


def _need_hashes(*hashes: bytes) -> None:
    _need(all(len(one) == HASH_BYTES for one in hashes))
