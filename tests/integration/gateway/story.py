"""The story of a crossing, step by step, in which one step goes wrong; and who is asked afterwards how it ended.

Comments go from Québec to Europe over a link that can be cut. Nothing works by itself: whoever tells the story logs,
publishes and sends. What was done is written into a table in each realm, in the transaction of whatever does it.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Generator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from sqlalchemy import text
from tests.integration.gateway.link import Link, linked
from tests.integration.gateway.realms import EU, QC, free_port
from tests.integration.ledger.faults import Injected, Step, fault
from tests.integration.ledger.running import Ledger, ledger_at

from reelm import gateway
from reelm.bootstrap import Door, open_door
from reelm.gateway import Courier, Kind, Message, Received, correspondence, delivery, inbox, outbox
from reelm.infra.db import Database, WriteUnit
from reelm.infra.line import Line
from reelm.infra.settings import Settings
from reelm.kernel.errors import Problem
from reelm.kernel.ids import RealmCode
from reelm.kernel.time import Clock, HandClock
from reelm.ledger import Durability
from reelm.web import gateway as web_gateway

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
MODES = ("failed", "happened", "killed before", "killed after", "cut for an hour")

# The `nth` says which of the transactions of the faulty part it is: three acts, one that logs, two that publish, the
# other realm's, and the one that notes the receipt.
STEPS: dict[str, Step] = {
    "put it into the outbox": Step(outbox, "insert_waiting"),
    "commit the act": Step(Database, "write"),
    "decide": Step(gateway.Rules, "decide"),
    "append the entries": Step(outbox, "append_all"),
    "number the messages": Step(outbox, "number_all"),
    "commit the log": Step(Database, "write", nth=4),
    "wait for the log": Step(Durability, "wait"),
    "seal the delivery": Step(correspondence, "seal"),
    "send it": Step(Line, "post"),
    "receive it": Step(web_gateway, "_read_body"),
    "open it": Step(gateway, "open_envelope"),
    "read it": Step(gateway, "read_delivery"),
    "take it": Step(inbox.Inbox, "_take_run"),
    "move the number": Step(inbox, "advance_inbox"),
    "enter the arrivals": Step(inbox, "append_all"),
    "commit what was taken": Step(Database, "write", nth=7),
    "seal the receipt": Step(gateway, "seal"),
    "open the receipt": Step(correspondence, "open_envelope"),
    "note the receipt": Step(delivery, "mark_acked"),
    "commit the receipt": Step(Database, "write", nth=8),
}


@dataclass
class Cell:
    """One realm, at rest until it is told what to do."""

    door: Door
    database: Database
    log: Ledger


@dataclass
class Pair:
    """Both realms, and the link over which Québec reaches Europe."""

    qc: Cell
    eu: Cell
    link: Link
    clock: HandClock
    courier: Courier


async def prepare(databases: dict[str, str]) -> None:
    """What each realm has done, as it knows itself."""
    for code, url in databases.items():
        made = (
            "acts (no serial, text text)" if code == QC else "taken (no serial, text text, entry bigint, sent bytea)"
        )
        async with Database(url) as database, database.write() as unit:
            await unit.write(text(f"CREATE TABLE {made}"))


async def _take(unit: WriteUnit, from_: RealmCode, run: Sequence[Received], at: datetime) -> None:
    insert = text("INSERT INTO taken (text, entry, sent) VALUES (:text, :entry, :sent)")
    for received in run:
        sent = orjson.dumps([received.kind, received.salt, received.fields])
        values = {"text": received.fields["text"], "entry": received.entry, "sent": sent}
        await unit.write(insert.bindparams(**values))


@asynccontextmanager
async def _cell(code: RealmCode, url: str, folder: Path, clock: Clock) -> AsyncGenerator[Cell]:
    settings = Settings(
        data=folder / code,
        realm=code,
        database_url=url,
        peers_dir=folder / "peers",
        gateway_listen=f"127.0.0.1:{free_port()}",
        ledger_wait_s=0.5,
    )
    async with (
        Database(url) as database,
        ledger_at(settings.data, database, clock, code) as log,
        open_door(settings, clock, answerers={}, takers={Kind.COMMENT: _take}) as door,
    ):
        await log.sequencer.recover()
        yield Cell(door, database, log)


@asynccontextmanager
async def pair(databases: dict[str, str], folder: Path, at: datetime) -> AsyncGenerator[Pair]:
    """Both realms, and Europe's gateway listening."""
    clock = HandClock(at)
    async with AsyncExitStack() as stack:
        qc = await stack.enter_async_context(_cell(QC, databases[QC], folder, clock))
        eu = await stack.enter_async_context(_cell(EU, databases[EU], folder, clock))
        link = await stack.enter_async_context(linked(eu.door.settings.gateway_listen))
        qc.door.publish_card()
        settings = eu.door.settings.model_copy(update={"gateway_address": link.address})
        _publish(eu.door, settings)
        server = web_gateway.make_window(eu.door)
        serving = asyncio.create_task(server.serve())
        while not server.started:
            await asyncio.sleep(0.005)
        try:
            yield Pair(qc, eu, link, clock, Courier(qc.door.office, EU))
        finally:
            link.cut()
            server.should_exit = True
            await serving


def _publish(door: Door, settings: Settings) -> None:
    identity = door.identity
    card = gateway.Card(door.realm, settings.gateway_address, "", identity.public_key, identity.certificate)
    door.cards.publish(card)


async def act(cell: Cell, words: str, at: datetime) -> None:
    """Somebody in Québec comments."""
    fields = {"comment": "018f3c1e-0000-7000-8000-000000000001", "text": words}
    async with cell.database.write() as unit:
        await gateway.put(unit, EU, Message(Kind.COMMENT, fields, told=True), at=at)
        await unit.write(text("INSERT INTO acts (text) VALUES (:words)").bindparams(words=words))


async def carry(both: Pair) -> None:
    """Log, publish and send, once each, and let both logs go on."""
    await in_spite_of_it(both.courier.log_some())
    await in_spite_of_it(both.qc.log.sequencer.publish_batch())
    await in_spite_of_it(both.courier.send_some())


async def in_spite_of_it(doing: Any) -> None:
    with suppress(Injected, Problem):
        await doing


async def tell(databases: dict[str, str], folder: Path, step: str, mode: str) -> bool:
    """Two comments that go well, then three in which `step` goes wrong; whether it did."""
    async with pair(databases, folder, NOON) as both:
        for words in ("one", "two"):
            await act(both.qc, words, NOON)
        await carry(both)
        going_wrong = _cutting(STEPS[step], both.link) if mode == MODES[-1] else fault(STEPS[step], mode)
        with going_wrong as has_gone_wrong:
            for words in ("three", "four", "five"):
                await in_spite_of_it(act(both.qc, words, NOON))
            for _ in range(3):
                await carry(both)
                if both.link.is_cut:
                    both.clock.advance(timedelta(minutes=20))
        return has_gone_wrong()


@contextmanager
def _cutting(step: Step, link: Link) -> Generator[Callable[[], bool]]:
    """Cut the link when the step begins."""
    real, calls = getattr(step.owner, step.attribute), 0

    def count() -> None:
        nonlocal calls
        calls += 1
        if calls == step.nth:
            link.cut()

    def cutting(*args: Any, **named: Any) -> Any:
        count()
        return real(*args, **named)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(step.owner, step.attribute, cutting)
        yield lambda: calls >= step.nth
