"""What an operator can find out and mend: files, rows and acts are compared, all of them."""

import asyncio
import json
import shutil
from collections.abc import AsyncGenerator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import get_args

import pytest
from sqlalchemy import text
from tests.integration.ledger.books import read_log
from tests.integration.ledger.faults import PERSON, act, prepare
from tests.integration.ledger.running import ledger_at
from tests.ledgers import flip

from reelm import ledger
from reelm.cli.__main__ import main
from reelm.cli.ledger_options import INSTRUMENTS, OUTCOMES
from reelm.infra.db import Database, ReadUnit
from reelm.kernel.ids import EntryId
from reelm.kernel.time import SystemClock
from reelm.ledger.errors import EntryRefused, NoteMalformed, SealAlreadyOpened, SealNotFound, SignatureWrong
from reelm.ledger.model import GovernmentRequestOpened

REQUEST = {"accounts": 3, "country": "FR", "instrument": "warrant", "outcome": "complied", "received": "2026-01-05"}
NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)


@pytest.fixture
async def database(database_url: str, tmp_path: Path) -> AsyncGenerator[Database]:
    """A log of 600 entries in `tmp_path / "ledger"`, with partial files of two older sizes."""
    async with Database(database_url) as opened:
        await prepare(opened)
        async with ledger_at(tmp_path, opened, SystemClock()) as log:
            await log.sequencer.recover()
            for count in (99, 200, 300):
                await _act_often(opened, count)
                await log.sequencer.publish_batch()
        yield opened


async def _act_often(database: Database, count: int) -> None:
    at = SystemClock().now()
    receipt = ledger.ConsentReceipt(purpose=ledger.Purpose.RESEARCH, decision="given", notice="1.0", receipt="0" * 64)
    draft = ledger.Draft(receipt, at, subject=PERSON)
    async with database.write() as unit:
        await ledger.append_all(unit, [draft] * count, realm="eu")


def list_tiles(folder: Path) -> list[Path]:
    return [path for path in (folder / "ledger" / "tile").rglob("*") if path.is_file()]


async def test_a_sound_log_has_no_faults_and_what_is_queued_is_counted(database: Database, tmp_path: Path) -> None:
    books = await ledger.check_books(database, tmp_path / "ledger")
    assert (books.size, books.queued, books.faults) == (600, 0, [])
    await act(database)
    books = await ledger.check_books(database, tmp_path / "ledger")
    assert (books.size, books.queued, books.faults) == (600, 1, [])


async def test_each_file_that_is_damaged_or_missing_is_named_and_written_again(
    database: Database, tmp_path: Path
) -> None:
    paths = list_tiles(tmp_path)
    assert len(paths) == 12
    for path in paths:
        name, sound = path.relative_to(tmp_path / "ledger").as_posix(), path.read_bytes()
        flip(path, 20)
        faults = (await ledger.check_books(database, tmp_path / "ledger")).faults
        assert [fault.split()[0] for fault in faults] == [name]
        mended = await ledger.check_books(database, tmp_path / "ledger", repair=True)
        assert (mended.faults, mended.repaired) == ([], [name])
        assert path.read_bytes() == sound
    shutil.rmtree(tmp_path / "ledger" / "tile")
    mended = await ledger.check_books(database, tmp_path / "ledger", repair=True)
    assert len(mended.repaired) == 7
    assert not (await ledger.check_books(database, tmp_path / "ledger")).faults
    assert read_log(tmp_path / "ledger")[0].size == 600


@pytest.mark.parametrize(
    ("damage", "expected"),
    [
        (
            "UPDATE ledger_entries SET body = set_byte(body, 40, 33) WHERE log_index = 300",
            "the row of entry 300 is not what was signed",
        ),
        ("DELETE FROM ledger_entries WHERE log_index = 300", "entry 300 has no row in the database"),
        ("UPDATE ledger_entries SET log_index = 700 WHERE log_index = 300", "entry 300 has no row in the database"),
        ("UPDATE ledger_log SET published_size = 500", "the checkpoint has 600 entries, the database says 500"),
        (
            "UPDATE ledger_log SET origin = 'other.example'",
            "the database's log has another origin than the checkpoint",
        ),
    ],
)
async def test_a_row_that_is_not_what_was_signed_is_named_and_no_file_is_touched(
    damage: str, expected: str, database: Database, tmp_path: Path
) -> None:
    before = {path: path.read_bytes() for path in list_tiles(tmp_path)}
    async with database.write() as unit:
        await unit.write(text(damage))
    books = await ledger.check_books(database, tmp_path / "ledger", repair=True)
    assert expected in books.faults
    assert not books.repaired
    assert {path: path.read_bytes() for path in list_tiles(tmp_path)} == before


async def test_rows_beyond_the_log_are_counted(database: Database, tmp_path: Path) -> None:
    await act(database)
    async with database.write() as unit:
        await unit.write(text("UPDATE ledger_entries SET log_index = 9000 WHERE log_index IS NULL"))
    books = await ledger.check_books(database, tmp_path / "ledger")
    assert books.faults[:1] == ["1 rows have an index beyond the 600 entries of the log"]


async def test_a_wrong_count_of_a_kind_is_named(database: Database, tmp_path: Path) -> None:
    async with ledger_at(tmp_path, database, SystemClock()) as log:
        await log.sequencer.recover()
        await act(database)
        await log.sequencer.publish_batch()
    async with database.write() as unit:
        await unit.write(text("UPDATE ledger_counts SET entries = entries + 1 WHERE kind = 'access-opened'"))
    books = await ledger.check_books(database, tmp_path / "ledger")
    assert books.faults == ["the count of access-opened entries is wrong"]


@pytest.mark.parametrize(
    ("damage", "expected"),
    [
        ("DELETE FROM sealed_requests", "entry without its government request"),
        ("UPDATE sealed_requests SET opened_entry = repeat('A', 22)", "government request without its entry AAAA"),
        ("DELETE FROM person_keys", "100 rows name somebody whose key is gone"),
    ],
)
async def test_an_act_without_its_entry_or_a_name_without_its_key_is_told_of(
    damage: str, expected: str, database: Database, tmp_path: Path
) -> None:
    async with database.write() as unit:
        await ledger.seal(unit, REQUEST, opens_by=date(2036, 1, 1), realm="eu", at=NOW)
        await unit.write(text("UPDATE ledger_entries SET subject_id = NULL WHERE log_index > 100"))
    assert (await ledger.check_books(database, tmp_path / "ledger")).faults == []
    async with database.write() as unit:
        await unit.write(text(damage))
    faults = (await ledger.check_books(database, tmp_path / "ledger")).faults
    assert len(faults) == 1
    assert faults[0].startswith(expected)


async def test_both_damaged_is_said_and_nothing_is_mended(database: Database, tmp_path: Path) -> None:
    async with database.write() as unit:
        await unit.write(text("UPDATE ledger_entries SET body = set_byte(body, 40, 33) WHERE log_index = 300"))
    flip(tmp_path / "ledger" / "tile" / "0" / "000")
    books = await ledger.check_books(database, tmp_path / "ledger", repair=True)
    assert any("tile/0/000" in fault for fault in books.faults)
    assert not books.repaired


async def test_what_the_finders_of_other_packages_say_is_passed_on(database: Database, tmp_path: Path) -> None:
    async def find(_: ReadUnit) -> list[str]:
        return ["an act without its entry"]

    assert (await ledger.check_books(database, tmp_path / "ledger", finders=[find])).faults == [
        "an act without its entry"
    ]


async def test_without_a_checkpoint_that_holds_nothing_is_said(database: Database, tmp_path: Path) -> None:
    flip(tmp_path / "ledger" / "checkpoint", lambda length: length - 20)
    with pytest.raises((SignatureWrong, NoteMalformed)):
        await ledger.check_books(database, tmp_path / "ledger")


async def test_a_sealed_request_tells_nothing_until_it_is_opened_and_then_everything_fits(
    database: Database, tmp_path: Path
) -> None:
    async with database.write() as unit:
        first = await ledger.seal(unit, REQUEST, opens_by=date(2026, 12, 1), realm="eu", at=NOW)
        late = await ledger.seal(unit, REQUEST, opens_by=date(2026, 2, 1), realm="eu", at=NOW)
    await _publish(database, tmp_path)
    _, entries = read_log(tmp_path / "ledger")
    sealed = [ledger.decode(entry).fact for entry in entries if b"government-request" in entry]
    assert [set(fact) for fact in sealed] == [{"commitment", "opens_by"}] * 2
    assert sealed[0]["commitment"] != sealed[1]["commitment"]
    async with database.read() as unit:
        assert [one.id for one in await ledger.list_sealed(unit)] == [late, first]
        assert await ledger.find_overdue_seals(unit, NOW.date()) == [
            f"government request {late} was to be opened by 2026-02-01"
        ]
    async with database.write() as unit:
        await ledger.open_sealed(unit, late, realm="eu", at=NOW)
    await _publish(database, tmp_path)
    opened = ledger.decode(read_log(tmp_path / "ledger")[1][-1]).fact
    assert opened | REQUEST == opened
    assert opened["sealed"] == late
    async with ledger.open_source(str(tmp_path / "ledger")) as source:
        assert (await ledger.verify(source, ledger.Asked())).kinds["government-request-opened"] == 1
    async with database.write() as unit:
        with pytest.raises(SealAlreadyOpened):
            await ledger.open_sealed(unit, late, realm="eu", at=NOW)
        with pytest.raises(SealNotFound):
            await ledger.open_sealed(unit, EntryId("A" * 22), realm="eu", at=NOW)


async def _publish(database: Database, data: Path) -> None:
    async with ledger_at(data, database, SystemClock()) as log:
        await log.sequencer.recover()
        await log.sequencer.publish_batch()


@pytest.mark.parametrize("wrong", [{"country": "France"}, {"instrument": "a letter"}, {"note": "about ana"}])
async def test_a_request_is_sealed_only_in_words_the_log_will_take(wrong: dict[str, str], database: Database) -> None:
    async with database.write() as unit:
        with pytest.raises(EntryRefused):
            await ledger.seal(unit, REQUEST | wrong, opens_by=date(2026, 12, 1), realm="eu", at=NOW)


def test_the_command_offers_the_words_that_the_log_takes() -> None:
    fields = GovernmentRequestOpened.model_fields
    assert get_args(fields["instrument"].annotation) == INSTRUMENTS
    assert get_args(fields["outcome"].annotation) == OUTCOMES


async def test_the_commands(
    database: Database,
    database_url: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("REELM_DATABASE_URL", database_url)
    monkeypatch.setenv("REELM_DATA", str(tmp_path))

    async def run(*words: str) -> tuple[int, str]:
        status = await asyncio.to_thread(main, ["ledger", *words])
        return status, "".join(capsys.readouterr())

    assert await run("fsck") == (0, "600 entries: files, rows and acts agree; 0 queued\n")
    path = tmp_path / "ledger" / "tile" / "0" / "000"
    await asyncio.to_thread(flip, path)
    status, said = await run("fsck")
    assert status == 1
    assert "MEND  tile/0/000 differs from the database\n" in said
    assert (await run("fsck", "--repair"))[0] == 0
    request = ("--country", "FR", "--instrument", "subpoena", "--accounts", "2", "--outcome", "refused")
    status, said = await run("government-request", "seal", *request, "--opens-by", "2027-01-31", "--json")
    id = json.loads(said)["id"]
    assert (await run("government-request", "list"))[1] == f"{id}  to be opened by 2027-01-31\n"
    assert (await run("government-request", "open", id))[0] == 0
    assert (await run("government-request", "list")) == (0, "None sealed.\n")
