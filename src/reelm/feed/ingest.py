"""How are reports stored durably and fast? Those that wait at the same moment share one transaction.

While one transaction is under way the next ones gather; each is answered when the one that holds it has committed.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from reelm import realms
from reelm.accounts import token_hash
from reelm.feed.counting import plan_count_changes
from reelm.feed.days import Days, DaysMissing
from reelm.feed.event_store import (
    Connection,
    Overtaken,
    Teller,
    find_before,
    hold_people,
    insert_told,
    recognise,
    update_counts,
    update_told,
)
from reelm.feed.lengths import Lengths
from reelm.feed.merging import Batch, News, compare, merge
from reelm.feed.model import WatchEvent
from reelm.feed.profiling import Profiling, decide_for
from reelm.feed.reports import Reports, as_reports
from reelm.feed.showings import ShowingKey
from reelm.infra.db import Database, HotPool, may_pass
from reelm.kernel.ids import AccountId

# What was told that was not known, for all who reported at the same moment. What it returns is called once that is
# committed.
Sink = Callable[[Connection, Reports], Awaitable[Callable[[], None]]]

MOST_AT_ONCE = 2000
TRIES = 5


@dataclass(frozen=True)
class _Waiting:
    """A request that waits: `teller` is its hashed token, or who was recognised before."""

    events: Sequence[WatchEvent]
    teller: bytes | AccountId | None
    received_at: datetime
    stored: "asyncio.Future[int]" = field(default_factory=lambda: asyncio.get_running_loop().create_future())


class Ingest:
    """Takes reports in.

    Whoever the feed may not learn from, in plain mode or below the age for it, reports as nobody. Each of `sinks` is
    called in the transaction that stores the reports.
    """

    def __init__(
        self,
        database: Database,
        pool: HotPool,
        key: ShowingKey,
        atlas: realms.Atlas,
        *,
        sinks: Sequence[Sink] = (),
    ) -> None:
        self._pool = pool
        self._key, self._atlas = key, atlas
        self._days = Days(database)
        self._lengths = Lengths()
        self._sinks = sinks
        self._waiting: list[_Waiting] = []
        self._working: asyncio.Task[None] | None = None

    async def take(self, events: Sequence[WatchEvent], *, token: str | None, now: datetime) -> int:
        """Store a batch; returns how many acts of showings it told of, once they are durable.

        Events of clips that can't be watched are left out. A token that has ended, or of somebody who is moving,
        counts as nobody: what was watched is still counted.
        """
        return await self._take(_Waiting(events, token_hash(token) if token else None, now))

    async def take_of(self, events: Sequence[WatchEvent], viewer: AccountId | None, received_at: datetime) -> int:
        """The same for whoever was recognised when the batch came."""
        return await self._take(_Waiting(events, viewer, received_at))

    async def _take(self, one: _Waiting) -> int:
        if not one.events:
            return 0
        self._waiting.append(one)
        if self._working is None:
            self._working = asyncio.create_task(self._work())
        return await one.stored

    async def close(self) -> None:
        """Wait until all that came is stored."""
        if self._working is not None:
            await self._working

    async def _work(self) -> None:
        try:
            while self._waiting:
                await self._settle(self._next_group())
        finally:
            self._working = None

    def _next_group(self) -> list[_Waiting]:
        size, count = 0, 0
        for one in self._waiting:
            size += len(one.events)
            if count and size > MOST_AT_ONCE:
                break
            count += 1
        group, self._waiting = self._waiting[:count], self._waiting[count:]
        return group

    async def _settle(self, group: list[_Waiting]) -> None:
        """Store a group and answer each of it; where that fails, each alone, so that none fails for another."""
        try:
            counts = await self._store_surely(group)
        except Exception as failure:  # noqa: BLE001 - it is handed to whoever waits
            if len(group) > 1:
                for one in group:
                    await self._settle([one])
            elif not group[0].stored.done():
                group[0].stored.set_exception(failure)
            return
        for one, count in zip(group, counts, strict=True):
            if not one.stored.done():
                one.stored.set_result(count)

    async def _store_surely(self, group: Sequence[_Waiting]) -> list[int]:
        for _ in range(TRIES - 1):
            try:
                return await self._store(group)
            except DaysMissing as missing:
                await self._days.make(missing.days)
            except Overtaken:
                self._lengths.forget()
            except Exception as failure:
                if not may_pass(failure):
                    raise
        return await self._store(group)

    async def _store(self, group: Sequence[_Waiting]) -> list[int]:
        """One transaction; how many acts each of the group told of."""
        received_at = max(one.received_at for one in group)
        async with self._pool.acquire() as connection:
            async with connection.transaction():
                batches = await self._recognise(connection, group, received_at)
                clips = {event.video for batch in batches for event in batch.events}
                told, counts = merge(batches, await self._lengths.find(connection, clips), self._key)
                news = compare(told, await find_before(connection, told))
                self._days.check(one.day for one in news.new)
                after = await self._write(connection, news) if news.new or news.grown else []
            for act in after:
                act()
        return counts

    async def _write(self, connection: Connection, news: News) -> list[Callable[[], None]]:
        """Returns what is to be done once that is committed."""
        reports = as_reports([*news.new, *(one for one, _ in news.grown)])
        await update_counts(connection, plan_count_changes(reports))
        if news.new:
            await insert_told(connection, news.new)
        if news.grown:
            await update_told(connection, news.grown)
        return [await sink(connection, reports) for sink in self._sinks]

    async def _recognise(self, connection: Connection, group: Sequence[_Waiting], at: datetime) -> list[Batch]:
        """Who tells. Whoever the feed may not learn from counts as nobody: nothing is stored with their name."""
        tokens = {one.teller for one in group if isinstance(one.teller, bytes)}
        people = {one.teller for one in group if one.teller is not None and not isinstance(one.teller, bytes)}
        known: dict[bytes | AccountId, Teller] = {}
        if tokens:
            known |= await recognise(connection, list(tokens), at)
        if people:
            known |= await hold_people(connection, sorted(people))
        learns = {key: teller.account for key, teller in known.items() if self._may_learn(teller, at)}
        tellers = [learns.get(one.teller) if one.teller is not None else None for one in group]
        return [Batch(one.events, who, one.received_at) for one, who in zip(group, tellers, strict=True)]

    def _may_learn(self, teller: Teller, at: datetime) -> bool:
        born, mode = teller.birth_date, teller.mode
        profiling = decide_for(self._atlas, born, teller.country, teller.region, mode=mode, now=at)
        return profiling is Profiling.LEARNS
