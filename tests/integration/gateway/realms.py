"""Two realms with real databases, real logs and real TLS between them, in one process."""

import asyncio
import socket
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from tests.integration.ledger.running import Ledger, ledger_running
from tests.integration.world import connect
from tests.postgres import DatabaseServer

from reelm import accounts, gateway, ledger
from reelm.bootstrap import Door, open_atlas, open_door
from reelm.gateway import Found, Kind, Message, Received
from reelm.infra.db import Database, ReadUnit, WriteUnit
from reelm.infra.settings import Settings
from reelm.kernel.ids import AccountId, RealmCode
from reelm.kernel.time import Clock, SystemClock
from reelm.web.gateway import serve_door

EU, QC = RealmCode("eu"), RealmCode("ca-qc")


@dataclass
class House:
    """What the other packages would do: `answers` by kind, and everything that was taken."""

    answers: dict[Kind, Found] = field(default_factory=dict[Kind, Found])
    taken: list[tuple[str, Received]] = field(default_factory=list[tuple[str, Received]])
    refuses: Callable[[Received], bool] = lambda received: False

    def answerers(self) -> gateway.Answerers:
        async def answer(kind: Kind) -> Found | None:
            return self.answers.get(kind)

        def of(kind: Kind) -> Any:
            async def find(unit: ReadUnit, to: RealmCode, about: Any) -> Found | None:
                return await answer(kind)

            return find

        return {kind: of(kind) for kind in Kind}

    def takers(self) -> gateway.Takers:
        async def take(unit: WriteUnit, from_: RealmCode, run: Sequence[Received], at: Any) -> None:
            if any(self.refuses(received) for received in run):
                raise gateway.MessageNotTaken
            self.taken += ((from_, received) for received in run)

        return dict.fromkeys(Kind, take)


@dataclass
class OneRealm:
    """A realm whose gateway runs. `log` publishes every 10 ms while it is there."""

    code: RealmCode
    settings: Settings
    door: Door
    house: House
    database: Database
    log: Ledger
    stop: asyncio.Event
    serving: "asyncio.Task[None]"

    async def entries(self, kind: str) -> list[dict[str, Any]]:
        """The facts of every entry of a kind that is queued, oldest first."""
        connection = await connect(self.settings.database_url)
        try:
            rows = await connection.fetch("SELECT body FROM ledger_entries WHERE kind = $1 ORDER BY queue_no", kind)
        finally:
            await connection.close()
        return [ledger.decode(row["body"]).fact for row in rows]

    async def put(self, to: RealmCode, message: Message) -> None:
        async with self.database.write() as unit:
            await gateway.put(unit, to, message, at=self.door.clock.now())

    async def waiting(self, to: RealmCode) -> int:
        async with self.database.read() as unit:
            return await gateway.count_waiting(unit, to)

    async def person(self, handle: str) -> AccountId:
        new = accounts.NewAccount(handle, "a password for tests", date(1990, 1, 31), "FR", None, "en")
        return (
            await accounts.sign_up(self.database, new, atlas=open_atlas(self.settings), at=self.door.clock.now())
        ).id


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@asynccontextmanager
async def realm_running(
    code: RealmCode,
    folder: Path,
    server: DatabaseServer,
    template: str,
    *,
    clock: Clock | None = None,
    policies: Path | None = None,
    ledger_wait_s: float = 8.0,
) -> AsyncGenerator[OneRealm]:
    """One realm with its log and its gateway."""
    clock = clock or SystemClock()
    name = server.create(template)
    listen = f"127.0.0.1:{free_port()}"
    settings = Settings(
        data=folder / code,
        realm=code,
        database_url=server.url(name),
        peers_dir=folder / "peers",
        policies_dir=policies or Path("deploy/policies"),
        gateway_listen=listen,
        ledger_wait_s=ledger_wait_s,
    )
    house = House()
    async with (
        Database(settings.database_url) as database,
        ledger_running(settings.data, database, clock, code) as log,
        open_door(settings, clock, answerers=house.answerers(), takers=house.takers()) as door,
    ):
        (settings.data / "run").mkdir(parents=True, exist_ok=True)
        door.publish_card()
        stop = asyncio.Event()
        serving = asyncio.create_task(serve_door(door, stop, shops=False))
        realm = OneRealm(code, settings, door, house, database, log, stop, serving)
        try:
            await until(lambda: listens(listen))
            yield realm
        finally:
            stop.set()
            with suppress(asyncio.CancelledError):
                await serving
    server.drop(name)


def listens(address: str) -> bool:
    """Whether somebody takes connections there."""
    host, _, port = address.rpartition(":")
    with suppress(OSError), socket.create_connection((host, int(port)), timeout=1):
        return True
    return False


async def until(is_so: Callable[[], Any], timeout_s: float = 15) -> None:
    """Wait for a fact. `is_so` may be a coroutine function."""
    deadline = asyncio.get_running_loop().time() + timeout_s
    while True:
        told = is_so()
        if asyncio.iscoroutine(told):
            told = await told
        if told:
            return
        assert asyncio.get_running_loop().time() < deadline, "waited in vain"
        await asyncio.sleep(0.01)


COMMENT = Message(
    Kind.COMMENT,
    {
        "comment": "018f3c1e-0000-7000-8000-000000000001",
        "clip": "018f3c1e-0000-7000-8000-000000000002",
        "pseudonym": "018f3c1e-0000-7000-8000-000000000003",
        "handle": "ben",
        "display_name": "Ben",
        "text": "Magnifique !",
        "at": "2026-11-25T12:00:00.000Z",
    },
    told=True,
)
LONG = timedelta(hours=1)
