"""How is an answer that many ask for worked out once? It is kept for a moment, and made by one caller at a time."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Kept(Generic[T]):
    """Something that may be `keep_s` old."""

    def __init__(self, keep_s: float) -> None:
        self._keep_s, self._turn = keep_s, asyncio.Lock()
        self._made: tuple[float, T] | None = None

    async def get(self, make: Callable[[], Awaitable[T]]) -> T:
        """What was made last or, where that is too old, what `make` returns now; a failure is not kept."""
        async with self._turn:
            if self._made is None or time.monotonic() - self._made[0] > self._keep_s:
                self._made = (time.monotonic(), await make())
            return self._made[1]
