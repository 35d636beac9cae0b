"""The line between two realms, which a test can cut: every connection ends, and no new one is taken."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress


class Link:
    """Passes bytes on to `target`, HOST:PORT, as long as it is whole."""

    def __init__(self, target: str) -> None:
        self._host, _, port = target.rpartition(":")
        self._port = int(port)
        self._open: set[asyncio.StreamWriter] = set()
        self.is_cut = False
        self.address = ""

    def cut(self) -> None:
        """At once, in the middle of whatever is being said."""
        self.is_cut = True
        for writer in self._open:
            writer.transport.abort()

    def mend(self) -> None:
        self.is_cut = False

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        if self.is_cut:
            writer.transport.abort()
            return
        there_reader, there_writer = await asyncio.open_connection(self._host, self._port)
        both = {writer, there_writer}
        self._open |= both
        try:
            await asyncio.gather(_pass(reader, there_writer), _pass(there_reader, writer))
        finally:
            self._open -= both
            for one in both:
                one.transport.abort()


async def _pass(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
        writer.transport.abort()


@asynccontextmanager
async def linked(target: str) -> AsyncGenerator[Link]:
    """A link to `target`, reached at its `address`."""
    link = Link(target)
    server = await asyncio.start_server(link.take, "127.0.0.1", 0)
    link.address = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield link
    finally:
        link.cut()
        server.close()
