"""A person who is forgotten is named in no row any more, and nobody can tie an entry of the log to them."""

import asyncio
import base64
from datetime import timedelta
from uuid import UUID

import pytest
from tests.house.test_tables import FORGOTTEN
from tests.integration.access.journeys import LOCATION, Office, refusal
from tests.integration.world import Realm

from reelm import access, ledger
from reelm.access import requests, store
from reelm.infra.db import WriteUnit
from reelm.kernel.ids import AccessId, AccountId
from reelm.kernel.time import HandClock

JUDGED = {"finding": "justified"}


async def id_of(realm: Realm, handle: str) -> AccountId:
    return AccountId((await realm.rows("SELECT id FROM accounts WHERE handle = $1", handle))[0]["id"])


async def forget(realm: Realm, person: AccountId) -> None:
    async with realm.cell.database.write() as unit:
        await access.forget_person(unit, person, realm="eu", at=realm.clock.now())


async def assert_named_nowhere(realm: Realm, person: UUID, key: bytes) -> None:
    for table in (*FORGOTTEN, "access_reads"):
        for row in await realm.rows(f"SELECT t::text AS text FROM {table} t"):
            assert str(person) not in row["text"], table
            assert key.hex() not in row["text"], table
    for row in await realm.rows("SELECT body FROM ledger_entries"):
        assert str(person).encode() not in row["body"]


async def test_the_subject_of_an_access_is_forgotten(realm: Realm, office: Office, clock: HandClock) -> None:
    cast, ben = realm.people, await id_of(realm, "ben")
    async with realm.ledger_running():
        opened = await office.open(cast.mia, cast.olga, "ben", [LOCATION])
        await office.see(cast.mia, opened)
        broken = await office.break_glass(cast.olga, "ben", minutes=5)
        key = (await realm.rows("SELECT key FROM person_keys WHERE person_id = $1", ben))[0]["key"]
        await forget(realm, ben)
        for id, who in ((opened, cast.mia), (broken, cast.olga)):
            assert refusal(await office.look(who, id)) == (403, "access-over")
    assert (await office.kinds())["access-ended"] == 2
    await assert_named_nowhere(realm, ben, key)
    listed = await office.requests(cast.olga)
    assert {one["id"]: (one["subject"], one["state"]) for one in listed} == {
        opened: (None, "ended"),
        broken: (None, "ended"),
    }
    clock.advance(timedelta(hours=72))
    await realm.workshop.jobs["cell.sweep"]({})
    assert (await office.do(cast.otto, broken, "review", JUDGED))["review"]["finding"] == "justified"
    await office.assert_balanced()
    async with realm.cell.database.read() as unit:
        with pytest.raises(ledger.PersonHasNoKey):
            await ledger.fetch_key(unit, ben)


async def test_staff_are_forgotten_in_every_part_they_played(realm: Realm, office: Office) -> None:
    cast, olga = realm.people, await id_of(realm, "olga")
    async with realm.ledger_running():
        asked = await office.ask(cast.olga)
        decided = await office.open(cast.mia, cast.olga)
        await office.do(cast.olga, decided, "end")
        broken = await office.break_glass(cast.otto)
        await office.do(cast.otto, broken, "end")
        await office.do(cast.olga, broken, "review", JUDGED)
        about = await office.ask(cast.otto, "olga")
    key = (await realm.rows("SELECT key FROM person_keys WHERE person_id = $1", olga))[0]["key"]
    await forget(realm, olga)
    await assert_named_nowhere(realm, olga, key)
    left = {one["id"]: one for one in await office.requests(cast.otto)}
    assert (left[asked]["asked_by"], left[asked]["state"]) == (None, "ended")
    assert (left[about]["subject"], left[about]["state"]) == (None, "ended")
    assert left[decided]["decided_by"] is None
    assert left[broken]["review"]["reviewed_by"] is None
    await office.assert_balanced()


async def test_who_asks_while_a_person_is_forgotten_names_them_nowhere(
    realm: Realm, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    ben, asked, go_on = await id_of(realm, "ben"), asyncio.Event(), asyncio.Event()
    key = (await realm.rows("SELECT key FROM person_keys WHERE person_id = $1", ben))[0]["key"]
    update_request = store.update_request

    async def wait_and_update(unit: WriteUnit, id: AccessId, **values: object) -> None:
        asked.set()
        await go_on.wait()
        await update_request(unit, id, **values)

    with monkeypatch.context() as patched:
        patched.setattr(requests, "update_request", wait_and_update)
        asking = asyncio.create_task(office.ask(realm.people.mia, "ben"))
        await asked.wait()
        forgetting = asyncio.create_task(forget(realm, ben))
        await asyncio.sleep(0.2)
        assert not forgetting.done()
        go_on.set()
        id = await asking
        await forgetting
    await assert_named_nowhere(realm, ben, key)
    (left,) = await office.requests(realm.people.olga)
    assert (left["id"], left["state"], left["subject"]) == (id, "ended", None)
    late = await realm.client(realm.people.mia).post("/access/requests", json=office.form("ben"))
    assert refusal(late) == (410, "person-has-no-key")
    await office.assert_balanced()


async def test_what_tied_entries_to_a_person_goes_with_their_key(realm: Realm, office: Office) -> None:
    """The commitments stay in the log; with the key gone nobody can make them again."""
    ben = await id_of(realm, "ben")
    await office.ask(realm.people.mia, "ben")
    (entry,) = await office.entries("access-requested")
    async with realm.cell.database.read() as unit:
        key = await ledger.fetch_key(unit, ben)
    digest = base64.urlsafe_b64decode(entry["subject"] + "=")
    assert len(digest) == len(key) == 32
    await forget(realm, ben)
    assert (await office.entries("access-requested"))[0]["subject"] == entry["subject"]
    assert await realm.rows("SELECT FROM person_keys WHERE person_id = $1", ben) == []
    async with realm.cell.database.write() as unit:
        with pytest.raises(ledger.PersonHasNoKey):
            await access.forget_person(unit, ben, realm="eu", at=realm.clock.now())
