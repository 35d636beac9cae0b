"""Partial files go once the full one is published for a while, and nobody misses them."""

import shutil
from pathlib import Path

import pytest
from tests.integration.ledger.running import signer_running

from reelm.ledger import Asked, LogFolder, Pruner, make_receipt, open_source, verify
from reelm.ledger.folder import WITNESSED
from reelm.ledger.merkle import leaf_hash
from reelm.ledger.note import VerifierKey
from reelm.ledger.proof import TlogProof
from reelm.ledger.pruning import KEPT_FOR_S
from reelm.ledger.writer import LogWriter

SIZES = (3, 200, 255, 256, 300, 511, 600)
AT_THE_EDGE = ["tile/0/002.p/88", "tile/1/000.p/2", "tile/entries/002.p/88"]


def make_entry(number: int) -> bytes:
    return b'{"entry":%d}' % number


async def write(folder: LogFolder, signer: Path, *sizes: int) -> None:
    async with signer_running(signer) as running:
        writer = await LogWriter.open(folder, running.client)
        for size in sizes:
            await writer.publish([make_entry(number) for number in range(writer.size, size)])


@pytest.fixture
async def folder(tmp_path: Path) -> LogFolder:
    """A log that grew in steps, each of which left partial files."""
    folder = LogFolder(tmp_path / "ledger")
    await write(folder, tmp_path / "signer", *SIZES)
    return folder


async def test_partial_files_go_ten_minutes_after_the_full_one_and_those_at_the_edge_stay(folder: LogFolder) -> None:
    pruner, before = Pruner(folder), folder.list_partials()
    assert set(AT_THE_EDGE) < set(before)
    assert await pruner.prune(0.0) == 0
    assert await pruner.prune(KEPT_FOR_S - 1) == 0
    assert folder.list_partials() == before
    kept = [name for name in before if name.startswith(("tile/0/002", "tile/1/", "tile/entries/002"))]
    assert await pruner.prune(KEPT_FOR_S) == len(before) - len(kept)
    assert folder.list_partials() == kept
    assert not [path for path in folder.path.rglob("*.p") if not any(path.iterdir())]
    assert await pruner.prune(2 * KEPT_FOR_S) == 0


async def test_the_log_holds_and_goes_on_afterwards(folder: LogFolder, tmp_path: Path) -> None:
    shutil.copy(folder.path / "checkpoint", tmp_path / "saved")
    pruner = Pruner(folder)
    for now_s in (0.0, KEPT_FOR_S):
        await pruner.prune(now_s)
    await write(folder, tmp_path / "signer", 700, 1_100)
    async with open_source(str(folder.path)) as source:
        asked = Asked(against=(tmp_path / "saved").read_bytes(), entries=False)
        found = await verify(source, asked)
    assert (found.head.checkpoint.size, found.grown_from) == (1_100, 600)


async def test_a_proof_to_an_older_checkpoint_is_cut_out_of_the_full_files(folder: LogFolder, tmp_path: Path) -> None:
    """The witnesses fell silent at 300 entries: proofs still lead to the checkpoint that they signed."""
    older = LogFolder(tmp_path / "older")
    await write(older, tmp_path / "older-signer", 3, 300)
    shutil.copytree(tmp_path / "older", tmp_path / "grown")
    shutil.copytree(tmp_path / "older-signer", tmp_path / "grown-signer")
    grown = LogFolder(tmp_path / "grown")
    grown.replace(WITNESSED, (grown.path / "checkpoint").read_bytes())
    await write(grown, tmp_path / "grown-signer", 600)
    pruner = Pruner(grown)
    for now_s in (0.0, KEPT_FOR_S):
        await pruner.prune(now_s)
    assert not (grown.path / "tile/0/001.p").exists()
    key = VerifierKey.parse((grown.path / "vkey").read_text().strip())
    for index in (0, 255, 299):
        proof = TlogProof.parse(make_receipt(grown, index, make_entry(index)))
        assert proof.verify(leaf_hash(make_entry(index)), [key]).size == 300


async def test_nothing_goes_where_the_full_file_is_missing(folder: LogFolder) -> None:
    before = folder.list_partials()
    (folder.path / "tile/0/000").unlink()
    pruner = Pruner(folder)
    for now_s in (0.0, KEPT_FOR_S):
        await pruner.prune(now_s)
    assert [name for name in before if name.startswith("tile/0/000.p")] == [
        name for name in folder.list_partials() if name.startswith("tile/0/000.p")
    ]
