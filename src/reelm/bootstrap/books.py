"""Which packages keep acts that the log tells of? Each is asked whether its acts and the entries agree."""

from pathlib import Path

from reelm import access, ledger, realms
from reelm.infra.db import Database
from reelm.infra.settings import Settings

FINDERS = (access.find_faults, realms.find_faults)


async def check_books(
    settings: Settings, *, repair: bool, progress: ledger.Progress, folder: Path | None = None
) -> ledger.Books:
    """Compare the realm's log with its database and its acts."""
    async with Database(settings.database_url, pool_size=2) as database:
        return await ledger.check_books(
            database, folder or settings.ledger_dir, finders=FINDERS, repair=repair, progress=progress
        )
