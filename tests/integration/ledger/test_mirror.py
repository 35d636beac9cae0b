"""A copy of a log that is as good as the log: only what was checked gets into it, and it never forks."""

import asyncio
import os
import shutil
from pathlib import Path

import pytest
from tests.integration.ledger.serving import serving
from tests.ledgers import KEY, OTHER_KEY, flip, hand_over, make_book, write_hand_overs, write_log

from reelm import ledger
from reelm.cli.__main__ import main
from reelm.ledger import folder as folders
from reelm.ledger.errors import CheckpointUnsigned, LogForked, LogShrunk, TileDiffers

BOOK = make_book(1500)


async def mirror(where: Path | str, copy: Path, **asked: object) -> ledger.Mirrored:
    async with ledger.open_source(str(where)) as source:
        return await ledger.mirror(source, copy, ledger.Asked(**asked))  # type: ignore[arg-type]


async def verify(where: Path) -> int:
    async with ledger.open_source(str(where)) as source:
        return (await ledger.verify(source, ledger.Asked())).head.checkpoint.size


def list_files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


async def test_a_copy_grows_with_the_log_and_holds_by_itself_each_time(tmp_path: Path) -> None:
    with serving(tmp_path / "log") as server:
        for size in (1, 255, 256, 300, 1200, 1200, 1500):
            before = len(server.asked)
            write_log(tmp_path / "log", BOOK.entries[:size])
            found = await mirror(server.url, tmp_path / "copy")
            assert found.head.checkpoint.size == size == await verify(tmp_path / "copy")
        assert len(server.asked) - before < 20  # the last step fetches what is new
    log, copy = list_files(tmp_path / "log"), list_files(tmp_path / "copy")
    assert copy == {name: data for name, data in log.items() if name in copy}


@pytest.mark.parametrize("name", ["tile/0/004", "tile/entries/001", "tile/1/000.p/5", "tile/entries/005.p/220"])
async def test_what_was_changed_is_not_copied(name: str, tmp_path: Path) -> None:
    write_log(tmp_path / "log", BOOK.entries[:200])
    await mirror(tmp_path / "log", tmp_path / "copy")
    write_log(tmp_path / "log", BOOK.entries)
    flip(tmp_path / "log" / name)
    with pytest.raises(TileDiffers) as refused:
        await mirror(tmp_path / "log", tmp_path / "copy")
    assert refused.value.path == name
    assert await verify(tmp_path / "copy") == 200
    assert not (tmp_path / "copy" / name).exists()


async def test_a_fork_or_rollback_is_refused_and_both_notes_are_kept(tmp_path: Path) -> None:
    write_log(tmp_path / "log", BOOK.entries[:700])
    await mirror(tmp_path / "log", tmp_path / "copy")
    before = list_files(tmp_path / "copy")
    other = [*BOOK.entries[:650], *make_book(150).entries]
    for entries, expected in ((BOOK.entries[:600], LogShrunk), (other[:700], LogForked), (other, LogForked)):
        write_log(tmp_path / "log", entries)
        with pytest.raises(ledger.Split) as refused:
            await mirror(tmp_path / "log", tmp_path / "copy")
        assert isinstance(refused.value.problem, expected)
        kept = list_files(tmp_path / "copy" / "evidence")
        seen = (tmp_path / "log" / "checkpoint").read_bytes()
        assert seen in kept.values()
        assert list(kept.values()).count(before["checkpoint"]) == len(kept) // 2
    after = list_files(tmp_path / "copy")
    assert {name: data for name, data in after.items() if not name.startswith("evidence/")} == before


async def test_a_log_that_swaps_its_key_is_refused_and_one_that_hands_it_over_is_followed(tmp_path: Path) -> None:
    write_log(tmp_path / "log", BOOK.entries[:700])
    await mirror(tmp_path / "log", tmp_path / "copy")
    write_log(tmp_path / "log", BOOK.entries[:900], keys=(OTHER_KEY,))
    with pytest.raises(CheckpointUnsigned):
        await mirror(tmp_path / "log", tmp_path / "copy")
    write_hand_overs(tmp_path / "log", hand_over(KEY, OTHER_KEY, 700))
    assert (await mirror(tmp_path / "log", tmp_path / "copy")).grown_from == 700
    write_log(tmp_path / "log", BOOK.entries, keys=(OTHER_KEY,))
    assert (await mirror(tmp_path / "log", tmp_path / "copy")).grown_from == 900
    assert await verify(tmp_path / "copy") == 1500


async def test_a_copy_that_was_interrupted_goes_on_even_over_a_half_written_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_log(tmp_path / "log", BOOK.entries[:300])
    await mirror(tmp_path / "log", tmp_path / "copy")
    write_log(tmp_path / "log", BOOK.entries)
    real, written = folders.Addition.write, 0

    def write(self: folders.Addition, name: str, content: bytes) -> None:
        nonlocal written
        written += 1
        real(self, name, content[:100] if written == 7 else content)
        if written == 7:
            raise OSError(28, os.strerror(28))

    with monkeypatch.context() as patch:
        patch.setattr(folders.Addition, "write", write)
        with pytest.raises(OSError, match="space"):
            await mirror(tmp_path / "log", tmp_path / "copy")
    assert await verify(tmp_path / "copy") == 300
    await mirror(tmp_path / "log", tmp_path / "copy")
    assert await verify(tmp_path / "copy") == 1500


async def test_a_copy_that_was_damaged_is_not_built_upon(tmp_path: Path) -> None:
    write_log(tmp_path / "log", BOOK.entries[:300])
    await mirror(tmp_path / "log", tmp_path / "copy")
    flip(tmp_path / "copy" / "tile" / "0" / "001.p" / "44")
    write_log(tmp_path / "log", BOOK.entries)
    with pytest.raises(TileDiffers):
        await mirror(tmp_path / "log", tmp_path / "copy")


async def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    await asyncio.to_thread(write_log, tmp_path / "log", BOOK.entries[:700])
    command = ["ledger", "mirror", str(tmp_path / "log"), str(tmp_path / "copy")]
    assert await asyncio.to_thread(main, command) == 0
    assert "700 entries" in capsys.readouterr().out
    await asyncio.to_thread(write_log, tmp_path / "log", BOOK.entries[:600])
    assert await asyncio.to_thread(main, command) == 1
    assert capsys.readouterr().err.startswith("reelm: The log was rolled back.")
    await asyncio.to_thread(shutil.rmtree, tmp_path / "copy")
    await asyncio.to_thread((tmp_path / "copy").write_bytes, b"a file")
    assert await asyncio.to_thread(main, command) == 1
    assert capsys.readouterr().err.startswith("reelm: The file can't be used.")
