"""How does a process speak DNS to name servers? It listens over UDP and TCP, and sends a message and waits for one.

What is said is the caller's. Over TCP each message has its length before it (RFC 1035, 4.2.2).
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from typing import cast

# What to send back for a message; whether it came over TCP.
Answer = Callable[[bytes, bool], Iterable[bytes]]
SILENCE_S, HEARS_S = 10.0, 2.0
MOST_AT_ONCE = 64
_LENGTH, _ID, _CODE = 2, 2, 3


def split_address(text: str) -> tuple[str, int]:
    """Host and port.

    >>> split_address("127.0.0.1:53"), split_address("[::1]:53")
    (('127.0.0.1', 53), ('::1', 53))
    """
    host, _, port = text.rpartition(":")
    return host.strip("[]"), int(port)


@asynccontextmanager
async def listening(host: str, port: int, answer: Answer) -> AsyncGenerator[int]:
    """Until the block ends; the port, which the system chooses where it is 0."""
    speaker = _Speaker(answer)
    server = await asyncio.start_server(speaker.converse, host, port)
    taken = int(server.sockets[0].getsockname()[1])
    loop = asyncio.get_running_loop()
    try:
        transport, _ = await loop.create_datagram_endpoint(lambda: _Datagrams(answer), (host, taken))
    except OSError:
        server.close()
        raise
    try:
        yield taken
    finally:
        transport.close()
        server.close()
        await speaker.close()


async def say(host: str, port: int, message: bytes) -> bool:
    """Send a message over UDP; whether an answer to it came in time that says it was taken (RFC 1035, 4.1.1)."""
    loop = asyncio.get_running_loop()
    heard: asyncio.Future[bytes] = loop.create_future()
    try:
        transport, _ = await loop.create_datagram_endpoint(lambda: _Hearing(heard), remote_addr=(host, port))
    except OSError:
        return False
    try:
        transport.sendto(message)
        async with asyncio.timeout(HEARS_S):
            said = await heard
            return said[:_ID] == message[:_ID] and len(said) > _CODE and said[_CODE] & 0x0F == 0
    except (OSError, TimeoutError):
        return False
    finally:
        transport.close()


class _Speaker:
    """Conversations over TCP."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self._running = set[asyncio.Task[None]]()

    async def converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One message after the other, until the other side is silent or gone."""
        task = cast("asyncio.Task[None]", asyncio.current_task())
        if len(self._running) >= MOST_AT_ONCE:
            writer.close()
            return
        self._running.add(task)
        try:
            while True:
                async with asyncio.timeout(SILENCE_S):
                    length = int.from_bytes(await reader.readexactly(_LENGTH))
                    message = await reader.readexactly(length)
                for one in self._answer(message, True):
                    writer.write(len(one).to_bytes(_LENGTH) + one)
                    async with asyncio.timeout(SILENCE_S):
                        await writer.drain()
        except (asyncio.IncompleteReadError, TimeoutError, OSError):
            pass
        finally:
            self._running.discard(task)
            writer.close()

    async def close(self) -> None:
        for task in tuple(self._running):
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, answer: Answer) -> None:
        self._answer = answer

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        for one in self._answer(data, False):
            self._transport.sendto(one, addr)


class _Hearing(asyncio.DatagramProtocol):
    def __init__(self, heard: asyncio.Future[bytes]) -> None:
        self._heard = heard

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:  # noqa: ARG002 - asyncio's own
        if not self._heard.done():
            self._heard.set_result(data)

    def error_received(self, exc: Exception) -> None:
        if not self._heard.done():
            self._heard.set_exception(exc)
