"""What does the rest of a realm hold of its door? The rules, the names it uses abroad, and the gateway's socket."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from reelm.gateway.asking import read_answer
from reelm.gateway.cards import Cards
from reelm.gateway.crossing import read_content
from reelm.gateway.errors import CrossingNotTold, GatewayNotRunning
from reelm.gateway.model import Kind, Message, Received
from reelm.gateway.outbox import put, put_act
from reelm.gateway.pseudonyms import Naming
from reelm.gateway.rulebook import Rulebook
from reelm.infra.db import WriteUnit
from reelm.infra.line import LineBroken, LocalLine
from reelm.kernel.errors import Problem
from reelm.kernel.ids import RealmCode
from reelm.kernel.time import Clock
from reelm.ledger import Signature


@dataclass(frozen=True)
class Abroad:
    """The other realms, as people's acts and pages see them."""

    realm: RealmCode
    rulebook: Rulebook
    naming: Naming
    cards: Cards
    line: LocalLine
    clock: Clock

    async def ask(self, realm: RealmCode, kind: Kind, about: Mapping[str, Any]) -> Received:
        """Ask another realm. Raises `NotFoundAbroad`, `CrossingRefused`, `RealmNotAnswering`, `RealmUnknown`,
        `GatewayNotRunning`."""
        self.cards.fetch(realm)
        return await self._call("/ask", {"realm": realm, "kind": kind.value, "about": dict(about)}, kind, realm)

    async def is_told(self, realm: RealmCode, received: Received) -> bool:
        """Whether that realm's log, as it is served, tells of what it answered. Raises `GatewayNotRunning`."""
        content = read_content(received.kind, received.salt, received.fields)
        body = {"realm": realm, "entry": received.entry, "message": received.kind.value, "content": content}
        try:
            told: Any = orjson.loads((await self.line.post("/told", body)).body)
        except (LineBroken, orjson.JSONDecodeError):
            raise GatewayNotRunning from None
        return told == {"told": True}

    async def fetch_file(self, realm: RealmCode, object_id: str, name: str) -> None:
        """Have a file of another realm's public clip or person put among our blobs. Raises as `ask`."""
        self.cards.fetch(realm)
        await self._call("/media", {"realm": realm, "object": object_id, "name": name}, Kind.MEDIA, realm)

    async def sign_statement(self, text: str) -> Signature:
        """The realm's signature under what it says of one of its people. Raises `GatewayNotRunning`."""
        try:
            reply = await self.line.post("/sign", {"text": text})
            told: Any = orjson.loads(reply.body)
            signature = base64.b64decode(told["signature"])
            return Signature(told["name"], base64.b64decode(told["key_id"]), signature)
        except (LineBroken, orjson.JSONDecodeError, KeyError, TypeError):
            raise GatewayNotRunning from None

    async def _call(self, path: str, body: dict[str, Any], kind: Kind, realm: RealmCode) -> Received:
        try:
            reply = await self.line.post(path, body)
            told: Any = orjson.loads(reply.body)
        except (LineBroken, orjson.JSONDecodeError):
            raise GatewayNotRunning from None
        answer = read_answer(told, kind, realm)
        if isinstance(answer, Problem):
            raise answer
        return answer

    async def act(self, unit: WriteUnit, to: RealmCode, message: Message) -> None:
        """Put what somebody does towards another realm into the outbox.

        Raises `CrossingNotTold`, `CrossingRefused`, `OutboxFull`, `RealmUnknown`.
        """
        self.cards.fetch(to)
        at = self.clock.now()
        await put_act(unit, self.rulebook.rules, message, from_=self.realm, to=to, at=at)

    async def take_back(self, unit: WriteUnit, to: RealmCode, message: Message) -> None:
        """Put the taking back of an act into the outbox."""
        await put(unit, to, message, at=self.clock.now())

    def check_told(self, told: str | None, to: RealmCode, message: Message) -> None:
        """Raises `CrossingNotTold` unless the person was told that this goes to this realm."""
        if told != to:
            raise CrossingNotTold(realm=to, fields=", ".join(sorted(message.fields)))
