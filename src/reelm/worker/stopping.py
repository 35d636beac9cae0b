"""How does a role end? At SIGINT or SIGTERM, after it has let go of what it holds."""

import asyncio
import signal
from collections.abc import Coroutine
from contextlib import suppress


async def until_asked_to_stop(work: Coroutine[None, None, None]) -> None:
    """Run until it ends, or SIGINT or SIGTERM comes."""
    task = asyncio.create_task(work)
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    with suppress(asyncio.CancelledError):
        await task
