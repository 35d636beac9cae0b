"""Paris and Québec: two realms with somebody in each."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.integration.abroad.neighbours import Neighbour, neighbour
from tests.integration.world import Person
from tests.postgres import DatabaseServer

from reelm.feed import stockroom
from reelm.kernel.time import HandClock


@dataclass
class Two:
    """Ana makes clips in the EU; Ben watches in Québec."""

    eu: Neighbour
    qc: Neighbour
    ana: Person
    ben: Person
    clock: HandClock


@pytest.fixture
async def two(
    tmp_path: Path, database_server: DatabaseServer, migrated: str, monkeypatch: pytest.MonkeyPatch
) -> AsyncGenerator[Two]:
    monkeypatch.setattr(stockroom, "FRESH_S", 0.0)
    clock = HandClock(datetime(2026, 11, 25, 12, 0, tzinfo=UTC))
    async with (
        neighbour("eu", tmp_path, database_server, migrated, clock) as eu,
        neighbour("ca-qc", tmp_path, database_server, migrated, clock) as qc,
    ):
        ana = await eu.realm.sign_up("ana")
        ben = await qc.realm.sign_up("ben", country="CA", region="QC")
        yield Two(eu, qc, ana, ben, clock)
