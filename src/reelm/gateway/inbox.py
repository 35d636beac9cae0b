"""How is a delivery taken? In order, each message once, with its effect and its entry in one transaction.

What can never be taken (a comment on a clip that is gone) is answered so and not sent again; a fault of ours takes
nothing, and the other realm sends again. A number may come without a message: its sender withdrew it.
"""

import logging
import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any, cast

from reelm.gateway.crossing import check_arrived, is_count, read_content
from reelm.gateway.errors import DeliveriesMissing, EnvelopeMalformed, MessageNotTaken
from reelm.gateway.model import TERMS, Kind, Received
from reelm.gateway.store import advance_inbox, hold_peer, insert_unproven
from reelm.infra.db import Database, WriteUnit
from reelm.kernel.errors import Problem
from reelm.kernel.ids import RealmCode
from reelm.ledger import Arrival, Draft, append_all

MOST_IN_ONE = 500
# Of each delivery so many are looked up in the sender's log (`proving.py`), chosen so that it can't tell which.
PROVEN_OF_EACH = 20
_choice = random.SystemRandom()
_log = logging.getLogger(__name__)

# Takes messages of one kind that came one after the other: all of them, or raises and takes none.
Taker = Callable[[WriteUnit, RealmCode, Sequence[Received], datetime], Awaitable[None]]
Takers = Mapping[Kind, Taker]


@dataclass(frozen=True)
class Delivery:
    """One message of a delivery, with its number; `None` where it was withdrawn before it left."""

    seq: int
    received: Received | None


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
    seq = told.get("seq")
    if not is_count(seq) or seq == 0:
        raise EnvelopeMalformed
    if told == {"seq": seq, "withdrawn": True}:
        return Delivery(cast("int", seq), None)
    arrived = check_arrived(told.get("kind"), told.get("fields"), told.get("salt"))
    if arrived is None or not is_count(told.get("entry")):
        raise EnvelopeMalformed
    kind, fields, content = arrived
    return Delivery(cast("int", seq), Received(kind, fields, told["entry"], str(told["salt"]), len(content)))


class Inbox:
    """Takes what other realms deliver. `takers` do what each kind of message asks for."""

    def __init__(self, database: Database, takers: Takers, *, realm: RealmCode) -> None:
        self._database, self._takers, self._realm = database, takers, realm

    async def take(self, from_: RealmCode, deliveries: Sequence[Delivery], *, at: datetime) -> Receipt:
        """Take what has not been taken yet. Raises `DeliveriesMissing` where messages before these have not come."""
        try:
            async with self._database.write() as unit:
                return await self._take(unit, from_, deliveries, at, apart=False)
        except Problem as problem:
            if _is_ours(problem):
                raise
        async with self._database.write() as unit:  # let it be the one only that can't be taken
            return await self._take(unit, from_, deliveries, at, apart=True)

    async def _take(
        self, unit: WriteUnit, from_: RealmCode, deliveries: Sequence[Delivery], at: datetime, *, apart: bool
    ) -> Receipt:
        """Take all of them; with `apart` all but those that can't be, else none when one can't be."""
        standing = await hold_peer(unit, from_)
        if deliveries[0].seq > standing.next_in:
            raise DeliveriesMissing(due=standing.next_in)
        fresh = [one for one in deliveries if one.seq >= standing.next_in]
        come = [(one.seq, one.received) for one in fresh if one.received is not None]
        last_entry = _follow(standing.last_entry, [received.entry for _, received in come])
        refused: dict[int, str] = {}
        if apart:
            for seq, received in come:
                if slug := await self._try_one(unit, from_, received, at):
                    refused[seq] = slug
        else:
            for _, run in groupby((received for _, received in come), lambda one: one.kind):
                await self._take_run(unit, from_, list(run), at)
        if fresh:
            await advance_inbox(unit, from_, fresh[-1].seq + 1, last_entry, at)
        if come:
            arrived = [received for _, received in come]
            await expect_proofs(unit, from_, arrived, at)
            await append_all(unit, [draft_arrival(from_, one, at) for one in arrived], realm=self._realm)
        return Receipt(max(standing.next_in - 1, deliveries[-1].seq), refused)

    async def _try_one(self, unit: WriteUnit, from_: RealmCode, received: Received, at: datetime) -> str:
        """Why it can't be taken, as a slug, with nothing done; empty once it was taken."""
        try:
            async with unit.savepoint():
                await self._take_run(unit, from_, [received], at)
        except Problem as problem:
            if _is_ours(problem):
                raise
            return problem.slug()
        return ""

    async def _take_run(self, unit: WriteUnit, from_: RealmCode, run: Sequence[Received], at: datetime) -> None:
        """Take messages of one kind. Raises `MessageNotTaken` also for fields that are not what this kind has."""
        kind = run[0].kind
        taker = self._takers.get(kind)
        if taker is None:
            return
        try:
            await taker(unit, from_, run, at)
        except (KeyError, ValueError, TypeError, AttributeError):
            _log.exception("a message made no sense", extra={"facts": {"realm": from_, "kind": kind}})
            raise MessageNotTaken from None


def _follow(last: int, entries: Sequence[int]) -> int:
    """The last of these indexes. Raises `EnvelopeMalformed` where one entry is to stand for two messages."""
    for entry in entries:
        if entry <= last:
            raise EnvelopeMalformed
        last = entry
    return last


def _is_ours(problem: Problem) -> bool:
    """Whether the fault is ours, or of the numbers, so that it may be taken when it is sent again."""
    return problem.status >= 500 or isinstance(problem, DeliveriesMissing | EnvelopeMalformed)


async def expect_proofs(unit: WriteUnit, from_: RealmCode, arrived: Sequence[Received], at: datetime) -> None:
    """Have some of what came looked up in the other realm's log: all where they are few, else a random sample."""
    some = arrived if len(arrived) <= PROVEN_OF_EACH else _choice.sample(list(arrived), PROVEN_OF_EACH)
    told = [(one.entry, one.kind.value, read_content(one.kind, one.salt, one.fields)) for one in some]
    await insert_unproven(unit, from_, told, at)


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
