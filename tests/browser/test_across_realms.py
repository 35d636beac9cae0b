"""Across realms without noticing: somebody in Québec watches, likes and comments on a clip from Paris."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.async_api import Browser, BrowserContext, ViewportSize, expect
from tests import footage
from tests.browser.person import PASSWORD, Person
from tests.browser.realms import Reachable, paris_and_quebec
from tests.integration.gateway.realms import until
from tests.integration.world import Person as Account
from tests.postgres import DatabaseServer

PHONE = ViewportSize(width=390, height=844)


@dataclass
class Stage:
    """Ana in Paris has a clip, which Québec has heard of; Ben is in Québec."""

    eu: Reachable
    qc: Reachable
    ana: Account
    ben: Account
    clip: str


@pytest.fixture(scope="module")
async def stage(
    database_server: DatabaseServer, migrated: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncGenerator[Stage]:
    folder = tmp_path_factory.mktemp("realms")
    film = footage.small(folder / "seine.mp4", seconds=4)
    async with paris_and_quebec(folder, database_server, migrated) as (eu, qc):
        ana = await eu.neighbour.realm.sign_up("ana", PASSWORD)
        ben = await qc.neighbour.realm.sign_up("ben", PASSWORD, country="CA", region="QC")
        clip = await eu.neighbour.realm.post(ana, film.read_bytes(), caption="La Seine au petit matin")
        await eu.neighbour.realm.work()
        assert await qc.neighbour.shop(eu.neighbour) == 1
        yield Stage(eu, qc, ana, ben, clip)


async def _look(page) -> None:
    pass
