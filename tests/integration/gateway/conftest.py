"""Two realms that know each other."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
from tests.integration.gateway.realms import EU, QC, OneRealm, realm_running
from tests.postgres import DatabaseServer


@pytest.fixture
async def eu(tmp_path: Path, database_server: DatabaseServer, migrated: str) -> AsyncGenerator[OneRealm]:
    async with realm_running(EU, tmp_path, database_server, migrated) as realm:
        yield realm


@pytest.fixture
async def qc(tmp_path: Path, database_server: DatabaseServer, migrated: str) -> AsyncGenerator[OneRealm]:
    async with realm_running(QC, tmp_path, database_server, migrated) as realm:
        yield realm
