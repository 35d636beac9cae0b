"""What the sequencer promises when things are as they should be, and when they are not."""

import asyncio
import json
import resource
import shutil
import signal
from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from tests.integration.ledger.books import assert_balanced, read_log
from tests.integration.ledger.faults import PERSON, STAFF, act, prepare
from tests.integration.ledger.running import Ledger, ledger_at, ledger_running

from reelm import ledger
from reelm.infra.db import Database
from reelm.kernel.time import HandClock, SystemClock
from reelm.ledger import folder as folders
from reelm.ledger import model, sequencer
from reelm.ledger.errors import SignerRolledBack, TileDiffers
from reelm.ledger.writer import publish_keys

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)


@pytest.fixture
async def database(database_url: str) -> AsyncGenerator[Database]:
    async with Database(database_url, pool_size=10) as opened:
        await prepare(opened)
        yield opened


async def test_whoever_waits_is_told_the_index_once_a_checkpoint_covers_it(
    database: Database, tmp_path: Path
) -> None:
    durability = ledger.Durability(database)
    async with ledger_running(tmp_path, database, SystemClock()):
        indexes = await asyncio.gather(*(_wait_for_act(database, durability) for _ in range(300)))
        checkpoint, entries = read_log(tmp_path / "ledger")
    assert sorted(indexes) == sorted(set(indexes))
    assert max(indexes) < checkpoint.size == len(entries)
    await durability.close()


async def _wait_for_act(database: Database, durability: ledger.Durability) -> int:
    return await durability.wait(ledger_id(await act(database)))


def ledger_id(entry: str) -> Any:
    return entry


async def test_with_no_sequencer_waiting_ends_in_a_refusal(database: Database) -> None:
    durability = ledger.Durability(database, wait_s=0.2)
    with pytest.raises(ledger.LedgerNotAnswering):
        await durability.wait(ledger_id(await act(database)))


async def test_an_act_that_follows_another_follows_it_in_the_log(database: Database, tmp_path: Path) -> None:
    acts = [await act(database) for _ in range(40)]
    async with ledger_at(tmp_path, database, SystemClock()) as log:
        await log.sequencer.recover()
        await log.sequencer.publish_batch()
        ids = await assert_balanced(database, tmp_path / "ledger")
    assert [id for id in ids if id in acts] == acts


async def test_what_was_queued_while_the_log_stood_still_arrives_in_order(database: Database, tmp_path: Path) -> None:
    async with ledger_running(tmp_path, database, SystemClock()):
        await ledger.Durability(database).wait(ledger_id(await act(database)))
    acts = [await act(database) for _ in range(600)]
    async with ledger_running(tmp_path, database, SystemClock()):
        await ledger.Durability(database).wait(ledger_id(acts[-1]))
        ids = await assert_balanced(database, tmp_path / "ledger")
    assert [id for id in ids if id in acts] == acts


async def test_a_backlog_larger_than_a_batch_is_published_in_several(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sequencer, "BATCH", 7)
    monkeypatch.setattr(sequencer, "BATCH_BYTES", 1_500)
    for _ in range(20):
        await act(database)
    async with ledger_at(tmp_path, database, SystemClock()) as log:
        await log.sequencer.recover()
        published = [await log.sequencer.publish_batch() for _ in range(12)]
        await assert_balanced(database, tmp_path / "ledger")
    assert sum(published) == 21
    assert 1 < max(published) <= 5


async def test_the_second_of_two_sequencers_stops(database: Database, tmp_path: Path) -> None:
    async with ledger_running(tmp_path, database, SystemClock()) as first:
        await ledger.Durability(database).wait(ledger_id(await act(database)))
        second = ledger.Sequencer(database, first.folder, first.signer.client, realm="eu", clock=SystemClock())
        with pytest.raises(ledger.SequencerAlreadyRuns):
            await second.run(interval_s=0.01)
        await ledger.Durability(database).wait(ledger_id(await act(database)))
        await assert_balanced(database, tmp_path / "ledger")


async def test_a_sequencer_that_was_overtaken_numbers_nothing(database: Database, tmp_path: Path) -> None:
    """The lock that keeps others out was lost, say with the connection: the state of the tree still does."""
    async with ledger_at(tmp_path, database, SystemClock()) as log:
        late = ledger.Sequencer(database, log.folder, log.signer.client, realm="eu", clock=SystemClock())
        await log.sequencer.recover()
        await late.recover()
        await act(database)
        await log.sequencer.publish_batch()
        await act(database)
        with pytest.raises(ledger.SequencerAlreadyRuns):
            await late.publish_batch()
        await log.sequencer.publish_batch()
        await assert_balanced(database, tmp_path / "ledger")


async def test_a_database_older_than_the_log_signs_nothing(database: Database, tmp_path: Path) -> None:
    async with ledger_at(tmp_path, database, SystemClock()) as log:
        await _publish(log, database, 3)
        before = (tmp_path / "ledger" / "checkpoint").read_bytes()
        async with database.write() as unit:
            await unit.write(text("DELETE FROM ledger_entries WHERE log_index >= 2"))
            await unit.write(text("UPDATE ledger_log SET size = 2, published_size = 2"))
        with pytest.raises(ledger.LedgerRolledBack):
            await log.sequencer.recover()
    assert (tmp_path / "ledger" / "checkpoint").read_bytes() == before


async def test_the_log_of_another_key_is_left_alone(database: Database, tmp_path: Path) -> None:
    async with ledger_at(tmp_path, database, SystemClock()) as log:
        await _publish(log, database, 1)
    async with ledger_at(tmp_path / "elsewhere", database, SystemClock()) as log:
        with pytest.raises(ledger.LogOfAnotherKey):
            await log.sequencer.recover()


@pytest.mark.parametrize("name", ["tile/0/000.p/4", "tile/entries/000.p/4"])
async def test_a_changed_right_edge_is_not_built_upon(name: str, database: Database, tmp_path: Path) -> None:
    async with ledger_at(tmp_path, database, SystemClock()) as log:
        await _publish(log, database, 3)
        path = tmp_path / "ledger" / name
        content = bytearray(path.read_bytes())
        content[-1] ^= 1
        path.write_bytes(content)
        with pytest.raises(TileDiffers):
            await log.sequencer.recover()


@pytest.mark.parametrize("left", [b"", b"reelm.test/led", None])
async def test_a_checkpoint_that_a_crash_cut_off_is_published_again(
    left: bytes | None, database: Database, tmp_path: Path
) -> None:
    async with ledger_at(tmp_path, database, SystemClock()) as log:
        await _publish(log, database, 3)
        path = tmp_path / "ledger" / "checkpoint"
        before = path.read_bytes()
        if left is None:
            path.unlink()
        else:
            path.write_bytes(left)
        await log.sequencer.recover()
        assert path.read_bytes() == before
        await assert_balanced(database, tmp_path / "ledger")


async def test_a_signer_restored_from_an_older_copy_signs_nothing(database: Database, tmp_path: Path) -> None:
    async with ledger_at(tmp_path, database, SystemClock()) as log:
        await _publish(log, database, 3)
        shutil.copytree(tmp_path / "signer", tmp_path / "older")
        await _publish(log, database, 3)
        before = (tmp_path / "ledger" / "checkpoint").read_bytes()
    shutil.rmtree(tmp_path / "signer")
    (tmp_path / "older").rename(tmp_path / "signer")
    async with ledger_at(tmp_path, database, SystemClock()) as log:
        with pytest.raises(SignerRolledBack):
            await log.sequencer.recover()
    assert (tmp_path / "ledger" / "checkpoint").read_bytes() == before


async def test_a_key_handed_over_signs_what_is_published_at_once(database: Database, tmp_path: Path) -> None:
    async with ledger_at(tmp_path, database, SystemClock()) as log:
        await _publish(log, database, 3)
        for change in (log.signer.client.rotate, log.signer.client.retire):
            await change()
            publish_keys(log.folder, await log.signer.client.state())
            read_log(tmp_path / "ledger")  # by the keys that are published
            await act(database)
            await log.sequencer.publish_batch()
            await assert_balanced(database, tmp_path / "ledger")
        await log.sequencer.recover()
        assert len(json.loads((tmp_path / "ledger" / "hand-overs").read_text())) == 1


async def test_a_full_disk_is_waited_for(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, log: Any
) -> None:
    full = True
    real = folders.Addition.write

    def write(self: folders.Addition, name: str, content: bytes) -> None:
        if full:
            raise OSError(28, "No space left on device")
        real(self, name, content)

    monkeypatch.setattr(folders.Addition, "write", write)
    monkeypatch.setattr(sequencer, "TRY_AGAIN_S", 0.01)
    durability = ledger.Durability(database, wait_s=0.3)
    async with ledger_running(tmp_path, database, SystemClock()):
        entry = ledger_id(await act(database))
        with pytest.raises(ledger.LedgerNotAnswering):
            await durability.wait(entry)
        full = False
        await ledger.Durability(database).wait(entry)
        await assert_balanced(database, tmp_path / "ledger")
    assert any("the ledger stands still" in line for line in log.lines)


async def test_a_clock_that_jumps_changes_neither_order_nor_counts(database: Database, tmp_path: Path) -> None:
    clock = HandClock(NOW)
    async with ledger_at(tmp_path, database, clock) as log:
        await log.sequencer.recover()
        for jump_h in (0, -30, 100, 0, 2):
            clock.advance(timedelta(hours=jump_h))
            await log.sequencer.tell_counts()
            await act(database)
            await log.sequencer.publish_batch()
        await assert_balanced(database, tmp_path / "ledger")
        _, entries = read_log(tmp_path / "ledger")
    kinds = [ledger.decode(entry).kind for entry in entries]
    assert kinds.count("counts") == 3  # at first, after the jump ahead, and two hours later: none while it stood back


async def test_every_hour_the_log_says_how_far_each_writer_has_counted(database: Database, tmp_path: Path) -> None:
    clock = HandClock(NOW)
    async with ledger_at(tmp_path, database, clock) as log:
        await log.sequencer.recover()
        for _ in range(5):
            await act(database)
        await log.sequencer.tell_counts()
        await log.sequencer.publish_batch()
    _, entries = read_log(tmp_path / "ledger")
    *before, counts = [ledger.decode(entry) for entry in entries]
    said = {one["writer"]: one["through"] for one in counts.fact["writers"]}
    assert counts.fact["entries"] == len(before)
    assert said == {writer: sum(e.writer == writer for e in before) for writer in {e.writer for e in before}}


async def test_what_runs_is_said_once_and_again_when_it_changes(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with ledger_at(tmp_path, database, SystemClock()) as log:
        await log.sequencer.recover()
        await log.sequencer.tell_what_runs()
        await log.sequencer.tell_what_runs()
        running = sequencer.digest_running()
        changed = model.RunningDigest.model_validate(running.model_dump(by_alias=True) | {"code": "0" * 64})
        monkeypatch.setattr(sequencer, "digest_running", lambda: changed)
        await log.sequencer.tell_what_runs()
        await log.sequencer.publish_batch()
    _, entries = read_log(tmp_path / "ledger")
    told = [entry.fact["code"] for entry in map(ledger.decode, entries) if entry.kind == "running-digest"]
    assert told == [running.code, "0" * 64]


async def test_a_disk_that_is_really_full_forks_nothing(database: Database, tmp_path: Path) -> None:
    """A file-size limit of the kernel stands for the full disk: writes stop in the middle of a file."""
    async with ledger_at(tmp_path, database, SystemClock()) as log:
        await _publish(log, database, 3)
        for _ in range(250):
            await act(database)
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        try:
            resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, hard))
            with pytest.raises(OSError, match="File too large"):
                await log.sequencer.publish_batch()
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
            signal.signal(signal.SIGXFSZ, ignored)
        await log.sequencer.recover()
        await log.sequencer.publish_batch()
        await assert_balanced(database, tmp_path / "ledger")


async def _publish(log: Ledger, database: Database, acts: int) -> None:
    await log.sequencer.recover()
    for _ in range(acts):
        await act(database)
    await log.sequencer.publish_batch()


async def test_entries_name_nobody_but_by_commitments(database: Database, tmp_path: Path) -> None:
    async with ledger_at(tmp_path, database, SystemClock()) as log:
        await _publish(log, database, 2)
        async with database.read() as unit:
            key = await ledger.fetch_key(unit, PERSON)
            about = await ledger.list_about(unit, PERSON)
    _, entries = read_log(tmp_path / "ledger")
    said = [json.loads(entry) for entry in entries]
    assert not any(str(person) in entry.decode() for person in (PERSON, STAFF) for entry in entries)
    acts = [entry for entry in said if entry["kind"] == "access-opened"]
    assert len({entry["subject"] for entry in acts}) == 2  # the same person looks different each time
    assert {entry.id for entry in about} == {entry["id"] for entry in acts}
    assert all(ledger.may_open(entry["subject"], key, "subject", entry["id"], PERSON) for entry in acts)


async def test_once_a_persons_key_is_gone_nothing_ties_an_entry_to_them(database: Database, tmp_path: Path) -> None:
    async with ledger_at(tmp_path, database, SystemClock()) as log:
        await _publish(log, database, 4)
        async with database.write() as unit:
            await ledger.destroy_key(unit, PERSON, realm="eu", at=NOW)
        await log.sequencer.publish_batch()
        async with database.write() as unit:
            with pytest.raises(ledger.PersonHasNoKey):
                await ledger.destroy_key(unit, PERSON, realm="eu", at=NOW)
        async with database.read() as unit:
            assert await ledger.list_about(unit, PERSON) == []
            keys = await unit.scalars(text("SELECT key FROM person_keys"))
        await assert_balanced(database, tmp_path / "ledger")
    _, entries = read_log(tmp_path / "ledger")
    named = [entry for entry in map(ledger.decode, entries) if entry.subject]
    assert [entry.kind for entry in named] == ["access-opened"] * 4 + ["erasure-tombstone"]
    assert not any(ledger.may_open(e.subject or "", k, "subject", e.id, PERSON) for e in named for k in keys)
    await _assert_nowhere(database, str(PERSON))


async def _assert_nowhere(database: Database, wanted: str) -> None:
    """No row of any table holds it."""
    async with database.read() as unit:
        tables = await unit.scalars(
            text("SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace")
        )
        for table in tables:
            found = await unit.scalar(
                text(f'SELECT count(*) FROM "{table}" t WHERE t::text LIKE :wanted').bindparams(wanted=f"%{wanted}%")
            )
            assert found == 0, table


async def test_a_key_destroyed_while_an_entry_is_being_written_leaves_no_trace(database: Database) -> None:
    appended, may_commit = asyncio.Event(), asyncio.Event()

    async def write() -> None:
        async with database.write() as unit:
            fact = ledger.AccessOpened(request="A" * 22, until=ledger.as_instant(NOW))
            await ledger.append(unit, fact, realm="eu", at=NOW, actor=STAFF, subject=PERSON)
            appended.set()
            await may_commit.wait()

    async def destroy() -> None:
        await appended.wait()
        async with database.write() as unit:
            await ledger.destroy_key(unit, PERSON, realm="eu", at=NOW)

    writing, destroying = asyncio.create_task(write()), asyncio.create_task(destroy())
    await appended.wait()
    await asyncio.sleep(0.1)
    assert not destroying.done()
    may_commit.set()
    await asyncio.gather(writing, destroying)
    await _assert_nowhere(database, str(PERSON))


async def test_an_entry_that_does_not_fit_into_a_bundle_is_refused(database: Database) -> None:
    writers = tuple(model.WriterCount(writer="log", through=2**53 - 1) for _ in range(2000))
    async with database.write() as unit:
        with pytest.raises(ledger.EntryTooLong):
            await ledger.append(unit, model.Counts(writers=writers, entries=1), realm="eu", at=NOW)
