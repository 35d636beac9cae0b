"""How is another realm's gateway reached, and our own? By HTTP over TLS with pinned keys, and over a Unix socket.

A gateway is known by its certificate alone: the one on its card is the only one that is trusted, whatever address it
answers at, and it asks for ours. Pins are of the client and of the server (RFC 8446, mutual authentication).
"""

import os
import ssl
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from reelm.infra.meter import Meter

CONNECT_S, SILENCE_S = 5.0, 30.0
# A little less than gateways keep a silent connection (`doorway.py`).
KEPT_S = 60.0


class LineBroken(Exception):
    """Nothing sensible came back: the other side is not there, too slow, or not who it should be."""


@dataclass(frozen=True)
class Reply:
    """What came back, whatever its status."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def client_context(certificate: str, *, cert_file: Path, key_file: Path) -> ssl.SSLContext:
    """Trusts the server with this certificate (PEM) and nobody else, and shows ours. TLS 1.3.

    `SSLKEYLOGFILE` is honoured as by other programs: whoever sets it may read the traffic.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.load_verify_locations(cadata=certificate)
    context.load_cert_chain(cert_file, key_file)
    if keylog := os.environ.get("SSLKEYLOGFILE"):
        context.keylog_filename = keylog
    return context


def server_context(certificates: Callable[[], str], *, cert_file: Path, key_file: Path) -> ssl.SSLContext:
    """Takes clients that show one of `certificates`, which is asked at each handshake: realms may join meanwhile."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_cert_chain(cert_file, key_file)
    known: set[str] = set()

    def learn(*_: object) -> None:
        told = certificates()
        if told and told not in known:
            known.add(told)
            context.load_verify_locations(cadata=told)

    learn()
    context.sni_callback = learn
    return context


class Line:
    """A kept connection to one gateway. `host` is the name in its certificate; `meter` counts what goes to `name`."""

    def __init__(self, address: str, context: ssl.SSLContext, *, host: str, name: str, meter: Meter) -> None:
        self._host, self._name, self._meter = host, name, meter
        self._client = httpx.AsyncClient(
            base_url=f"https://{address}",
            verify=context,
            timeout=httpx.Timeout(SILENCE_S, connect=CONNECT_S, pool=SILENCE_S),
            limits=httpx.Limits(max_connections=16, max_keepalive_connections=8, keepalive_expiry=KEPT_S),
            headers={"User-Agent": "reelm"},
            trust_env=False,
        )

    async def post(self, path: str, body: bytes, headers: Mapping[str, str], *, limit_bytes: int) -> Reply:
        """Send and take the answer. Raises `LineBroken`, also for an answer over `limit_bytes`."""
        async with self.stream(path, body, headers) as coming:
            return Reply(coming.status, coming.headers, await _read(coming, limit_bytes))

    @asynccontextmanager
    async def stream(self, path: str, body: bytes, headers: Mapping[str, str]) -> AsyncGenerator["Coming"]:
        """Send and read the answer as it comes. Raises `LineBroken`."""
        async with self._send("POST", path, body, headers) as coming:
            yield coming

    async def get(self, path: str, *, limit_bytes: int) -> Reply:
        """Fetch what lies at `path`. Raises `LineBroken`, also for an answer over `limit_bytes`."""
        async with self._send("GET", path, b"", {}) as coming:
            return Reply(coming.status, coming.headers, await _read(coming, limit_bytes))

    @asynccontextmanager
    async def _send(
        self, method: str, path: str, body: bytes, headers: Mapping[str, str]
    ) -> AsyncGenerator["Coming"]:
        extensions = {"sni_hostname": self._host, "trace": self._watch}
        request = self._client.build_request(
            method, path, content=body or None, headers=dict(headers), extensions=extensions
        )
        try:
            try:
                answer = await self._client.send(request, stream=True)
            except (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError):
                # The other side had closed a connection we kept. What it has taken it takes no second time.
                answer = await self._client.send(request, stream=True)
        except (httpx.HTTPError, ssl.SSLError, OSError):
            raise LineBroken from None
        try:
            yield Coming(answer)
        finally:
            await answer.aclose()

    async def _watch(self, event: str, told: Mapping[str, Any]) -> None:
        """Meter each connection from before its first byte, whether or not anything is ever answered."""
        if event == "connection.connect_tcp.complete":
            socket = told["return_value"].get_extra_info("socket")
            if socket is not None:
                self._meter.watch(self._name, socket.fileno())

    async def close(self) -> None:
        await self._client.aclose()


async def _read(coming: "Coming", limit_bytes: int) -> bytes:
    content = bytearray()
    async for chunk in coming.chunks():
        content += chunk
        if len(content) > limit_bytes:
            raise LineBroken
    return bytes(content)


class Coming:
    """An answer whose body is still on its way."""

    def __init__(self, answer: httpx.Response) -> None:
        self._answer = answer
        self.status = answer.status_code
        self.headers: Mapping[str, str] = answer.headers

    async def chunks(self) -> AsyncGenerator[bytes]:
        """The body as it comes. Raises `LineBroken` where it is cut off."""
        try:
            async for chunk in self._answer.aiter_raw():
                yield chunk
        except httpx.HTTPError:
            raise LineBroken from None


class LocalLine:
    """The socket of our own realm's gateway."""

    def __init__(self, path: Path) -> None:
        nobody = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # never used here; httpx's own would read 200 authorities
        transport = httpx.AsyncHTTPTransport(uds=str(path), verify=nobody)
        self._client = httpx.AsyncClient(transport=transport, base_url="http://gateway", timeout=SILENCE_S)

    async def post(self, path: str, json: object) -> Reply:
        """Raises `LineBroken` where no gateway runs."""
        try:
            answer = await self._client.post(path, json=json)
        except (httpx.HTTPError, OSError):
            raise LineBroken from None
        return Reply(answer.status_code, answer.headers, answer.content)

    async def get(self, path: str) -> Reply:
        """Raises `LineBroken` where no gateway runs."""
        try:
            answer = await self._client.get(path)
        except (httpx.HTTPError, OSError):
            raise LineBroken from None
        return Reply(answer.status_code, answer.headers, answer.content)

    async def close(self) -> None:
        await self._client.aclose()
