"""What somebody outside can find out about a log, and what they can take home from it."""

import base64
import json
import shutil
import time
from pathlib import Path

import pytest
from tests.house.catalogue import ROOT
from tests.integration.ledger.serving import serving
from tests.ledgers import (
    KEY,
    ORIGIN,
    OTHER_KEY,
    WITNESSES,
    hand_over,
    make_book,
    sign,
    write_hand_overs,
    write_log,
)

from reelm import ledger
from reelm.cli.__main__ import main
from reelm.kernel.time import SystemClock
from reelm.ledger.audit import read_entry
from reelm.ledger.entry import decode
from reelm.ledger.errors import (
    CheckpointStale,
    CheckpointUnsigned,
    EntryNotInLog,
    EntryRefused,
    HandOverWrong,
    KeyOfAnotherLog,
    ProofWithoutEntry,
    ProofWrong,
    QuorumNotMet,
    WitnessesBehind,
)
from reelm.ledger.proof import TlogProof
from reelm.ledger.sources import Keyring

BOOK = make_book(700)
POLICY = ledger.Policy.parse(
    f"log {KEY.verifier}\n"
    + "".join(f"witness w{at} {key.verifier}\n" for at, key in enumerate(WITNESSES))
    + "group two 2 w0 w1 w2\nquorum two\n"
)


async def verify(where: Path | str, **asked: object) -> ledger.Verified:
    async with ledger.open_source(str(where)) as source:
        return await ledger.verify(source, ledger.Asked(**asked))  # type: ignore[arg-type]


@pytest.mark.parametrize("size", [1, 2, 255, 256, 257, 511, 512, 700])
async def test_a_sound_log_holds_at_any_size(size: int, tmp_path: Path) -> None:
    checkpoint = write_log(tmp_path, BOOK.entries[:size])
    found = await verify(tmp_path)
    assert found.head.checkpoint == checkpoint
    assert sum(found.kinds.values()) == size == sum(found.counted.values())


async def test_a_log_with_three_levels_of_tiles_holds(tmp_path: Path) -> None:
    entries = [bytes([at % 251, at % 241, at >> 10 & 255, at >> 16]) for at in range(256 * 256 + 300)]
    checkpoint = write_log(tmp_path, entries)
    found = await verify(tmp_path, entries=False)
    assert found.head.checkpoint == checkpoint
    assert not found.kinds


async def test_the_same_over_http_with_the_key_that_the_site_gives(tmp_path: Path) -> None:
    write_log(tmp_path / "ledger", BOOK.entries)
    with serving(tmp_path) as server:
        assert (await verify(server.url + "/ledger")).head.checkpoint.size == 700
        (tmp_path / ".well-known").mkdir()
        told = tmp_path / ".well-known" / "reelm.json"
        told.write_text(json.dumps({"ledger": {"vkey": str(KEY.verifier)}}))
        assert (await verify(server.url + "/ledger")).head.checkpoint.size == 700
        told.write_text(json.dumps({"ledger": {"vkey": str(OTHER_KEY.verifier)}}))
        with pytest.raises(KeyOfAnotherLog):
            await verify(server.url + "/ledger")


async def test_a_partial_file_that_has_grown_is_read_out_of_the_full_one(tmp_path: Path) -> None:
    write_log(tmp_path, BOOK.entries[:600])
    saved = (tmp_path / "checkpoint").read_bytes()
    write_log(tmp_path, [*BOOK.entries, *make_book(68).entries])
    for folder in ("tile/0/002.p", "tile/entries/002.p"):
        shutil.rmtree(tmp_path / folder)
    (tmp_path / "checkpoint").write_bytes(saved)
    assert (await verify(tmp_path)).head.checkpoint.size == 600


async def test_a_log_that_grew_is_consistent_with_what_was_saved(tmp_path: Path) -> None:
    for size in (1, 100, 256, 512, 699):
        write_log(tmp_path, BOOK.entries[:size])
        saved = (tmp_path / "checkpoint").read_bytes()
        write_log(tmp_path, BOOK.entries)
        assert (await verify(tmp_path, against=saved)).grown_from == size
    assert (await verify(tmp_path, against=(tmp_path / "checkpoint").read_bytes())).grown_from == 700


async def test_a_key_that_was_handed_over_is_followed_and_the_old_one_ends(tmp_path: Path) -> None:
    write_log(tmp_path, BOOK.entries[:300])
    saved = (tmp_path / "checkpoint").read_bytes()
    write_log(tmp_path, BOOK.entries, keys=(OTHER_KEY,))
    write_hand_overs(tmp_path, hand_over(KEY, OTHER_KEY, 300))
    found = await verify(tmp_path, keys=[KEY.verifier], against=saved)
    assert found.head.signed_by == (OTHER_KEY.verifier,)
    assert found.grown_from == 300
    write_log(tmp_path, BOOK.entries, keys=(KEY,))
    with pytest.raises(CheckpointUnsigned):
        await verify(tmp_path, keys=[KEY.verifier])


def test_a_hand_over_as_the_signer_writes_it_is_followed(tmp_path: Path) -> None:
    signer = ledger.Signer(tmp_path, origin=ORIGIN, witness_name="witness.example", clock=SystemClock())
    old = ledger.VerifierKey.parse(signer.describe()["vkeys"][0])
    note = signer.rotate()
    assert [str(key) for key in Keyring([old], [note]).current] == signer.describe()["vkeys"][:1]


async def test_a_hand_over_without_the_old_key_is_refused(tmp_path: Path) -> None:
    write_log(tmp_path, BOOK.entries, keys=(OTHER_KEY,))
    write_hand_overs(tmp_path, hand_over(KEY, OTHER_KEY, 300, OTHER_KEY))
    with pytest.raises(HandOverWrong):
        await verify(tmp_path, keys=[KEY.verifier])


async def test_the_quorum_of_witnesses_and_its_age(tmp_path: Path) -> None:
    now = int(time.time())
    two = [(WITNESSES[0], now), (WITNESSES[2], now - 500)]
    checkpoint = write_log(tmp_path, BOOK.entries, cosigned=two)
    assert dict((await verify(tmp_path, policy=POLICY)).head.cosigned) == {"w0": now, "w2": now - 500}
    assert (await verify(tmp_path, policy=POLICY, max_age_s=1000)).head.checkpoint.size == 700
    with pytest.raises(CheckpointStale):
        await verify(tmp_path, policy=POLICY, max_age_s=100)
    (tmp_path / "checkpoint").write_bytes(sign(checkpoint, KEY, cosigned=two[:1]))
    with pytest.raises(QuorumNotMet):
        await verify(tmp_path, policy=POLICY)


async def test_where_the_newest_checkpoint_has_not_gone_round_the_witnessed_one_is_taken(tmp_path: Path) -> None:
    now = int(time.time())
    write_log(tmp_path, BOOK.entries[:300], cosigned=[(one, now) for one in WITNESSES])
    (tmp_path / "checkpoint").rename(tmp_path / "checkpoint.witnessed")
    write_log(tmp_path, BOOK.entries)
    assert (await verify(tmp_path, policy=POLICY)).head.checkpoint.size == 300
    saved = (tmp_path / "checkpoint").read_bytes()
    with pytest.raises(WitnessesBehind):  # which is no rollback
        await verify(tmp_path, policy=POLICY, against=saved)


async def test_a_proof_is_taken_out_and_holds_without_the_log(tmp_path: Path) -> None:
    write_log(tmp_path / "ledger", BOOK.entries)
    with serving(tmp_path) as server:
        async with ledger.open_source(server.url + "/ledger") as source:
            for index in (0, 255, 256, 600, 699):
                proof = (await ledger.prove(source, index, ledger.Asked())).format()
                found = ledger.check_proof(proof.encode(), keys=[KEY.verifier])
                assert (found.index, found.entry) == (index, BOOK.entries[index])
                assert found.is_of_schema
            server.asked.clear()
            await ledger.prove(source, 3, ledger.Asked())
            assert len(server.asked) <= 10
            with pytest.raises(EntryNotInLog):
                await ledger.prove(source, 700, ledger.Asked())


async def test_a_proof_of_something_else_is_refused(tmp_path: Path) -> None:
    write_log(tmp_path, BOOK.entries)
    async with ledger.open_source(str(tmp_path)) as source:
        proof = await ledger.prove(source, 5, ledger.Asked())
    other = TlogProof(proof.index, proof.hashes, proof.checkpoint, BOOK.entries[6]).format()
    bare = TlogProof(proof.index, proof.hashes, proof.checkpoint).format().encode()
    with pytest.raises(ProofWrong):
        ledger.check_proof(other.encode(), keys=[KEY.verifier])
    with pytest.raises(CheckpointUnsigned):
        ledger.check_proof(proof.format().encode(), keys=[OTHER_KEY.verifier])
    with pytest.raises(QuorumNotMet):
        ledger.check_proof(proof.format().encode(), keys=[], policy=POLICY)
    with pytest.raises(ProofWithoutEntry):
        ledger.check_proof(bare, keys=[KEY.verifier])
    assert ledger.check_proof(bare, keys=[KEY.verifier], entry=BOOK.entries[5]).index == 5


def test_what_the_quick_reader_takes_the_careful_one_takes_too() -> None:
    entry = BOOK.entries[0]
    spoilt = [
        entry,
        entry.replace(b'"v":1', b'"v": 1'),
        entry.replace(b'"v":1', b'"v":1.0'),
        entry.replace(b'"fields":3', b'"fields":3.0'),
        entry.replace(b'"fields":3', b'"fields":null'),
        entry.replace(b'"fields":3', b'"fields":true'),
        entry.replace(b'"fields":3', b'"fields":-1'),
        entry.replace(b'"v":1', b'"v":1,"v":1'),
        entry.replace(b"eu", b"\xc3\xa9\xc3\xa9"),
        entry.replace(b"eu", b"\xff\xff"),
        entry[:-1],
        entry + b"\n",
        b"",
        b"[]",
        b"null",
        b"{}",
    ]
    for data in spoilt:
        try:
            decode(data)
        except EntryRefused:
            taken = False
        else:
            taken = True
        assert (read_entry(data) is not None) <= taken, data
    assert [read_entry(data) is not None for data in spoilt] == [True] + [False] * (len(spoilt) - 1)


def test_the_quick_reader_takes_and_refuses_the_entries_of_the_vectors() -> None:
    vectors = json.loads((ROOT / "contracts/vectors/ledger/entries.json").read_bytes())
    taken, refused = ([base64.b64decode(one["entry"]) for one in vectors[name]] for name in ("taken", "refused"))
    assert [read_entry(data) for data in taken] == [json.loads(data) for data in taken]
    assert [read_entry(data) for data in refused] == [None] * len(refused)


def test_the_command_says_what_holds_and_saves_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_log(tmp_path / "log", BOOK.entries)
    saved = str(tmp_path / "saved")
    assert main(["ledger", "verify", str(tmp_path / "log"), "--save", saved, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["size"], told["keys_from"]) == (700, "the log itself")
    assert told["entries_by_kind"] == {"access-read": 693, "counts": 7}
    assert main(["ledger", "verify", str(tmp_path / "log"), "--against", saved, "--vkey", str(KEY.verifier)]) == 0
    assert "grown from  the 700 entries" in capsys.readouterr().out
    proof = str(tmp_path / "five.tlog-proof")
    assert main(["ledger", "prove", "--entry", "5", str(tmp_path / "log"), "--out", proof]) == 0
    assert main(["ledger", "check-proof", proof, "--vkey", str(KEY.verifier)]) == 0
    assert BOOK.entries[5].decode() in capsys.readouterr().out
    assert main(["ledger", "prove", "--entry", "5", str(tmp_path / "log"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"index": 5, "proof": Path(proof).read_text()}


def test_the_command_says_no_in_one_line_and_keeps_both_notes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_log(tmp_path / "log", BOOK.entries)
    (tmp_path / "saved").write_bytes((tmp_path / "log" / "checkpoint").read_bytes())
    write_log(tmp_path / "log", make_book(700).entries)
    command = ["ledger", "verify", str(tmp_path / "log"), "--against", str(tmp_path / "saved")]
    assert main([*command, "--evidence", str(tmp_path / "evidence")]) == 1
    assert capsys.readouterr().err.startswith("reelm: The log has forked.")
    kept = {path.name: path.read_bytes() for path in (tmp_path / "evidence").glob("*/*")}
    assert kept == {
        "known": (tmp_path / "saved").read_bytes(),
        "seen": (tmp_path / "log" / "checkpoint").read_bytes(),
    }
    nowhere, log = str(tmp_path / "nowhere"), str(tmp_path / "log")
    for wrong in ([nowhere], [log, "--against", nowhere], [log, "--max-age", "5"], [log, "--policy", nowhere]):
        assert main(["ledger", "verify", *wrong]) == 1
        assert len(capsys.readouterr().err.splitlines()) == 1
