"""Whole realms side by side in one process: web role, workers, log and gateway of each, and real TLS between."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.integration.gateway.realms import free_port, until
from tests.integration.ledger.running import ledger_running
from tests.integration.world import Person, Realm, open_realm, stand_in_client
from tests.postgres import DatabaseServer

from reelm.bootstrap import Door, open_door
from reelm.infra.db import Database
from reelm.infra.settings import Settings
from reelm.kernel.ids import RealmCode
from reelm.kernel.time import HandClock
from reelm.web.gateway import serve_door


@dataclass
class Neighbour:
    """One realm with its people and its door."""

    realm: Realm
    door: Door
    stop: asyncio.Event
    serving: "asyncio.Task[None]"

    @property
    def code(self) -> RealmCode:
        return self.door.realm

    async def close_door(self) -> None:
        """Stop the gateway here: another process may open it."""
        self.stop.set()
        await self.serving

    async def shop(self, other: "Neighbour") -> int:
        """Ask for what is new in another realm, as the gateway does every few seconds."""
        return await self.door.shopper.shop(other.code)

    async def feed(self, who: Person | None = None) -> list[dict[str, Any]]:
        answer = await self.realm.client(who).get("/feed?limit=50")
        assert answer.status_code == 200, answer.text
        return [item["video"] for item in answer.json()["items"]]


@asynccontextmanager
async def neighbour(
    code: str, folder: Path, server: DatabaseServer, template: str, clock: HandClock, **changed: Any
) -> AsyncGenerator[Neighbour]:
    """A realm that knows those whose cards are in `folder`/peers; `changed` are settings of its own."""
    name, data = server.create(template), folder / code
    usual: dict[str, Any] = {
        "data": data,
        "realm": code,
        "database_url": server.url(name),
        "public_url": f"http://{code}.reelm.test",
        "peers_dir": folder / "peers",
        "policies_dir": Path("deploy/policies"),
        "gateway_listen": f"127.0.0.1:{free_port()}",
        "gateway_socket": str(folder / f"{code}.sock"),
        "ledger_wait_s": 3.0,
        "client_dist": stand_in_client(folder / "client"),
    }
    settings = Settings(**(usual | changed))
    stop = asyncio.Event()
    async with (
        open_realm(settings, clock) as realm,
        Database(settings.database_url) as database,
        ledger_running(data, database, clock, code) as log,
        open_door(settings, clock) as door,
    ):
        realm.cell.signer.path = log.signer.socket
        door.publish_card()
        serving = asyncio.create_task(serve_door(door, stop, shops=False))
        try:
            await until(lambda: Path(settings.gateway_socket).exists())
            yield Neighbour(realm, door, stop, serving)
        finally:
            stop.set()
            await serving
    server.drop(name)
