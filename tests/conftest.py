"""What every test may ask for: a database of its own, a cast of people, a clock that is moved by hand."""

import logging
import os
import shutil
from collections.abc import AsyncGenerator, Generator
from datetime import timedelta
from pathlib import Path

import hypothesis
import pytest
from tests.integration.world import Realm, Stage, build_stage, open_realm
from tests.postgres import DatabaseServer, database_server

from reelm.devices.register import watching
from reelm.feed import stockroom
from reelm.infra.db.schema import migrate
from reelm.infra.settings import Settings
from reelm.infra.telemetry import JsonLines
from reelm.kernel.time import HandClock

__all__ = ["database_server"]

# A machine that is busy is no defect of what is tested: how long an example takes is asked in bench/ only.
hypothesis.settings.register_profile("unhurried", hypothesis.settings(), deadline=None)
hypothesis.settings.load_profile("unhurried")


# Cells of tests call nobody outside, and need no process for it unless a test says so.
os.environ.setdefault("REELM_OUTSIDE", "no")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests of one folder stay together in the random order: what runs for some of them is not there for all."""
    places: dict[Path, int] = {}
    for item in items:
        places.setdefault(item.path.parent, len(places))
    items.sort(key=lambda item: places[item.path.parent])


@pytest.fixture(scope="session")
def migrated(database_server: DatabaseServer) -> str:
    """Name of a database that was migrated and is never changed: the template of `database_url`."""
    name = database_server.create()
    migrate(database_server.url(name))
    return name


@pytest.fixture
def database_url(database_server: DatabaseServer, migrated: str) -> Generator[str]:
    """An empty database of this test's own."""
    name = database_server.create(migrated)
    yield database_server.url(name)
    database_server.drop(name)


@pytest.fixture(scope="session")
async def stage(
    database_server: DatabaseServer, migrated: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncGenerator[Stage]:
    """The cast and its clips, made once through the API; tests work on copies."""
    database, data = database_server.create(migrated), tmp_path_factory.mktemp("stage")
    yield await build_stage(database, Settings(data=data, database_url=database_server.url(database)))
    database_server.drop(database)


@pytest.fixture
def settings(
    stage: Stage, database_server: DatabaseServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Generator[Settings]:
    """A realm's settings over a copy of the stage: its database and its files."""
    for kept in (stockroom, watching):  # what a test changed is on the next page
        monkeypatch.setattr(kept, "FRESH_S", 0.0)
    name = database_server.create(stage.database)
    shutil.copytree(stage.data, tmp_path / "data")
    yield Settings(data=tmp_path / "data", database_url=database_server.url(name), client_dist=stage.client_dist)
    database_server.drop(name)


@pytest.fixture
def clock(stage: Stage) -> HandClock:
    """Stands a minute after the stage was set; moved by hand."""
    return HandClock(stage.at + timedelta(minutes=1))


@pytest.fixture
async def realm(settings: Settings, clock: HandClock, stage: Stage) -> AsyncGenerator[Realm]:
    """A whole realm in this process: the guarded app, and the workers when a test calls them."""
    async with open_realm(settings, clock, stage.cast) as opened:
        yield opened


class Log:
    """What Reelm wrote to its log, as the lines an operator sees."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def refusals(self) -> list[str]:
        """The lines that tell of a refused request or a failed clip."""
        return [line for line in self.lines if '"refused"' in line or '"clip failed"' in line]

    @property
    def text(self) -> str:
        return "\n".join(self.lines)


class _Keeper(logging.Handler):
    def __init__(self, log: Log) -> None:
        super().__init__(logging.DEBUG)
        self.setFormatter(JsonLines())
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        if record.name.partition(".")[0] in ("httpx", "httpcore"):
            return  # the caller's own log
        self._log.lines.append(self.format(record))


@pytest.fixture
def log() -> Generator[Log]:
    """Everything that is logged at level INFO and above while the test runs, by anybody."""
    kept, root = Log(), logging.getLogger()
    keeper, level = _Keeper(kept), root.level
    root.addHandler(keeper)
    root.setLevel(logging.INFO)
    yield kept
    root.removeHandler(keeper)
    root.setLevel(level)
