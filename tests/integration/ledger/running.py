"""A realm's log at work inside a test: the signer behind its real socket, and a sequencer."""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from reelm.infra.db import Database
from reelm.kernel.time import Clock, SystemClock
from reelm.ledger import LogFolder, Sequencer, Signer, SignerClient, VerifierKey, serve_signer

ORIGIN = "reelm.test/ledger"
WITNESS = "reelm.test/witness"
INTERVAL_S = 0.01


@dataclass
class RunningSigner:
    """A signer that answers; `client` is connected to it."""

    signer: Signer
    client: SignerClient
    socket: Path


@dataclass
class Ledger:
    """What a test may look at. `sequencer` works by itself only inside `ledger_running`."""

    folder: LogFolder
    signer: RunningSigner
    sequencer: Sequencer


@asynccontextmanager
async def signer_running(
    folder: Path,
    clock: Clock | None = None,
    origin: str = ORIGIN,
    trusted: Callable[[], Sequence[VerifierKey]] = tuple,
) -> AsyncGenerator[RunningSigner]:
    """The signer of `folder`, until the block ends."""
    sockets = Path(tempfile.mkdtemp(prefix="reelm-test-", dir="/tmp"))
    signer = Signer(folder, origin=origin, witness_name=WITNESS, clock=clock or SystemClock(), trusted=trusted)
    ready = asyncio.Event()
    serving = asyncio.create_task(serve_signer(signer, sockets / "signer.sock", ready.set))
    client = SignerClient(sockets / "signer.sock")
    try:
        await ready.wait()
        yield RunningSigner(signer, client, sockets / "signer.sock")
    finally:
        await client.close()
        await _end(serving)
        shutil.rmtree(sockets, ignore_errors=True)


@asynccontextmanager
async def ledger_at(data: Path, database: Database, clock: Clock, realm: str = "eu") -> AsyncGenerator[Ledger]:
    """A sequencer that does nothing by itself: call `recover` and `publish_batch`."""
    folder = LogFolder(data / "ledger")
    async with signer_running(data / "signer", clock) as signer:
        yield Ledger(folder, signer, Sequencer(database, folder, signer.client, realm=realm, clock=clock))


@asynccontextmanager
async def ledger_running(data: Path, database: Database, clock: Clock, realm: str = "eu") -> AsyncGenerator[Ledger]:
    """A sequencer that publishes every 10 ms."""
    async with ledger_at(data, database, clock, realm) as ledger:
        running = asyncio.create_task(ledger.sequencer.run(interval_s=INTERVAL_S))
        try:
            yield ledger
        finally:
            await _end(running)


async def _end(task: asyncio.Task[None]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
