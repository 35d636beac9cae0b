"""When may something be disclosed? Once a signed checkpoint covers the entry that tells of it."""

import asyncio
import time

from reelm.infra.db import Database
from reelm.kernel.ids import EntryId
from reelm.ledger.errors import LedgerNotAnswering
from reelm.ledger.store import list_published

LOOK_EVERY_S = 0.02


class Durability:
    """Waits for entries to be published: one query every 20 ms for all who wait, none while nobody does."""

    def __init__(self, database: Database, *, wait_s: float = 5.0) -> None:
        self._database, self._wait_s = database, wait_s
        self._waiting: dict[EntryId, asyncio.Future[int]] = {}
        self._watch: asyncio.Task[None] | None = None

    async def wait(self, entry: EntryId) -> int:
        """The index of `entry`, whose transaction has committed.

        Raises `LedgerNotAnswering` where no checkpoint covers it in time: then nothing may be disclosed.
        """
        future = self._waiting.setdefault(entry, asyncio.get_running_loop().create_future())
        if self._watch is None or self._watch.done():
            self._watch = asyncio.create_task(self._look())
            self._watch.add_done_callback(_take_failure)
        try:
            async with asyncio.timeout(self._wait_s):
                return await asyncio.shield(future)
        except TimeoutError:
            raise LedgerNotAnswering from None
        finally:
            self._waiting.pop(entry, None)

    async def _look(self) -> None:
        while self._waiting:
            began = time.monotonic()
            async with self._database.read() as unit:
                published = await list_published(unit, list(self._waiting))
            for entry, index in published.items():
                future = self._waiting.get(entry)
                if future is not None and not future.done():
                    future.set_result(index)
            await asyncio.sleep(max(0.0, began + LOOK_EVERY_S - time.monotonic()))

    async def close(self) -> None:
        if self._watch is not None:
            self._watch.cancel()


def _take_failure(watch: asyncio.Task[None]) -> None:
    """A database that fails while we look is told by those who wait: their time runs out."""
    if not watch.cancelled():
        watch.exception()
