"""How do tallies reach the database? Summed up for some seconds, and then written once for each clip.

They say how people take to a clip and decide nothing but its place: a crash loses what they grew by in the last
`EVERY_S`. The reports they are made of are durable before.
"""

import asyncio
import logging
from collections.abc import Sequence

import numpy as np

from reelm.feed.catalogue import Tally
from reelm.feed.learning_store import upsert_tallies
from reelm.feed.tallying import Tallies
from reelm.infra.db import HotPool, may_pass

EVERY_S = 5.0
_log = logging.getLogger(__name__)


class TallyLog:
    """Gathers by what tallies grow, and stores it."""

    def __init__(self, pool: HotPool) -> None:
        self._pool = pool
        self._waiting: list[Tallies] = []
        self._working: asyncio.Task[None] | None = None
        self._hurry = asyncio.Event()

    def put(self, tallies: Tallies) -> None:
        """Have these added."""
        if tallies.videos:
            self._waiting.append(tallies)
            if self._working is None:
                self._working = asyncio.create_task(self._work())

    async def close(self) -> None:
        """Wait until all of it is stored."""
        self._hurry.set()
        if self._working is not None:
            await self._working

    async def _work(self) -> None:
        try:
            while self._waiting:
                await self._rest()
                waiting, self._waiting = self._waiting, []
                await self._store(_sum_up(waiting))
        except Exception:  # noqa: BLE001 - reports go on without it
            _log.exception("what tallies grew by could not be stored")
        finally:
            self._working = None

    async def _store(self, tallies: Tallies) -> None:
        async with self._pool.acquire() as connection:
            try:
                await upsert_tallies(connection, tallies)
            except Exception as failure:  # a clip may have gone while this was written: it is not among them now
                if not may_pass(failure):
                    raise
                await upsert_tallies(connection, tallies)

    async def _rest(self) -> None:
        try:
            await asyncio.wait_for(self._hurry.wait(), EVERY_S)
        except TimeoutError:
            return


def _sum_up(waiting: Sequence[Tallies]) -> Tallies:
    """All of these together, each clip once, sorted."""
    places = {video: place for place, video in enumerate(sorted({video for one in waiting for video in one.videos}))}
    numbers = np.zeros((len(places), len(Tally._fields)), np.float32)
    for one in waiting:
        np.add.at(numbers, [places[video] for video in one.videos], one.numbers)
    return Tallies(list(places), numbers)
