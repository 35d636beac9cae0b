"""A log that changes its key: who followed it before can go on, and nobody else's key gets in."""

import asyncio
import json
from pathlib import Path

import pytest
from tests.integration.ledger.faults import act, prepare
from tests.integration.ledger.running import INTERVAL_S, ORIGIN, ledger_at
from tests.ledgers import KEY, OTHER_KEY, hand_over, make_book, write_hand_overs, write_log

from reelm import ledger
from reelm.cli.__main__ import main
from reelm.infra.db import Database
from reelm.kernel.time import SystemClock
from reelm.ledger.errors import CheckpointUnsigned, HandOverWrong
from reelm.ledger.note import ED25519, SigningKey

BOOK = make_book(400)
THIRD_KEY = SigningKey.from_seed(KEY.verifier.name, bytes(range(50, 82)), ED25519)


async def verify(where: Path, **asked: object) -> ledger.Verified:
    async with ledger.open_source(str(where)) as source:
        return await ledger.verify(source, ledger.Asked(**asked))  # type: ignore[arg-type]


async def test_what_was_saved_under_keys_retired_since_is_still_compared(tmp_path: Path) -> None:
    write_log(tmp_path, BOOK.entries[:300])
    saved = (tmp_path / "checkpoint").read_bytes()
    write_log(tmp_path, BOOK.entries, keys=(THIRD_KEY,))
    write_hand_overs(tmp_path, hand_over(KEY, OTHER_KEY, 300), hand_over(OTHER_KEY, THIRD_KEY, 350))
    for keys in ([], [KEY.verifier], [OTHER_KEY.verifier], [THIRD_KEY.verifier]):
        assert (await verify(tmp_path, keys=keys, against=saved)).grown_from == 300


async def test_a_fork_signed_by_a_retired_key_is_still_a_fork(tmp_path: Path) -> None:
    write_log(tmp_path, make_book(300).entries)
    saved = (tmp_path / "checkpoint").read_bytes()
    write_log(tmp_path, BOOK.entries, keys=(OTHER_KEY,))
    write_hand_overs(tmp_path, hand_over(KEY, OTHER_KEY, 300))
    with pytest.raises(ledger.Split):
        await verify(tmp_path, against=saved)


@pytest.mark.parametrize("signer", [KEY, OTHER_KEY])
async def test_a_hand_over_that_only_one_key_signed_brings_no_older_key_in(
    signer: SigningKey, tmp_path: Path
) -> None:
    write_log(tmp_path, BOOK.entries[:300])
    saved = (tmp_path / "checkpoint").read_bytes()
    write_log(tmp_path, BOOK.entries, keys=(OTHER_KEY,))
    with pytest.raises(CheckpointUnsigned):
        await verify(tmp_path, against=saved)
    write_hand_overs(tmp_path, hand_over(KEY, OTHER_KEY, 300, signer))
    with pytest.raises(HandOverWrong):
        await verify(tmp_path, against=saved)


async def test_a_retired_key_signs_no_newest_checkpoint(tmp_path: Path) -> None:
    write_log(tmp_path, BOOK.entries, keys=(KEY,))
    write_hand_overs(tmp_path, hand_over(KEY, OTHER_KEY, 300))
    with pytest.raises(CheckpointUnsigned):
        await verify(tmp_path, keys=[OTHER_KEY.verifier])


async def test_the_commands_change_the_key_of_a_log_at_work(
    database_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reelm.ledger.sequencer.LOOK_AT_KEYS_EVERY_S", 0.05)
    async with Database(database_url) as database, ledger_at(tmp_path, database, SystemClock()) as log:
        await prepare(database)
        for name, value in (("DATABASE_URL", database_url), ("DATA", tmp_path), ("SIGNER_SOCKET", log.signer.socket)):
            monkeypatch.setenv(f"REELM_{name}", str(value))
        running = asyncio.create_task(log.sequencer.run(interval_s=INTERVAL_S))
        try:
            await act(database)
            await _until(tmp_path, "log-opened")
            saved = (tmp_path / "ledger" / "checkpoint").read_bytes()
            new, old = (await _run(capsys, "rotate-key"))["vkeys"]
            assert old.startswith(f"{ORIGIN}+")
            await _until(tmp_path, "key-handover")
            assert (tmp_path / "ledger" / "vkey").read_text() == f"{new}\n{old}\n"
            assert await asyncio.to_thread(main, ["ledger", "rotate-key"]) == 1
            assert len(capsys.readouterr().err.splitlines()) == 1
            assert await _run(capsys, "retire-key") == {"vkeys": [new]}
            await _until_vkey(tmp_path, f"{new}\n")
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
        for keys in ([], [ledger.VerifierKey.parse(old)]):
            found = await verify(tmp_path / "ledger", keys=keys, against=saved)
            assert [str(key) for key in found.head.signed_by] == [new]
            assert found.kinds["key-handover"] == 1
        assert not (await ledger.check_books(database, tmp_path / "ledger")).faults


async def _run(capsys: pytest.CaptureFixture[str], action: str) -> dict[str, list[str]]:
    assert await asyncio.to_thread(main, ["ledger", action, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


async def _until(data: Path, kind: str) -> None:
    async with asyncio.timeout(10):
        while not (data / "ledger" / "checkpoint").exists() or not (await verify(data / "ledger")).kinds.get(kind):
            await asyncio.sleep(0.05)


async def _until_vkey(data: Path, text: str) -> None:
    async with asyncio.timeout(10):
        while (data / "ledger" / "vkey").read_text() != text:
            await asyncio.sleep(0.05)
