"""Each step of staff access × {failed, failed but happened}: the books balance, nothing is shown, and it goes on."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx
import pytest
from tests.integration.access.journeys import Office, refusal
from tests.integration.world import Realm, connect

from reelm.infra.db import Database, WriteUnit

REFUSE_COMMITS = """
    CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no commit'; END $$;
    CREATE CONSTRAINT TRIGGER refuse AFTER INSERT OR UPDATE ON access_requests
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse();
    CREATE CONSTRAINT TRIGGER refuse AFTER INSERT ON access_reads
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse();
"""
ALLOW_COMMITS = "DROP FUNCTION refuse CASCADE"
# The entry each step writes, and what its second try is answered after a first that had happened.
STEPS = {
    "ask": ("access-requested", 201),
    "break-glass": ("break-glass", 201),
    "approve": ("access-approved", 409),
    "refuse": ("access-refused", 409),
    "open": ("access-opened", 200),
    "look": ("access-read", 200),
    "end": ("access-ended", 200),
    "review": ("break-glass-reviewed", 409),
}


@dataclass
class Scene:
    """A request in each state, of mia's about ana; broken glass of otto's."""

    office: Office
    asked: str
    approved: str
    opened: str
    broken: str

    @classmethod
    async def set(cls, office: Office) -> "Scene":
        cast = office.realm.people
        asked, approved = await office.ask(cast.mia), await office.ask(cast.mia)
        await office.do(cast.olga, approved, "approve")
        broken = await office.break_glass(cast.otto)
        await office.do(cast.otto, broken, "end")
        return cls(office, asked, approved, await office.open(cast.mia, cast.olga), broken)

    async def act(self, step: str) -> httpx.Response:
        cast, office = self.office.realm.people, self.office
        if step in ("ask", "break-glass"):
            path = {"ask": "requests"}.get(step, step)
            return await office.realm.client(cast.olga).post(f"/access/{path}", json=office.form())
        if step == "look":
            return await office.look(cast.mia, self.opened)
        if step == "review":
            return await office.act(cast.olga, self.broken, step, {"finding": "justified"})
        who, id = {
            "open": (cast.mia, self.approved),
            "end": (cast.mia, self.opened),
        }.get(step, (cast.olga, self.asked))
        return await office.act(who, id, step)


async def execute(realm: Realm, statements: str) -> None:
    connection = await connect(realm.settings.database_url)
    await connection.execute(statements)
    await connection.close()


async def state(realm: Realm) -> list[list[str]]:
    """Every row of staff access."""
    return [
        [row["text"] for row in await realm.rows(f"SELECT t::text AS text FROM {table} t ORDER BY id")]
        for table in ("access_requests", "access_reads")
    ]


@pytest.mark.parametrize("step", STEPS)
async def test_a_step_whose_commit_fails_leaves_neither_act_nor_entry(
    realm: Realm, office: Office, step: str
) -> None:
    async with realm.ledger_running():
        scene = await Scene.set(office)
        kinds, rows = await office.kinds(), await state(realm)
        await execute(realm, REFUSE_COMMITS)
        assert refusal(await scene.act(step)) == (500, "server-failed")
        assert (await office.kinds(), await state(realm)) == (kinds, rows)
        await office.assert_balanced()
        await execute(realm, ALLOW_COMMITS)
        again = await scene.act(step)
        assert again.status_code in (200, 201), again.text
        assert (await office.kinds())[STEPS[step][0]] == kinds[STEPS[step][0]] + 1
        await office.assert_balanced()


@pytest.mark.parametrize("step", STEPS)
async def test_a_step_told_as_failed_that_happened_shows_nothing_and_is_not_written_twice(
    realm: Realm, office: Office, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    kind, again = STEPS[step]
    write = Database.write

    @asynccontextmanager
    async def happened(database: Database) -> AsyncGenerator[WriteUnit]:
        async with write(database) as unit:
            yield unit
        if database is realm.cell.database:
            raise ConnectionError("lost after the commit")

    async with realm.ledger_running():
        scene = await Scene.set(office)
        before = await office.kinds()
        with monkeypatch.context() as patched:
            patched.setattr(Database, "write", happened)
            assert refusal(await scene.act(step)) == (500, "server-failed")
        assert (await office.kinds())[kind] == before[kind] + 1
        await office.assert_balanced()
        assert (await scene.act(step)).status_code == again
        written_again = step in ("ask", "break-glass", "look")  # a new request, a new look
        assert (await office.kinds())[kind] == before[kind] + 1 + written_again
        await office.assert_balanced()
