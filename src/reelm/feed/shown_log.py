"""What was put on which page, and how probable was it? Written down a moment after the page was sent.

Rankings are judged by it later (`feed/training`). Nothing anybody was told hangs on it: a crash loses what was shown
in the last tenth of a second, and while the database does not answer the oldest is lost first.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from reelm.feed.days import Days, DaysMissing
from reelm.feed.event_store import ByDay
from reelm.feed.learning_store import insert_showings
from reelm.infra.db import Database, HotPool

EVERY_S = 0.1
MOST_WAITING = 50_000
_log = logging.getLogger(__name__)


class Showing(NamedTuple):
    """One clip on one page, a row of `showings`; `features` are those of `ranking`, float16, of a ranked clip."""

    day: date
    id: UUID
    at: datetime
    video: UUID
    pseudonym: UUID | None
    place: int
    source: str
    propensity: float
    model: str | None
    features: bytes | None


class ShownLog:
    """Gathers what pages show, and stores it."""

    def __init__(self, database: Database, pool: HotPool) -> None:
        self._pool, self._days = pool, Days(database, ByDay.SHOWINGS)
        self._waiting: deque[Showing] = deque(maxlen=MOST_WAITING)
        self._working: asyncio.Task[None] | None = None

    def put(self, showings: Sequence[Showing]) -> None:
        """Have these written down."""
        self._waiting.extend(showings)
        if self._working is None:
            self._working = asyncio.create_task(self._work())

    async def close(self) -> None:
        """Wait until all of it is stored."""
        if self._working is not None:
            await self._working

    async def _work(self) -> None:
        try:
            while self._waiting:
                await asyncio.sleep(EVERY_S)
                showings = list(self._waiting)
                self._waiting.clear()
                await self._store(showings)
        except Exception:  # noqa: BLE001 - pages go on without it
            _log.exception("what was shown could not be written down")
        finally:
            self._working = None

    async def _store(self, showings: Sequence[Showing]) -> None:
        try:
            self._days.check(one.day for one in showings)
        except DaysMissing as missing:
            await self._days.make(missing.days)
        async with self._pool.acquire() as connection, connection.transaction():
            await insert_showings(connection, showings)
