"""Somebody moves from Paris to Québec: what they had, how the workers of both realms do it, what is left."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tests import hostile
from tests.integration.abroad.neighbours import Neighbour
from tests.integration.gateway.realms import until
from tests.integration.world import Person

from reelm.bootstrap import OWN, check_books
from reelm.infra.db import list_rows
from reelm.kernel.ids import AccountId
from reelm.kernel.time import HandClock

CANARIES = ("canary-bio-5b1d", "canary-caption-77aa", "canary-private-90cc", "canary-remark-31ef")
MOVE = {"to": "ca-qc", "told": "ca-qc", "password": "a password for tests", "country": "CA", "region": "QC"}


_HANDLE = """
    SELECT handle FROM accounts WHERE id = $1 UNION SELECT handle FROM foreign_people WHERE id = $1
"""


@dataclass
class Journey:
    """Ana, who moves from the EU to Québec; Bea, who stays in Paris; Ben, who lives in Québec."""

    eu: Neighbour
    qc: Neighbour
    ana: Person
    bea: Person
    ben: Person
    clock: HandClock
    clips: dict[str, str]
    account: AccountId

    @property
    def realms(self) -> tuple[Neighbour, Neighbour]:
        return self.eu, self.qc

    async def ask(self, **changed: Any) -> dict[str, Any]:
        answer = await self.eu.realm.client(self.ana).post("/me/move", json=MOVE | changed)
        assert answer.status_code == 202, answer.text
        return answer.json()

    async def step(self) -> str:
        """How far it is at the realm that is left."""
        (row,) = await self.eu.realm.rows("SELECT step FROM moves")
        return row["step"]

    async def arrived(self) -> Person:
        """Ana, signed in to her new realm."""
        token = await self.qc.realm.sign_in(self.ana.handle, self.ana.password)
        return Person(self.ana.handle, self.ana.password, token)

    async def belongings(self, at: Neighbour) -> dict[str, list[dict[str, Any]]]:
        """Everything of hers in a realm, without what names the realm itself; whom she follows by their handles."""
        async with at.realm.cell.database.read() as unit:
            found = {what.name: await list_rows(unit, what, self.account) for what in OWN}
        for row in found["accounts"]:
            del row["country"], row["region"]
        for row in found["video_counts"]:
            del row["likes"]
        for row in found["follows"]:
            named = await at.realm.rows(_HANDLE, row["followed_id"])
            row["followed_id"] = named[0]["handle"]
        found["follows"].sort(key=lambda row: row["followed_id"])
        return found

    async def numbers(self, at: Neighbour) -> dict[str, int]:
        """How often her public clip was liked and commented on, as its page in a realm says."""
        return (await at.realm.video(self.clips["public"]))["counts"]


async def work_some(at: Neighbour) -> int:
    """Do the jobs of moves that are queued, once each; returns how many there were."""
    rows = await at.realm.rows(
        "SELECT id, task_name, args FROM procrastinate_jobs WHERE task_name = 'moving.advance' ORDER BY id"
    )
    for row in rows:
        args = json.loads(row["args"]) if isinstance(row["args"], str) else row["args"]
        await at.realm.workshop.jobs[row["task_name"]](args)
        await at.realm.rows("DELETE FROM procrastinate_jobs WHERE id = $1", row["id"])
    return len(rows)


async def work_until(journey: Journey, is_so: Callable[[], Any], timeout_s: float = 60, only: str = "") -> None:
    """Let the workers of both realms, or those of one only, work until something is so."""

    async def look() -> bool:
        for one in (at for at in journey.realms if only in ("", at.code)):
            await work_some(one)
        told = is_so()
        return bool(await told if asyncio.iscoroutine(told) else told)

    await until(look, timeout_s)


async def is_over(journey: Journey) -> bool:
    """Whether every move that was begun is done at both sides. Meanwhile everybody belongs to one realm."""
    await assert_in_one_realm(journey)
    steps = [[row["step"] for row in await at.realm.rows("SELECT step FROM moves")] for at in journey.realms]
    return len(steps[0]) == len(steps[1]) and {*steps[0], *steps[1]} == {"done"}


async def assert_in_one_realm(journey: Journey) -> None:
    """Whoever has an account in both realms can do nothing with the old one any more; nobody has none."""
    found = "SELECT frozen_at FROM accounts WHERE id = $1"
    there = await journey.qc.realm.rows(found, journey.account)
    here = await journey.eu.realm.rows(found, journey.account)
    there = there or await journey.qc.realm.rows(found, journey.account)
    assert here or there
    assert not (here and there) or here[0]["frozen_at"] is not None
    assert not there or there[0]["frozen_at"] is None


async def prepare(eu: Neighbour, qc: Neighbour, clock: HandClock) -> Journey:
    """Ana has clips, a picture and a past with people of both realms."""
    ana, bea = await eu.realm.sign_up("ana", email="ana@example.org"), await eu.realm.sign_up("bea")
    ben = await qc.realm.sign_up("ben", country="CA", region="QC")
    client = eu.realm.client(ana)
    assert (await client.patch("/me", json={"bio": CANARIES[0]})).status_code == 200
    assert (await client.put("/me/avatar", content=hostile.png(64, 64))).status_code == 200
    clips = {
        "public": await eu.realm.publish(ana, caption=CANARIES[1]),
        "private": await eu.realm.publish(ana, caption=CANARIES[2], visibility="private"),
        "beas": await eu.realm.publish(bea),
        "bens": await qc.realm.publish(ben),
    }
    assert await qc.shop(eu) == 2
    assert await eu.shop(qc) == 1
    for id in ("beas", "bens", "public"):
        assert (await client.put(f"/videos/{clips[id]}/like")).status_code == 200
        event = {"video_id": clips[id], "kind": "view", "watched_ms": 900, "at": clock.now().isoformat()}
        assert (await client.post("/events", json={"events": [event]})).status_code == 202
        said = {"text": f"{CANARIES[3]} {id}", "told": "ca-qc"}
        assert (await client.post(f"/videos/{clips[id]}/comments", json=said)).status_code == 201
    await client.put("/accounts/bea/follow")
    assert (await client.get("/accounts/ben@ca-qc")).status_code == 200
    assert (await client.put("/accounts/ben@ca-qc/follow?told=ca-qc")).status_code == 200
    await regard(eu, qc, bea, ben, clips["public"])
    (row,) = await eu.realm.rows("SELECT id FROM accounts WHERE handle = 'ana'")
    return Journey(eu, qc, ana, bea, ben, clock, clips, AccountId(row["id"]))


async def regard(eu: Neighbour, qc: Neighbour, bea: Person, ben: Person, clip: str) -> None:
    """Bea at home and Ben abroad follow Ana, like her clip and say something."""
    near, far = eu.realm.client(bea), qc.realm.client(ben)
    assert (await far.get("/accounts/ana@eu")).status_code == 200
    for client, handle, told in ((near, "ana", ""), (far, "ana@eu", "eu")):
        assert (await client.put(f"/accounts/{handle}/follow?told={told}")).status_code == 200
        assert (await client.put(f"/videos/{clip}/like")).status_code == 200
        said = await client.post(f"/videos/{clip}/comments", json={"text": f"of {told or 'home'}", "told": told})
        assert said.status_code == 201

    async def crossed() -> bool:
        (here,) = await eu.realm.rows("SELECT count(*) AS n FROM comments")
        (follows,) = await eu.realm.rows("SELECT count(*) AS n FROM follows")
        (there,) = await qc.realm.rows("SELECT count(*) AS n FROM follows")
        return here["n"] == 5 and follows["n"] == 4 and there["n"] == 2

    await until(crossed)


async def assert_books_agree(at: Neighbour) -> None:
    assert (await check_books(at.realm.settings, repair=False, progress=lambda _done, _size: None)).faults == []


async def join(journey: Journey, number: int) -> Journey:
    """Somebody else in Paris who is about to move, with a canary of their own in what is theirs."""
    eu, handle, canary = journey.eu.realm, f"p{number}", f"canary-{number}-of-many"
    person = await eu.sign_up(handle)
    client, near = eu.client(person), eu.client(journey.bea)
    assert (await client.patch("/me", json={"bio": canary})).status_code == 200
    assert (await client.put("/me/avatar", content=hostile.png(64, 64))).status_code == 200
    clips = {
        "public": await eu.publish(person, caption=canary),
        "private": await eu.publish(person, caption=canary, visibility="private"),
        "beas": journey.clips["beas"],
    }
    for who, clip in ((client, clips["beas"]), (near, clips["public"])):
        assert (await who.put(f"/videos/{clip}/like")).status_code == 200
        said = await who.post(f"/videos/{clip}/comments", json={"text": f"by {handle if who is client else 'bea'}"})
        assert said.status_code == 201
    assert (await client.put("/accounts/bea/follow")).status_code == 200
    assert (await near.put(f"/accounts/{handle}/follow")).status_code == 200
    (row,) = await eu.rows("SELECT id FROM accounts WHERE handle = $1", handle)
    return replace(journey, ana=person, clips=clips, account=AccountId(row["id"]))


async def assert_moved(journey: Journey, before: dict[str, list[dict[str, Any]]]) -> None:
    """Whole there with every file, gone here, and both logs in order."""
    assert await journey.belongings(journey.qc) == before
    canary = before["accounts"][0]["bio"]
    assert await find_traces(journey.eu, journey.account, (canary,)) == []
    person = await journey.arrived()
    for name in ("public", "private"):
        shown = await journey.qc.realm.video(journey.clips[name], person)
        for file in (shown["poster"], *(made["url"] for made in shown["renditions"])):
            assert (await journey.qc.realm.get(file, person)).status_code == 200
        for made in shown["renditions"]:
            assert len((await journey.qc.realm.get(made["url"], person)).content) == made["bytes"]
    assert not list(journey.qc.realm.settings.moving_dir.glob("*"))
    for at in journey.realms:
        await assert_books_agree(at)


async def find_traces(at: Neighbour, account: AccountId, texts: tuple[str, ...]) -> list[str]:
    """Where in a realm's database and files any of these still is."""
    found: list[str] = []
    wanted = (str(account), *texts)
    tables = await at.realm.rows(
        "SELECT relname AS name FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
    )
    for table in tables:
        for row in await at.realm.rows(f'SELECT t::text AS text FROM "{table["name"]}" t'):
            found += [f"{table['name']}: {one}" for one in wanted if one in row["text"]]
    for path in Path(at.realm.settings.data).rglob("*"):
        if path.is_file():
            found += [f"{path}: name" for one in wanted if one in path.as_posix()]
            content = path.read_bytes()
            found += [f"{path}: content" for one in wanted if one.encode() in content]
    return found
