"""How does a realm stand with the others? What the doctor and monitoring ask its gateway for."""

from dataclasses import dataclass
from datetime import date, datetime

from reelm.gateway.cards import Cards
from reelm.gateway.faults import find_faults
from reelm.gateway.rulebook import Rulebook
from reelm.gateway.store import count_waiting, find_log_seen, find_oldest_waiting, find_standing
from reelm.infra.db import Database
from reelm.infra.meter import Meter
from reelm.kernel.ids import RealmCode
from reelm.kernel.time import Clock


@dataclass(frozen=True)
class PeerStanding:
    """How far we are with one realm. `faults` are the slugs of what is wrong with its word, or with what left."""

    realm: RealmCode
    waiting: int
    waiting_since: datetime | None
    contact_at: datetime | None
    metered: int
    proven: int
    faults: tuple[str, ...]


@dataclass(frozen=True)
class RulesStanding:
    """The policies in force. `fault` is what is wrong with the files as they lie there now."""

    digest: str
    routes: int
    expires: date | None
    fault: str | None


@dataclass(frozen=True)
class Standing:
    """All of it. `now` is this gateway's clock."""

    realm: RealmCode
    now: datetime
    rules: RulesStanding | None
    realms: tuple[PeerStanding, ...]


async def find_all_standing(
    database: Database, cards: Cards, rulebook: Rulebook, meter: Meter, clock: Clock
) -> Standing:
    """How this realm stands with each that it has a card of."""
    peers: list[PeerStanding] = []
    async with database.read() as unit:
        faults = await find_faults(unit)
        for card in cards.others():
            seen = await find_log_seen(unit, card.realm)
            peers.append(
                PeerStanding(
                    card.realm,
                    await count_waiting(unit, card.realm),
                    await find_oldest_waiting(unit, card.realm),
                    (await find_standing(unit, card.realm)).contact_at,
                    meter.read(card.realm),
                    seen.proven if seen else 0,
                    tuple(one.fault for one in faults if one.realm == card.realm),
                )
            )
    return Standing(cards.me, clock.now(), _stand(rulebook), tuple(peers))


def _stand(rulebook: Rulebook) -> RulesStanding | None:
    """`None` where there have never been any rules that are understood."""
    rules = rulebook.find()
    if rules is None:
        return None
    fault = f"{rulebook.fault.file}: {rulebook.fault.fault}" if rulebook.fault else None
    expires = min((one.valid_until for one in rules.transfers), default=None)
    return RulesStanding(rules.digest, len(rules.transfers), expires, fault)
