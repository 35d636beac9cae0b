"""What does a gateway look at by itself? Its policies, other realms' keys and logs, and how many bytes left."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from reelm.gateway.cards import Cards
from reelm.gateway.errors import RealmNotAnswering, RealmUnknown
from reelm.gateway.faults import report_fault
from reelm.gateway.metering import Metering
from reelm.gateway.proving import Prover
from reelm.gateway.rulebook import Rulebook
from reelm.infra.db import Database
from reelm.kernel.errors import Problem
from reelm.kernel.ids import RealmCode
from reelm.kernel.time import Clock
from reelm.ledger import RulesInForce, append, decode, find_last_of

ROUND_S = 1.0
# How many rounds a realm's log is left alone after a look, and where it does not answer.
LOOK_EVERY, REST = 5, 30
_log = logging.getLogger(__name__)


class Rounds:
    """Goes round once a second. What fails is said and tried again; the rest goes on."""

    def __init__(
        self,
        database: Database,
        rulebook: Rulebook,
        cards: Cards,
        prover: Prover,
        metering: Metering,
        *,
        clock: Clock,
    ) -> None:
        self._database, self._rulebook, self._cards = database, rulebook, cards
        self._prover, self._metering, self._clock = prover, metering, clock
        self._resting: dict[RealmCode, int] = {}
        self._declared = ""

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            await self._try(self.declare_rules)
            await self._try(self.report_keys)
            for card in self._cards.others():
                await self._try(self._metering.note, card.realm)
            await asyncio.gather(*(self._look(card.realm) for card in self._cards.others()))
            await asyncio.sleep(ROUND_S)

    async def declare_rules(self) -> None:
        """Enter the policies in force into the log where its last entry about them tells of others."""
        rules = self._rulebook.rules
        if rules.digest == self._declared:
            return
        async with self._database.write() as unit:
            last = await find_last_of(unit, "rules-in-force")
            if last is None or decode(last).fact["policy"] != rules.digest:
                fact = RulesInForce(policy=rules.digest, routes=len(rules.transfers))
                await append(unit, fact, realm=self._cards.me, at=self._clock.now())
        self._declared = rules.digest

    async def report_keys(self) -> None:
        """Enter into the log which realms' cards have another key than the one we know."""
        self._cards.all()
        if not self._cards.changed:
            return
        async with self._database.write() as unit:
            for realm, card in self._cards.changed.items():
                at = self._clock.now()
                await report_fault(unit, realm, "key-changed", me=self._cards.me, at=at, about=card.key)

    async def _look(self, realm: RealmCode) -> None:
        """Look messages up in this realm's log."""
        if self._resting.get(realm, 0) > 0:
            self._resting[realm] -= 1
            return
        try:
            await self._prover.look(realm)
            self._resting[realm] = LOOK_EVERY
        except (RealmNotAnswering, RealmUnknown):
            self._resting[realm] = REST
        except Exception:  # noqa: BLE001 - said, and tried again later
            self._resting[realm] = REST
            _log.exception("another realm's log could not be looked at", extra={"facts": {"realm": realm}})

    async def _try(self, act: Callable[..., Awaitable[None]], *given: Any) -> None:
        try:
            await act(*given)
        except Problem as problem:
            _log.warning("a round waits", extra={"facts": {"problem": problem.slug()}})
        except Exception:  # noqa: BLE001 - said, and tried again in a second
            _log.exception("a round stumbled")
