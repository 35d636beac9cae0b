"""What does the gateway of one realm hold, and who answers and takes what crosses?"""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from reelm import gateway, ledger, videos
from reelm.bootstrap.crossings import list_answerers, list_takers
from reelm.bootstrap.movers import make_mover
from reelm.infra.blobs import FileBlobs
from reelm.infra.db import Database
from reelm.infra.meter import Meter
from reelm.infra.secrets import load_kept
from reelm.infra.settings import Settings
from reelm.kernel.ids import RealmCode
from reelm.kernel.time import Clock, SystemClock


@dataclass(frozen=True)
class Door:
    """One realm's gateway: both directions."""

    settings: Settings
    realm: RealmCode
    identity: gateway.Identity
    cards: gateway.Cards
    rulebook: gateway.Rulebook
    desk: gateway.Desk
    inbox: gateway.Inbox
    asker: gateway.Asker
    office: gateway.Office
    correspondence: gateway.Correspondence
    files: gateway.Files
    shopper: gateway.Shopper
    prover: gateway.Prover
    rounds: gateway.Rounds
    replays: gateway.ReplayWindow
    meter: Meter
    clock: Clock

    async def carry(self) -> None:
        """Keep a courier for every other realm, until cancelled. A realm whose card appears gets one too."""
        couriers: dict[RealmCode, gateway.Courier] = {}
        tasks = [asyncio.create_task(self._wake(couriers))]
        try:
            while True:
                for card in self.cards.others():
                    if card.realm not in couriers:
                        couriers[card.realm] = gateway.Courier(self.office, card.realm)
                        tasks.append(asyncio.create_task(couriers[card.realm].run()))
                await asyncio.sleep(1.0)
        finally:
            for task in tasks:
                task.cancel()

    async def _wake(self, couriers: Mapping[RealmCode, gateway.Courier]) -> None:
        """Tell couriers when something is put into the outbox. Where that can't be heard they look by themselves."""

        def wake(realm: str) -> None:
            if (courier := couriers.get(RealmCode(realm))) is not None:
                courier.wake()

        while True:
            try:
                await self.office.database.listen(gateway.OUTBOX, wake)
            except OSError:
                await asyncio.sleep(1.0)

    def publish_card(self) -> None:
        """Tell the other realms who we are and where."""
        settings, keys = self.settings, ledger.LogFolder(self.settings.ledger_dir).read("vkey") or b""
        vkey = keys.decode().splitlines()[0] if keys else ""
        self.cards.publish(
            gateway.Card(
                realm=self.realm,
                gateway=settings.gateway_address or settings.gateway_listen,
                public_url=settings.public_url,
                key=self.identity.public_key,
                certificate=self.identity.certificate,
                origin=vkey.split("+")[0],
                vkey=vkey,
            )
        )


@asynccontextmanager
async def open_door(
    settings: Settings,
    clock: Clock | None = None,
    *,
    answerers: gateway.Answerers | None = None,
    takers: gateway.Takers | None = None,
) -> AsyncGenerator[Door]:
    """Open the database and the rest. Tests hand in other `answerers` and `takers` than the product's."""
    clock, realm = clock or SystemClock(), RealmCode(settings.realm)
    naming, blobs = gateway.Naming(load_kept(settings.data, "pseudonyms")), FileBlobs(settings.blobs_dir)
    identity = gateway.load_identity(settings.data / "keys", realm)
    cards = gateway.Cards(settings.peers_path, realm, settings.data / "keys" / "pinned")
    rulebook = gateway.Rulebook(settings.policies_dir)
    answering = list_answerers(naming, blobs, clock) if answerers is None else answerers
    async with Database(settings.database_url, pool_size=8) as database:
        durability = ledger.Durability(database, wait_s=settings.ledger_wait_s)
        mover = make_mover(settings, database, durability, clock)
        taking = list_takers(naming, blobs, mover) if takers is None else takers
        recorder, meter = ledger.Recorder(database, durability, realm=realm), Meter()
        correspondence = gateway.Correspondence(identity, cards, meter, clock)
        prover = gateway.Prover(database, cards, correspondence, clock=clock, evidence=settings.data / "evidence")
        heard = partial(_hear, gateway.Arrivals(recorder, clock), prover)
        asker = gateway.Asker(correspondence, heard)
        files = gateway.Files(correspondence, blobs, heard, settings.work_dir)
        missing, keep = partial(_find_missing, database), partial(_keep, database, clock)
        metering = gateway.Metering(database, meter, clock, realm)
        door = Door(
            settings=settings,
            realm=realm,
            identity=identity,
            cards=cards,
            rulebook=rulebook,
            desk=gateway.Desk(database, recorder, rulebook, answering, realm=realm, clock=clock),
            inbox=gateway.Inbox(database, taking, realm=realm),
            asker=asker,
            files=files,
            shopper=gateway.Shopper(asker, cards, files, missing=missing, keep=keep),
            office=gateway.Office(database, durability, rulebook, cards, correspondence, clock, realm),
            correspondence=correspondence,
            prover=prover,
            rounds=gateway.Rounds(database, rulebook, cards, prover, metering, clock=clock),
            replays=gateway.ReplayWindow(clock.now()),
            meter=meter,
            clock=clock,
        )
        try:
            yield door
        finally:
            await correspondence.close()
            meter.close()
            await durability.close()


def _hear(
    arrivals: gateway.Arrivals,
    prover: gateway.Prover,
    realm: RealmCode,
    received: gateway.Received,
    file_digest: str = "",
) -> None:
    """What came is told in our log, and looked up in that of whoever sent it."""
    arrivals.note(realm, received)
    prover.expect(realm, received, file_digest)


async def _find_missing(database: Database, listed: list[UUID]) -> list[UUID]:
    """Those of which no copy is kept, in their order."""
    async with database.read() as unit:
        kept = await videos.list_foreign_ids(unit)
    return [id for id in listed if id not in kept]


async def _keep(database: Database, clock: Clock, realm: RealmCode, received: gateway.Received) -> None:
    async with database.write() as unit:
        await videos.keep_clip(unit, realm, received.fields, at=clock.now())
