"""How is PostgreSQL reached? One engine for units, one raw asyncpg pool for the hot routes."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, Protocol, Self, cast
from urllib.parse import parse_qs, urlsplit

import asyncpg
from sqlalchemy import URL, make_url
from sqlalchemy.ext.asyncio import create_async_engine

from reelm.infra.db.units import ReadUnit, Record, WriteUnit


class HotPool(Protocol):
    """What the hot routes use of an asyncpg pool."""

    async def fetch(self, query: str, /, *args: object) -> list[Record]: ...
    async def fetchrow(self, query: str, /, *args: object) -> Record | None: ...
    async def fetchval(self, query: str, /, *args: object) -> Any: ...
    def acquire(self) -> AbstractAsyncContextManager[Any]: ...
    async def close(self) -> None: ...


def _engine_url(database_url: str) -> URL:
    return make_url(database_url).set(drivername="postgresql+asyncpg")


class Database:
    """One realm's database.

    `database_url` is a libpq address such as `postgresql://user@host:5432/name` or, over a Unix socket,
    `postgresql:///name?host=/folder&user=reelm`.
    """

    def __init__(self, database_url: str, *, pool_size: int = 5) -> None:
        self.url = database_url
        self._engine = create_async_engine(
            _engine_url(database_url), pool_size=pool_size, max_overflow=10, pool_pre_ping=False, hide_parameters=True
        )
        self._reader = self._engine.execution_options(postgresql_readonly=True)

    @asynccontextmanager
    async def read(self) -> AsyncGenerator[ReadUnit]:
        """A read-only transaction."""
        async with self._reader.connect() as connection:
            yield ReadUnit(connection)

    @asynccontextmanager
    async def write(self) -> AsyncGenerator[WriteUnit]:
        """A transaction that commits at the end of the block and rolls back when it raises."""
        async with self._engine.begin() as connection:
            yield WriteUnit(connection)

    async def open_hot_pool(self, size: int = 10) -> HotPool:
        """A raw asyncpg pool for the routes where each microsecond counts."""
        return cast(
            "HotPool",
            await cast("Any", asyncpg).create_pool(
                **_asyncpg_arguments(self.url), min_size=1, max_size=size, reset=_check_reset
            ),
        )

    async def listen(self, channel: str, hear: Callable[[str], None]) -> None:
        """Hand on what is said in this channel (`NOTIFY`), until cancelled; raises `OSError` when the line breaks."""
        broken = asyncio.Event()

        def lose(*_: object) -> None:
            broken.set()

        def take(*said: object) -> None:
            hear(str(said[-1]))

        try:
            line = await cast("Any", asyncpg).connect(**_asyncpg_arguments(self.url))
            try:
                line.add_termination_listener(lose)
                await line.add_listener(channel, take)
                await broken.wait()
            finally:
                line.terminate()
        except (asyncpg.PostgresError, asyncpg.InterfaceError) as failure:
            raise ConnectionError(channel) from failure
        raise ConnectionError(channel)

    async def close(self) -> None:
        await self._engine.dispose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()


async def _check_reset(connection: Any) -> None:
    """Before a connection is used by the next. Nothing here changes its session, so that there is nothing to undo;
    one that was left inside a transaction is closed by asyncpg for this error.
    """
    if connection.is_in_transaction():
        raise asyncpg.InterfaceError("a transaction was left open")


def _asyncpg_arguments(database_url: str) -> dict[str, Any]:
    parts = urlsplit(database_url)
    query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    if "host" not in query:
        return {"dsn": database_url}
    return {
        "host": query["host"],
        "port": int(query.get("port", parts.port or 5432)),
        "user": query.get("user", parts.username),
        "password": query.get("password", parts.password),
        "database": parts.path.lstrip("/"),
    }
