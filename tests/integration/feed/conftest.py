"""A livelier stage for the feed: seven creators with four clips each, one after the other, a minute apart."""

import shutil
from collections.abc import AsyncGenerator
from dataclasses import replace
from datetime import timedelta

import pytest
from tests.integration import quick
from tests.integration.world import Stage, build_stage, open_realm
from tests.postgres import DatabaseServer

from reelm.infra.settings import Settings
from reelm.kernel.time import HandClock

CREATORS = tuple(f"creator{n}" for n in range(6))
CLIPS_EACH = 4


@pytest.fixture(scope="session")
async def crowd(
    database_server: DatabaseServer, migrated: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncGenerator[Stage]:
    database, data = database_server.create(migrated), tmp_path_factory.mktemp("crowd")
    settings = Settings(data=data, database_url=database_server.url(database))
    stage = await build_stage(database, settings)
    clock = HandClock(stage.at)
    async with open_realm(settings, clock, stage.cast) as realm:
        people = [await realm.sign_up(handle) for handle in CREATORS]
        for person in people:
            for n in range(CLIPS_EACH):
                clock.advance(timedelta(minutes=1))
                await realm.post(person, caption=f"{person.handle} {n}")
                with quick.engine():
                    await realm.work()
    yield replace(stage, at=clock.now())
    database_server.drop(database)
    shutil.rmtree(data)


@pytest.fixture(scope="session")
def stage(crowd: Stage) -> Stage:
    """The stage of every other test, with a crowd on it."""
    return crowd
