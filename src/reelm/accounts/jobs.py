"""What is cleared away by itself? Sessions, rate-limit windows and challenges to passkeys that are over."""

from datetime import datetime

from reelm.accounts.store import delete_ended
from reelm.infra.db import Database


async def sweep(database: Database, *, at: datetime) -> None:
    """Remove what has ended before `at`."""
    async with database.write() as unit:
        await delete_ended(unit, at)
