"""`reelm trust CODE`: what does an operator say once it is cleared up why another realm's word was wrong?"""

import asyncio
from pathlib import Path

from reelm import gateway
from reelm.cli.cell import find_settings
from reelm.infra.db import Database
from reelm.infra.settings import Settings
from reelm.kernel.ids import RealmCode


def run_trust(realm: str, data: Path) -> int:
    """Take this realm's word again. Raises `RealmUnknown`, `CardMalformed`, `CellNotRunning`."""
    settings = find_settings(data)
    card, mended = asyncio.run(trust(settings, RealmCode(realm)))
    print(f"{realm} is taken at its word again: key {card.key}, {mended} faults mended. The log keeps them.")
    return 0


async def trust(settings: Settings, realm: RealmCode) -> tuple[gateway.Card, int]:
    """Pin the key on its card, begin its log anew, go on from the number it has told, show its faults no longer."""
    pinned = settings.data / "keys" / "pinned"
    card = gateway.Cards(settings.peers_path, RealmCode(settings.realm), pinned).trust(realm)
    async with Database(settings.database_url) as database, database.write() as unit:
        await gateway.resume(unit, realm)
        await gateway.forget_log_seen(unit, realm)
        return card, await gateway.mend_fault(unit, realm)
