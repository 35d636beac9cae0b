"""Nothing is shown that the log does not tell of: when it stops, a commit fails, an access ends meanwhile."""

import asyncio
from typing import Any

import pytest
from tests.integration.access.journeys import Office, refusal
from tests.integration.world import Realm

from reelm import access
from reelm.access import store
from reelm.infra.db import ReadUnit


def hurry(realm: Realm, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nobody wait long for a log that stands still."""
    monkeypatch.setattr(realm.cell.desk.durability, "_wait_s", 0.3)


async def test_with_the_ledger_stopped_staff_see_nothing_and_it_is_told_afterwards(
    realm: Realm, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    cast = realm.people
    async with realm.ledger_running():
        id = await office.open(cast.mia, cast.olga)
        await office.see(cast.mia, id)
    read: list[object] = []

    async def fetch_rows(unit: ReadUnit, narrowed: store.Narrowed) -> Any:
        read.append(narrowed)
        raise AssertionError("read before the log told of it")

    with monkeypatch.context() as patched:
        hurry(realm, patched)
        patched.setattr("reelm.access.eyes.fetch_rows", fetch_rows)
        answer = await office.look(cast.mia, id)
    assert refusal(answer) == (503, "ledger-not-answering")
    assert answer.json().keys() == {"type", "title", "status", "detail"}
    assert read == []
    assert (await office.kinds())["access-read"] == 2, "the entry says that data was about to be shown"
    await office.assert_balanced()
    async with realm.ledger_running():
        seen = await office.see(cast.mia, id)
    reads = await office.entries("access-read")
    published = await realm.rows("SELECT id FROM ledger_entries WHERE log_index IS NOT NULL ORDER BY log_index")
    assert [row["id"] for row in published][-2:] == [reads[1]["id"], reads[2]["id"]]
    assert seen["entry_id"] == reads[2]["id"]


async def test_opening_and_break_glass_wait_for_the_log_and_asking_does_not(
    realm: Realm, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    cast = realm.people
    hurry(realm, monkeypatch)
    id = await office.ask(cast.mia)
    await office.do(cast.olga, id, "approve")
    assert refusal(await office.act(cast.mia, id, "open")) == (503, "ledger-not-answering")
    broken = await realm.client(cast.olga).post("/access/break-glass", json=office.form())
    assert refusal(broken) == (503, "ledger-not-answering")
    async with realm.ledger_running():
        opened = await office.do(cast.mia, id, "open")
        await office.see(cast.mia, id)
    assert opened["state"] == "open"
    assert (await office.kinds())["access-opened"] == 1
    await office.assert_balanced()


async def test_an_entry_is_in_the_log_before_the_rows_are_read(
    realm: Realm, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    cast = realm.people
    published: list[int] = []
    fetch_rows = store.fetch_rows

    async def watch(unit: ReadUnit, narrowed: store.Narrowed) -> Any:
        rows = await realm.rows("SELECT log_index FROM ledger_entries WHERE kind = 'access-read'")
        size = await realm.rows("SELECT published_size AS size FROM ledger_log")
        assert rows[-1]["log_index"] < size[0]["size"]
        published.append(rows[-1]["log_index"])
        return await fetch_rows(unit, narrowed)

    monkeypatch.setattr("reelm.access.eyes.fetch_rows", watch)
    async with realm.ledger_running():
        id = await office.open(cast.mia, cast.olga)
        seen = await office.see(cast.mia, id)
    assert published == [seen["index"]]


async def test_an_access_taken_back_while_the_log_is_waited_for_shows_nothing(
    realm: Realm, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    cast = realm.people
    async with realm.ledger_running():
        id = await office.open(cast.mia, cast.olga)
        wait, taken_back = realm.cell.desk.durability.wait, asyncio.Event()

        async def wait_long(entry: Any) -> int:
            monkeypatch.undo()
            await office.do(cast.otto, id, "end")
            taken_back.set()
            return await wait(entry)

        monkeypatch.setattr(realm.cell.desk.durability, "wait", wait_long)
        assert refusal(await office.look(cast.mia, id)) == (403, "access-over")
        assert taken_back.is_set()
    assert [entry["fact"]["reads"] for entry in await office.entries("access-ended")] == [1]
    await office.assert_balanced()


async def test_books_that_do_not_balance_are_found(realm: Realm, office: Office) -> None:
    id = await office.ask(realm.people.mia)
    await office.assert_balanced()
    rows = await realm.rows("SELECT asked_entry FROM access_requests WHERE asked_entry IS NOT NULL")
    entry = rows[0]["asked_entry"]
    await realm.rows("UPDATE access_requests SET asked_entry = 'AAAAAAAAAAAAAAAAAAAAAA' WHERE id = $1", id)
    async with realm.cell.database.read() as unit:
        faults = await access.find_faults(unit)
    assert faults == ["act without its entry AAAAAAAAAAAAAAAAAAAAAA", f"entry without its act {entry}"]
