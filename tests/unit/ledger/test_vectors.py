"""Our modules answer the vectors in contracts/vectors/ledger as every other verifier must."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from reelm.kernel.errors import Problem
from reelm.ledger.checkpoint import Checkpoint, open_checkpoint
from reelm.ledger.errors import PathNotOfLog, ProofWrong
from reelm.ledger.merkle import leaf_hash, tree_root, verify_consistency, verify_inclusion
from reelm.ledger.note import Note, SigningKey, VerifierKey, cosigned_message, verify_note
from reelm.ledger.proof import TlogProof
from reelm.ledger.tiles import Bundle, bundles_of, hash_at, parse_path, tiles_of, unpack_bundle

Case = dict[str, Any]
FOLDER = Path(__file__).parents[3] / "contracts" / "vectors" / "ledger"
MERKLE, TILES, NOTES, CHECKPOINTS, PROOFS = (
    json.loads((FOLDER / f"{name}.json").read_text("utf-8"))
    for name in ("merkle", "tiles", "notes", "checkpoints", "proofs")
)


def each(cases: list[Case]) -> pytest.MarkDecorator:
    names = [case["case"] for case in cases]
    assert len(names) == len(set(names))
    return pytest.mark.parametrize("case", cases, ids=names)


def raw(text: str) -> bytes:
    return base64.b64decode(text, validate=True)


def trusted(case: Case) -> list[VerifierKey]:
    return [VerifierKey.parse(vkey) for vkey in case["vkeys"]]


def refusal(act: Any, *facts: Any) -> str | None:
    """The slug of what `act` raises; `None` where it does not."""
    try:
        act(*facts)
    except Problem as problem:
        return problem.slug()
    return None


def test_the_tree() -> None:
    leaves = [leaf_hash(raw(entry)) for entry in MERKLE["entries"]]
    assert leaves == [raw(one) for one in MERKLE["leaf_hashes"]]
    assert [tree_root(leaves[:size]) for size in range(9)] == [raw(one) for one in MERKLE["roots"]]


@each(MERKLE["inclusion"])
def test_inclusion(case: Case) -> None:
    facts = (raw(case["leaf"]), case["index"], case["size"], [raw(one) for one in case["proof"]], raw(case["root"]))
    assert refusal(verify_inclusion, *facts) == (None if case["holds"] else ProofWrong.slug())


@each(MERKLE["consistency"])
def test_consistency(case: Case) -> None:
    roots = raw(case["old_root"]), raw(case["new_root"])
    facts = (case["old"], roots[0], case["new"], roots[1], [raw(one) for one in case["proof"]])
    assert refusal(verify_consistency, *facts) == (None if case["holds"] else ProofWrong.slug())


def test_paths() -> None:
    for case in TILES["paths"]:
        named = parse_path(case["path"])
        level = "entries" if isinstance(named, Bundle) else named.level
        assert (level, named.index, named.width) == (case["level"], case["index"], case["width"])
    assert {refusal(parse_path, path) for path in TILES["not_paths"]} == {PathNotOfLog.slug()}


@pytest.mark.parametrize("case", TILES["layouts"], ids=lambda case: str(case["size"]))
def test_layouts(case: Case) -> None:
    tiles, bundles = list(tiles_of(case["size"])), list(bundles_of(case["size"]))
    for level, count in enumerate(case["tiles"]):
        assert sum(tile.level == level for tile in tiles) == count
    assert (len(tiles), len(bundles)) == (sum(case["tiles"]), case["bundles"])
    assert [one.path for one in (*tiles, *bundles) if one.width < 256] == case["partial"]


def test_holders() -> None:
    for case in TILES["holders"]:
        tile, first, count = hash_at(case["size"], case["level"], case["index"])
        assert (tile.path, first, count) == (case["path"], case["first"], case["count"])


@each(TILES["bundles"])
def test_bundles(case: Case) -> None:
    facts = raw(case["data"]), case["width"]
    assert refusal(unpack_bundle, *facts) == case["refused"]
    if case["entries"] is not None:
        assert unpack_bundle(*facts) == [raw(one) for one in case["entries"]]


@each(NOTES["vkeys"])
def test_vkeys(case: Case) -> None:
    assert refusal(VerifierKey.parse, case["vkey"]) == case["refused"]
    if case["refused"] is None:
        key = VerifierKey.parse(case["vkey"])
        assert (key.name, key.key_id.hex()) == (case["name"], case["key_id"])
        assert bytes([key.algorithm]) + key.public_key == raw(case["material"])


@each(NOTES["notes"])
def test_notes(case: Case) -> None:
    def act() -> list[Case]:
        signed = verify_note(Note.parse(raw(case["note"])), trusted(case))
        return [{"vkey": str(key), "at": at_s} for key, at_s in signed]

    assert refusal(act) == case["refused"]
    if case["refused"] is None:
        assert act() == case["signed"]


@each(NOTES["cosignatures"])
def test_cosignatures(case: Case) -> None:
    key = VerifierKey.parse(case["vkey"])
    body = raw(case["body"]).decode()
    signer = SigningKey.from_seed(key.name, raw(case["seed"]), key.algorithm)
    assert signer.verifier == key
    assert cosigned_message(body, case["at"]) == raw(case["message"])
    assert signer.cosign(body, case["at"]).line() == case["line"]


@each(CHECKPOINTS["texts"])
def test_checkpoint_texts(case: Case) -> None:
    text = raw(case["text"]).decode()
    assert refusal(Checkpoint.parse, text) == case["refused"]
    if case["checkpoint"]:
        read = Checkpoint.parse(text)
        meant = case["checkpoint"]
        assert (read.origin, read.size, read.root) == (meant["origin"], meant["size"], raw(meant["root"]))


@each(CHECKPOINTS["signed"])
def test_signed_checkpoints(case: Case) -> None:
    assert refusal(open_checkpoint, raw(case["note"]), trusted(case)) == case["refused"]


@each(PROOFS["proofs"])
def test_proofs(case: Case) -> None:
    def act() -> Checkpoint:
        proof = TlogProof.parse(raw(case["proof"]))
        return proof.verify(leaf_hash(raw(case["entry"])), [VerifierKey.parse(PROOFS["vkey"])])

    assert refusal(act) == case["refused"]
