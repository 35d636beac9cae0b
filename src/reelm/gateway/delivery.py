"""Who carries the outbox to another realm, and what if that realm is away? A courier: it logs, waits, sends, again.

Logging goes on while a batch is on its way, so that the log's interval and the way there do not add up.
"""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

import orjson

from reelm.gateway.cards import Cards
from reelm.gateway.correspondence import Correspondence
from reelm.gateway.crossing import encode
from reelm.gateway.errors import RealmNotAnswering
from reelm.gateway.outbox import cut_batch, log_waiting, plan_wait
from reelm.gateway.rulebook import Rulebook
from reelm.gateway.store import Waiting, find_standing, list_numbered, mark_acked
from reelm.infra.db import Database
from reelm.kernel.errors import Problem
from reelm.kernel.ids import RealmCode
from reelm.kernel.time import Clock
from reelm.ledger import Durability

BATCH = 400
BATCH_BYTES = 2 * 1024 * 1024
IDLE_S = 0.2
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

    async def run(self) -> None:
        """Until cancelled."""
        await asyncio.gather(self._repeat(self.log_some), self._repeat(self.send_some))

    async def _repeat(self, step: Any) -> None:
        failures = 0
        while True:
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
                await asyncio.sleep(IDLE_S)

    async def log_some(self) -> bool:
        """Decide about what waits and log it; whether there was any.

        Raises `RulesMalformed`: then nothing is decided.
        """
        office = self._office
        rules = office.rulebook.rules
        async with office.database.write() as unit:
            at = office.clock.now()
            return await log_waiting(unit, rules, from_=office.realm, to=self.to, at=at) > 0

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
        contents = [encode(one.message.kind, one.salt or "", one.message.fields) for one in waiting]
        batch = cut_batch(waiting, [len(content) for content in contents], BATCH_BYTES)
        indexes = await asyncio.gather(*(office.durability.wait(one.entry) for one in batch if one.entry))
        through = await self._deliver(batch, indexes)
        if through <= standing.acked_seq:
            facts = {"realm": self.to, "taken": through, "acknowledged": standing.acked_seq}
            _log.error("a realm has lost what it had taken", extra={"facts": facts})
            raise RealmNotAnswering(realm=self.to)
        async with office.database.write() as unit:
            await mark_acked(unit, self.to, through, office.clock.now())
        return True

    async def _deliver(self, batch: Sequence[Waiting], indexes: Sequence[int]) -> int:
        """Up to which number the other realm has taken."""
        messages = [
            {
                "seq": one.seq,
                "kind": one.message.kind.value,
                "entry": index,
                "salt": one.salt,
                "fields": one.message.fields,
            }
            for one, index in zip(batch, indexes, strict=True)
        ]
        reply = await self._office.correspondence.send(self.to, "deliver", {"messages": messages}, expect="receipt")
        if reply.status == 409:
            due = _due(reply.content)
            if due is not None:
                return due - 1
        if reply.envelope is None:
            raise RealmNotAnswering(realm=self.to)
        return _through(reply.envelope.body, cast("int", batch[-1].seq))


def _due(content: bytes) -> int | None:
    """The number that a realm waits for, as its refusal tells it."""
    try:
        told: Any = orjson.loads(content)
        due = told.get("due")
    except (orjson.JSONDecodeError, AttributeError):
        return None
    return due if type(due) is int and due > 0 else None


def _through(body: dict[str, Any], last: int) -> int:
    through = body.get("through")
    return min(through, last) if type(through) is int else 0
