"""What do routes need that take thousands of rows a second? Ids read quickly, and which failures pass."""

from collections.abc import Callable
from typing import Any, cast
from uuid import UUID

import asyncpg
from asyncpg.pgproto import pgproto

_PASSING = (asyncpg.DeadlockDetectedError, asyncpg.SerializationError, asyncpg.UniqueViolationError)

# `UUID(text)` in a fifth of the time: asyncpg's own kind, which equals and hashes like any other. Takes 16 bytes too.
# Raises `ValueError` or `TypeError` for what is none.
quick_uuid = cast("Callable[[str | bytes], UUID]", cast("Any", pgproto).UUID)


def may_pass(failure: BaseException) -> bool:
    """Whether the same transaction, tried again at once, may well succeed: it lost a race with another one."""
    return isinstance(failure, _PASSING)
