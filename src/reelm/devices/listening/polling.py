"""How do we hear from an issuer that does not push? We ask, every minute, and say what we have taken (RFC 8936).

A token is acknowledged when what it says is committed, and not before: whatever breaks in between, it comes again and
is known by its `jti`.
"""

import asyncio
import logging
from dataclasses import dataclass, field
from typing import Annotated
from uuid import UUID

import orjson
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from reelm import ledger
from reelm.devices.acting import Act
from reelm.devices.delivery import LEASE, MOST_AT_ONCE, wait_after
from reelm.devices.errors import SignalRefused
from reelm.devices.listening import store
from reelm.devices.listening.hearing import hear
from reelm.devices.listening.model import Issuer
from reelm.devices.signals import MOST_BYTES
from reelm.infra.db import Database
from reelm.infra.fetch import AddressNotAnswering
from reelm.infra.names import Names
from reelm.infra.outside import post_outside
from reelm.kernel.ids import public_id
from reelm.kernel.time import Clock
from reelm.kernel.words import say

ISSUERS_AT_ONCE, WAIT_S = 8, 20.0
MOST_ANSWER = 2 * MOST_AT_ONCE * MOST_BYTES
_OK = 200
_log = logging.getLogger(__name__)


class _Answer(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)

    sets: Annotated[dict[str, str], Field(max_length=10 * MOST_AT_ONCE)] = {}
    more: bool = Field(default=False, alias="moreAvailable")


@dataclass
class _Done:
    """What became of the tokens of one answer, to be said with the next question."""

    ack: list[str] = field(default_factory=list[str])
    refused: dict[str, dict[str, str]] = field(default_factory=dict[str, dict[str, str]])


class _NotHeard(Exception):
    """It broke off: `fault` says how."""

    def __init__(self, fault: str) -> None:
        self.fault = fault


@dataclass(frozen=True)
class Poller:
    """Asks issuers for what they have, for the realm at `public_url`."""

    database: Database
    names: Names
    realm: str
    public_url: str
    clock: Clock

    async def poll_what_is_due(self) -> int:
        """Ask every issuer whose turn it is, some beside each other; returns how many tokens were taken."""
        taken, asked = 0, set[UUID]()
        while True:
            async with self.database.write() as unit:
                issuers = await store.take_in_hand(unit, self.clock.now(), ISSUERS_AT_ONCE, but=asked)
            if not issuers:
                return taken
            taken += sum(await asyncio.gather(*map(self._poll, issuers)))
            asked |= {one.id for one in issuers}

    async def _poll(self, issuer: Issuer) -> int:
        taken, fault = 0, None
        try:
            taken = await self._ask_all(issuer)
        except _NotHeard as broken:
            fault = broken.fault
            facts = {"organisation": public_id(issuer.organisation), "fault": fault, "failures": issuer.failures + 1}
            _log.warning("an issuer of signals could not be heard", extra={"facts": facts})
        failures = 0 if fault is None else issuer.failures + 1
        next_at = self.clock.now() + wait_after(failures)
        async with self.database.write() as unit:
            await store.update_issuer(unit, issuer.id, next_at=next_at, failures=failures, fault=fault)
        return taken

    async def _ask_all(self, issuer: Issuer) -> int:
        """Ask until there is no more; each question says what became of the answer before."""
        begun, done, taken, more = self.clock.now(), _Done(), 0, True
        while more:
            answer = await self._ask(issuer, done, most=MOST_AT_ONCE)
            done = _Done()
            for jti, token in answer.sets.items():
                await self._hear(issuer, jti, token, done)
            taken += len(done.ack)
            more = answer.more and bool(answer.sets) and self.clock.now() < begun + LEASE / 2
        if done.ack or done.refused:
            await self._ask(issuer, done, most=0)
        return taken

    async def _ask(self, issuer: Issuer, done: _Done, *, most: int) -> _Answer:
        asked = {"maxEvents": most, "returnImmediately": True, "ack": done.ack, "setErrs": done.refused}
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        headers["Authorization"] = f"Bearer {issuer.poll_token}"
        try:
            answer = await post_outside(
                self.names,
                issuer.endpoint or "",
                orjson.dumps(asked),
                headers,
                wait_s=WAIT_S,
                limit_bytes=MOST_ANSWER,
            )
            if answer.status != _OK:
                raise _NotHeard(str(answer.status))
            return _Answer.model_validate_json(answer.body)
        except AddressNotAnswering as problem:
            raise _NotHeard(problem.fault) from None
        except ValidationError:
            raise _NotHeard("not-understood") from None

    async def _hear(self, issuer: Issuer, jti: str, token: str, done: _Done) -> None:
        try:
            async with self.database.write() as unit:
                act = Act(unit, self.realm, self.clock.now())
                await hear(act, issuer, token, public_url=self.public_url, jti=jti)
        except SignalRefused as refused:
            words = say(refused.slug(), refused.facts(), "en")
            done.refused[jti] = {"err": refused.err, "description": words.detail}
        except ledger.LedgerBusy:
            raise _NotHeard("busy") from None
        else:
            done.ack.append(jti)
