"""How does one gateway write to another? A sealed envelope there, a sealed one back; nobody else's is read."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from reelm.gateway.cards import Card, Cards
from reelm.gateway.envelope import LIMIT_BYTES, Envelope, What, open_envelope, seal
from reelm.gateway.errors import EnvelopeNotSigned, RealmNotAnswering
from reelm.gateway.identity import Identity, host_name
from reelm.infra.line import Coming, Line, LineBroken, Reply, client_context
from reelm.infra.meter import Meter
from reelm.kernel.errors import Problem
from reelm.kernel.ids import RealmCode
from reelm.kernel.time import Clock

SIGNATURE = "Reelm-Signature"


@dataclass(frozen=True)
class Letter:
    """What came back: the envelope, or a refusal with its status and its text."""

    status: int
    content: bytes
    envelope: Envelope | None


class Asked:
    """An answer on its way, with the id of the envelope it answers."""

    def __init__(self, coming: Coming, id: str) -> None:
        self.id, self.status, self.headers = id, coming.status, coming.headers
        self.chunks = coming.chunks


class Correspondence:
    """Our side of every line to another realm, opened when it is first needed and again when a card changes."""

    def __init__(self, identity: Identity, cards: Cards, meter: Meter, clock: Clock) -> None:
        self._identity, self._cards, self._meter, self._clock = identity, cards, meter, clock
        self._lines: dict[RealmCode, tuple[Card, Line]] = {}
        self._closing: asyncio.Task[None] | None = None

    async def send(self, to: RealmCode, what: What, body: dict[str, Any], *, expect: What) -> Letter:
        """Raises `RealmNotAnswering`, also for an answer that is not that realm's or not to this; `RealmUnknown`."""
        sealed = seal(self._identity, to, what, body, self._clock.now())
        self._meter.note_exchange(to, len(body.get("questions", ())))
        try:
            reply = await self._line(to).post(
                f"/v1/{what}", sealed.content, {SIGNATURE: sealed.signature}, limit_bytes=LIMIT_BYTES
            )
        except LineBroken:
            raise RealmNotAnswering(realm=to) from None
        if reply.status != 200:
            return Letter(reply.status, reply.body, None)
        return Letter(reply.status, reply.body, self._open(to, reply, expect, sealed.id))

    @asynccontextmanager
    async def send_for_file(self, to: RealmCode, body: dict[str, Any]) -> AsyncGenerator["Asked"]:
        """Ask for a file, which is read as it comes. Raises `RealmNotAnswering`."""
        sealed = seal(self._identity, to, "media", body, self._clock.now())
        self._meter.note_exchange(to)
        try:
            async with self._line(to).stream("/v1/media", sealed.content, {SIGNATURE: sealed.signature}) as coming:
                yield Asked(coming, sealed.id)
        except LineBroken:
            raise RealmNotAnswering(realm=to) from None

    async def fetch(self, from_: RealmCode, path: str, limit_bytes: int) -> bytes | None:
        """A file of that realm's public log, `None` where there is none. Raises `RealmNotAnswering`."""
        self._meter.note_exchange(from_)
        try:
            reply = await self._line(from_).get(f"/v1/ledger/{path}", limit_bytes=limit_bytes)
        except LineBroken:
            raise RealmNotAnswering(realm=from_) from None
        if reply.status not in (200, 404):
            raise RealmNotAnswering(realm=from_)
        return reply.body if reply.status == 200 else None

    def open_head(self, from_: RealmCode, coming: "Asked", head: bytes) -> Envelope:
        """The sealed answer that stands before a file. Raises `RealmNotAnswering`."""
        return self._open(from_, Reply(coming.status, coming.headers, head), "answer", coming.id)

    def _open(self, from_: RealmCode, reply: Reply, expect: What, id: str) -> Envelope:
        try:
            envelope = open_envelope(
                reply.body,
                reply.headers.get(SIGNATURE, ""),
                what=expect,
                me=self._identity.realm,
                cards=self._cards.all(),
                now=self._clock.now(),
            )
            if envelope.from_ != from_ or envelope.reply_to != id:
                raise EnvelopeNotSigned
        except Problem:
            raise RealmNotAnswering(realm=from_) from None
        return envelope

    def _line(self, to: RealmCode) -> Line:
        card = self._cards.fetch(to)
        known = self._lines.get(to)
        if known is not None and _leads_alike(known[0], card):
            return known[1]
        if known is not None:
            self._closing = asyncio.create_task(known[1].close())
        identity = self._identity
        context = client_context(card.certificate, cert_file=identity.certificate_file, key_file=identity.key_file)
        line = Line(card.gateway, context, host=host_name(to), name=to, meter=self._meter)
        self._lines[to] = card, line
        return line

    def note_again(self, to: RealmCode, size_bytes: int) -> None:
        """So many bytes of messages go to this realm that may have gone there before."""
        self._meter.note_excused(to, size_bytes)

    async def close(self) -> None:
        await asyncio.gather(*(line.close() for _, line in self._lines.values()))
        self._lines.clear()


def _leads_alike(before: Card, now: Card) -> bool:
    """Whether a card still leads to the same gateway; what else it tells does not change the line."""
    return (before.gateway, before.certificate) == (now.gateway, now.certificate)
