"""A `.tlog-proof` is all one needs to see that an entry is in the log."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reelm.ledger.checkpoint import Checkpoint
from reelm.ledger.errors import CheckpointUnsigned, ProofMalformed, ProofWrong, SignatureWrong
from reelm.ledger.merkle import inclusion_proof, leaf_hash, leaf_hashes, perfect_root, root_of
from reelm.ledger.note import Note, SigningKey
from reelm.ledger.proof import TlogProof

LOG = SigningKey.from_seed("log.example/a", bytes(range(32)))
LEAVES = leaf_hashes([f"entry {at}".encode() for at in range(100)])


def read(level: int, index: int) -> bytes:
    return perfect_root(b"".join(LEAVES[index << level : (index + 1) << level]))


def prove(index: int, size: int, extra: bytes | None = None) -> TlogProof:
    text = Checkpoint("log.example/a", size, root_of(size, read)).format()
    note = Note(text, (LOG.sign(text),)).format()
    return TlogProof(index, tuple(inclusion_proof(index, size, read)), note, extra)


@given(st.integers(1, 100), st.data(), st.none() | st.binary(max_size=200))
def test_a_proof_and_back(size: int, data: st.DataObject, extra: bytes | None) -> None:
    index = data.draw(st.integers(0, size - 1))
    proof = prove(index, size, extra)
    assert TlogProof.parse(proof.format()) == proof
    assert TlogProof.parse(proof.format().encode()) == proof
    checkpoint = TlogProof.parse(proof.format()).verify(leaf_hash(f"entry {index}".encode()), [LOG.verifier])
    assert (checkpoint.origin, checkpoint.size) == ("log.example/a", size)


def test_the_form_of_the_file() -> None:
    lines = prove(2, 3, b"entry 2").format().split("\n")
    assert lines[:3] == ["c2sp.org/tlog-proof@v1", "extra ZW50cnkgMg==", "index 2"]
    assert lines[4:7] == ["", "log.example/a", "3"]


def test_a_proof_of_something_else_is_refused() -> None:
    proof = prove(7, 50)
    with pytest.raises(ProofWrong):
        proof.verify(leaf_hash(b"entry 8"), [LOG.verifier])
    with pytest.raises(CheckpointUnsigned):
        proof.verify(LEAVES[7], [])
    larger = TlogProof(7, proof.hashes, proof.checkpoint.replace("\n50\n", "\n51\n"))
    with pytest.raises(SignatureWrong):
        larger.verify(LEAVES[7], [LOG.verifier])


GOOD = prove(5, 8, b"entry 5").format()


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "first-line"),
        (GOOD.replace("@v1", "@v2"), "first-line"),
        ("\n" + GOOD, "first-line"),
        (GOOD.partition("\n\n")[0], "first-line"),
        (GOOD.replace("extra ", "extra !"), "extra"),
        (GOOD.replace("extra ", "extra  "), "extra"),
        (GOOD.replace("extra ", "EXTRA "), "index"),
        (GOOD.replace("index 5", "index 05"), "index"),
        (GOOD.replace("index 5", "index -5"), "index"),
        (GOOD.replace("index 5", "index"), "index"),
        (GOOD.replace("index 5\n", ""), "index"),
        ("c2sp.org/tlog-proof@v1\n\nx", "index"),
        (GOOD.replace("index 5\n", "index 5\nAAAA\n"), "hashes"),
        (GOOD.replace("index 5\n", "index 5\n \n"), "hashes"),
        (GOOD.replace("index 5\n", "index 5\n" + ("A" * 43 + "=\n") * 61), "hashes"),
        (b"\xff" + GOOD.encode(), "not-utf-8"),
    ],
)
def test_what_is_no_proof_is_refused(text: str | bytes, fault: str) -> None:
    with pytest.raises(ProofMalformed) as caught:
        TlogProof.parse(text)
    assert caught.value.fault == fault


@given(st.binary(max_size=100) | st.text(max_size=100))
def test_any_bytes_are_a_proof_of_one_form_or_refused(data: bytes | str) -> None:
    try:
        proof = TlogProof.parse(data)
    except ProofMalformed:
        return
    assert proof.format() == (data if isinstance(data, str) else data.decode())
