"""What do routes need that take thousands of rows a second? Ids read quickly, few statements, which failures pass."""

from collections.abc import Callable, Iterable
from typing import Any, cast
from uuid import UUID

import asyncpg
from asyncpg.pgproto import pgproto
from sqlalchemy import Column, ColumnElement, any_, literal
from sqlalchemy.dialects.postgresql import ARRAY

_PASSING = (
    asyncpg.DeadlockDetectedError,
    asyncpg.ForeignKeyViolationError,
    asyncpg.SerializationError,
    asyncpg.UniqueViolationError,
)

# `UUID(text)` in a fifth of the time: asyncpg's own kind, which equals and hashes like any other. Takes 16 bytes too.
# Raises `ValueError` or `TypeError` for what is none.
quick_uuid = cast("Callable[[str | bytes], UUID]", cast("Any", pgproto).UUID)


def write_uuids(ids: Iterable[UUID]) -> str:
    """An array as text, for a parameter that is cast (`$1::text::uuid[]`): asyncpg looks at each item of a list.

    >>> write_uuids([UUID(int=1), UUID(int=2)])
    '{00000000000000000000000000000001,00000000000000000000000000000002}'
    """
    return "{" + b"".join([id.bytes for id in ids]).hex(",", 16) + "}"


def write_numbers(numbers: Iterable[float]) -> str:
    """
    >>> write_numbers([1, -2]), write_numbers([0.5, 1e-07])
    ('{1, -2}', '{0.5, 1e-07}')
    """
    return "{" + str(list(numbers))[1:-1] + "}"


def is_among(column: Column[Any], values: Iterable[Any]) -> ColumnElement[bool]:
    """Whether a column is one of these: one statement however many they are, where `in_` has one for each number of
    them and takes no more than 32,767.
    """
    return column == any_(literal(list(values), ARRAY(column.type)))


def may_pass(failure: BaseException) -> bool:
    """Whether the same transaction, tried again at once, may well succeed: it lost a race with another one."""
    return isinstance(failure, _PASSING)
