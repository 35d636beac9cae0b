"""Somebody at the other end of the wire who says what no gateway of ours would: raw bytes over real TLS."""

import asyncio
import json
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from tests.integration.gateway.realms import OneRealm

from reelm import gateway
from reelm.gateway import Identity
from reelm.gateway.identity import host_name
from reelm.infra.line import client_context
from reelm.kernel.ids import RealmCode


@dataclass(frozen=True)
class Heard:
    """What came back."""

    status: int
    body: Mapping[str, Any]

    @property
    def slug(self) -> str:
        return str(self.body.get("type", "")).removeprefix("/problems/")


@dataclass(frozen=True)
class Stranger:
    """Speaks to `to` with the keys of `identity`, whoever they are of."""

    identity: Identity
    to: OneRealm

    def context(self) -> ssl.SSLContext:
        pinned = self.to.door.identity.certificate
        return client_context(pinned, cert_file=self.identity.certificate_file, key_file=self.identity.key_file)

    async def say(self, raw: bytes, context: ssl.SSLContext | None = None) -> Heard:
        """Send these bytes, whatever they are. Raises `OSError` where the connection is not taken."""
        host, _, port = self.to.settings.gateway_listen.rpartition(":")
        reader, writer = await asyncio.open_connection(
            host, int(port), ssl=context or self.context(), server_hostname=host_name(self.to.code)
        )
        try:
            writer.write(raw)
            await writer.drain()
            async with asyncio.timeout(10):
                return await _read_answer(reader)
        finally:
            writer.close()

    async def post(self, path: str, content: bytes, signature: str) -> Heard:
        """One request. `signature` may not be that of `content`."""
        fields = f"Host: x\r\nReelm-Signature: {signature}\r\nContent-Length: {len(content)}"
        head = f"POST {path} HTTP/1.1\r\n{fields}\r\n\r\n"
        return await self.say(head.encode() + content)

    def seal(
        self, what: Any, body: dict[str, Any], at: datetime | None = None, to: str | None = None
    ) -> gateway.Sealed:
        """An envelope that is right in everything that is not asked for otherwise."""
        addressed = RealmCode(to or self.to.code)
        return gateway.seal(self.identity, addressed, what, body, at or self.to.door.clock.now())

    async def send(self, what: str, sealed: gateway.Sealed) -> Heard:
        return await self.post(f"/v1/{what}", sealed.content, sealed.signature)

    async def deliver(self, *messages: dict[str, Any]) -> Heard:
        return await self.send("deliver", self.seal("deliver", {"messages": list(messages)}))


async def _read_answer(reader: asyncio.StreamReader) -> Heard:
    head = await reader.readuntil(b"\r\n\r\n")
    status = int(head.split(b" ", 2)[1])
    lengths = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    body = await reader.readexactly(int(lengths[0].split(b":")[1])) if lengths else b""
    try:
        return Heard(status, json.loads(body))
    except ValueError:
        return Heard(status, {})


def make_identity(folder: Path, code: str) -> Identity:
    """The key of a realm that nobody knows, or of one that says it is this one."""
    return gateway.load_identity(folder / f"keys-{code}", RealmCode(code))


def introduce(realm: OneRealm, identity: Identity, address: str = "127.0.0.1:9") -> None:
    """Put a card of that realm into the folder."""
    card = gateway.Card(identity.realm, address, "http://x", identity.public_key, identity.certificate)
    gateway.Cards(realm.settings.peers_path, identity.realm).publish(card)


def message(number: int, **changed: Any) -> dict[str, Any]:
    """A comment as it travels."""
    fields = {"comment": f"018f3c1e-0000-7000-8000-{number:012d}", "text": f"remark {number}"}
    return {"seq": number, "kind": "comment", "entry": number, "salt": "A" * 22, "fields": fields} | changed
