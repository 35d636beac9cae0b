"""One throwaway PostgreSQL for a test session, and databases copied from a template.

It is the embedded one, without fsync; with `REELM_TEST_PG_BIN=/usr/lib/postgresql/15/bin` the same tests run on
a stock PostgreSQL. `conftest.py` takes the fixture from here: `from tests.postgres import database_server`.
"""

import os
import shutil
import tempfile
from collections.abc import Generator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from reelm.infra.embedded import postgres

_numbers = count(1)
MEMORY = Path("/dev/shm")
ROOM_BYTES = 4 * 2**30


@dataclass(frozen=True)
class DatabaseServer:
    """A running server. Databases belong to the role the product uses, which is no superuser."""

    cluster: postgres.Cluster

    def url(self, database: str) -> str:
        """libpq address of a database, as the product's role."""
        return self.cluster.url(database=database)

    def create(self, template: str | None = None) -> str:
        """Make a database, empty or a copy of `template` (to which nobody may be connected); its name."""
        name = f"test_{next(_numbers)}"
        statement = sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {} STRATEGY file_copy").format(
            sql.Identifier(name), sql.Identifier(postgres.ROLE), sql.Identifier(template or "template0")
        )
        self._as_superuser(statement)
        return name

    def drop(self, name: str) -> None:
        """Drop a database, ending whatever is connected to it."""
        self._as_superuser(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def version(self) -> int:
        """The server's major version."""
        return self.cluster.version

    def _as_superuser(self, statement: sql.Composed) -> None:
        address = self.cluster.url(user=postgres.SUPERUSER, database="postgres")
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(statement)


@pytest.fixture(scope="session")
def database_server() -> Generator[DatabaseServer]:
    """The session's server; it starts in about half a second and leaves nothing behind."""
    asked = os.environ.get("REELM_TEST_PG_BIN")
    folder = Path(tempfile.mkdtemp(prefix="reelm-test-", dir=_find_room()))
    folder.chmod(0o711)
    try:
        cluster = postgres.open_cluster(
            folder / "postgres", folder / "socket", programs=Path(asked) if asked else None, durable=False
        )
        child = postgres.start(cluster, folder / "postgres.log")
        try:
            yield DatabaseServer(cluster)
        finally:
            child.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _find_room() -> Path:
    """In memory, where there is plenty: a disk takes ten times as long over the files of a thousand databases."""
    is_roomy = MEMORY.is_dir() and shutil.disk_usage(MEMORY).free >= ROOM_BYTES
    return MEMORY if is_roomy else Path("/tmp")
