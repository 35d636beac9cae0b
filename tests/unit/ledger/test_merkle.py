"""Proofs of the tree hold exactly where RFC 6962 and RFC 9162 say."""

from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reelm.ledger.errors import ProofWrong
from reelm.ledger.merkle import (
    EMPTY_ROOT,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    leaf_hashes,
    node_hash,
    pair_up,
    perfect_root,
    root_of,
    tree_root,
    verify_consistency,
    verify_inclusion,
)

# The vectors that implementations of RFC 6962 have shared since the first one.
ENTRIES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
PATHS: list[tuple[int, int, list[str]]] = [
    (0, 1, []),
    (2, 3, ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"]),
    (
        0,
        8,
        [
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ],
    ),
    (
        5,
        8,
        [
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ],
    ),
    (
        1,
        5,
        [
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        ],
    ),
]
GROWTHS: list[tuple[int, int, list[str]]] = [
    (1, 1, []),
    (
        1,
        8,
        [
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ],
    ),
    (
        6,
        8,
        [
            "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ],
    ),
    (
        2,
        5,
        [
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        ],
    ),
]
KNOWN = [leaf_hash(bytes.fromhex(entry)) for entry in ENTRIES]
LEAVES = leaf_hashes([f"entry {at}".encode() for at in range(520)])


class Tree:
    """A tree that keeps every perfect subtree: a `HashReader` to compare with."""

    def __init__(self, leaves: list[bytes]) -> None:
        self.leaves = leaves
        self.rows = [b"".join(leaves)]
        while len(self.rows[-1]) >= 64:
            row = self.rows[-1]
            self.rows.append(pair_up(row[: len(row) // 64 * 64]))

    def __call__(self, level: int, index: int) -> bytes:
        found = self.rows[level][index * 32 : (index + 1) * 32]
        assert len(found) == 32
        return found


TREE = Tree(LEAVES)


@cache
def root(size: int) -> bytes:
    return root_of(size, TREE)


def flip(data: bytes, bit: int) -> bytes:
    changed = bytearray(data)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


@pytest.mark.parametrize("size", range(9))
def test_the_known_roots(size: int) -> None:
    known = Tree(KNOWN)
    assert tree_root(KNOWN[:size]).hex() == ROOTS[size]
    assert root_of(size, known).hex() == ROOTS[size]


@pytest.mark.parametrize(("index", "size", "path"), PATHS)
def test_the_known_inclusion_proofs(index: int, size: int, path: list[str]) -> None:
    proof = inclusion_proof(index, size, Tree(KNOWN))
    assert [one.hex() for one in proof] == path
    verify_inclusion(KNOWN[index], index, size, proof, bytes.fromhex(ROOTS[size]))


@pytest.mark.parametrize(("old", "new", "path"), GROWTHS)
def test_the_known_consistency_proofs(old: int, new: int, path: list[str]) -> None:
    proof = consistency_proof(old, new, Tree(KNOWN))
    assert [one.hex() for one in proof] == path
    verify_consistency(old, bytes.fromhex(ROOTS[old]), new, bytes.fromhex(ROOTS[new]), proof)


def test_the_root_read_from_subtrees_is_the_root_by_definition() -> None:
    assert [root(size) for size in range(300)] == [tree_root(LEAVES[:size]) for size in range(300)]


def test_every_entry_of_every_tree_has_a_proof_that_holds() -> None:
    for size in range(1, 301):
        for index in range(size):
            proof = inclusion_proof(index, size, TREE)
            verify_inclusion(LEAVES[index], index, size, proof, root(size))
            assert len(proof) <= (size - 1).bit_length()


def test_every_tree_follows_every_smaller_one() -> None:
    for new in range(131):
        for old in range(new + 1):
            proof = consistency_proof(old, new, TREE)
            verify_consistency(old, root(old), new, root(new), proof)
            assert bool(proof) == (0 < old < new)


places = st.integers(1, 520).flatmap(lambda size: st.tuples(st.integers(0, size - 1), st.just(size)))


@given(places, st.integers(0, 255), st.data())
def test_any_flipped_bit_of_an_inclusion_proof_is_refused(
    place: tuple[int, int], bit: int, data: st.DataObject
) -> None:
    index, size = place
    proof = inclusion_proof(index, size, TREE)
    at = data.draw(st.integers(-2, len(proof) - 1))
    leaf, top = LEAVES[index], root(size)
    if at == -2:
        leaf = flip(leaf, bit)
    elif at == -1:
        top = flip(top, bit)
    else:
        proof[at] = flip(proof[at], bit)
    with pytest.raises(ProofWrong):
        verify_inclusion(leaf, index, size, proof, top)


@given(places, st.integers(-2, 530))
def test_a_proof_holds_for_its_own_index_only(place: tuple[int, int], other: int) -> None:
    index, size = place
    proof = inclusion_proof(index, size, TREE)
    if other != index:
        with pytest.raises(ProofWrong):
            verify_inclusion(LEAVES[index], other, size, proof, root(size))


@given(places, st.integers(0, 9), st.binary(min_size=30, max_size=33))
def test_a_hash_more_or_less_is_refused(place: tuple[int, int], at: int, extra: bytes) -> None:
    index, size = place
    proof = inclusion_proof(index, size, TREE)
    with pytest.raises(ProofWrong):
        verify_inclusion(LEAVES[index], index, size, [*proof[:at], extra, *proof[at:]], root(size))
    for cut in range(len(proof)):
        with pytest.raises(ProofWrong):
            verify_inclusion(LEAVES[index], index, size, proof[:cut] + proof[cut + 1 :], root(size))


@given(places, st.integers(0, 255), st.data())
def test_any_flipped_bit_of_a_consistency_proof_is_refused(
    place: tuple[int, int], bit: int, data: st.DataObject
) -> None:
    old, new = place
    proof = consistency_proof(old, new, TREE)
    at = data.draw(st.integers(-2 if old else -1, len(proof) - 1))
    roots = [root(new), root(old)]
    if old == 0 and at == -1:
        roots[1] = flip(roots[1], bit)
    elif at < 0:
        roots[at] = flip(roots[at], bit)
    else:
        proof[at] = flip(proof[at], bit)
    with pytest.raises(ProofWrong):
        verify_consistency(old, roots[1], new, roots[0], proof)


@given(places, st.integers(0, 9), st.binary(min_size=30, max_size=33))
def test_a_consistency_proof_of_another_length_is_refused(place: tuple[int, int], at: int, extra: bytes) -> None:
    old, new = place
    proof = consistency_proof(old, new, TREE)
    wrong = [[*proof[:at], extra, *proof[at:]], *(proof[:cut] + proof[cut + 1 :] for cut in range(len(proof)))]
    for one in wrong:
        with pytest.raises(ProofWrong):
            verify_consistency(old, root(old), new, root(new), one)


def test_a_tree_that_shrank_or_was_rewritten_is_refused() -> None:
    proof = consistency_proof(5, 9, TREE)
    for old, old_root, new, new_root in (
        (9, root(9), 5, root(5)),
        (5, root(5), 5, root(9)),
        (-1, root(5), 9, root(9)),
        (5, root(5), 2**63, root(9)),
        (0, root(5), 9, root(9)),
    ):
        with pytest.raises(ProofWrong):
            verify_consistency(old, old_root, new, new_root, proof)
        with pytest.raises(ProofWrong):
            verify_consistency(old, old_root, new, new_root, [])


def test_what_a_tree_does_not_have_cannot_be_proved() -> None:
    for index, size in ((0, 0), (5, 5), (-1, 5)):
        with pytest.raises(ValueError, match="no leaf"):
            inclusion_proof(index, size, TREE)
    for old, new in ((6, 5), (-1, 5)):
        with pytest.raises(ValueError, match="does not follow"):
            consistency_proof(old, new, TREE)


def test_leaves_and_nodes_are_hashed_apart() -> None:
    assert leaf_hashes([b"", b"a"]) == [leaf_hash(b""), leaf_hash(b"a")]
    assert leaf_hash(LEAVES[0] + LEAVES[1]) != node_hash(LEAVES[0], LEAVES[1])
    assert perfect_root(LEAVES[0]) == LEAVES[0]
    assert perfect_root(b"".join(LEAVES[:4])) == tree_root(LEAVES[:4])
    assert tree_root([]) == EMPTY_ROOT
