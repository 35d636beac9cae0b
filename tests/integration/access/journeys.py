"""The steps of staff access, as staff take them through the API."""

import json
from collections import Counter
from dataclasses import dataclass
from typing import Any

import httpx
from tests.integration.world import Person, Realm

from reelm import access
from reelm.access.faults import KINDS as FACTS

KINDS = sorted(fact.kind for fact in FACTS)
EMAIL, BIRTH_DATE, LOCATION = "user.contact.email", "user.demographic.date_of_birth", "user.location"
LANGUAGE, BEHAVIOR, VIEW_TIME = "user.demographic.language", "user.behavior", "reelm.user.behavior.view_time"
SOCIAL, PRIVATE = "user.social", "user.content.private"
ALL = [EMAIL, BIRTH_DATE, LOCATION, LANGUAGE, BEHAVIOR, VIEW_TIME, SOCIAL, PRIVATE]


@dataclass(frozen=True)
class Office:
    """Staff at work in a realm."""

    realm: Realm

    def form(self, handle: str = "ana", classes: list[str] | None = None, **more: Any) -> dict[str, Any]:
        return {
            "handle": handle,
            "reason": "person-asked-for-help",
            "classes": classes or [LOCATION],
            "minutes": 30,
        } | more

    async def ask(self, who: Person, handle: str = "ana", classes: list[str] | None = None, **more: Any) -> str:
        """Ask; the id of the request."""
        answer = await self.realm.client(who).post("/access/requests", json=self.form(handle, classes, **more))
        assert answer.status_code == 201, answer.text
        return answer.json()["id"]

    async def act(self, who: Person, id: str, step: str, json: Any = None) -> httpx.Response:
        """Take a step, whatever the answer."""
        return await self.realm.client(who).post(f"/access/requests/{id}/{step}", json=json)

    async def do(self, who: Person, id: str, step: str, json: Any = None) -> dict[str, Any]:
        """Take a step that is answered with the request."""
        answer = await self.act(who, id, step, json)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def open(self, who: Person, second: Person, handle: str = "ana", classes: list[str] | None = None) -> str:
        """Ask, have it approved, open it; the id. The ledger must be running."""
        id = await self.ask(who, handle, classes)
        await self.do(second, id, "approve")
        await self.do(who, id, "open")
        return id

    async def break_glass(self, who: Person, handle: str = "ana", **more: Any) -> str:
        """Break the glass; the id. The ledger must be running."""
        answer = await self.realm.client(who).post("/access/break-glass", json=self.form(handle, **more))
        assert answer.status_code == 201, answer.text
        return answer.json()["id"]

    async def look(self, who: Person, id: str, collection: str = "profile") -> httpx.Response:
        """Look at a collection, whatever the answer."""
        return await self.realm.client(who).get(f"/access/requests/{id}/data/{collection}")

    async def see(self, who: Person, id: str, collection: str = "profile") -> dict[str, Any]:
        """Look at a collection that is shown."""
        answer = await self.look(who, id, collection)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def requests(self, who: Person) -> list[dict[str, Any]]:
        """The list, newest first."""
        answer = await self.realm.client(who).get("/access/requests")
        assert answer.status_code == 200, answer.text
        return answer.json()["items"]

    async def entries(self, *kinds: str) -> list[dict[str, Any]]:
        """Every entry of staff access, or only those of `kinds`, as queued: the first first."""
        rows = await self.realm.rows("SELECT body FROM ledger_entries WHERE kind = ANY($1) ORDER BY queue_no", KINDS)
        entries = [json.loads(row["body"]) for row in rows]
        return [entry for entry in entries if not kinds or entry["kind"] in kinds]

    async def kinds(self) -> Counter[str]:
        """How many entries of each kind there are."""
        return Counter(entry["kind"] for entry in await self.entries())

    async def assert_balanced(self) -> None:
        """No act without its entry, no entry without its act."""
        async with self.realm.cell.database.read() as unit:
            assert await access.find_faults(unit) == []


def refusal(answer: httpx.Response) -> tuple[int, str]:
    """Status and slug of a refusal."""
    return answer.status_code, answer.json()["type"].removeprefix("/problems/")
