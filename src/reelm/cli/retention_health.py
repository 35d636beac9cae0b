"""Is anything held beyond its time? What `reelm doctor` says of the last night."""

from reelm import privacy
from reelm.cli.finding import Finding
from reelm.infra.db import ReadUnit

NAME = "retention"


async def look_at_retention(unit: ReadUnit) -> Finding:
    """What the last night deleted, what stayed for a case, and what should not be there any more."""
    nights = await privacy.retention.find_last_night(unit)
    if not nights:
        return Finding(NAME, ok=True, what="no night yet: the worker goes through every table at 3:17")
    left = ", ".join(f"{one.table} ({one.left_over})" for one in nights if one.left_over)
    if left:
        return Finding(NAME, ok=False, what=f"over their time: {left}; see worker.log for what stopped the sweep")
    deleted, stays = sum(one.deleted for one in nights), sum(one.held for one in nights)
    what = f"{nights[0].day}: {deleted} rows deleted, {stays} kept for a case, none over their time"
    return Finding(NAME, ok=True, what=what)
