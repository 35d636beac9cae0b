"""How is a delivery taken? In order, each message once, with its effect and its entry in one transaction.

What can never be taken (a comment on a clip that is gone) is answered so and not sent again; a fault of ours takes
nothing, and the other realm sends again.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from reelm.gateway.crossing import check_arrived
from reelm.gateway.errors import DeliveriesMissing, EnvelopeMalformed
from reelm.gateway.model import TERMS, Kind, Received
from reelm.gateway.store import advance_inbox, hold_peer
from reelm.infra.db import Database, WriteUnit
from reelm.kernel.errors import Problem
from reelm.kernel.ids import RealmCode
from reelm.ledger import Arrival, Draft, append_all

MOST_IN_ONE = 500

Taker = Callable[[WriteUnit, RealmCode, Received, datetime], Awaitable[None]]
Takers = Mapping[Kind, Taker]


@dataclass(frozen=True)
class Delivery:
    """One message of a delivery, with its number."""

    seq: int
    received: Received


@dataclass(frozen=True)
class Receipt:
    """Up to which number everything has been taken, and which of these could not be, with the refusal's slug."""

    through: int
    refused: Mapping[int, str]

    def body(self) -> dict[str, Any]:
        return {"through": self.through, "refused": {str(seq): slug for seq, slug in self.refused.items()}}


def read_delivery(body: Mapping[str, Any]) -> list[Delivery]:
    """The messages of a delivery. Raises `EnvelopeMalformed` for one of another form, and for numbers with a gap."""
    given = body.get("messages")
    if not isinstance(given, list) or not 0 < len(cast("list[Any]", given)) <= MOST_IN_ONE:
        raise EnvelopeMalformed
    found = [_read_one(one) for one in cast("list[Any]", given)]
    if any(one.seq != found[0].seq + place for place, one in enumerate(found)):
        raise EnvelopeMalformed
    return found


def _read_one(one: Any) -> Delivery:
    if not isinstance(one, dict):
        raise EnvelopeMalformed
    told = cast("dict[str, Any]", one)
    seq, entry = told.get("seq"), told.get("entry")
    arrived = check_arrived(str(told.get("kind")), told.get("fields"), told.get("salt"))
    if type(seq) is not int or type(entry) is not int or seq < 1 or entry < 0 or arrived is None:
        raise EnvelopeMalformed
    kind, fields, content = arrived
    return Delivery(seq, Received(kind, fields, entry, str(told["salt"]), len(content)))


class Inbox:
    """Takes what other realms deliver. `takers` do what each kind of message asks for."""

    def __init__(self, database: Database, takers: Takers, *, realm: RealmCode) -> None:
        self._database, self._takers, self._realm = database, takers, realm

    async def take(self, from_: RealmCode, deliveries: Sequence[Delivery], *, at: datetime) -> Receipt:
        """Take what has not been taken yet. Raises `DeliveriesMissing` where messages before these have not come."""
        try:
            async with self._database.write() as unit:
                return await self._take(unit, from_, deliveries, {}, at)
        except DeliveriesMissing:
            raise
        except Problem:  # one of them can't be taken: let it be that one only
            return await self._take_singly(from_, deliveries, at)

    async def _take_singly(self, from_: RealmCode, deliveries: Sequence[Delivery], at: datetime) -> Receipt:
        refused: dict[int, str] = {}
        through = 0
        for one in deliveries:
            try:
                async with self._database.write() as unit:
                    through = (await self._take(unit, from_, [one], {}, at)).through
            except DeliveriesMissing:
                raise
            except Problem as problem:
                refused[one.seq] = problem.slug()
                async with self._database.write() as unit:
                    through = (await self._take(unit, from_, [one], refused, at)).through
        return Receipt(through, refused)

    async def _take(
        self,
        unit: WriteUnit,
        from_: RealmCode,
        deliveries: Sequence[Delivery],
        refused: Mapping[int, str],
        at: datetime,
    ) -> Receipt:
        standing = await hold_peer(unit, from_)
        if deliveries[0].seq > standing.next_in:
            raise DeliveriesMissing(due=standing.next_in)
        fresh = [one for one in deliveries if one.seq >= standing.next_in]
        for one in fresh:
            taker = self._takers.get(one.received.kind)
            if taker is not None and one.seq not in refused:
                await taker(unit, from_, one.received, at)
        if fresh:
            await advance_inbox(unit, from_, fresh[-1].seq + 1, at)
            await append_all(unit, [draft_arrival(from_, one.received, at) for one in fresh], realm=self._realm)
        return Receipt(max(standing.next_in - 1, deliveries[-1].seq), refused)


def draft_arrival(from_: RealmCode, received: Received, at: datetime) -> Draft:
    """The entry of something that came."""
    fact = Arrival.model_validate(
        {
            "from": from_,
            "entry": received.entry,
            "message": received.kind.value,
            "classes": TERMS[received.kind].classes,
            "bytes": received.size_bytes,
        }
    )
    return Draft(fact, at)
