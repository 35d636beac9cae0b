"""What does the night do? It deletes what is over its time, counts again, and writes down what it found."""

from collections.abc import Sequence
from datetime import datetime

from reelm import holds
from reelm.infra.db import Database
from reelm.infra.db.data_map import draw_data_map
from reelm.privacy.retention.rules import list_rules
from reelm.privacy.retention.store import Night, count_over, delete_over, put_night


async def enforce(database: Database, *, realm: str, at: datetime) -> Sequence[Night]:
    """End the legal holds that are due, then go through every table that ends with time, each in its own transaction.

    Stopped half-way, the next night goes on: what is deleted is counted, and the rest is still over its time.
    """
    await holds.end_due(database, realm=realm, at=at)
    nights: list[Night] = []
    for rule in list_rules(draw_data_map()):
        async with database.write() as unit:
            deleted = 0 if rule.has_files else await delete_over(unit, rule, at)
            stays, left_over = await count_over(unit, rule, at)
            night = Night(at.date(), rule.table, deleted, stays, left_over, at)
            await put_night(unit, night)
        nights.append(night)
    return nights
