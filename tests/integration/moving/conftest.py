"""Paris and Québec again, with Ana about to move."""

from collections.abc import AsyncGenerator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.integration.abroad.neighbours import neighbour
from tests.integration.moving.journeys import Journey, prepare
from tests.postgres import DatabaseServer

from reelm.feed import pipeline
from reelm.kernel.time import HandClock


@pytest.fixture
async def journey(
    tmp_path: Path, database_server: DatabaseServer, migrated: str, monkeypatch: pytest.MonkeyPatch
) -> AsyncGenerator[Journey]:
    monkeypatch.setattr(pipeline, "FRESH_S", 0.0)
    clock = HandClock(datetime(2026, 11, 25, 12, 0, tzinfo=UTC))
    async with (
        neighbour("eu", tmp_path, database_server, migrated, clock) as eu,
        neighbour("ca-qc", tmp_path, database_server, migrated, clock) as qc,
    ):
        yield await prepare(eu, qc, clock)
