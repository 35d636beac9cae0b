"""Where do reports of what was watched go? Straight into PostgreSQL, or through the stream that the operator runs."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from reelm import realms
from reelm.bootstrap.atlas import open_atlas
from reelm.feed import Ingest, Intake, Learning, ShowingKey, StreamedIntake, store_streamed
from reelm.infra.db import Database, HotPool
from reelm.infra.secrets import load_secret
from reelm.infra.settings import Settings
from reelm.infra.stream import Stream, open_stream
from reelm.kernel.time import SystemClock


@asynccontextmanager
async def open_events(settings: Settings) -> AsyncGenerator[Stream]:
    """The realm's own stream at `REELM_EVENTS_URL`. Raises `StreamUnreachable`."""
    async with open_stream(settings.events_url, f"REELM_EVENTS_{settings.realm.upper()}") as stream:
        yield stream


@asynccontextmanager
async def open_intake(
    settings: Settings, database: Database, pool: HotPool, atlas: realms.Atlas, learning: Learning
) -> AsyncGenerator[Intake]:
    """What the web role puts reports into."""
    if settings.events_url:
        async with open_events(settings) as stream:
            yield StreamedIntake(pool, stream)
        return
    key = ShowingKey(load_secret(settings.data, settings.secret))
    ingest = Ingest(database, pool, key, atlas, sinks=[learning])
    try:
        yield ingest
    finally:
        await ingest.close()
        await learning.close()


async def store_events(settings: Settings) -> None:
    """Store what comes through the stream, until cancelled; nothing to do where there is none."""
    if not settings.events_url:
        return
    async with Database(settings.database_url, pool_size=1) as database, open_events(settings) as stream:
        pool = await database.open_hot_pool(size=2)
        key, clock = ShowingKey(load_secret(settings.data, settings.secret)), SystemClock()
        learning = Learning(clock, pool)
        ingest = Ingest(database, pool, key, open_atlas(settings, clock), sinks=[learning])
        try:
            await store_streamed(stream, ingest)
        finally:
            await ingest.close()
            await learning.close()
            await pool.close()
