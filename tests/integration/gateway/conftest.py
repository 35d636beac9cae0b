"""Two realms that know each other."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
from tests.integration.gateway.realms import EU, QC, OneRealm, realm_running
from tests.integration.gateway.story import prepare
from tests.postgres import DatabaseServer

from reelm.gateway import rounds


@pytest.fixture(autouse=True)
def quick_rounds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Gateways look at what they look at by themselves several times a second."""
    monkeypatch.setattr(rounds, "ROUND_S", 0.1)
    monkeypatch.setattr(rounds, "LOOK_EVERY", 0)


@pytest.fixture
async def eu(tmp_path: Path, database_server: DatabaseServer, migrated: str) -> AsyncGenerator[OneRealm]:
    async with realm_running(EU, tmp_path, database_server, migrated) as realm:
        yield realm


@pytest.fixture
async def qc(tmp_path: Path, database_server: DatabaseServer, migrated: str) -> AsyncGenerator[OneRealm]:
    async with realm_running(QC, tmp_path, database_server, migrated) as realm:
        yield realm


@pytest.fixture
async def databases(database_server: DatabaseServer, migrated: str) -> AsyncGenerator[dict[str, str]]:
    """The databases of two realms in which a story is to be told, by their codes."""
    names = {code: database_server.create(migrated) for code in (QC, EU)}
    urls = {str(code): database_server.url(name) for code, name in names.items()}
    await prepare(urls)
    yield urls
    for name in names.values():
        database_server.drop(name)
