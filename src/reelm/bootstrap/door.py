"""What does the gateway of one realm hold, and who answers and takes what crosses?"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from reelm import gateway, ledger
from reelm.infra.db import Database
from reelm.infra.meter import Meter
from reelm.infra.secrets import load_secret
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
    rounds: gateway.Rounds
    replays: gateway.ReplayWindow
    meter: Meter
    clock: Clock

    async def carry(self) -> None:
        """Keep a courier for every other realm, until cancelled. A realm whose card appears gets one too."""
        couriers: dict[RealmCode, asyncio.Task[None]] = {}
        try:
            while True:
                for card in self.cards.others():
                    task = couriers.get(card.realm)
                    if task is None or task.done():
                        couriers[card.realm] = asyncio.create_task(gateway.Courier(self.office, card.realm).run())
                await asyncio.sleep(1.0)
        finally:
            for task in couriers.values():
                task.cancel()

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
    load_secret(settings.data, settings.secret)
    identity = gateway.load_identity(settings.data / "keys", realm)
    cards, rulebook = (
        gateway.Cards(settings.peers_path, realm, settings.data / "keys" / "pinned"),
        gateway.Rulebook(settings.policies_dir),
    )
    async with Database(settings.database_url, pool_size=8) as database:
        durability = ledger.Durability(database, wait_s=settings.ledger_wait_s)
        recorder = ledger.Recorder(database, durability, realm=realm)
        meter = Meter()
        correspondence = gateway.Correspondence(identity, cards, meter, clock)
        evidence = settings.data / "evidence"
        prover = gateway.Prover(database, cards, correspondence, clock=clock, evidence=evidence)
        metering = gateway.Metering(database, meter, clock, realm)
        door = Door(
            settings=settings,
            realm=realm,
            identity=identity,
            cards=cards,
            rulebook=rulebook,
            desk=gateway.Desk(database, recorder, rulebook, answerers or {}, realm=realm, clock=clock),
            inbox=gateway.Inbox(database, takers or {}, realm=realm),
            asker=gateway.Asker(correspondence, prover.expect),
            office=gateway.Office(database, durability, rulebook, cards, correspondence, clock, realm),
            correspondence=correspondence,
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
