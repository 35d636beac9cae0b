"""A wire between a browser and a cell that can be slow, and can be cut for real."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress

_PIECE = 16 * 1024


class Wire:
    """Carries TCP to `target` on 127.0.0.1. `up_bytes` counts what went from the browser to the cell."""

    def __init__(self, target: int) -> None:
        self._target = target
        self._ends: set[asyncio.StreamWriter] = set()
        self.port = 0
        self.is_cut = False
        self.up_bytes = 0
        self.bytes_per_s: float | None = None
        self.down_bytes_per_s: float | None = None

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.is_cut:
            writer.transport.abort()
            return
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._target)
        self._ends |= {writer, far_writer}
        await asyncio.gather(self._pump(reader, far_writer, up=True), self._pump(far_reader, writer, up=False))
        self._ends -= {writer, far_writer}

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, up: bool) -> None:
        with suppress(ConnectionError):
            while piece := await reader.read(_PIECE):
                self.up_bytes += len(piece) if up else 0
                if speed := self.bytes_per_s if up else self.down_bytes_per_s:
                    await asyncio.sleep(len(piece) / speed)
                writer.write(piece)
                await writer.drain()
        writer.close()

    def cut(self) -> None:
        """Sever every connection; new ones are refused until `mend`."""
        self.is_cut = True
        for end in self._ends:
            end.transport.abort()

    def mend(self) -> None:
        self.is_cut = False


@asynccontextmanager
async def wire_to(target: int) -> AsyncGenerator[Wire]:
    """A wire on a free port, until the block ends."""
    wire = Wire(target)
    server = await asyncio.start_server(wire.carry, "127.0.0.1", 0)
    wire.port = server.sockets[0].getsockname()[1]
    try:
        yield wire
    finally:
        wire.cut()
        server.close()
