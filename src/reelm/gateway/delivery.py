"""Who carries the outbox to another realm, and what if that realm is away? A courier: it logs, waits, sends, again.

Logging goes on while a batch is on its way, so that the log's interval and the way there do not add up.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import orjson

from reelm.gateway.cards import Cards
from reelm.gateway.correspondence import Correspondence
from reelm.gateway.crossing import encode
from reelm.gateway.errors import RealmNotAnswering
from reelm.gateway.faults import mend_fault, report_numbers
from reelm.gateway.inbox import MOST_IN_ONE
from reelm.gateway.outbox import cut_batch, log_waiting, plan_wait, withdraw
from reelm.gateway.rulebook import Rulebook
from reelm.gateway.store import (
    Standing,
    Waiting,
    find_standing,
    hold_peer,
    is_any_unnumbered,
    list_numbered,
    mark_acked,
)
from reelm.infra.db import Database
from reelm.kernel.errors import Problem
from reelm.kernel.ids import RealmCode
from reelm.kernel.time import Clock
from reelm.ledger import Durability

BATCH = 400
BATCH_BYTES = 2 * 1024 * 1024
# Whoever puts something into the outbox wakes the courier (`wake`); without that it looks this often.
IDLE_S = 5.0
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Office:
    """What couriers work with."""

    database: Database
    durability: Durability
    rulebook: Rulebook
    cards: Cards
    correspondence: Correspondence
    clock: Clock
    realm: RealmCode


class Courier:
    """Carries what waits for `to`. Every step may be done again; the other realm takes each message once."""

    def __init__(self, office: Office, to: RealmCode) -> None:
        self._office, self.to = office, to
        self.failures = 0
        self._put, self._logged = asyncio.Event(), asyncio.Event()
        self._sent_through: int | None = None

    async def run(self) -> None:
        """Until cancelled."""
        await asyncio.gather(self._repeat(self.log_some, self._put), self._repeat(self.send_some, self._logged))

    def wake(self) -> None:
        """Something was put into the outbox for this realm."""
        self._put.set()

    async def _repeat(self, step: Callable[[], Awaitable[bool]], woken: asyncio.Event) -> None:
        failures = 0
        while True:
            woken.clear()
            try:
                busy = await step()
                failures = 0
            except Problem as problem:
                failures += 1
                if failures in (1, 10) or failures % 100 == 0:
                    facts = {"realm": self.to, "problem": problem.slug(), "times": failures}
                    _log.warning("a crossing waits", extra={"facts": facts})
                busy = False
            except Exception:  # noqa: BLE001 - a courier goes on whatever happens
                failures += 1
                busy = False
                _log.exception("a courier stumbled", extra={"facts": {"realm": self.to}})
            self.failures = failures
            if failures:
                await asyncio.sleep(plan_wait(failures).total_seconds())
            elif not busy:
                with suppress(TimeoutError):
                    await asyncio.wait_for(woken.wait(), IDLE_S)

    async def log_some(self) -> bool:
        """Decide about what waits and log it; whether there was any.

        Raises `RulesMalformed`: then nothing is decided.
        """
        office = self._office
        rules = office.rulebook.rules
        async with office.database.read() as unit:
            if not await is_any_unnumbered(unit, self.to):
                return False
        async with office.database.write() as unit:
            at = office.clock.now()
            logged = await log_waiting(unit, rules, from_=office.realm, to=self.to, at=at)
        if logged:
            self._logged.set()
        return logged > 0

    async def send_some(self) -> bool:
        """Send the next batch that is logged, once the log is durable; whether there was any.

        Raises `LedgerNotAnswering` and `RealmNotAnswering`: then nothing has left, or it is sent again.
        """
        office = self._office
        async with office.database.read() as unit:
            standing = await find_standing(unit, self.to)
            waiting = await list_numbered(unit, self.to, standing.acked_seq + 1, BATCH)
        if not waiting:
            return False
        if await self._withdraw(waiting):
            return True
        contents = [encode(one.message.kind, one.salt or "", one.message.fields) for one in waiting]
        batch = cut_batch(waiting, [len(content) for content in contents], BATCH_BYTES)
        indexes = await asyncio.gather(*(office.durability.wait(one.entry) for one in batch if one.entry))
        self._note_again(standing, batch, contents)
        await self._settle(await self._deliver(standing.acked_seq + 1, batch, indexes))
        return True

    def _note_again(self, standing: Standing, batch: Sequence[Waiting], contents: Sequence[bytes]) -> None:
        """What may have left before counts once in the log; after a start that is all that was numbered."""
        before = standing.sent_seq if self._sent_through is None else self._sent_through
        sizes = (len(content) for one, content in zip(batch, contents, strict=False) if (one.seq or 0) <= before)
        self._office.correspondence.note_again(self.to, sum(sizes))
        self._sent_through = max(before if self._sent_through is not None else 0, batch[-1].seq or 0)

    async def _withdraw(self, waiting: Sequence[Waiting]) -> bool:
        """Drop what was logged and may not leave any more: the rules or the day may be others than then."""
        office, rules = self._office, self._office.rulebook.rules
        at = office.clock.now()
        decided = [
            (one, rules.decide(one.message, from_=office.realm, to=self.to, today=at.date())) for one in waiting
        ]
        forbidden = [(one, decision) for one, decision in decided if not decision.allowed]
        if forbidden:
            async with office.database.write() as unit:
                await withdraw(unit, forbidden, rules, from_=office.realm, to=self.to, at=at)
        return bool(forbidden)

    async def _settle(self, through: int) -> None:
        """Keep no longer what the other realm has taken.

        Raises `RealmNotAnswering` where it says that it has taken less than before, or more than was sent: then one
        of the two realms was restored from an old backup, and what is here is kept until somebody has looked.
        """
        office, at = self._office, self._office.clock.now()
        async with office.database.write() as unit:
            standing = await hold_peer(unit, self.to)
            is_right = standing.acked_seq < through <= standing.sent_seq
            if is_right:
                await mark_acked(unit, self.to, through, at)
                await mend_fault(unit, self.to, "numbers-differ")
            else:
                await report_numbers(unit, self.to, through, me=office.realm, at=at)
        if not is_right:
            raise RealmNotAnswering(realm=self.to)

    async def _deliver(self, first: int, batch: Sequence[Waiting], indexes: Sequence[int]) -> int:
        """Send all numbers from `first` on; up to which the other realm has taken them."""
        messages: list[dict[str, Any]] = []
        for one, index in zip(batch, indexes, strict=True):
            assert one.seq is not None
            gone = range(first + len(messages), one.seq)  # withdrawn, or their person was erased
            messages += ({"seq": seq, "withdrawn": True} for seq in gone)
            kind, fields = one.message.kind.value, one.message.fields
            messages.append({"seq": one.seq, "kind": kind, "entry": index, "salt": one.salt, "fields": fields})
        body = {"messages": messages[:MOST_IN_ONE]}
        reply = await self._office.correspondence.send(self.to, "deliver", body, expect="receipt")
        if reply.status == 409:
            due = _due(reply.content)
            if due is not None:
                return due - 1
        if reply.envelope is None:
            raise RealmNotAnswering(realm=self.to)
        through: object = reply.envelope.body.get("through")
        return through if type(through) is int else 0


def _due(content: bytes) -> int | None:
    """The number that a realm waits for, as its refusal tells it."""
    try:
        told: Any = orjson.loads(content)
        due = told.get("due")
    except (orjson.JSONDecodeError, AttributeError):
        return None
    return due if type(due) is int and due > 0 else None
