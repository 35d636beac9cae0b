"""Paris and Québec again: with Ana about to move, or before Québec has a realm of its own."""

from collections.abc import AsyncGenerator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.integration.moving.journeys import Journey, prepare
from tests.integration.moving.towns import Towns, open_towns
from tests.postgres import DatabaseServer

from reelm.feed import stockroom
from reelm.kernel.time import HandClock


@pytest.fixture
async def journey(
    tmp_path: Path, database_server: DatabaseServer, migrated: str, monkeypatch: pytest.MonkeyPatch
) -> AsyncGenerator[Journey]:
    monkeypatch.setattr(stockroom, "FRESH_S", 0.0)
    clock = HandClock(datetime(2026, 11, 25, 12, 0, tzinfo=UTC))
    async with open_towns(tmp_path, database_server, migrated, clock, "eu", "ca-qc") as towns:
        yield await prepare(towns.eu, towns.qc, clock)


@pytest.fixture
async def towns(tmp_path: Path, database_server: DatabaseServer, migrated: str) -> AsyncGenerator[Towns]:
    """Both cells run, and so far the eu has everybody."""
    clock = HandClock(datetime(2026, 11, 25, 12, 0, tzinfo=UTC))
    async with open_towns(tmp_path, database_server, migrated, clock, "eu") as made:
        yield made
