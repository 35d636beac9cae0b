"""What may a piece of code do to the database? The type of its handle says so."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from typing import Any, cast

from sqlalchemy import CursorResult, Executable
from sqlalchemy.ext.asyncio import AsyncConnection

Values = dict[str, Any]
# A row, read by the names of its columns.
Record = Any


class ReadUnit:
    """One read-only transaction; PostgreSQL itself refuses a write in it."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def all(self, statement: Executable) -> Sequence[Record]:
        return (await self._connection.execute(statement)).all()

    async def first(self, statement: Executable) -> Record | None:
        return (await self._connection.execute(statement)).first()

    async def scalar(self, statement: Executable) -> Any:
        return (await self._connection.execute(statement)).scalar()

    async def scalars(self, statement: Executable) -> Sequence[Any]:
        return (await self._connection.execute(statement)).scalars().all()


class WriteUnit(ReadUnit):
    """One transaction that may change rows. It commits when its block ends, and not at all when that raises."""

    async def write(self, statement: Executable, values: Sequence[Values] | None = None) -> int:
        """Run an insert, update or delete; returns how many rows it touched."""
        result = cast("CursorResult[Any]", await self._connection.execute(statement, values))
        return result.rowcount

    @asynccontextmanager
    async def savepoint(self) -> AsyncGenerator[None]:
        """What is done in this block is undone, alone, when the block raises."""
        async with self._connection.begin_nested():
            yield
